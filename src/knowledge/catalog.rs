//! The query catalogue: `rulesets/queries.yaml`.

use serde::Deserialize;

use super::{PlannedKind, PlannedQuery};
use crate::model::{PromDuration, Snapshot, Timestamp};

/// When a query is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// First: other queries depend on its answer.
    Probe,
    #[default]
    Main,
}

/// What one series costs the server at peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// One sample.
    #[default]
    Instant,
    /// Its raw samples are read, one series at a time: time binds, not memory.
    Raw,
    /// The samples of a subquery over the window are held.
    Subquery,
    /// One sample an hour of the window.
    Hourly,
}

/// One query as the catalogue states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuerySpec {
    pub id: String,
    #[serde(default)]
    pub phase: Phase,
    /// `range`, or absent for an instant query.
    #[serde(default)]
    pub kind: Option<String>,
    /// Step of a range query.
    #[serde(default)]
    pub step: Option<String>,
    /// What the value is, in a few words.
    pub what: String,
    pub keys: Vec<String>,
    pub unit: String,
    #[serde(default)]
    pub cost: Cost,
    pub expr: String,
}

/// All queries.
#[derive(Clone, Debug, Default)]
pub struct QueryCatalog {
    pub(super) queries: Vec<QuerySpec>,
}

/// What the placeholders of expressions stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variables {
    /// How far back.
    pub window: PromDuration,
    /// Scrape interval of the container metrics.
    pub interval: PromDuration,
    /// "Now".
    pub at: Timestamp,
}

/// Samples that a raw range selector may read for the price of one held sample. Prometheus holds one series at a time
/// and reads some 10 million samples a second, so time is what has to be bounded.
const RAW_DISCOUNT: u64 = 16;

impl Variables {
    /// The variables of a snapshot, which may hold the probes only. The scrape interval is the probed one, else the
    /// configured one, else Prometheus' own default of one minute.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let probed = snapshot
            .queries
            .get("container-samples-per-hour")
            .and_then(|r| r.rows.first());
        let probed = probed
            .map(|r| r.1)
            .filter(|n| *n >= 1.0)
            .map(|n| (3600.0 / n).round().max(1.0));
        let configured = snapshot.prometheus.as_ref().and_then(|p| p.scrape_interval);
        let interval = probed.map(|s| PromDuration(s as u64)).or(configured);
        Self {
            window: snapshot.meta.window,
            interval: interval.filter(|i| i.0 > 0).unwrap_or(PromDuration(60)),
            at: snapshot.meta.captured_at,
        }
    }

    /// Range of `rate()`: at least five minutes and four scrape intervals, so that a missed scrape leaves no hole.
    #[must_use]
    pub fn rate(self) -> PromDuration {
        PromDuration((4 * self.interval.0).max(300))
    }

    /// Resolution of subqueries: the rate's own range, so that each sample is counted once.
    #[must_use]
    pub fn step(self) -> PromDuration {
        self.rate()
    }

    fn fill(self, expr: &str) -> String {
        expr.replace("$window", &self.window.to_string())
            .replace("$rate", &self.rate().to_string())
            .replace("$step", &self.step().to_string())
            .replace("$interval", &self.interval.to_string())
    }

    fn samples(self, cost: Cost) -> u64 {
        let samples = match cost {
            Cost::Instant => 1,
            Cost::Raw => self.window.0 / self.interval.0.max(1) / RAW_DISCOUNT,
            // An aggregation inside of a subquery holds its input and its output.
            Cost::Subquery => 2 * self.window.0 / self.step().0.max(1),
            Cost::Hourly => 3 * self.window.0 / 3600,
        };
        samples.max(1)
    }
}

impl QueryCatalog {
    /// The specification of one query.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&QuerySpec> {
        self.queries.iter().find(|q| q.id == id)
    }

    /// Every query, in the catalogue's order.
    pub fn iter(&self) -> impl Iterator<Item = &QuerySpec> {
        self.queries.iter()
    }

    /// The query ready to send.
    #[must_use]
    pub fn plan(&self, spec: &QuerySpec, variables: Variables) -> PlannedQuery {
        let step = spec
            .step
            .as_deref()
            .and_then(PromDuration::parse)
            .unwrap_or(PromDuration::HOUR);
        let window = i64::try_from(variables.window.0).unwrap_or(i64::MAX);
        let start = Timestamp(variables.at.0.saturating_sub(window));
        let sharded = spec.expr.contains("$shard");
        PlannedQuery {
            id: spec.id.clone(),
            expr: variables.fill(&spec.expr),
            keys: spec.keys.clone(),
            kind: match spec.kind.as_deref() {
                Some("range") => PlannedKind::Range { start, step },
                _ => PlannedKind::Instant,
            },
            shard_label: sharded.then(|| "namespace".to_owned()),
            samples_per_series: variables.samples(spec.cost),
            series_from: sharded.then(|| "containers-by-namespace".to_owned()),
        }
    }
}
