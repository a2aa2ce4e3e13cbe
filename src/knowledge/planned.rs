//! A query that somebody wants answered, before it is split into requests.

use crate::model::{PromDuration, QueryKind, Timestamp};

/// Stands inside label matchers where shard matchers may be added, as in `{container!=""$shard}`.
pub const SHARD: &str = "$shard";

/// One query of the catalogue, with what is needed to send it in pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedQuery {
    /// Name of the result, as in `cpu-usage-p95`.
    pub id: String,
    /// PromQL; may hold [`SHARD`] any number of times.
    pub expr: String,
    /// The labels that identify a row.
    pub keys: Vec<String>,
    pub kind: PlannedKind,
    /// The namespace label that shard matchers select on; absent when the expression aggregates it away and the query
    /// must therefore be sent whole.
    pub shard_label: Option<String>,
    /// Samples that one series contributes to the server's peak.
    pub samples_per_series: u64,
    /// The id of a query whose rows are series counts by namespace.
    pub series_from: Option<String>,
}

/// How a planned query is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedKind {
    /// At the instant of the run.
    Instant,
    /// From `start` to the instant of the run, every `step`.
    Range {
        start: Timestamp,
        step: PromDuration,
    },
}

impl PlannedKind {
    /// The kind without its times.
    #[must_use]
    pub fn query_kind(self) -> QueryKind {
        match self {
            Self::Instant => QueryKind::Instant,
            Self::Range { .. } => QueryKind::Range,
        }
    }
}

impl PlannedQuery {
    /// The expression without shard matchers: what can be pasted into any Prometheus.
    #[must_use]
    pub fn whole(&self) -> String {
        self.expr.replace(SHARD, "")
    }
}
