//! Whether a CPU limit can be removed without harm.

use super::{Facts, Qos, Source, WorkloadFacts, qos_of};
use crate::model::{Amounts, LimitRange};

/// The answer: open when nothing speaks against it, else every reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitGate {
    /// Why the limit must stay, or removing it would not last.
    pub closed_because: Vec<String>,
    /// What could not be verified and has to be looked at first.
    pub unverified: Vec<String>,
    /// Pods on its nodes that have a container without a CPU request.
    pub unprotected: u32,
}

impl LimitGate {
    /// Whether the limit may go.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed_because.is_empty()
    }
}

impl Facts<'_> {
    /// A LimitRange of the namespace that would refuse a limit of this much, in words.
    #[must_use]
    pub fn above_max(&self, namespace: &str, wanted: &Amounts) -> Option<String> {
        let ranges = self
            .cluster
            .limit_ranges
            .iter()
            .filter(|l| *l.namespace == *namespace);
        let items = ranges.flat_map(|l| l.items.iter().map(move |i| (&l.name, i)));
        items
            .filter(|(_, i)| &*i.kind == "Container")
            .find_map(|(name, item)| {
                let max = match (wanted.cpu, wanted.memory, item.max.cpu, item.max.memory) {
                    (Some(c), _, Some(max), _) if c > max => max.to_string(),
                    (_, Some(m), _, Some(max)) if m > max => max.to_string(),
                    _ => return None,
                };
                Some(format!(
                    "LimitRange {name} allows at most {max}: raise its max, or the pods are refused"
                ))
            })
    }

    /// Without a limit a container may take what its node has left, and under contention each gets its share by
    /// request. That is safe where every neighbour has a CPU request; it does not last where a quota demands limits or
    /// a LimitRange fills them in; and it costs pinned containers their exclusive CPUs.
    #[must_use]
    pub fn cpu_limit_gate(&self, workload: &WorkloadFacts<'_>) -> LimitGate {
        let mut gate = LimitGate::default();
        let namespace = workload.id.namespace.as_str();
        if let Some(quota) = self
            .cluster
            .quotas
            .iter()
            .find(|q| *q.namespace == *namespace && q.hard.contains_key("limits.cpu"))
        {
            gate.closed_because.push(format!(
                "ResourceQuota {} demands a CPU limit on every container of {namespace}",
                quota.name
            ));
        }
        let fills = |l: &&LimitRange| {
            *l.namespace == *namespace
                && l.items.iter().any(|i| {
                    &*i.kind == "Container" && (i.default.cpu.is_some() || i.max.cpu.is_some())
                })
        };
        if let Some(range) = self.cluster.limit_ranges.iter().find(fills) {
            gate.closed_because.push(format!(
                "LimitRange {} would put a default CPU limit back",
                range.name
            ));
        }
        if let Some(pod) = workload.pods.first() {
            let whole_cpus = pod.spec.containers.iter().any(|c| {
                c.resources
                    .limits
                    .cpu
                    .is_some_and(|l| l.0 > 0 && l.0.is_multiple_of(1000))
            });
            if qos_of(&pod.spec) == Qos::Guaranteed && whole_cpus {
                gate.closed_because.push(
                    "the pod is Guaranteed with whole CPUs: under the static CPU manager it has exclusive CPUs, which it would lose".to_owned(),
                );
            }
        }
        let lacks_request = workload
            .containers
            .iter()
            .any(|c| c.effective.cpu_request.source == Source::Unset);
        if lacks_request {
            gate.closed_because.push("the pod has a container without a CPU request, which gives it no share under contention".to_owned());
        }
        self.neighbours(workload, &mut gate);
        gate
    }

    fn neighbours(&self, workload: &WorkloadFacts<'_>, gate: &mut LimitGate) {
        let nodes = self.nodes_of(workload);
        if nodes.is_empty() {
            gate.unverified.push(
                "which nodes it runs on, and whether its neighbours there have CPU requests"
                    .to_owned(),
            );
        }
        let unprotected: u32 = nodes.iter().map(|n| n.pods_without_cpu_request).sum();
        gate.unprotected = unprotected;
        if unprotected > 0 {
            let pods = match unprotected {
                1 => "1 pod on its nodes has".to_owned(),
                n => format!("{n} pods on its nodes have"),
            };
            gate.closed_because.push(format!(
                "{pods} a container without a CPU request and could be starved: requests come first"
            ));
        }
        if let Some(node) = nodes
            .iter()
            .find(|n| n.cpu_allocatable.is_some_and(|a| n.cpu_requests > a))
        {
            gate.closed_because.push(format!(
                "CPU requests on node {} exceed what it has",
                node.name
            ));
        }
    }
}
