//! Workloads, pods and the resources their containers ask for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Bytes, Cpu, Timestamp};

/// Text that occurs many times in one snapshot.
pub type Text = Arc<str>;

/// Labels or annotations.
pub type Labels = BTreeMap<Text, Text>;

/// The kind of object that owns pods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    CronJob,
    Pod,
    /// Argo Rollouts, `argoproj.io/v1alpha1`.
    Rollout,
    /// Any other owner: an operator's resource, a node (static pods).
    Other(String),
}

impl WorkloadKind {
    /// The kind as the Kubernetes API spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Pod => "Pod",
            Self::Rollout => "Rollout",
            Self::Other(kind) => kind,
        }
    }

    /// Whether its pods run to completion.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        matches!(self, Self::Job | Self::CronJob)
    }
}

impl From<String> for WorkloadKind {
    fn from(kind: String) -> Self {
        match kind.as_str() {
            "Deployment" => Self::Deployment,
            "StatefulSet" => Self::StatefulSet,
            "DaemonSet" => Self::DaemonSet,
            "ReplicaSet" => Self::ReplicaSet,
            "Job" => Self::Job,
            "CronJob" => Self::CronJob,
            "Pod" => Self::Pod,
            "Rollout" => Self::Rollout,
            _ => Self::Other(kind),
        }
    }
}

impl From<WorkloadKind> for String {
    fn from(kind: WorkloadKind) -> Self {
        kind.as_str().to_owned()
    }
}

impl From<&str> for WorkloadKind {
    fn from(kind: &str) -> Self {
        kind.to_owned().into()
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names a workload within one cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadRef {
    pub namespace: String,
    pub kind: WorkloadKind,
    pub name: String,
}

impl fmt::Display for WorkloadRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// A controller reference: who made this object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    pub kind: WorkloadKind,
    pub name: Text,
}

/// CPU, memory and ephemeral storage, each only when it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amounts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<Bytes>,
}

impl Amounts {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `resources:` of a container or of a whole pod, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Resources {
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub requests: Amounts,
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub limits: Amounts,
}

impl Resources {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

/// One container of a pod spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Container {
    pub name: Text,
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub image: Text,
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// An init container with `restartPolicy: Always`: a native sidecar that runs as long as the pod.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restart_always: bool,
    /// The command-line flags that promtune knows how to read (bind addresses, heap sizes). Nothing else of the
    /// command line is kept: arguments may carry secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<String, String>,
}

fn str_is_empty(text: &Text) -> bool {
    text.is_empty()
}

/// The parts of a pod spec that promtune reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PodSpec {
    pub containers: Vec<Container>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub init_containers: Vec<Container>,
    /// Pod-level `spec.resources` (KEP-2837).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Keys of the tolerations, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub toleration_keys: Vec<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_class: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub host_network: bool,
}

/// Where an object was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The Kubernetes API, or a dump of it.
    #[default]
    Kubernetes,
    /// Put together from kube-state-metrics series.
    Metrics,
    /// A manifest file: its path as the user gave it, the document's index in it (from 0).
    File { path: String, document: usize },
}

/// An object that owns pods.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Workload {
    #[serde(flatten)]
    pub id: WorkloadRef,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Only `promtune.dev/*`, `meta.helm.sh/*` and the markers of managed add-ons: never a last-applied body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: Labels,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Desired replicas; absent for DaemonSets, Jobs and where an autoscaler decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    pub template: Arc<PodSpec>,
    /// Labels of the pod template.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub template_labels: Labels,
    #[serde(default)]
    pub origin: Origin,
}

/// How a container ended the last time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terminated {
    /// `OOMKilled`, `Error`, `Completed`.
    pub reason: Text,
    #[serde(default)]
    pub exit_code: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// The status of one container of a live pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContainerStatus {
    pub name: Text,
    /// Restarts since the pod was made.
    #[serde(default)]
    pub restarts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_terminated: Option<Terminated>,
    /// Reason it waits for, as in `CrashLoopBackOff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Text>,
}

/// A live pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pod {
    pub namespace: Text,
    pub name: Text,
    #[serde(default, skip_serializing_if = "labels_are_empty")]
    pub labels: Arc<Labels>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Text>,
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    pub spec: Arc<PodSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<ContainerStatus>,
}

fn labels_are_empty(labels: &Arc<Labels>) -> bool {
    labels.is_empty()
}
