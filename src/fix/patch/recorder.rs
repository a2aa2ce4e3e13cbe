//! Writes down the JSON Patch operations that turn one value into another, while doing them.

use serde_json::{Value, json};

use super::json::{self, Op, Pointer};
use crate::fix::refusal::Refusal;

/// A value being changed, and what was done to it.
#[derive(Debug)]
pub(in crate::fix) struct Recorder {
    value: Value,
    ops: Vec<Op>,
}

impl Recorder {
    /// Starts with the value as it is now.
    pub(in crate::fix) fn new(value: Value) -> Self {
        Self {
            value,
            ops: Vec::new(),
        }
    }

    /// Requires that the value at `path` is what it is now.
    pub(in crate::fix) fn require(&mut self, path: &Pointer) -> Result<(), Refusal> {
        let now = path.get(&self.value).cloned().unwrap_or(Value::Null);
        self.push(Op::Test(path.clone(), now))
    }

    /// Sets or removes a member. Maps that are missing on the way are made, after a test that they are missing: the
    /// object on the server may hold more than what was read of it, and must not lose it.
    pub(in crate::fix) fn set(
        &mut self,
        path: &Pointer,
        new: Option<Value>,
    ) -> Result<(), Refusal> {
        let now = path.get(&self.value);
        match new {
            None if now.is_none() => Ok(()),
            None => self.push(Op::Remove(path.clone())),
            Some(new) if now == Some(&new) => Ok(()),
            Some(new) if now.is_some() => self.push(Op::Replace(path.clone(), new)),
            Some(new) => self.make(path, new),
        }
    }

    fn make(&mut self, path: &Pointer, new: Value) -> Result<(), Refusal> {
        let segments = path.segments();
        let mut present = Pointer::default();
        for (depth, segment) in segments.iter().enumerate() {
            let next = present.to(segment);
            if next.get(&self.value).is_some() {
                present = next;
                continue;
            }
            let below = segments.get(depth + 1..).unwrap_or_default();
            let nested = below
                .iter()
                .rev()
                .fold(new, |inner, key| json!({key: inner}));
            if !below.is_empty() {
                self.push(Op::Test(next.clone(), Value::Null))?;
            }
            return self.push(Op::Add(next, nested));
        }
        Ok(())
    }

    fn push(&mut self, op: Op) -> Result<(), Refusal> {
        json::apply(&mut self.value, &op)?;
        self.ops.push(op);
        Ok(())
    }

    /// Whether nothing but tests was written down.
    pub(in crate::fix) fn is_unchanged(&self) -> bool {
        self.ops.iter().all(|op| matches!(op, Op::Test(..)))
    }

    /// The operations.
    pub(in crate::fix) fn finish(self) -> Vec<Op> {
        self.ops
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_maps_are_made_once_and_guarded() {
        let mut recorder = Recorder::new(json!({"spec": {}}));
        let path = |last| Pointer::of(&["spec", "resources", "requests", last]);
        recorder.set(&path("cpu"), Some(json!("1"))).unwrap();
        recorder.set(&path("memory"), Some(json!("1Gi"))).unwrap();
        recorder.set(&path("memory"), Some(json!("1Gi"))).unwrap();
        recorder.set(&path("absent"), None).unwrap();
        assert!(!recorder.is_unchanged());
        assert_eq!(
            json::to_value(&recorder.finish()),
            json!([
                {"op": "test", "path": "/spec/resources", "value": null},
                {"op": "add", "path": "/spec/resources", "value": {"requests": {"cpu": "1"}}},
                {"op": "add", "path": "/spec/resources/requests/memory", "value": "1Gi"},
            ])
        );
    }

    #[test]
    fn what_is_there_is_replaced_or_removed() {
        let mut recorder = Recorder::new(json!({"for": "5m", "labels": {"a": "1"}}));
        recorder.require(&Pointer::of(&["for"])).unwrap();
        recorder
            .set(&Pointer::of(&["for"]), Some(json!("10m")))
            .unwrap();
        recorder.set(&Pointer::of(&["labels", "a"]), None).unwrap();
        let ops = recorder.finish();
        let mut value = json!({"for": "5m", "labels": {"a": "1"}});
        json::apply_all(&mut value, &ops).unwrap();
        assert_eq!(value, json!({"for": "10m", "labels": {}}));
        assert!(
            json::apply_all(&mut value, &ops).is_err(),
            "a second run is refused"
        );
    }
}
