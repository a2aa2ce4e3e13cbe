//! Indexes and derivations over one snapshot: who owns which pod, what containers really get, what they used.
//!
//! Architecture invariant: everything here is a pure function of the snapshot and the knowledge; checks read it and
//! derive nothing twice.

mod alerts;
mod context;
mod effective;
mod from_metrics;
mod limit_gate;
mod nodes;
mod ownership;
mod platform;
mod pooling;
mod quantities;
mod scraping;
mod unseen;
mod usage;
mod workloads;
mod written;

pub use alerts::{AlertHistory, AlertStats};
pub use context::pods_matcher;
pub use effective::{Amount, Effective, Source, effective_in_template};
pub use from_metrics::cluster_of;
pub use limit_gate::LimitGate;
pub use nodes::NodeFacts;
pub use ownership::Owners;
pub use platform::{PlatformVerdict, SignalSeen, detect};
pub use pooling::pool;
pub use quantities::{Qos, qos_of};
pub use scraping::{ComponentState, Targets};
pub use unseen::{DownAlert, Unseen};
pub use workloads::{ContainerFacts, Role, WorkloadFacts};
pub use written::{WrittenRule, written_rules};

use crate::knowledge::{Knowledge, Variables};
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
    /// Rules of the user's files, parsed; those of a server are not among them.
    pub written: Vec<WrittenRule<'s>>,
    /// Scrape interval of the container metrics.
    pub scrape_interval: PromDuration,
}

impl<'s> Facts<'s> {
    /// Derives everything. `cluster` comes from [`cluster_of`].
    #[must_use]
    pub fn new(snapshot: &'s Snapshot, cluster: &'s Cluster, knowledge: &Knowledge) -> Self {
        let owners = Owners::new(cluster, snapshot);
        let scrape_interval = Variables::of(snapshot).interval;
        let usage = usage::by_container(snapshot, &owners, scrape_interval);
        let workloads = workloads::build(cluster, &owners, usage);
        Self {
            snapshot,
            cluster,
            platform: detect(cluster, knowledge),
            nodes: nodes::build(cluster),
            alerts: AlertHistory::new(snapshot),
            workloads,
            written: written_rules(&snapshot.rules),
            scrape_interval,
        }
    }
}
