//! Default requests and limits of a LimitRange.

use serde_json::{Map, Value, json};

use super::{Body, ObjectPatch, apply};
use crate::fix::patch::{self, Pointer, Recorder};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{Edit, LowerContext, ResourceChange, names, resources};
use crate::model::{LimitRange, LimitRangeItem, Resources};

/// One patch per LimitRange.
pub(super) fn patches_of(
    edits: &[Edit],
    cx: &LowerContext<'_>,
) -> Result<Vec<ObjectPatch>, Refusal> {
    let of = |edit: &Edit| match edit {
        Edit::SetLimitRange {
            namespace,
            name,
            changes,
        } => Some(patch_of(namespace, name, changes, cx)),
        _ => None,
    };
    edits.iter().filter_map(of).collect()
}

fn patch_of(
    namespace: &str,
    name: &str,
    changes: &[ResourceChange],
    cx: &LowerContext<'_>,
) -> Result<ObjectPatch, Refusal> {
    names::label(namespace)?;
    names::object(name)?;
    let mut all = cx.snapshot.cluster.iter().flat_map(|c| &c.limit_ranges);
    let range = all.find(|r| *r.namespace == *namespace && *r.name == *name);
    let Some(range) = range else {
        return refuse(format!(
            "LimitRange/{name} of {namespace} is not in the snapshot"
        ));
    };
    let Some(at) = range.items.iter().position(|i| &*i.kind == "Container") else {
        return refuse(format!(
            "LimitRange/{name} of {namespace} has no defaults for containers"
        ));
    };
    let object = object_json(range);
    let item = Pointer::of(&["spec", "limits"]).to(at);
    let mut recorder = Recorder::new(object.clone());
    recorder.require(&item.to("type"))?;
    for change in changes {
        let field = item.to(member(change)).to(change.field.resource());
        recorder.set(&field, change.to.clone().map(Value::from))?;
    }
    if recorder.is_unchanged() {
        return refuse("the LimitRange has these values already");
    }
    let body = Body::Json(recorder.finish());
    let now = range.items.get(at).cloned().unwrap_or_default();
    prove(&object, &body, &item, &now, changes)?;
    Ok(ObjectPatch {
        api_version: "v1",
        kind: "LimitRange",
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        body,
        subresource: None,
        notes: vec![
            "It holds for pods that start from then on; running pods keep what they have."
                .to_owned(),
        ],
    })
}

/// The member of a LimitRange's item that a field stands under.
pub(in crate::fix) fn member(change: &ResourceChange) -> &'static str {
    match change.field.section() {
        "requests" => "defaultRequest",
        _ => "default",
    }
}

fn object_json(range: &LimitRange) -> Value {
    let item = |item: &LimitRangeItem| -> Value {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(&*item.kind));
        let all = [
            ("default", &item.default),
            ("defaultRequest", &item.default_request),
            ("min", &item.min),
            ("max", &item.max),
        ];
        for (name, amounts) in all.into_iter().filter(|(_, a)| !a.is_empty()) {
            out.insert(name.to_owned(), resources::amounts_json(amounts));
        }
        Value::Object(out)
    };
    json!({"spec": {"limits": range.items.iter().map(item).collect::<Value>()}})
}

fn prove(
    object: &Value,
    body: &Body,
    item: &Pointer,
    now: &LimitRangeItem,
    changes: &[ResourceChange],
) -> Result<(), Refusal> {
    let after = apply(object, body)?;
    let meant = intended(now, changes)?;
    let read = |member: &str| resources::read_amounts(item.to(member).get(&after));
    if read("default")? != meant.limits || read("defaultRequest")? != meant.requests {
        return refuse("the patch would not set the defaults that are meant");
    }
    let allowed: Vec<String> = changes
        .iter()
        .map(|c| item.to(member(c)).to(c.field.resource()).to_string())
        .collect();
    match patch::changed(object, &after)
        .iter()
        .find(|path| !allowed.contains(path))
    {
        Some(path) => refuse(format!("the patch would change {path} too")),
        None => Ok(()),
    }
}

/// The defaults after the changes; refused outside of the item's own minimum and maximum, as the server does.
fn intended(now: &LimitRangeItem, changes: &[ResourceChange]) -> Result<Resources, Refusal> {
    let defaults = Resources {
        requests: now.default_request.clone(),
        limits: now.default.clone(),
    };
    let after = resources::intended(&defaults, changes)?;
    for amounts in [&after.requests, &after.limits] {
        let low = amounts.cpu.zip(now.min.cpu).is_some_and(|(a, m)| a < m)
            || amounts
                .memory
                .zip(now.min.memory)
                .is_some_and(|(a, m)| a < m);
        let high = amounts.cpu.zip(now.max.cpu).is_some_and(|(a, m)| a > m)
            || amounts
                .memory
                .zip(now.max.memory)
                .is_some_and(|(a, m)| a > m);
        if low || high {
            return refuse("the default would lie outside of the LimitRange's own min and max");
        }
    }
    Ok(after)
}
