//! Objects that steer workloads: autoscalers, budgets, quotas, defaults, services and monitors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Amounts, Labels, Owner, Text};

/// Which controller scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoscalerKind {
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    Horizontal,
    /// `keda.sh/v1alpha1` ScaledObject.
    Keda,
}

/// Something that sets the number of replicas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Autoscaler {
    pub kind: AutoscalerKind,
    pub namespace: Text,
    pub name: Text,
    pub target: Owner,
    /// Absent means the API default, 1 (HPA) or 0 (KEDA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<u32>,
    pub max_replicas: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<ScalingMetric>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_replicas: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_replicas: Option<u32>,
    /// `status.conditions` as type → status.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, String>,
}

/// One metric of an autoscaler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingMetric {
    /// `Resource`, `ContainerResource`, `Pods`, `Object`, `External`, or a KEDA trigger type.
    pub source: String,
    /// `cpu` or `memory` for resource metrics, else the metric's name.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Target utilisation in percent of the request, when the target is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utilization: Option<u32>,
    /// Target value as written, when the target is not a utilisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// `autoscaling.k8s.io` VerticalPodAutoscaler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerticalAutoscaler {
    pub namespace: Text,
    pub name: Text,
    pub target: Owner,
    /// `Off`, `Initial`, `Recreate`, `InPlaceOrRecreate`, `Auto`.
    pub mode: String,
}

/// PodDisruptionBudget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisruptionBudget {
    pub namespace: Text,
    pub name: Text,
    /// `matchLabels` of the selector.
    pub selector: Labels,
    /// Whether the selector also has `matchExpressions`, which are not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_expressions: bool,
    /// A number or a percentage, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_available: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<String>,
}

/// Service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    pub namespace: Text,
    pub name: Text,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selector: Labels,
    /// Port names (empty when unnamed) and numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<(String, u16)>,
}

/// LimitRange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitRange {
    pub namespace: Text,
    pub name: Text,
    pub items: Vec<LimitRangeItem>,
}

/// One entry of a LimitRange.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitRangeItem {
    /// `Container`, `Pod`, `PersistentVolumeClaim`.
    pub kind: Text,
    /// Default limits.
    pub default: Amounts,
    pub default_request: Amounts,
    pub min: Amounts,
    pub max: Amounts,
}

/// ResourceQuota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceQuota {
    pub namespace: Text,
    pub name: Text,
    /// `spec.hard` as written, as in `limits.cpu` → `20`.
    pub hard: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub used: BTreeMap<String, String>,
}

/// PriorityClass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityClass {
    pub name: Text,
    pub value: i64,
}

/// Which Prometheus Operator object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MonitorKind {
    ServiceMonitor,
    PodMonitor,
}

/// ServiceMonitor or PodMonitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    pub kind: MonitorKind,
    pub namespace: Text,
    pub name: Text,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selector: Labels,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_label: Option<String>,
    /// Port names of the endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
}
