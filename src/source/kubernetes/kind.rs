//! The kinds of object that promtune reads, and where the API serves them.

/// A kind of Kubernetes object that promtune reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Node,
    Namespace,
    Pod,
    Service,
    LimitRange,
    ResourceQuota,
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    CronJob,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    PriorityClass,
    Rollout,
    VerticalPodAutoscaler,
    ScaledObject,
    PrometheusRule,
    ServiceMonitor,
    PodMonitor,
}

/// How a kind is spelled and served.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "live"),
    expect(dead_code, reason = "only the live client asks for lists")
)]
pub(super) struct Served {
    pub(super) kind: Kind,
    /// `kind:` of the object.
    pub(super) name: &'static str,
    /// The resource in paths and in RBAC rules.
    pub(super) plural: &'static str,
    /// The API group; empty for the core group.
    pub(super) group: &'static str,
    /// Versions promtune can read, the one it prefers first.
    pub(super) versions: &'static [&'static str],
    pub(super) namespaced: bool,
    /// Defined by a CRD: its absence is normal.
    pub(super) custom: bool,
}

const fn builtin(
    kind: Kind,
    name: &'static str,
    plural: &'static str,
    group: &'static str,
    versions: &'static [&'static str],
    namespaced: bool,
) -> Served {
    Served {
        kind,
        name,
        plural,
        group,
        versions,
        namespaced,
        custom: false,
    }
}

const fn custom(
    kind: Kind,
    name: &'static str,
    plural: &'static str,
    group: &'static str,
    versions: &'static [&'static str],
) -> Served {
    Served {
        kind,
        name,
        plural,
        group,
        versions,
        namespaced: true,
        custom: true,
    }
}

const AUTOSCALING: &[&str] = &["v2", "v2beta2", "v1"];
const MONITORING: &str = "monitoring.coreos.com";

/// Every kind. Pods come first: theirs is the longest list, so that a live run starts it first.
pub(super) const ALL: [Served; 21] = [
    builtin(Kind::Pod, "Pod", "pods", "", &["v1"], true),
    builtin(
        Kind::ReplicaSet,
        "ReplicaSet",
        "replicasets",
        "apps",
        &["v1"],
        true,
    ),
    builtin(Kind::Node, "Node", "nodes", "", &["v1"], false),
    builtin(
        Kind::Namespace,
        "Namespace",
        "namespaces",
        "",
        &["v1"],
        false,
    ),
    builtin(
        Kind::Deployment,
        "Deployment",
        "deployments",
        "apps",
        &["v1"],
        true,
    ),
    builtin(
        Kind::StatefulSet,
        "StatefulSet",
        "statefulsets",
        "apps",
        &["v1"],
        true,
    ),
    builtin(
        Kind::DaemonSet,
        "DaemonSet",
        "daemonsets",
        "apps",
        &["v1"],
        true,
    ),
    builtin(Kind::Job, "Job", "jobs", "batch", &["v1"], true),
    builtin(
        Kind::CronJob,
        "CronJob",
        "cronjobs",
        "batch",
        &["v1", "v1beta1"],
        true,
    ),
    builtin(Kind::Service, "Service", "services", "", &["v1"], true),
    builtin(
        Kind::LimitRange,
        "LimitRange",
        "limitranges",
        "",
        &["v1"],
        true,
    ),
    builtin(
        Kind::ResourceQuota,
        "ResourceQuota",
        "resourcequotas",
        "",
        &["v1"],
        true,
    ),
    builtin(
        Kind::HorizontalPodAutoscaler,
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "autoscaling",
        AUTOSCALING,
        true,
    ),
    builtin(
        Kind::PodDisruptionBudget,
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "policy",
        &["v1", "v1beta1"],
        true,
    ),
    builtin(
        Kind::PriorityClass,
        "PriorityClass",
        "priorityclasses",
        "scheduling.k8s.io",
        &["v1"],
        false,
    ),
    custom(
        Kind::Rollout,
        "Rollout",
        "rollouts",
        "argoproj.io",
        &["v1alpha1"],
    ),
    custom(
        Kind::VerticalPodAutoscaler,
        "VerticalPodAutoscaler",
        "verticalpodautoscalers",
        "autoscaling.k8s.io",
        &["v1", "v1beta2"],
    ),
    custom(
        Kind::ScaledObject,
        "ScaledObject",
        "scaledobjects",
        "keda.sh",
        &["v1alpha1"],
    ),
    custom(
        Kind::PrometheusRule,
        "PrometheusRule",
        "prometheusrules",
        MONITORING,
        &["v1"],
    ),
    custom(
        Kind::ServiceMonitor,
        "ServiceMonitor",
        "servicemonitors",
        MONITORING,
        &["v1"],
    ),
    custom(
        Kind::PodMonitor,
        "PodMonitor",
        "podmonitors",
        MONITORING,
        &["v1"],
    ),
];

/// The kind of an object by its `apiVersion` and `kind`, when promtune reads it. Old versions of a group are read as
/// far as they have the same shape.
pub(super) fn kind_of(api_version: &str, name: &str) -> Option<&'static Served> {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    // `extensions` held Deployments and DaemonSets before they moved to `apps`.
    let group = if group == "extensions" { "apps" } else { group };
    ALL.iter()
        .find(|served| served.name == name && served.group == group)
}

impl Served {
    /// The list's path, in one namespace or in all of them.
    #[cfg(feature = "live")]
    pub(super) fn path(&self, version: &str, namespace: Option<&str>) -> String {
        let Self { group, plural, .. } = self;
        let root = if group.is_empty() {
            format!("/api/{version}")
        } else {
            format!("/apis/{group}/{version}")
        };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }
    }

    /// `wanted` of a gap about this kind.
    pub(super) fn wanted(&self) -> String {
        format!("kubernetes:{}", self.plural)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_decides_not_the_name_alone() {
        assert_eq!(
            kind_of("apps/v1", "Deployment").map(|s| s.kind),
            Some(Kind::Deployment)
        );
        assert_eq!(
            kind_of("extensions/v1beta1", "Deployment").map(|s| s.kind),
            Some(Kind::Deployment)
        );
        assert_eq!(kind_of("v1", "Pod").map(|s| s.kind), Some(Kind::Pod));
        // Knative has a Service too; Secrets are of no kind that is read.
        for (api_version, name) in [
            ("serving.knative.dev/v1", "Service"),
            ("v1", "Secret"),
            ("v1", "Deployment"),
            ("", ""),
        ] {
            assert!(kind_of(api_version, name).is_none(), "{api_version} {name}");
        }
    }

    #[test]
    fn every_kind_is_listed_once() {
        let mut kinds: Vec<Kind> = ALL.iter().map(|s| s.kind).collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), ALL.len());
    }
}
