//! Nodes, and objects that are little more than a name.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, Scalar, list, or_default, text};

/// A specification or status that is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Empty {}

/// `spec:` of a node.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct NodeSpec {
    #[serde(rename = "providerID", deserialize_with = "text")]
    pub(in super::super) provider_id: String,
    #[serde(deserialize_with = "list")]
    pub(in super::super) taints: Vec<Taint>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) unschedulable: bool,
}

/// One of `spec.taints`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Taint {
    #[serde(deserialize_with = "text")]
    pub(in super::super) key: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) effect: String,
}

/// `status:` of a node.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct NodeStatus {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) node_info: NodeInfo,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) allocatable: BTreeMap<String, Option<Scalar>>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) capacity: BTreeMap<String, Option<Scalar>>,
}

/// `status.nodeInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct NodeInfo {
    #[serde(deserialize_with = "text")]
    pub(in super::super) kubelet_version: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) os_image: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) kernel_version: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) container_runtime_version: String,
}

/// A PriorityClass has no `spec`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PriorityClass {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) value: i64,
}
