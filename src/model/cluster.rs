//! The objects of one cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    Autoscaler, Bytes, Cpu, DisruptionBudget, Interner, Labels, LimitRange, Monitor, Owner, Pod,
    PriorityClass, ResourceQuota, Service, Text, Timestamp, VerticalAutoscaler, Workload,
    WorkloadKind,
};

/// Everything read from the Kubernetes API, a dump of it, manifests, or put together from kube-state-metrics.
/// Every list is sorted by namespace and name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// `gitVersion` of the API server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// API groups served, as in `config.openshift.io`; empty when discovery was not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<Namespace>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "shared_pods"
    )]
    pub pods: Vec<Pod>,
    /// ReplicaSet → Deployment or Rollout, Job → CronJob. Objects that own pods for another object are kept as links
    /// only, not as workloads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<OwnerLink>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub autoscalers: Vec<Autoscaler>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vertical_autoscalers: Vec<VerticalAutoscaler>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disruption_budgets: Vec<DisruptionBudget>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limit_ranges: Vec<LimitRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<ResourceQuota>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priority_classes: Vec<PriorityClass>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Monitor>,
}

impl Cluster {
    /// Puts every list in its canonical order, so that the order of arrival never shows.
    pub fn sort(&mut self) {
        self.api_groups.sort();
        self.api_groups.dedup();
        self.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        self.namespaces.sort_by(|a, b| a.name.cmp(&b.name));
        self.workloads.sort_by(|a, b| a.id.cmp(&b.id));
        self.pods
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.links.sort();
        self.links.dedup();
        self.autoscalers
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.vertical_autoscalers
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.disruption_budgets
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.services
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.limit_ranges
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.quotas
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.priority_classes.sort_by(|a, b| a.name.cmp(&b.name));
        self.monitors
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    }
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Node {
    pub name: Text,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Only annotations that tell the platform, as in `kubeadm.alpha.kubernetes.io/cri-socket`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: Labels,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<Taint>,
    /// Roles from `node-role.kubernetes.io/<role>` labels or `kube_node_role`, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Text>,
    pub provider_id: Text,
    pub kubelet_version: Text,
    pub os_image: Text,
    pub kernel_version: Text,
    pub container_runtime: Text,
    pub allocatable: NodeResources,
    pub capacity: NodeResources,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unschedulable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// What a node has, or has to give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeResources {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<u32>,
}

/// A node taint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taint {
    pub key: Text,
    pub effect: Text,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    pub name: Text,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Only `promtune.dev/*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: Labels,
}

/// An object that owns pods on behalf of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OwnerLink {
    pub namespace: Text,
    pub kind: WorkloadKind,
    pub name: Text,
    pub owner: Owner,
}

/// Reads pods one by one and shares equal specs and labels as they come.
fn shared_pods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pod>, D::Error> {
    struct Pods;
    impl<'de> Visitor<'de> for Pods {
        type Value = Vec<Pod>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list of pods")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut specs = Interner::default();
            let mut labels = Interner::default();
            let mut pods = Vec::new();
            while let Some(mut pod) = seq.next_element::<Pod>()? {
                pod.spec = specs.share(Arc::unwrap_or_clone(pod.spec));
                pod.labels = labels.share(Arc::unwrap_or_clone(pod.labels));
                pods.push(pod);
            }
            Ok(pods)
        }
    }
    deserializer.deserialize_seq(Pods)
}
