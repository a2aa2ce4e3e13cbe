//! Requests and limits of a workload's containers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Body, ObjectPatch, Place, apply};
use crate::fix::lookup::{self, Spec};
use crate::fix::patch::{self, Pointer, Recorder};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{ContainerRef, Edit, LowerContext, ResourceChange, live, names, resources, shape};
use crate::model::{Container, WorkloadRef};

/// The containers of one workload that change.
pub(super) type Changes<'e> = Vec<(&'e ContainerRef, &'e [ResourceChange])>;

/// One patch per workload.
pub(super) fn patches_of(
    edits: &[Edit],
    cx: &LowerContext<'_>,
    place: Place,
) -> Result<Vec<ObjectPatch>, Refusal> {
    let mut by_workload: BTreeMap<&WorkloadRef, Changes<'_>> = BTreeMap::new();
    for edit in edits {
        if let Edit::SetResources { container, changes } = edit {
            let all = by_workload.entry(&container.workload).or_default();
            all.push((container, changes));
        }
    }
    let mut out = Vec::new();
    for (workload, mut changes) in by_workload {
        let spec = lookup::spec(cx.snapshot, workload)?;
        // Where the order of the containers is not known, a patch of several could change it: one each then.
        if spec.from_metrics {
            for change in changes {
                out.push(patch_of(workload, &vec![change], cx, place)?);
            }
            continue;
        }
        changes.sort_by_key(|(container, _)| lookup::container(&spec, container).ok().map(|c| c.0));
        out.push(patch_of(workload, &changes, cx, place)?);
    }
    Ok(out)
}

fn patch_of(
    id: &WorkloadRef,
    changes: &Changes<'_>,
    cx: &LowerContext<'_>,
    place: Place,
) -> Result<ObjectPatch, Refusal> {
    let name = names::object(&id.name)?;
    if !id.namespace.is_empty() {
        names::label(&id.namespace)?;
    }
    for (container, _) in changes {
        names::label(&container.container)?;
    }
    let spec = lookup::spec(cx.snapshot, id)?;
    let shape = shape::of(&id.kind).ok_or_else(|| shape::refusal(id))?;
    for (container, _) in changes {
        lookup::container(&spec, container)?;
    }
    lookup::check_owner(id, &spec, changes)?;
    let subresource = match place {
        Place::Cluster => live::subresource(id, &spec, changes, cx.snapshot)?,
        Place::Files => None,
    };
    let object = object_json(id, &shape, &spec);
    let body = match shape.builtin {
        true => Body::Strategic(strategic(&shape, changes)),
        false => Body::Json(json_patch(&object, &shape, &spec, changes)?),
    };
    prove(&object, &body, &shape, &spec, changes)?;
    Ok(ObjectPatch {
        api_version: shape.api_version,
        kind: shape.kind,
        namespace: id.namespace.clone(),
        name: name.to_owned(),
        body,
        subresource,
        notes: lookup::notes(&spec, place),
    })
}

/// The object as far as it is known: its names and its containers.
fn object_json(id: &WorkloadRef, shape: &shape::Shape, spec: &Spec<'_>) -> Value {
    let list = |all: &[Container]| -> Value { all.iter().map(resources::container_json).collect() };
    let mut pod = Map::new();
    pod.insert("containers".to_owned(), list(&spec.pod.containers));
    if !spec.pod.init_containers.is_empty() {
        pod.insert("initContainers".to_owned(), list(&spec.pod.init_containers));
    }
    let nested = nest(shape, Value::Object(pod));
    json!({
        "apiVersion": shape.api_version,
        "kind": shape.kind,
        "metadata": {"name": id.name, "namespace": id.namespace},
        "spec": nested.get("spec"),
    })
}

fn nest(shape: &shape::Shape, pod: Value) -> Value {
    shape
        .pod_spec
        .iter()
        .rev()
        .fold(pod, |inner, key| json!({*key: inner}))
}

fn list_name(container: &ContainerRef) -> &'static str {
    if container.init {
        "initContainers"
    } else {
        "containers"
    }
}

fn strategic(shape: &shape::Shape, changes: &Changes<'_>) -> Value {
    let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (container, changes) in changes {
        let item = json!({"name": container.container, "resources": resources::as_patch(changes)});
        lists.entry(list_name(container)).or_default().push(item);
    }
    nest(shape, json!(lists))
}

fn json_patch(
    object: &Value,
    shape: &shape::Shape,
    spec: &Spec<'_>,
    changes: &Changes<'_>,
) -> Result<Vec<patch::Op>, Refusal> {
    if spec.from_metrics {
        return refuse(
            "the order of the containers is not known: read the cluster's API, not only its metrics",
        );
    }
    let mut recorder = Recorder::new(object.clone());
    for (container, changes) in changes {
        let (at, _) = lookup::container(spec, container)?;
        let item = Pointer::of(shape.pod_spec).to(list_name(container)).to(at);
        recorder.require(&item.to("name"))?;
        for change in *changes {
            let field = item
                .to("resources")
                .to(change.field.section())
                .to(change.field.resource());
            recorder.set(&field, change.to.clone().map(Value::from))?;
        }
    }
    if recorder.is_unchanged() {
        return refuse("the object has these values already");
    }
    Ok(recorder.finish())
}

/// Applies the body to the object and compares every container's resources, as amounts, with what is meant.
fn prove(
    object: &Value,
    body: &Body,
    shape: &shape::Shape,
    spec: &Spec<'_>,
    changes: &Changes<'_>,
) -> Result<(), Refusal> {
    let after = apply(object, body)?;
    let mut allowed = Vec::new();
    for (container, changes) in changes {
        let (at, now) = lookup::container(spec, container)?;
        let item = Pointer::of(shape.pod_spec).to(list_name(container)).to(at);
        let read = resources::read_resources(item.get(&after).unwrap_or(&Value::Null))?;
        if read != resources::intended(&now.resources, changes)? {
            return refuse("the patch would not set the resources that are meant");
        }
        for change in *changes {
            let field = item
                .to("resources")
                .to(change.field.section())
                .to(change.field.resource());
            allowed.push(field.to_string());
        }
    }
    match patch::changed(object, &after)
        .iter()
        .find(|path| !allowed.contains(path))
    {
        Some(path) => refuse(format!("the patch would change {path} too")),
        None => Ok(()),
    }
}
