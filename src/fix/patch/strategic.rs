//! Strategic merge of a pod's containers: maps merge, `null` removes, `containers` and `initContainers` merge by name.

use serde_json::{Map, Value};

use crate::fix::refusal::{Refusal, refuse};

/// Merges `patch` into `target` as the API server does.
///
/// # Errors
/// When the patch holds a list other than the two of containers, or an item without a name.
pub(in crate::fix) fn merge(target: &mut Value, patch: &Value) -> Result<(), Refusal> {
    let Value::Object(patch) = patch else {
        return refuse("a patch is a map");
    };
    merge_map(target, patch)
}

fn merge_map(target: &mut Value, patch: &Map<String, Value>) -> Result<(), Refusal> {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else {
        return refuse("a patch meets something that is not a map");
    };
    for (key, new) in patch {
        match new {
            Value::Null => {
                target.remove(key);
            }
            Value::Object(below) => {
                let place = target.entry(key.clone()).or_insert(Value::Null);
                merge_map(place, below)?;
            }
            Value::Array(items) if key == "containers" || key == "initContainers" => {
                let place = target
                    .entry(key.clone())
                    .or_insert_with(|| Value::Array(Vec::new()));
                merge_named(place, items)?;
            }
            Value::Array(_) => return refuse(format!("how the list {key} merges is not known")),
            scalar => {
                target.insert(key.clone(), scalar.clone());
            }
        }
    }
    Ok(())
}

fn merge_named(target: &mut Value, patch: &[Value]) -> Result<(), Refusal> {
    let Value::Array(items) = target else {
        return refuse("containers are not a list");
    };
    let mut last = None;
    for new in patch {
        let name = new.get("name").and_then(Value::as_str);
        let Some(name) = name else {
            return refuse("a container of the patch has no name");
        };
        let is_it = |i: &Value| i.get("name").and_then(Value::as_str) == Some(name);
        let at = items.iter().position(is_it);
        // The server would add a container that has no image: never what is meant.
        let Some((at, old)) = at.and_then(|at| Some((at, items.get_mut(at)?))) else {
            return refuse(format!("there is no container {name:?} to patch"));
        };
        // The server takes over the order of the patch, and init containers run in theirs.
        if last.is_some_and(|last| last >= at) {
            return refuse(format!("the patch would move the container {name:?}"));
        }
        last = Some(at);
        merge(old, new)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn containers_merge_by_name() {
        let mut object = json!({"spec": {"containers": [
            {"name": "a", "image": "x"},
            {"name": "b", "image": "y", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}},
        ]}});
        let patch = json!({"spec": {"containers": [
            {"name": "b", "resources": {"limits": {"cpu": null}, "requests": {"memory": "1Gi"}}},
        ]}});
        merge(&mut object, &patch).unwrap();
        assert_eq!(
            object,
            json!({"spec": {"containers": [
                {"name": "a", "image": "x"},
                {"name": "b", "image": "y", "resources": {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}},
            ]}})
        );
    }

    #[test]
    fn patches_beyond_the_model_are_refused() {
        for patch in [
            json!([]),
            json!({"containers": [{"name": "zz"}]}),
            json!({"containers": [{"image": "x"}]}),
            json!({"containers": [{"name": "b"}, {"name": "a"}]}),
            json!({"containers": [{"name": "a"}, {"name": "a"}]}),
            json!({"volumes": [{"name": "v"}]}),
        ] {
            assert!(
                merge(
                    &mut json!({"containers": [{"name": "a"}, {"name": "b"}]}),
                    &patch
                )
                .is_err(),
                "{patch}"
            );
        }
    }
}
