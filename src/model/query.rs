//! Results of the catalogued queries, and the record of what was asked.

use serde::{Deserialize, Serialize};

use super::{PromDuration, Text, Timestamp};

/// How a query is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryKind {
    Instant,
    Range,
}

/// The answer to one catalogued query: rows for an instant query, series for a range query. Rows are sorted by labels
/// and unique.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryResult {
    /// The labels that identify a row, in the order of each row's values.
    pub keys: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<RangeSeries>,
}

/// One element of an instant vector: the values of the result's keys (empty text where absent), then the sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row(pub Vec<Text>, #[serde(with = "super::sample::one")] pub f64);

/// One series of a range query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RangeSeries {
    pub labels: Vec<Text>,
    /// Sample times as offsets from the query's start, in steps.
    pub steps: Vec<u32>,
    #[serde(with = "super::sample::many")]
    pub values: Vec<f32>,
}

/// What became of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueryStatus {
    Complete,
    /// Some shards failed; their gaps say why.
    Partial,
    Failed(String),
    /// Not asked, because of this.
    Skipped(String),
}

/// Provenance of one catalogued query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryRecord {
    pub id: String,
    /// The PromQL that was sent, without shard matchers: it can be pasted into the user's own Prometheus.
    pub query: String,
    /// The same with the token `$shard` where a label matcher can be added, to narrow it to one subject.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    pub kind: QueryKind,
    pub at: Timestamp,
    /// Step of a range query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<PromDuration>,
    /// Start of a range query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// HTTP requests sent for it, retries not counted.
    pub requests: u32,
    /// Series received.
    pub series: u64,
    /// Samples the server says it read, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_read: Option<u64>,
    pub status: QueryStatus,
}

impl QueryRecord {
    /// The query narrowed by label matchers, each written as `label="value"`; the bulk query where it has no place
    /// for them.
    #[must_use]
    pub fn narrowed(&self, matchers: &[String]) -> String {
        if self.template.is_empty() || matchers.is_empty() {
            return self.query.clone();
        }
        let text: String = matchers.iter().map(|m| format!(",{m}")).collect();
        self.template.replace("$shard", &text)
    }
}

impl QueryResult {
    /// The position of a label among the keys.
    #[must_use]
    pub fn key(&self, label: &str) -> Option<usize> {
        self.keys.iter().position(|k| &**k == label)
    }

    /// The sum of all rows; absent when there are none.
    #[must_use]
    pub fn total(&self) -> Option<f64> {
        (!self.rows.is_empty()).then(|| self.rows.iter().map(|r| r.1).sum())
    }
}
