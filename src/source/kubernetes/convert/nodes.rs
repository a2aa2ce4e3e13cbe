//! Nodes, namespaces and priority classes.

use std::collections::BTreeMap;

use super::super::wire::{self, Object, Scalar};
use super::pods::amount;
use super::{Shared, instant, name_of};
use crate::model::{Bytes, Cpu, Namespace, Node, NodeResources, PriorityClass, Taint, Text};

const ROLE_LABEL: &str = "node-role.kubernetes.io/";

/// A node.
pub(super) fn node(
    shared: &mut Shared,
    object: &Object<wire::NodeSpec, wire::NodeStatus>,
) -> Result<Node, String> {
    let (meta, spec, status) = (&object.metadata, &object.spec, &object.status);
    let taint = |shared: &mut Shared, key: &str, effect: &str| Taint {
        key: shared.text(key),
        effect: shared.text(effect),
    };
    Ok(Node {
        name: shared.text(name_of(meta)?),
        labels: shared.labels(&meta.labels),
        annotations: shared.node_annotations(&meta.annotations),
        taints: spec
            .taints
            .iter()
            .map(|t| taint(shared, &t.key, &t.effect))
            .collect(),
        roles: roles(shared, &meta.labels),
        provider_id: shared.text(&spec.provider_id),
        kubelet_version: shared.text(&status.node_info.kubelet_version),
        os_image: shared.text(&status.node_info.os_image),
        kernel_version: shared.text(&status.node_info.kernel_version),
        container_runtime: shared.text(&status.node_info.container_runtime_version),
        allocatable: resources(&status.allocatable).map_err(|e| format!("allocatable.{e}"))?,
        capacity: resources(&status.capacity).map_err(|e| format!("capacity.{e}"))?,
        unschedulable: spec.unschedulable,
        created: instant(&meta.creation_timestamp),
    })
}

/// Roles are label keys; `kubernetes.io/role` is the old spelling, still set by some installers.
fn roles(shared: &mut Shared, labels: &BTreeMap<String, String>) -> Vec<Text> {
    let new = labels.keys().filter_map(|key| key.strip_prefix(ROLE_LABEL));
    let old = labels.get("kubernetes.io/role").map(String::as_str);
    let mut roles: Vec<Text> = new
        .chain(old)
        .filter(|role| !role.is_empty())
        .map(|role| shared.text(role))
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

fn resources(map: &BTreeMap<String, Option<Scalar>>) -> Result<NodeResources, String> {
    Ok(NodeResources {
        cpu: amount(map, "cpu", Cpu::parse)?,
        memory: amount(map, "memory", Bytes::parse)?,
        pods: amount(map, "pods", Bytes::parse)?.map(|n| u32::try_from(n.0).unwrap_or(u32::MAX)),
    })
}

/// A namespace.
pub(super) fn namespace(
    shared: &mut Shared,
    object: &Object<wire::Empty>,
) -> Result<Namespace, String> {
    let meta = &object.metadata;
    Ok(Namespace {
        name: shared.text(name_of(meta)?),
        labels: shared.labels(&meta.labels),
        annotations: shared.namespace_annotations(&meta.annotations),
    })
}

/// A priority class.
pub(super) fn priority_class(
    shared: &mut Shared,
    object: &wire::PriorityClass,
) -> Result<PriorityClass, String> {
    Ok(PriorityClass {
        name: shared.text(name_of(&object.metadata)?),
        value: object.value,
    })
}
