//! Where the kinds of workloads keep their pod spec.

use super::refusal::Refusal;
use crate::model::{WorkloadKind, WorkloadRef};

/// A kind of workload that can be patched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: &'static str,
    pub(super) api_version: &'static str,
    /// Keys from the object's root to its pod spec.
    pub(super) pod_spec: &'static [&'static str],
    /// Whether Kubernetes knows how to merge its lists.
    pub(super) builtin: bool,
}

const TEMPLATE: &[&str] = &["spec", "template", "spec"];

/// The shape of a kind; `None` for kinds that an operator defines.
pub(super) fn of(kind: &WorkloadKind) -> Option<Shape> {
    let (kind, api_version, pod_spec) = match kind {
        WorkloadKind::Deployment => ("Deployment", "apps/v1", TEMPLATE),
        WorkloadKind::StatefulSet => ("StatefulSet", "apps/v1", TEMPLATE),
        WorkloadKind::DaemonSet => ("DaemonSet", "apps/v1", TEMPLATE),
        WorkloadKind::ReplicaSet => ("ReplicaSet", "apps/v1", TEMPLATE),
        WorkloadKind::Job => ("Job", "batch/v1", TEMPLATE),
        WorkloadKind::CronJob => (
            "CronJob",
            "batch/v1",
            &["spec", "jobTemplate", "spec", "template", "spec"][..],
        ),
        WorkloadKind::Pod => ("Pod", "v1", &["spec"][..]),
        WorkloadKind::Rollout => ("Rollout", "argoproj.io/v1alpha1", TEMPLATE),
        WorkloadKind::Other(_) => return None,
    };
    Some(Shape {
        kind,
        api_version,
        pod_spec,
        builtin: kind != "Rollout",
    })
}

/// Why a kind without a shape is not patched.
pub(super) fn refusal(id: &WorkloadRef) -> Refusal {
    match id.kind.as_str() {
        "Node" => Refusal::new(format!(
            "{:?} is a static pod: change its manifest on the node (usually under /etc/kubernetes/manifests)",
            id.name
        )),
        kind => Refusal::new(format!(
            "the pods are made from {kind:?} {:?}, whose fields only its operator knows: set the resources there",
            id.name
        )),
    }
}
