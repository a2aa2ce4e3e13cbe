//! Objects of a cluster, from its API or from what `kubectl get … -o yaml|json` printed.
//!
//! Never kept, whatever the source: Secrets, environment values, command lines (but for a few known flags) and
//! annotations (but for the few that checks read).

mod convert;
mod dump;
mod kind;
#[cfg(feature = "live")]
pub mod live;
mod wire;

pub use dump::{DumpError, read_dump, read_texts};

use crate::model::{AutoscalerKind, Cluster, Gap, MonitorKind, RuleGroup};

/// What was read of one cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// Sorted.
    pub cluster: Cluster,
    /// The groups of the PrometheusRule objects, sorted by object.
    pub rule_groups: Vec<RuleGroup>,
    /// Sorted, without repetition.
    pub gaps: Vec<Gap>,
    /// HTTP requests sent, retries not counted; zero for a dump.
    pub requests: u32,
}

impl Collected {
    /// Whether nothing was read that a check could look at: namespaces alone are of no use.
    #[must_use]
    pub fn is_useless(&self) -> bool {
        let Cluster {
            nodes,
            workloads,
            pods,
            ..
        } = &self.cluster;
        nodes.is_empty() && workloads.is_empty() && pods.is_empty() && self.rule_groups.is_empty()
    }

    /// Puts everything in its canonical order, so that the order of arrival never shows.
    fn from_collector(collector: convert::Collector, requests: u32) -> Self {
        let convert::Collector {
            mut cluster,
            mut rule_groups,
            mut gaps,
            ..
        } = collector;
        // Stable sorts: within one name, kinds stay together.
        cluster
            .autoscalers
            .sort_by_key(|a| a.kind == AutoscalerKind::Keda);
        cluster
            .monitors
            .sort_by_key(|m| m.kind == MonitorKind::PodMonitor);
        cluster.sort();
        once(&mut cluster);
        let place = |group: &RuleGroup| {
            let object = group.object.as_ref();
            object.map(|o| (o.namespace.clone(), o.name.clone()))
        };
        rule_groups.sort_by(|a, b| (place(a), &a.file, &a.name).cmp(&(place(b), &b.file, &b.name)));
        rule_groups.dedup();
        gaps.sort();
        gaps.dedup();
        Self {
            cluster,
            rule_groups,
            gaps,
            requests,
        }
    }
}

/// Drops the second copy of an object that stands in two dumps, as in `kubectl get all` beside `kubectl get pods`.
/// The same object in two manifests stays twice: each has a place of its own.
fn once(cluster: &mut Cluster) {
    cluster.nodes.dedup_by(|a, b| a.name == b.name);
    cluster.namespaces.dedup_by(|a, b| a.name == b.name);
    cluster
        .workloads
        .dedup_by(|a, b| a.id == b.id && a.origin == b.origin);
    cluster
        .pods
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster
        .autoscalers
        .dedup_by(|a, b| a.kind == b.kind && a.namespace == b.namespace && a.name == b.name);
    cluster
        .vertical_autoscalers
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster
        .disruption_budgets
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster
        .services
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster
        .limit_ranges
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster
        .quotas
        .dedup_by(|a, b| a.namespace == b.namespace && a.name == b.name);
    cluster.priority_classes.dedup_by(|a, b| a.name == b.name);
    cluster
        .monitors
        .dedup_by(|a, b| a.kind == b.kind && a.namespace == b.namespace && a.name == b.name);
}
