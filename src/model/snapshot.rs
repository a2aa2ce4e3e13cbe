//! The one immutable value that everything is derived from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Cluster, Gap, PromDuration, PrometheusInfo, QueryRecord, QueryResult, RuleFile, RuleGroup,
    Timestamp,
};

/// Version of the snapshot's shape. A reader accepts this and older ones.
pub const SCHEMA_VERSION: u32 = 1;

/// What a cluster and its Prometheus looked like at `meta.captured_at`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub meta: Meta,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<PrometheusInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Cluster>,
    /// Rule groups as loaded, joined with the PrometheusRule objects that hold them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleGroup>,
    /// The user's own rule files, as they are written; not part of a snapshot's text.
    #[serde(skip)]
    pub rule_files: Vec<RuleFile>,
    /// Results by query id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub queries: BTreeMap<String, QueryResult>,
    /// What was asked of Prometheus, by query id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<QueryRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// When, how and by what a snapshot was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    pub schema: u32,
    pub tool_version: String,
    /// "Now" for every check.
    pub captured_at: Timestamp,
    /// How far back history was asked for.
    pub window: PromDuration,
    pub sources: Vec<SourceKind>,
    /// Whether names are hashed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted_names: bool,
}

/// Where data came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    Prometheus,
    Kubernetes,
    KubeDump,
    /// Specs put together from kube-state-metrics.
    Metrics,
    Files,
}

impl SourceKind {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Kubernetes => "kubernetes",
            Self::KubeDump => "kube-dump",
            Self::Metrics => "kube-state-metrics",
            Self::Files => "files",
        }
    }
}

impl Snapshot {
    /// An empty snapshot of one instant.
    #[must_use]
    pub fn empty(captured_at: Timestamp, window: PromDuration) -> Self {
        Self {
            meta: Meta {
                schema: SCHEMA_VERSION,
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
                captured_at,
                window,
                sources: Vec::new(),
                redacted_names: false,
            },
            prometheus: None,
            cluster: None,
            rules: Vec::new(),
            rule_files: Vec::new(),
            queries: BTreeMap::new(),
            provenance: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// The record of one query.
    #[must_use]
    pub fn record(&self, query: &str) -> Option<&QueryRecord> {
        self.provenance.iter().find(|r| r.id == query)
    }
}
