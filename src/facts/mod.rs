//! Indexes and derivations over one snapshot: who owns which pod, what containers really get, what they used.
//!
//! Architecture invariant: everything here is a pure function of the snapshot and the knowledge; checks read it and
//! derive nothing twice.

mod alerts;
mod context;
mod effective;
mod from_metrics;
mod nodes;
mod ownership;
mod platform;
mod pooling;
mod quantities;
mod usage;
mod workloads;

pub use alerts::{AlertHistory, AlertStats};
pub use context::pods_matcher;
pub use effective::{Amount, Effective, Source, effective_in_template, limit_range_defaults};
pub use from_metrics::cluster_of;
pub use nodes::NodeFacts;
pub use ownership::Owners;
pub use platform::{PlatformVerdict, SignalSeen, detect};
pub use pooling::pool;
pub use quantities::{Qos, qos_of};
pub use workloads::{ContainerFacts, Role, WorkloadFacts};

use crate::knowledge::Knowledge;
use crate::model::{Cluster, PromDuration, Snapshot};

/// Everything derived from one snapshot.
#[derive(Debug)]
pub struct Facts<'s> {
    pub snapshot: &'s Snapshot,
    /// The cluster as the API described it, or as put together from kube-state-metrics ([`cluster_of`]).
    pub cluster: &'s Cluster,
    pub platform: PlatformVerdict,
    /// By namespace, kind and name.
    pub workloads: Vec<WorkloadFacts<'s>>,
    pub nodes: Vec<NodeFacts>,
    pub alerts: AlertHistory,
    /// Scrape interval of the container metrics.
    pub scrape_interval: PromDuration,
}

impl<'s> Facts<'s> {
    /// Derives everything. `cluster` comes from [`cluster_of`].
    #[must_use]
    pub fn new(snapshot: &'s Snapshot, cluster: &'s Cluster, knowledge: &Knowledge) -> Self {
        let owners = Owners::new(cluster, snapshot);
        let scrape_interval = scrape_interval(snapshot);
        let usage = usage::by_container(snapshot, &owners, scrape_interval);
        let workloads = workloads::build(cluster, &owners, usage);
        Self {
            snapshot,
            cluster,
            platform: detect(cluster, knowledge),
            nodes: nodes::build(cluster),
            alerts: AlertHistory::new(snapshot),
            workloads,
            scrape_interval,
        }
    }
}

/// The scrape interval of container metrics: from the probe that counts samples an hour, else from the configuration,
/// else Prometheus' own default of one minute.
#[must_use]
pub fn scrape_interval(snapshot: &Snapshot) -> PromDuration {
    let probed = snapshot
        .queries
        .get("container-samples-per-hour")
        .and_then(|r| r.rows.first());
    let probed = probed
        .map(|r| r.1)
        .filter(|n| *n >= 1.0)
        .map(|n| (3600.0 / n).round().max(1.0));
    let configured = snapshot.prometheus.as_ref().and_then(|p| p.scrape_interval);
    probed
        .map(|s| PromDuration(s as u64))
        .or(configured)
        .unwrap_or(PromDuration(60))
}
