//! Pods, and the objects that make them from a template.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, Scalar, count, list, or_default, text, text_list};

/// `spec:` of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob or Rollout: what they have in common.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct WorkloadSpec {
    #[serde(deserialize_with = "count")]
    pub(in super::super) replicas: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) template: Template,
    /// Of a CronJob.
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) job_template: JobTemplate,
}

/// `spec.template`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Template {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) spec: PodSpec,
}

/// `spec.jobTemplate`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct JobTemplate {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) spec: JobSpec,
}

/// `spec.jobTemplate.spec`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct JobSpec {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) template: Template,
}

/// A pod spec.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct PodSpec {
    #[serde(deserialize_with = "list")]
    pub(in super::super) containers: Vec<Container>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) init_containers: Vec<Container>,
    pub(in super::super) resources: Option<Resources>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) tolerations: Vec<Toleration>,
    #[serde(deserialize_with = "text")]
    pub(in super::super) priority_class_name: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) host_network: bool,
    #[serde(deserialize_with = "text")]
    pub(in super::super) node_name: String,
}

/// One toleration; without a key it tolerates everything.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Toleration {
    #[serde(deserialize_with = "text")]
    pub(in super::super) key: String,
}

/// A container. `env` and `envFrom` are not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Container {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) image: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) resources: Resources,
    #[serde(deserialize_with = "text")]
    pub(in super::super) restart_policy: String,
    /// Searched for known flags, then dropped.
    #[serde(deserialize_with = "text_list")]
    pub(in super::super) command: Vec<String>,
    #[serde(deserialize_with = "text_list")]
    pub(in super::super) args: Vec<String>,
}

/// `resources:`, quantities as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Resources {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) requests: BTreeMap<String, Option<Scalar>>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) limits: BTreeMap<String, Option<Scalar>>,
}

/// `status:` of a pod.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct PodStatus {
    #[serde(deserialize_with = "text")]
    pub(in super::super) phase: String,
    #[serde(deserialize_with = "list")]
    pub(in super::super) container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) init_container_statuses: Vec<ContainerStatus>,
}

/// One of the container statuses.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct ContainerStatus {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "count")]
    pub(in super::super) restart_count: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) state: ContainerState,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) last_state: ContainerState,
}

/// `state` or `lastState`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ContainerState {
    pub(in super::super) waiting: Option<Waiting>,
    pub(in super::super) terminated: Option<Terminated>,
}

/// Why a container waits.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Waiting {
    #[serde(deserialize_with = "text")]
    pub(in super::super) reason: String,
}

/// How a container ended. Its `message` is not read: it is the end of the container's log.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Terminated {
    #[serde(deserialize_with = "text")]
    pub(in super::super) reason: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) exit_code: i32,
    #[serde(deserialize_with = "text")]
    pub(in super::super) finished_at: String,
}
