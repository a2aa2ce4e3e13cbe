//! Autoscalers, budgets, quotas, defaults and services.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Scalar, count, list, or_default, text, texts};

/// What an autoscaler scales.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct TargetRef {
    #[serde(deserialize_with = "text")]
    pub(in super::super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
}

/// `spec:` of a HorizontalPodAutoscaler, `autoscaling/v2` and `v1`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Hpa {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) scale_target_ref: TargetRef,
    #[serde(deserialize_with = "count")]
    pub(in super::super) min_replicas: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub(in super::super) max_replicas: Option<u32>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) metrics: Vec<HpaMetric>,
    /// `autoscaling/v1`.
    #[serde(rename = "targetCPUUtilizationPercentage", deserialize_with = "count")]
    pub(in super::super) target_cpu_percent: Option<u32>,
}

/// One of `spec.metrics`: a type, and one member that carries it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct HpaMetric {
    #[serde(rename = "type", deserialize_with = "text")]
    pub(in super::super) kind: String,
    pub(in super::super) resource: Option<MetricSource>,
    pub(in super::super) container_resource: Option<MetricSource>,
    pub(in super::super) pods: Option<MetricSource>,
    pub(in super::super) object: Option<MetricSource>,
    pub(in super::super) external: Option<MetricSource>,
}

/// The member of a metric that carries its name and target.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct MetricSource {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) container: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) metric: MetricName,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) target: MetricTarget,
}

/// `metric:`; its selector is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct MetricName {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
}

/// `target:`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct MetricTarget {
    #[serde(deserialize_with = "count")]
    pub(in super::super) average_utilization: Option<u32>,
    #[serde(deserialize_with = "text")]
    pub(in super::super) average_value: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) value: String,
}

/// `status:` of a HorizontalPodAutoscaler or a ScaledObject.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct HpaStatus {
    #[serde(deserialize_with = "count")]
    pub(in super::super) current_replicas: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub(in super::super) desired_replicas: Option<u32>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) conditions: Vec<Condition>,
}

/// A condition; reason and message are not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Condition {
    #[serde(rename = "type", deserialize_with = "text")]
    pub(in super::super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) status: String,
}

/// `spec:` of a KEDA ScaledObject.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct ScaledObject {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) scale_target_ref: TargetRef,
    #[serde(deserialize_with = "count")]
    pub(in super::super) min_replica_count: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub(in super::super) max_replica_count: Option<u32>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) triggers: Vec<Trigger>,
}

/// A trigger. Of its metadata only targets are read: the rest may hold addresses and connection strings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Trigger {
    #[serde(rename = "type", deserialize_with = "text")]
    pub(in super::super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) metric_type: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) metadata: TriggerTarget,
}

/// The targets in a trigger's metadata.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct TriggerTarget {
    /// The metric type, before KEDA 2.7.
    #[serde(rename = "type", deserialize_with = "text")]
    pub(in super::super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) value: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) threshold: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) container_name: String,
}

/// `spec:` of a VerticalPodAutoscaler.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Vpa {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) target_ref: TargetRef,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) update_policy: UpdatePolicy,
}

/// `spec.updatePolicy`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct UpdatePolicy {
    #[serde(deserialize_with = "text")]
    pub(in super::super) update_mode: String,
}

/// `spec:` of a PodDisruptionBudget.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Budget {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) selector: Selector,
    pub(in super::super) min_available: Option<Scalar>,
    pub(in super::super) max_unavailable: Option<Scalar>,
}

/// A label selector.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Selector {
    #[serde(deserialize_with = "texts")]
    pub(in super::super) match_labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) match_expressions: Vec<serde::de::IgnoredAny>,
}

/// `spec:` of a Service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ServiceSpec {
    #[serde(deserialize_with = "texts")]
    pub(in super::super) selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "list")]
    pub(in super::super) ports: Vec<ServicePort>,
}

/// One of `spec.ports`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ServicePort {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) port: String,
}

/// `spec:` of a LimitRange.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct LimitRange {
    #[serde(deserialize_with = "list")]
    pub(in super::super) limits: Vec<LimitItem>,
}

/// One of `spec.limits`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct LimitItem {
    #[serde(rename = "type", deserialize_with = "text")]
    pub(in super::super) kind: String,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) default: BTreeMap<String, Option<Scalar>>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) default_request: BTreeMap<String, Option<Scalar>>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) min: BTreeMap<String, Option<Scalar>>,
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) max: BTreeMap<String, Option<Scalar>>,
}

/// `spec:` of a ResourceQuota.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Quota {
    #[serde(deserialize_with = "texts")]
    pub(in super::super) hard: BTreeMap<String, String>,
}

/// `status:` of a ResourceQuota.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct QuotaStatus {
    #[serde(deserialize_with = "texts")]
    pub(in super::super) used: BTreeMap<String, String>,
}
