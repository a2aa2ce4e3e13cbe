//! What a Prometheus-compatible server says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PromDuration;

/// Which implementation answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flavor {
    #[default]
    Prometheus,
    Thanos,
    Mimir,
    VictoriaMetrics,
    /// A hosted or unrecognised implementation.
    Other,
}

/// The server's own facts. The configuration text itself is never kept: it may carry secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrometheusInfo {
    pub flavor: Flavor,
    /// `version` of `/api/v1/status/buildinfo`; empty when the server does not say.
    pub version: String,
    /// Feature flags and limits worth knowing (`query.max-samples`, `query.timeout`, `query.lookback-delta`,
    /// `storage.tsdb.retention.time`, `enable-feature`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<String, String>,
    /// `global.scrape_interval` of the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_interval: Option<PromDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_interval: Option<PromDuration>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub external_labels: BTreeMap<String, String>,
    /// How far back data is kept, as `runtimeinfo` says it (`15d`, `15d or 40GiB`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Series in the head block, rounded down to a power of two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_series: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scrape_pools: Vec<ScrapePool>,
}

/// Targets of one scrape pool and job, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScrapePool {
    pub pool: String,
    pub job: String,
    pub up: u32,
    pub down: u32,
    /// Distinct last errors of targets that are down, addresses stripped, each with its count.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_interval: Option<PromDuration>,
}
