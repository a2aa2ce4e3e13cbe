//! What sort of number a value is, as far as names and functions tell.

/// The sort of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Unknown,
    /// By its name a counter: only grows, and is reset to zero.
    Counter,
    /// Counters added up or chosen among: `rate` over it misreads resets.
    AggregatedCounter,
    /// A change over time, per second or in total.
    Rate,
    /// A number of elements.
    Count,
    /// A quotient.
    Ratio,
    /// Zero or one.
    Flag,
    /// By its name or its function a value that goes up and down.
    Gauge,
}

impl ValueKind {
    pub(super) fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }

    /// The kind of an aggregated value.
    pub(super) fn aggregated(self, op: &str) -> Self {
        match (op, self) {
            ("count" | "count_values", _) => Self::Count,
            ("group", _) => Self::Flag,
            ("topk" | "bottomk" | "limitk" | "limit_ratio", kind) => kind,
            (_, Self::Counter | Self::AggregatedCounter) => Self::AggregatedCounter,
            ("sum" | "avg" | "max" | "min" | "quantile", kind @ (Self::Rate | Self::Gauge)) => kind,
            _ => Self::Unknown,
        }
    }
}

/// Whether a metric is a counter by its name. `_count` and `_sum` are those of histograms and summaries.
#[must_use]
pub fn counter_like(metric: &str) -> bool {
    // A recording rule's name says what was done last after the colon: `job:requests_total:rate5m` is no counter.
    !metric.contains(':')
        && ["_total", "_bucket", "_count", "_sum"]
            .iter()
            .any(|s| metric.ends_with(s))
}

/// Whether a metric is a gauge by its name: a unit or a state without one of the counters' endings.
#[must_use]
pub fn gauge_like(metric: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        "_bytes",
        "_ratio",
        "_percent",
        "_celsius",
        "_info",
        "_timestamp",
        "_timestamp_seconds",
        "_seconds",
        "_load1",
        "_load5",
        "_usage",
        "_free",
        "_size",
        "_replicas",
    ];
    // These count although their names do not say so.
    const COUNTERS: [&str; 3] = ["_cpu_seconds", "_time_seconds", "_duration_seconds"];
    !counter_like(metric)
        && !metric.contains(':')
        && !COUNTERS.iter().any(|c| metric.ends_with(c))
        && ENDINGS.iter().any(|e| metric.ends_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_counters_from_gauges() {
        for name in ["http_requests_total", "h_bucket", "h_count"] {
            assert!(counter_like(name) && !gauge_like(name), "{name}");
        }
        for name in [
            "node_memory_free_bytes",
            "kube_pod_info",
            "node_filesystem_size_bytes",
        ] {
            assert!(gauge_like(name) && !counter_like(name), "{name}");
        }
        for name in [
            "up",
            "job:requests_total",
            "process_cpu_seconds",
            "job:x:bytes",
        ] {
            assert!(!gauge_like(name) && !counter_like(name), "{name}");
        }
    }
}
