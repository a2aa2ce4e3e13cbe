//! What a container was measured to use.

use super::{PromDuration, Timestamp};

/// Points of a distribution over the window. Missing points are absent, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Percentiles {
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub max: Option<f64>,
}

/// CPU use in cores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CpuUsage {
    /// Pooled over the replicas, each weighted by the time it was observed.
    pub pooled: Percentiles,
    /// The replica with the highest p95.
    pub hottest_p95: Option<f64>,
}

/// Memory use in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryUsage {
    /// Highest working set of any replica.
    pub peak: Option<f64>,
    /// 95th percentile of the working set of the replica where it is highest.
    pub p95: Option<f64>,
    /// Highest anonymous memory (RSS) of any replica.
    pub rss_peak: Option<f64>,
    /// How many replicas in the window were killed for memory (`OOMKilled`).
    pub oom_killed_pods: u32,
    /// Time of the latest OOM kill in the window that a live pod still remembers.
    pub last_oom: Option<Timestamp>,
}

impl MemoryUsage {
    /// Whether it was killed for memory, by whatever tells.
    #[must_use]
    pub fn was_killed(&self) -> bool {
        self.oom_killed_pods > 0 || self.last_oom.is_some()
    }
}

/// CFS quota throttling over the window, all replicas together. Counts are periods in which the cgroup had something
/// to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Throttling {
    pub periods: f64,
    pub throttled: f64,
    /// CPU seconds used in the same time.
    pub cpu_seconds: f64,
    /// Throttled periods that fell in the first minutes of a container's life; absent when start times are unknown.
    pub throttled_at_start: Option<f64>,
    /// The hours in which more than a quarter of the periods were throttled.
    pub hot: Option<HotHours>,
    /// Pods that contributed.
    pub pods: u32,
}

/// Totals over the hours in which throttling was above the alert's threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HotHours {
    /// Pod-hours above the threshold.
    pub hours: f64,
    /// Pod-hours observed.
    pub observed: f64,
    pub periods: f64,
    pub throttled: f64,
    pub cpu_seconds: f64,
}

/// Everything measured of one container of one workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerUsage {
    pub cpu: Option<CpuUsage>,
    pub memory: Option<MemoryUsage>,
    pub throttling: Option<Throttling>,
    /// Pods with data in the window.
    pub pods: u32,
    /// Restarts of all replicas in the window.
    pub restarts: f64,
    /// Container-hours observed, all replicas together.
    pub observed_hours: f64,
    /// From the first to the last sample of any replica, within the window.
    pub span: PromDuration,
    /// Share of the expected samples in that span that were there, of the best-covered replica; 0 to 1.
    pub coverage: f64,
}
