//! Writing one scalar so that it reads back as the same value.

use serde_json::Value;

use super::resolve::{self, Resolved};
use super::tree::ScalarStyle;

/// Where a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a block collection.
    Block,
    /// Between brackets or braces.
    Flow,
    /// Between brackets or braces of a file that is JSON.
    Json,
}

/// A string on one line, plain when that is safe and in double quotes otherwise.
pub(super) fn string(text: &str, place: Place) -> String {
    if place != Place::Json && is_plain_safe(text, place == Place::Flow) {
        text.to_owned()
    } else {
        double(text)
    }
}

/// A scalar or empty collection on one line; nested collections are written in flow style.
pub(super) fn inline(value: &Value, place: Place) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => string(text, place),
        Value::Array(items) => {
            let inner = if place == Place::Block {
                Place::Flow
            } else {
                place
            };
            let items: Vec<String> = items.iter().map(|item| inline(item, inner)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let inner = if place == Place::Block {
                Place::Flow
            } else {
                place
            };
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| pair(key, value, inner))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `key: value` on one line.
pub(super) fn pair(key: &str, value: &Value, place: Place) -> String {
    format!("{}: {}", string(key, place), inline(value, place))
}

/// A string in the quotes that are there now, when they can hold it.
pub(super) fn restyled(text: &str, style: ScalarStyle, place: Place) -> String {
    match style {
        ScalarStyle::DoubleQuoted => double(text),
        ScalarStyle::SingleQuoted if is_single_safe(text) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        ScalarStyle::SingleQuoted => double(text),
        _ => string(text, place),
    }
}

/// A string in double quotes, with escapes that JSON knows too.
pub(super) fn double(text: &str) -> String {
    use std::fmt::Write;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for next in text.chars() {
        match next {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if is_printable(next) => quoted.push(next),
            _ => {
                let mut units = [0; 2];
                for unit in next.encode_utf16(&mut units) {
                    // Writing to a String cannot fail.
                    let _ = write!(quoted, "\\u{unit:04X}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

fn is_single_safe(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// Whether a character can stand in a text unescaped, on one line.
pub(super) fn is_printable(next: char) -> bool {
    !next.is_control()
        && !matches!(
            next,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Whether a plain scalar with this text is read as this text, by readers of YAML 1.1 and 1.2.
fn is_plain_safe(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    if resolve::plain(text) != Resolved::Text(text) || looks_typed_elsewhere(text) {
        return false;
    }
    if text.trim_matches(|it: char| it.is_whitespace()) != text || !text.chars().all(is_printable) {
        return false;
    }
    let starts_like_a_dash = matches!(first, '-' | '?' | ':')
        && text[1..]
            .chars()
            .next()
            .is_none_or(|second| second == ' ' || in_flow);
    if "[]{},#&*!|>'\"%@`=".contains(first) || starts_like_a_dash || text.starts_with("<<") {
        return false;
    }
    // At the start of a line these end or start a document.
    if text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    if text.contains(": ") || text.ends_with(':') || text.contains(" #") || text.contains("{{") {
        return false;
    }
    !in_flow || !text.contains([',', '[', ']', '{', '}', ':'])
}

/// Texts that other readers take for numbers or times: YAML 1.2 octals, base 60, dates, hex.
fn looks_typed_elsewhere(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|it: char| it.is_ascii_digit() || it == '.') {
        return false;
    }
    let prefixed = ["0x", "0o", "0b", "0X", "0O", "0B"]
        .iter()
        .any(|it| unsigned.starts_with(it));
    let is_numeric = |it: char| it.is_ascii_digit() || "._:eE+-,TtZz ".contains(it);
    prefixed || unsigned.chars().all(is_numeric)
}
