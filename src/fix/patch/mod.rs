//! The two kinds of patches that the Kubernetes API takes, with just enough of an interpreter for each to prove what a
//! patch does before it is shown.

mod json;
mod recorder;
mod strategic;

pub(super) use json::{Op, Pointer, apply_all, to_value};
pub(super) use recorder::Recorder;
pub(super) use strategic::merge;

use std::collections::BTreeSet;

use serde_json::Value;

/// The pointers of all leaves that differ between two values. Lists are compared item by item.
pub(super) fn changed(before: &Value, after: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    compare("", Some(before), Some(after), &mut out);
    out
}

fn compare(at: &str, before: Option<&Value>, after: Option<&Value>, out: &mut BTreeSet<String>) {
    if before == after {
        return;
    }
    let keys: BTreeSet<String> = [before, after]
        .into_iter()
        .flatten()
        .flat_map(keys_of)
        .collect();
    // A container that came or went is told by what is in it; an empty one changes nothing that is read.
    let leaf = |v: Option<&Value>| v.is_some_and(|v| !v.is_object() && !v.is_array());
    if keys.is_empty() || leaf(before) || leaf(after) {
        if leaf(before) || leaf(after) {
            out.insert(at.to_owned());
        }
        return;
    }
    for key in keys {
        let below = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        compare(&below, child(before, &key), child(after, &key), out);
    }
}

fn keys_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(items) => (0..items.len()).map(|i| i.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn child<'v>(value: Option<&'v Value>, key: &str) -> Option<&'v Value> {
    match value? {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_named_leaf_by_leaf() {
        let before = json!({"a": {"b": 1, "c": 2}, "l": [{"x": 1}, {"x": 2}], "e": {}});
        let after = json!({"a": {"b": 1, "d": {"e/f": 3}}, "l": [{"x": 1}, {"x": 3}]});
        let found: Vec<String> = changed(&before, &after).into_iter().collect();
        assert_eq!(found, ["/a/c", "/a/d/e~1f", "/l/1/x"]);
        assert_eq!(changed(&json!({"a": 1}), &json!({"a": {"b": 1}})).len(), 1);
    }
}
