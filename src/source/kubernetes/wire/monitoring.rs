//! Objects of the Prometheus Operator.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::policy::Selector;
use super::{list, or_default, text, texts};

/// `spec:` of a PrometheusRule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct RulesSpec {
    #[serde(deserialize_with = "list")]
    pub(in super::super) groups: Vec<GroupSpec>,
}

/// One of `spec.groups`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct GroupSpec {
    #[serde(deserialize_with = "text")]
    pub(in super::super) name: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) interval: String,
    #[serde(deserialize_with = "list")]
    pub(in super::super) rules: Vec<RuleSpec>,
}

/// A rule as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct RuleSpec {
    #[serde(deserialize_with = "text")]
    pub(in super::super) alert: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) record: String,
    /// `expr: 1` is a number to YAML.
    #[serde(deserialize_with = "text")]
    pub(in super::super) expr: String,
    #[serde(rename = "for", deserialize_with = "text")]
    pub(in super::super) hold: String,
    #[serde(deserialize_with = "text")]
    pub(in super::super) keep_firing_for: String,
    #[serde(deserialize_with = "texts")]
    pub(in super::super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "texts")]
    pub(in super::super) annotations: BTreeMap<String, String>,
}

/// `spec:` of a ServiceMonitor or PodMonitor.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct MonitorSpec {
    #[serde(deserialize_with = "or_default")]
    pub(in super::super) selector: Selector,
    #[serde(deserialize_with = "text")]
    pub(in super::super) job_label: String,
    /// Of a ServiceMonitor. Authorization and TLS settings are not read.
    #[serde(deserialize_with = "list")]
    pub(in super::super) endpoints: Vec<Endpoint>,
    /// Of a PodMonitor.
    #[serde(deserialize_with = "list")]
    pub(in super::super) pod_metrics_endpoints: Vec<Endpoint>,
}

/// A place to scrape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Endpoint {
    #[serde(deserialize_with = "text")]
    pub(in super::super) port: String,
}
