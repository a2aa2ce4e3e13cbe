//! Whether a control-plane component can be scraped, and whether it is there at all.

use std::collections::BTreeMap;

use regex::Regex;

use super::Facts;
use crate::knowledge::Component;
use crate::promql::Selector;

/// Targets of a component's jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Prometheus has no target for it.
    None,
    /// Targets exist, none answers, and none has answered in the window.
    NeverAnswered { targets: u32 },
    /// None answers now, but some did in the window, whether or not there are targets still: it may really be down.
    WentDown { targets: u32 },
    /// Some answer.
    Answering,
}

/// What is seen of a component in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentState {
    pub targets: Targets,
    /// Names of its live pods in kube-system.
    pub pods: Vec<String>,
    /// Available pods of its DaemonSet, when it has one.
    pub daemonset_available: Option<u32>,
    /// A DaemonSet that does its work instead.
    pub replacement: Option<String>,
    /// Distinct scrape errors of its targets, most frequent first.
    pub errors: Vec<String>,
    /// Flags of its pods that say where it serves metrics, as `--bind-address=127.0.0.1`.
    pub addresses: Vec<String>,
    /// Whether pods or DaemonSets of kube-system could be read at all: without that, absence proves nothing.
    pub pods_readable: bool,
}

impl Facts<'_> {
    /// What is seen of a component.
    #[must_use]
    pub fn component_state(&self, component: &Component) -> ComponentState {
        let value = |query: &str| -> f64 {
            let rows = self
                .snapshot
                .queries
                .get(query)
                .into_iter()
                .flat_map(|r| &r.rows);
            rows.filter(|r| {
                r.0.first()
                    .is_some_and(|j| component.jobs.iter().any(|c| **c == **j))
            })
            .map(|r| r.1)
            .sum()
        };
        let targets = value("targets-by-job") as u32;
        let targets = match (
            targets,
            value("targets-up-by-job") > 0.0,
            value("targets-ever-up-by-job") > 0.0,
        ) {
            (_, true, _) => Targets::Answering,
            (targets, false, true) => Targets::WentDown { targets },
            (0, false, false) => Targets::None,
            (targets, false, false) => Targets::NeverAnswered { targets },
        };
        ComponentState {
            targets,
            pods: self.component_pods(&component.pods),
            daemonset_available: component
                .daemonset
                .as_deref()
                .and_then(|d| self.daemonset(d)),
            replacement: component
                .replaced_by
                .as_deref()
                .and_then(|r| self.daemonset_like(r)),
            errors: self.scrape_errors(component),
            addresses: self.addresses(&component.pods),
            pods_readable: self
                .cluster
                .pods
                .iter()
                .any(|p| &*p.namespace == "kube-system")
                || self
                    .snapshot
                    .queries
                    .get("control-plane-pods")
                    .is_some_and(|_| {
                        self.snapshot
                            .queries
                            .get("kube-state-metrics")
                            .is_some_and(|r| !r.rows.is_empty())
                    }),
        }
    }

    /// Targets that a selector of `up` accepts, or those of them that answer: the sum of a query by job.
    #[must_use]
    pub fn targets_accepted(&self, query: &str, selector: &Selector) -> f64 {
        let rows = self
            .snapshot
            .queries
            .get(query)
            .into_iter()
            .flat_map(|r| &r.rows);
        rows.filter(|r| r.0.first().is_some_and(|j| selector.accepts("job", j)))
            .map(|r| r.1)
            .sum()
    }

    fn addresses(&self, pattern: &str) -> Vec<String> {
        let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else {
            return Vec::new();
        };
        let pods = self
            .cluster
            .pods
            .iter()
            .filter(|p| &*p.namespace == "kube-system" && pattern.is_match(&p.name));
        let flags = pods.flat_map(|p| &p.spec.containers).flat_map(|c| &c.flags);
        let mut found: Vec<String> = flags
            .filter(|(flag, _)| flag.starts_with("--"))
            .map(|(flag, value)| format!("{flag}={value}"))
            .collect();
        found.sort();
        found.dedup();
        found
    }

    fn component_pods(&self, pattern: &str) -> Vec<String> {
        let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else {
            return Vec::new();
        };
        let live = self
            .cluster
            .pods
            .iter()
            .filter(|p| &*p.namespace == "kube-system")
            .map(|p| &p.name);
        let recorded = self.snapshot.queries.get("control-plane-pods");
        let recorded = recorded
            .into_iter()
            .flat_map(|r| &r.rows)
            .filter_map(|r| r.0.first());
        let mut names: Vec<String> = live
            .chain(recorded)
            .filter(|n| pattern.is_match(n))
            .map(ToString::to_string)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn daemonset(&self, name: &str) -> Option<u32> {
        let rows = self
            .snapshot
            .queries
            .get("daemonsets")
            .into_iter()
            .flat_map(|r| &r.rows);
        let recorded = rows
            .filter(|r| r.0.first().is_some_and(|n| **n == *name))
            .map(|r| r.1 as u32)
            .next();
        recorded.or_else(|| {
            let workload = self.workloads.iter().find(|w| {
                w.id.namespace == "kube-system"
                    && w.id.kind.as_str() == "DaemonSet"
                    && w.id.name == name
            })?;
            u32::try_from(
                workload
                    .pods
                    .iter()
                    .filter(|p| &*p.phase == "Running")
                    .count(),
            )
            .ok()
        })
    }

    fn daemonset_like(&self, pattern: &str) -> Option<String> {
        let pattern = Regex::new(&format!("^(?:{pattern})$")).ok()?;
        let known = self
            .workloads
            .iter()
            .filter(|w| w.id.kind.as_str() == "DaemonSet")
            .map(|w| w.id.name.clone());
        let recorded = self
            .snapshot
            .queries
            .get("daemonsets")
            .into_iter()
            .flat_map(|r| &r.rows);
        let recorded = recorded
            .filter_map(|r| r.0.first())
            .map(ToString::to_string);
        known.chain(recorded).find(|n| pattern.is_match(n))
    }

    fn scrape_errors(&self, component: &Component) -> Vec<String> {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for pool in self
            .snapshot
            .prometheus
            .iter()
            .flat_map(|p| &p.scrape_pools)
        {
            if component.jobs.contains(&pool.job) {
                for (error, n) in &pool.errors {
                    *counts.entry(error).or_default() += n;
                }
            }
        }
        let mut errors: Vec<(&str, u32)> = counts.into_iter().collect();
        errors.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        errors.into_iter().map(|e| e.0.to_owned()).collect()
    }
}
