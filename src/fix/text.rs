//! Values written as YAML for people to read, and read back.

use std::fmt::Write as _;

use serde_json::Value;

use super::names;
use super::refusal::{Refusal, refuse};

/// Writes a map as block YAML, keys sorted; long and many-line texts as literal blocks.
pub(super) fn yaml(value: &Value) -> String {
    yaml_at(value, 0)
}

/// As [`yaml`], indented by `depth` levels.
pub(super) fn yaml_at(value: &Value, depth: usize) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_map(&mut out, map.iter(), depth),
        Value::Array(items) if !items.is_empty() => write_list(&mut out, items, depth),
        other => {
            out.push_str(&inline(other));
            out.push('\n');
        }
    }
    out
}

/// A key with its colon.
pub(super) fn key(name: &str) -> String {
    format!("{}:", scalar(name))
}

/// Reads a YAML text and refuses it unless it says `intended`.
pub(super) fn prove(text: String, intended: &Value) -> Result<String, Refusal> {
    match serde_saphyr::from_str::<Value>(&text) {
        Ok(read) if &read == intended => Ok(text),
        Ok(_) => refuse("the text written does not read back as what is meant"),
        Err(error) => refuse(format!("the text written cannot be read back: {error}")),
    }
}

fn pad(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write_map<'v>(
    out: &mut String,
    entries: impl Iterator<Item = (&'v String, &'v Value)>,
    depth: usize,
) {
    for (index, (key, value)) in entries.enumerate() {
        // The first key of a list item stands behind the item's dash.
        if index > 0 || !out.ends_with("- ") {
            pad(out, depth);
        }
        out.push_str(&scalar(key));
        out.push(':');
        write_below(out, value, depth);
    }
}

fn write_below(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            write_map(out, map.iter(), depth + 1);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            write_list(out, items, depth + 1);
        }
        Value::String(text) if is_block(text) => write_block(out, text, depth + 1),
        other => {
            out.push(' ');
            out.push_str(&inline(other));
            out.push('\n');
        }
    }
}

fn write_list(out: &mut String, items: &[Value], depth: usize) {
    for item in items {
        pad(out, depth);
        match item {
            Value::Object(map) if !map.is_empty() => {
                out.push_str("- ");
                write_map(out, map.iter(), depth + 1);
            }
            Value::Array(nested) if !nested.is_empty() => {
                out.push_str("-\n");
                write_list(out, nested, depth + 1);
            }
            Value::String(text) if is_block(text) => {
                out.push('-');
                write_block(out, text, depth + 1);
            }
            other => {
                out.push_str("- ");
                out.push_str(&inline(other));
                out.push('\n');
            }
        }
    }
}

/// Whether a text is better read as a literal block, and can be one: no leading blank, no odd characters.
fn is_block(text: &str) -> bool {
    let wanted = text.contains('\n') || (text.len() > 60 && text.contains(['"', '\'']));
    wanted
        && !text.contains(|c| c != '\n' && is_odd(c))
        && !text.starts_with([' ', '\n'])
        && !text.trim_end_matches('\n').is_empty()
        && !text.lines().any(|line| line.ends_with(' '))
}

fn write_block(out: &mut String, text: &str, depth: usize) {
    let body = text.trim_end_matches('\n');
    out.push_str(match text.len() - body.len() {
        0 => " |-\n",
        1 => " |\n",
        _ => " |+\n",
    });
    for line in body.split('\n').chain(std::iter::repeat_n(
        "",
        (text.len() - body.len()).saturating_sub(1),
    )) {
        if !line.is_empty() {
            pad(out, depth);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text in the plainest style that every YAML reader, 1.1 or 1.2, reads as that text.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.contains(['"', '\\']) && !text.contains(is_odd) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let quoted = Value::from(text).to_string();
    let mut out = String::new();
    for c in quoted.chars() {
        if is_odd(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that YAML wants escaped, or that a reader would not see.
fn is_odd(c: char) -> bool {
    c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' || names::is_hidden(c)
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 10] = [
        "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan",
    ];
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_./-".contains(&b);
    let word = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    (word && text.bytes().all(allowed) && !WORDS.contains(&text.to_ascii_lowercase().as_str()))
        || is_measure(text)
}

/// `250m`, `512Mi`, `10h`: digits and a unit, which no reader takes for a number.
fn is_measure(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < text.len()
        && [
            "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "s", "h", "d", "w",
        ]
        .contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn reads_like_a_person_wrote_it() {
        let value = json!({
            "a": {"b": true, "n": null, "e": {}, "l": []},
            "groups": [{"name": "x.tuned", "rules": [{"alert": "A", "expr": "up{job=\"x\"} == 0\nand\n  y > 1", "for": "10m"}]}],
            "q": ["yes", "1", "1e3", "0x10", "250m", "a: b", "", "12:30", "~", "- x", "it's", "say \"hi\"", "tab\there"],
        });
        let text = yaml(&value);
        assert_eq!(
            text,
            r#"a:
  b: true
  e: {}
  l: []
  "n": null
groups:
  - name: x.tuned
    rules:
      - alert: A
        expr: |-
          up{job="x"} == 0
          and
            y > 1
        for: 10m
q:
  - "yes"
  - "1"
  - "1e3"
  - "0x10"
  - 250m
  - "a: b"
  - ""
  - "12:30"
  - "~"
  - "- x"
  - "it's"
  - 'say "hi"'
  - "tab\there"
"#
        );
        assert_eq!(prove(text.clone(), &value), Ok(text));
    }

    #[test]
    fn a_text_that_says_something_else_is_refused() {
        assert!(prove("a: 1\n".to_owned(), &json!({"a": 2})).is_err());
        assert!(prove("a: [\n".to_owned(), &json!({"a": 2})).is_err());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["\\PC{0,12}", "[ \n\"'#:a|>-]{0,90}", ".{0,8}"];
        let leaf = prop_oneof![
            text.clone().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("\\PC{1,6}|[a-z]{1,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(value in any_value()) {
            let value = json!({"v": value});
            prop_assert!(prove(yaml(&value), &value).is_ok(), "{}", yaml(&value));
        }
    }
}
