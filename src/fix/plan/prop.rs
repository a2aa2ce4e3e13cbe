//! Random pod specs: a patch changes exactly the fields that are meant, whatever else the object holds.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::patch_of;
use crate::fix::patch::{self, Op, Pointer};
use crate::fix::testing::{fix, with_workloads, workload};
use crate::fix::{
    ContainerRef, Edit, LowerContext, ResourceChange, ResourceField, lower, resources,
};
use crate::model::{Amounts, Bytes, Container, Cpu, PodSpec, Resources};

fn amounts() -> impl Strategy<Value = Amounts> {
    let cpu = prop::option::of((1_u64..4000).prop_map(Cpu));
    let memory = prop::option::of((1_u64..1 << 34).prop_map(Bytes));
    (cpu, memory).prop_map(|(cpu, memory)| Amounts {
        cpu,
        memory,
        ephemeral_storage: None,
    })
}

fn containers() -> impl Strategy<Value = Vec<Container>> {
    let one = (amounts(), amounts()).prop_map(|(requests, limits)| Resources { requests, limits });
    prop::collection::vec(one, 1..5).prop_map(|all| {
        let named = |(at, resources)| Container {
            name: format!("c{at}").into(),
            image: "i".into(),
            resources,
            ..Container::default()
        };
        all.into_iter().enumerate().map(named).collect()
    })
}

fn field() -> impl Strategy<Value = ResourceField> {
    prop::sample::select(vec![
        ResourceField::RequestsCpu,
        ResourceField::RequestsMemory,
        ResourceField::LimitsCpu,
        ResourceField::LimitsMemory,
    ])
}

/// Which container, of which list, which field, to what.
fn wishes() -> impl Strategy<Value = Vec<(usize, bool, ResourceField, Option<u64>)>> {
    prop::collection::vec(
        (
            0_usize..4,
            any::<bool>(),
            field(),
            prop::option::of(1_u64..8000),
        ),
        1..6,
    )
}

fn quantity(field: ResourceField, amount: u64) -> String {
    match field.resource() {
        "cpu" => Cpu(amount).to_string(),
        _ => format!("{amount}Mi"),
    }
}

/// The object on the server: what the snapshot knows of it, and more.
fn on_server(pod: &PodSpec) -> Value {
    let list = |all: &[Container]| -> Value {
        let full = all.iter().map(|c| {
            let mut out = resources::container_json(c);
            out["env"] = json!([{"name": "A", "value": "b"}]);
            out
        });
        full.collect()
    };
    json!({"spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {
        "containers": list(&pod.containers),
        "initContainers": list(&pod.init_containers),
        "volumes": [{"name": "v"}],
    }}}})
}

proptest! {
    #[test]
    fn a_patch_changes_what_is_meant_and_nothing_else(
        main in containers(),
        init in containers(),
        wishes in wishes(),
        kind in prop::sample::select(vec!["Deployment", "StatefulSet", "Rollout"]),
    ) {
        let pod = PodSpec { containers: main, init_containers: init, ..PodSpec::default() };
        let mut object = workload(kind, "api", Vec::new());
        object.template = Arc::new(pod.clone());
        let edits: Vec<Edit> = wishes.iter().map(|(at, init, field, amount)| Edit::SetResources {
            container: ContainerRef { workload: object.id.clone(), container: format!("c{at}"), init: *init },
            changes: vec![ResourceChange { field: *field, from: None, to: amount.map(|a| quantity(*field, a)) }],
        }).collect();
        let snapshot = with_workloads(vec![object]);
        let out = lower(&fix(edits.clone()), &LowerContext::new(&snapshot, &[]));
        let Some(text) = out.texts.get("kubectl") else {
            prop_assert!(!out.refused["kubectl"].is_empty());
            return Ok(());
        };
        let before = on_server(&pod);
        let mut after = before.clone();
        match patch_of(text) {
            Value::Array(ops) => patch::apply_all(&mut after, &ops.iter().map(op).collect::<Vec<_>>()).unwrap(),
            body => patch::merge(&mut after, &body).unwrap(),
        }
        let mut meant = before.clone();
        for edit in &edits {
            let Edit::SetResources { container, changes } = edit else { continue };
            let list = if container.init { "initContainers" } else { "containers" };
            let items = meant["spec"]["template"]["spec"][list].as_array_mut().unwrap();
            let item = items.iter_mut().find(|i| i["name"] == json!(container.container)).unwrap();
            let field = changes[0].field;
            match &changes[0].to {
                Some(to) => item["resources"][field.section()][field.resource()] = json!(to),
                None => drop(item.pointer_mut(&format!("/resources/{}", field.section()))
                    .and_then(Value::as_object_mut).map(|m| m.remove(field.resource()))),
            }
        }
        // Amounts may be spelled in two ways; nothing else may differ.
        for path in patch::changed(&meant, &after) {
            prop_assert!(path.contains("/resources/"), "{path}");
            let at = |v: &Value| v.pointer(&path).and_then(Value::as_str).map(str::to_owned);
            let (a, b) = (at(&meant), at(&after));
            let field = if path.ends_with("cpu") { ResourceField::LimitsCpu } else { ResourceField::LimitsMemory };
            prop_assert!(a.zip(b).is_some_and(|(a, b)| resources::same_amount(field, &a, &b)), "{path}");
        }
    }
}

/// Reads an operation back from its JSON.
fn op(value: &Value) -> Op {
    let path = value["path"].as_str().unwrap();
    let segments: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|s| s.replace("~1", "/").replace("~0", "~"))
        .collect();
    let path = Pointer::of(&segments.iter().map(String::as_str).collect::<Vec<_>>());
    let body = value["value"].clone();
    match value["op"].as_str().unwrap() {
        "test" => Op::Test(path, body),
        "add" => Op::Add(path, body),
        "replace" => Op::Replace(path, body),
        _ => Op::Remove(path),
    }
}

#[test]
fn what_the_snapshot_did_not_see_is_never_lost() {
    let pod = PodSpec {
        containers: vec![Container {
            name: "c0".into(),
            ..Container::default()
        }],
        ..PodSpec::default()
    };
    let mut object = workload("Rollout", "api", Vec::new());
    object.template = Arc::new(pod.clone());
    let edit = crate::fix::testing::set_memory(&object.id, "c0", Some("1Gi"));
    let out = lower(
        &fix(vec![edit]),
        &LowerContext::new(&with_workloads(vec![object]), &[]),
    );
    let ops: Vec<Op> = patch_of(&out.texts["kubectl"])
        .as_array()
        .unwrap()
        .iter()
        .map(op)
        .collect();
    let mut server = on_server(&pod);
    server["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"limits": {"nvidia.com/gpu": "1"}});
    assert!(
        patch::apply_all(&mut server, &ops).is_err(),
        "the patch stops at resources it does not know"
    );
}
