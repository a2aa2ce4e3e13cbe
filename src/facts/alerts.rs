//! What alerts did over the window.

use std::collections::BTreeMap;

use crate::model::{PromDuration, QueryResult, Snapshot};

/// History of one alert name and severity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AlertStats {
    /// Share of the window's grid points at which any instance fired; 0 to 1.
    pub firing_share: f64,
    /// The same for the instance that fired longest; absent when it is not known.
    pub longest_instance_share: Option<f64>,
    /// How many times an instance became active.
    pub activations: f64,
    /// Instances firing at the end of the window.
    pub firing_now: f64,
}

/// History of all alerts, by name and severity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertHistory {
    stats: BTreeMap<(String, String), AlertStats>,
    /// The part of the window in which Prometheus recorded anything at all.
    pub observed: PromDuration,
}

impl AlertHistory {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let mut stats: BTreeMap<(String, String), AlertStats> = BTreeMap::new();
        let grid = snapshot
            .queries
            .get("history-samples")
            .and_then(QueryResult::total)
            .unwrap_or(0.0);
        type Put = fn(&mut AlertStats, f64);
        let queries: [(&str, f64, Put); 4] = [
            ("alert-firing-samples", grid, |s, v| s.firing_share = v),
            ("alert-longest-instance", grid, |s, v| {
                s.longest_instance_share = Some(v)
            }),
            ("alert-activations", 1.0, |s, v| s.activations = v),
            ("alerts-firing-now", 1.0, |s, v| s.firing_now = v),
        ];
        for (query, scale, put) in queries {
            for row in snapshot
                .queries
                .get(query)
                .into_iter()
                .flat_map(|r| &r.rows)
            {
                let [name, severity] = row.0.as_slice() else {
                    continue;
                };
                if scale > 0.0 && row.1.is_finite() {
                    let value = row.1 / scale;
                    let value = if query.starts_with("alert-firing")
                        || query.starts_with("alert-longest")
                    {
                        value.min(1.0)
                    } else {
                        value
                    };
                    put(
                        stats
                            .entry((name.to_string(), severity.to_string()))
                            .or_default(),
                        value,
                    );
                }
            }
        }
        // The grid is that of `$step`, which is at least five minutes; the record of the query states it.
        let step = snapshot
            .record("history-samples")
            .and_then(|r| subquery_step(&r.query));
        let observed = PromDuration((grid * step.unwrap_or(PromDuration(300)).seconds()) as u64);
        Self {
            stats,
            observed: PromDuration(observed.0.min(snapshot.meta.window.0)),
        }
    }

    /// The history of an alert; absent when it never became active in the window.
    #[must_use]
    pub fn get(&self, name: &str, severity: &str) -> Option<&AlertStats> {
        self.stats.get(&(name.to_owned(), severity.to_owned()))
    }

    /// Whether the alert fires now; absent when the alerts that fire now are not known.
    #[must_use]
    pub fn fires_now(&self, name: &str, severity: &str) -> Option<bool> {
        let known = self.stats.values().any(|s| s.firing_now > 0.0);
        known.then(|| self.get(name, severity).is_some_and(|s| s.firing_now > 0.0))
    }

    /// Whether anything was read at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stats.is_empty()
    }
}

/// The resolution in `[14d:5m]`.
fn subquery_step(query: &str) -> Option<PromDuration> {
    let inside = query.rsplit_once('[')?.1.split(']').next()?;
    PromDuration::parse(inside.split_once(':')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_read_from_the_query() {
        assert_eq!(
            subquery_step("max(count_over_time(count(up)[14d:5m]))"),
            Some(PromDuration(300))
        );
        assert_eq!(subquery_step("up"), None);
    }
}
