//! Values written as YAML for people to read, and read back.

use serde_json::Value;

use super::refusal::{Refusal, refuse};
use crate::yaml::{Stream, to_yaml};

/// Writes a value as block YAML.
pub(super) fn yaml(value: &Value) -> String {
    to_yaml(value)
}

/// As [`yaml`], indented by `depth` levels.
pub(super) fn yaml_at(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let indented = |line: &str| match line.trim_end_matches('\n').is_empty() {
        true => line.to_owned(),
        false => format!("{indent}{line}"),
    };
    to_yaml(value).split_inclusive('\n').map(indented).collect()
}

/// A key with its colon.
pub(super) fn key(name: &str) -> String {
    let entry = Value::Object([(name.to_owned(), Value::Null)].into_iter().collect());
    to_yaml(&entry)
        .trim_end()
        .trim_end_matches("null")
        .trim_end()
        .to_owned()
}

/// Reads a YAML text and refuses it unless it says `intended`.
pub(super) fn prove(text: String, intended: &Value) -> Result<String, Refusal> {
    let stream = Stream::parse(&text);
    let [document] = stream.documents.as_slice() else {
        return refuse("the text written does not read back as one document");
    };
    match document.to_value() {
        Ok(read) if &read == intended && document.faults.is_empty() => Ok(text),
        Ok(_) => refuse("the text written does not read back as what is meant"),
        Err(error) => refuse(format!("the text written cannot be read back: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn an_indented_text_reads_like_the_other() {
        let value = json!({"a": {"expr": "up\n\n  and x", "l": [1, {"b": "c: d"}]}, "yes": "no"});
        let nested = format!("{}\n{}", key("true"), yaml_at(&value, 1));
        assert!(nested.starts_with("\"true\":\n  a:\n"), "{nested}");
        assert!(prove(nested, &json!({"true": value})).is_ok());
        assert_eq!(key("plain-key"), "plain-key:");
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
            let below = format!("k:\n{}", yaml_at(&value, 1));
            prop_assert!(prove(below.clone(), &json!({"k": value})).is_ok(), "{}", below);
        }
    }
}
