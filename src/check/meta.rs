//! What a check declares about itself.

use super::{Context, Severity, Sink};

/// Something a check reads. Required needs that are missing turn the check into *not evaluated*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Workloads with their pod templates, or pods.
    Workloads,
    /// Nodes.
    Nodes,
    /// Loaded rules.
    Rules,
    /// A query of `rulesets/queries.yaml`, answered, be it with nothing.
    Query(&'static str),
    /// A query of `rulesets/queries.yaml`, answered with at least one series.
    Series(&'static str),
}

/// What stands in for workloads, their owners and policies when the Kubernetes API does not answer. Owners are wanted
/// in any case: history names pods that are long gone.
const WORKLOAD_QUERIES: &[&str] = &[
    "pod-owner",
    "replicaset-owner",
    "job-owner",
    "spec-requests",
    "spec-limits",
    "spec-containers",
    "spec-pods",
    "spec-pod-phase",
    "spec-replicas",
    "spec-limit-ranges",
    "spec-quotas",
    "namespaces",
    "daemonsets",
];

/// What stands in for nodes.
const NODE_QUERIES: &[&str] = &[
    "spec-nodes",
    "spec-node-allocatable",
    "spec-node-roles",
    "apiserver-versions",
    "namespaces",
    "daemonsets",
    "control-plane-pods",
];

impl Need {
    /// Ids of the catalogued queries that serve the need.
    #[must_use]
    pub fn queries(&self) -> Vec<&'static str> {
        match self {
            Self::Workloads => WORKLOAD_QUERIES.to_vec(),
            Self::Nodes => NODE_QUERIES.to_vec(),
            Self::Rules => Vec::new(),
            Self::Query(id) | Self::Series(id) => vec![id],
        }
    }
}

/// How settled a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On by default, id and meaning kept.
    Stable,
    /// Runs only when asked for.
    Preview,
}

/// What every check file states as `pub const META`.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// One line, sentence case, no full stop.
    pub title: &'static str,
    /// Severity unless the finding says otherwise.
    pub severity: Severity,
    pub status: Status,
    /// Without these the check is not evaluated.
    pub needs: &'static [Need],
    /// These make its answers better; it must work without them.
    pub uses: &'static [Need],
    /// First release that has it.
    pub since: &'static str,
}

/// A registered check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// `group/name`: the file's path, the page's path, the case file's path and the suppression token.
    pub id: &'static str,
    /// The page: the file's doc comment.
    pub docs: &'static str,
    pub meta: &'static Meta,
    pub run: fn(&Context<'_>, &mut Sink),
}

impl Check {
    /// The part of the id before the slash.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }
}
