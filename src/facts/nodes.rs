//! How much of each node's memory is promised.

use std::collections::BTreeMap;

use super::{Facts, WorkloadFacts};
use crate::model::{Bytes, Cluster, Container, Pod, Text};

/// Memory promised on one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    pub name: Text,
    pub allocatable: Option<Bytes>,
    /// Sum of the memory requests of the pods that run on it.
    pub requests: Bytes,
    /// Sum of their memory limits.
    pub limits: Bytes,
    /// Pods with a container that has no memory limit.
    pub unbounded_pods: u32,
    /// Pods with a container that has no CPU request.
    pub pods_without_cpu_request: u32,
    /// Sum of the CPU requests in millicores.
    pub cpu_requests: u64,
    /// Allocatable CPU in millicores.
    pub cpu_allocatable: Option<u64>,
    pub kernel_version: Text,
}

impl NodeFacts {
    /// Memory limits as a share of what the node has to give.
    #[must_use]
    pub fn overcommit(&self) -> Option<f64> {
        let allocatable = self.allocatable.filter(|a| a.0 > 0)?;
        Some(self.limits.as_f64() / allocatable.as_f64())
    }
}

impl Facts<'_> {
    /// The nodes that run live pods of a workload, by name.
    #[must_use]
    pub fn nodes_of(&self, workload: &WorkloadFacts<'_>) -> Vec<&NodeFacts> {
        let mut names: Vec<&Text> = workload
            .pods
            .iter()
            .filter_map(|p| p.node.as_ref())
            .collect();
        names.sort();
        names.dedup();
        // Nodes are sorted by name: a DaemonSet of ten thousand pods finds each of its nodes in a few steps.
        let find = |name: &Text| self.nodes.binary_search_by(|n| n.name.cmp(name)).ok();
        names
            .into_iter()
            .filter_map(find)
            .filter_map(|at| self.nodes.get(at))
            .collect()
    }

    /// Whether some node could hold a pod that requests this much memory; true where nodes are not known.
    #[must_use]
    pub fn fits_a_node(&self, memory: Bytes) -> bool {
        let largest = self.nodes.iter().filter_map(|n| n.allocatable).max();
        largest.is_none_or(|n| memory <= n)
    }
}

pub(super) fn build(cluster: &Cluster) -> Vec<NodeFacts> {
    let mut nodes: BTreeMap<Text, NodeFacts> = BTreeMap::new();
    for node in &cluster.nodes {
        let facts = NodeFacts {
            name: node.name.clone(),
            allocatable: node.allocatable.memory,
            cpu_allocatable: node.allocatable.cpu.map(|c| c.0),
            kernel_version: node.kernel_version.clone(),
            ..NodeFacts::default()
        };
        nodes.insert(node.name.clone(), facts);
    }
    for pod in cluster
        .pods
        .iter()
        .filter(|p| !matches!(&*p.phase, "Succeeded" | "Failed"))
    {
        if let Some(node) = pod.node.as_ref().and_then(|n| nodes.get_mut(n)) {
            add(node, pod);
        }
    }
    nodes.into_values().collect()
}

/// A pod takes the larger of its long-running containers together and its largest init container; pod-level
/// resources, where given, are the pod's.
fn add(node: &mut NodeFacts, pod: &Pod) {
    let spec = &pod.spec;
    let running: Vec<&Container> = spec
        .containers
        .iter()
        .chain(spec.init_containers.iter().filter(|c| c.restart_always))
        .collect();
    let starting = || spec.init_containers.iter().filter(|c| !c.restart_always);
    let total = |pick: fn(&Container) -> Option<u64>| {
        let together: u64 = running.iter().filter_map(|c| pick(c)).sum();
        together.max(starting().filter_map(pick).max().unwrap_or(0))
    };
    let whole = spec.resources.clone().unwrap_or_default();
    let request = |c: &Container| {
        c.resources
            .requests
            .memory
            .or(c.resources.limits.memory)
            .map(|b| b.0)
    };
    node.requests.0 += whole
        .requests
        .memory
        .map_or_else(|| total(request), |b| b.0);
    node.limits.0 += whole.limits.memory.map_or_else(
        || total(|c| c.resources.limits.memory.map(|b| b.0)),
        |b| b.0,
    );
    let cpu = |c: &Container| {
        c.resources
            .requests
            .cpu
            .or(c.resources.limits.cpu)
            .map(|c| c.0)
    };
    node.cpu_requests += whole.requests.cpu.map_or_else(|| total(cpu), |c| c.0);
    if whole.limits.memory.is_none() && running.iter().any(|c| c.resources.limits.memory.is_none())
    {
        node.unbounded_pods += 1;
    }
    if whole.requests.cpu.is_none() && running.iter().any(|c| cpu(c).is_none()) {
        node.pods_without_cpu_request += 1;
    }
}
