//! JSON Patch (RFC 6902): `test`, `add`, `replace` and `remove`.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::fix::refusal::{Refusal, refuse};

/// A JSON pointer (RFC 6901), as its unescaped segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::fix) struct Pointer(Vec<String>);

impl Pointer {
    /// The pointer of these segments.
    pub(in crate::fix) fn of(segments: &[&str]) -> Self {
        Self(segments.iter().map(|&s| s.to_owned()).collect())
    }

    /// The pointer of a member or item below this one.
    #[must_use]
    pub(in crate::fix) fn to(&self, segment: impl fmt::Display) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.to_string());
        Self(segments)
    }

    /// The segments.
    pub(in crate::fix) fn segments(&self) -> &[String] {
        &self.0
    }

    /// What it points to.
    pub(in crate::fix) fn get<'v>(&self, mut value: &'v Value) -> Option<&'v Value> {
        for segment in &self.0 {
            value = match value {
                Value::Object(map) => map.get(segment)?,
                Value::Array(items) => items.get(index(segment)?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    fn parent(&self) -> Option<(Self, &str)> {
        let (last, above) = self.0.split_last()?;
        Some((Self(above.to_vec()), last))
    }

    fn get_mut<'v>(&self, mut value: &'v mut Value) -> Option<&'v mut Value> {
        for segment in &self.0 {
            value = match value {
                Value::Object(map) => map.get_mut(segment)?,
                Value::Array(items) => items.get_mut(index(segment)?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.0 {
            write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

fn index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with('0');
    segment.parse().ok().filter(|_| canonical)
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::fix) enum Op {
    /// Fails unless the value is there. `null` also stands for absence, as in the library that the API server uses.
    Test(Pointer, Value),
    /// Sets a member, or inserts an item.
    Add(Pointer, Value),
    /// Changes what is there.
    Replace(Pointer, Value),
    /// Takes away what is there.
    Remove(Pointer),
}

/// The patch as the API takes it.
pub(in crate::fix) fn to_value(ops: &[Op]) -> Value {
    let with = |op: &str, path: &Pointer, value: &Value| json!({"op": op, "path": path.to_string(), "value": value});
    ops.iter()
        .map(|op| match op {
            Op::Test(path, value) => with("test", path, value),
            Op::Add(path, value) => with("add", path, value),
            Op::Replace(path, value) => with("replace", path, value),
            Op::Remove(path) => json!({"op": "remove", "path": path.to_string()}),
        })
        .collect()
}

/// Applies the operations in order.
///
/// # Errors
/// When a test fails or a path is not there, as the API server would.
pub(in crate::fix) fn apply_all(value: &mut Value, ops: &[Op]) -> Result<(), Refusal> {
    ops.iter().try_for_each(|op| apply(value, op))
}

/// Applies one operation.
///
/// # Errors
/// As [`apply_all`].
pub(super) fn apply(value: &mut Value, op: &Op) -> Result<(), Refusal> {
    match op {
        Op::Test(path, wanted) => match path.get(value).unwrap_or(&Value::Null) == wanted {
            true => Ok(()),
            false => refuse(format!("the test of {path} fails")),
        },
        Op::Add(path, new) => add(value, path, new.clone()),
        Op::Replace(path, new) => {
            let place = path.get_mut(value);
            let place = place.ok_or_else(|| Refusal::new(format!("{path} is not there")))?;
            *place = new.clone();
            Ok(())
        }
        Op::Remove(path) => remove(value, path),
    }
}

/// What holds a value.
enum Holder<'v> {
    Map(&'v mut Map<String, Value>, String),
    List(&'v mut Vec<Value>, usize),
}

fn holder<'v>(value: &'v mut Value, path: &Pointer) -> Result<Holder<'v>, Refusal> {
    let missing = || Refusal::new(format!("the parent of {path} is not there"));
    let (above, last) = path.parent().ok_or_else(missing)?;
    match above.get_mut(value).ok_or_else(missing)? {
        Value::Object(map) => Ok(Holder::Map(map, last.to_owned())),
        Value::Array(items) => {
            let end = items.len();
            let at = if last == "-" { Some(end) } else { index(last) };
            Ok(Holder::List(items, at.ok_or_else(missing)?))
        }
        _ => Err(missing()),
    }
}

fn add(value: &mut Value, path: &Pointer, new: Value) -> Result<(), Refusal> {
    match holder(value, path)? {
        Holder::Map(map, key) => {
            map.insert(key, new);
        }
        Holder::List(items, at) if at <= items.len() => items.insert(at, new),
        Holder::List(..) => return refuse(format!("{path} is behind the end of its list")),
    }
    Ok(())
}

fn remove(value: &mut Value, path: &Pointer) -> Result<(), Refusal> {
    let gone = match holder(value, path)? {
        Holder::Map(map, key) => map.remove(&key).is_some(),
        Holder::List(items, at) => {
            at < items.len() && {
                items.remove(at);
                true
            }
        }
    };
    if gone {
        Ok(())
    } else {
        refuse(format!("{path} is not there"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Pointer {
        Pointer(path.split('/').skip(1).map(str::to_owned).collect())
    }

    /// The examples of RFC 6902, appendix A, in our own words.
    #[test]
    fn operations_do_what_the_standard_says() {
        let mut doc = json!({"a": {"b": [1, 3]}});
        let ops = [
            Op::Test(at("/a/b/1"), json!(3)),
            Op::Add(at("/a/b/1"), json!(2)),
            Op::Add(at("/a/b/-"), json!(4)),
            Op::Add(at("/a/c"), json!("new")),
            Op::Replace(at("/a/c"), json!("newer")),
            Op::Remove(at("/a/b/0")),
            Op::Test(at("/a/zz"), Value::Null),
        ];
        apply_all(&mut doc, &ops).unwrap();
        assert_eq!(doc, json!({"a": {"b": [2, 3, 4], "c": "newer"}}));
    }

    #[test]
    fn what_the_server_would_refuse_is_refused() {
        for op in [
            Op::Test(at("/a"), json!(2)),
            Op::Test(at("/b"), json!(2)),
            Op::Add(at("/x/y"), json!(2)),
            Op::Add(at("/l/9"), json!(2)),
            Op::Add(at("/l/01"), json!(2)),
            Op::Replace(at("/x"), json!(2)),
            Op::Remove(at("/x")),
            Op::Remove(at("/l/1")),
            Op::Remove(Pointer::default()),
        ] {
            let mut doc = json!({"a": 1, "l": [1]});
            assert!(apply(&mut doc, &op).is_err(), "{op:?}");
            assert_eq!(doc, json!({"a": 1, "l": [1]}));
        }
    }

    #[test]
    fn pointers_are_escaped() {
        let path = Pointer::of(&["labels", "a/b~c"]);
        assert_eq!(path.to_string(), "/labels/a~1b~0c");
        assert_eq!(path.get(&json!({"labels": {"a/b~c": 7}})), Some(&json!(7)));
    }
}
