//! The cluster as kube-state-metrics describes it, for when the Kubernetes API is out of reach.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Owners;
use crate::model::{
    Bytes, Cluster, Container, Cpu, LimitRange, LimitRangeItem, Namespace, Node, NodeResources,
    Origin, Owner, Pod, PodSpec, ResourceQuota, Row, Snapshot, Text, Workload, WorkloadKind,
    WorkloadRef,
};

/// The cluster of a snapshot. Parts that the Kubernetes API did not give are put together from kube-state-metrics
/// series; what neither gives stays empty.
#[must_use]
pub fn cluster_of(snapshot: &Snapshot) -> Cow<'_, Cluster> {
    let known = snapshot.cluster.as_ref();
    let lacks_pods = known.is_none_or(|c| c.pods.is_empty());
    let lacks_nodes = known.is_none_or(|c| c.nodes.is_empty());
    let from_files = known.is_some_and(|c| {
        c.workloads
            .iter()
            .any(|w| matches!(w.origin, Origin::File { .. }))
    });
    if !(lacks_pods || lacks_nodes) || (from_files && snapshot.queries.is_empty()) {
        return known.map_or_else(|| Cow::Owned(Cluster::default()), Cow::Borrowed);
    }
    let mut cluster = known.cloned().unwrap_or_default();
    if lacks_pods {
        cluster.pods = pods(snapshot);
    }
    if lacks_nodes {
        cluster.nodes = nodes(snapshot);
    }
    if cluster.namespaces.is_empty() {
        cluster.namespaces = rows(snapshot, "namespaces")
            .filter_map(|r| r.0.first().cloned())
            .map(|name| Namespace {
                name,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
            })
            .collect();
    }
    if cluster.limit_ranges.is_empty() {
        cluster.limit_ranges = limit_ranges(snapshot);
    }
    if cluster.quotas.is_empty() {
        cluster.quotas = quotas(snapshot);
    }
    if cluster.server_version.is_none() {
        cluster.server_version = rows(snapshot, "apiserver-versions")
            .filter_map(|r| r.0.first())
            .map(|v| v.to_string())
            .max();
    }
    if cluster.workloads.is_empty() {
        cluster.workloads = workloads(&cluster, snapshot);
    }
    cluster.sort();
    Cow::Owned(cluster)
}

fn rows<'s>(snapshot: &'s Snapshot, query: &str) -> impl Iterator<Item = &'s Row> {
    snapshot
        .queries
        .get(query)
        .into_iter()
        .flat_map(|r| &r.rows)
}

fn pods(snapshot: &Snapshot) -> Vec<Pod> {
    let mut containers: BTreeMap<(Text, Text), BTreeMap<Text, Container>> = BTreeMap::new();
    for row in rows(snapshot, "spec-containers") {
        if let [namespace, pod, name, image] = row.0.as_slice() {
            let container = Container {
                name: name.clone(),
                image: image.clone(),
                ..Container::default()
            };
            containers
                .entry((namespace.clone(), pod.clone()))
                .or_default()
                .insert(name.clone(), container);
        }
    }
    for (query, limits) in [("spec-requests", false), ("spec-limits", true)] {
        for row in rows(snapshot, query) {
            let [namespace, pod, name, resource] = row.0.as_slice() else {
                continue;
            };
            let container = containers
                .entry((namespace.clone(), pod.clone()))
                .or_default()
                .entry(name.clone())
                .or_insert_with(|| Container {
                    name: name.clone(),
                    ..Container::default()
                });
            let amounts = if limits {
                &mut container.resources.limits
            } else {
                &mut container.resources.requests
            };
            match &**resource {
                "cpu" => amounts.cpu = Some(Cpu::from_cores(row.1)),
                "memory" => amounts.memory = Some(Bytes::from_f64(row.1)),
                _ => {}
            }
        }
    }
    let owners: BTreeMap<(Text, Text), Owner> = rows(snapshot, "pod-owner")
        .filter_map(|r| match r.0.as_slice() {
            [namespace, pod, kind, name] if &**kind != "<none>" => {
                let owner = Owner {
                    kind: kind.as_ref().into(),
                    name: name.clone(),
                };
                Some(((namespace.clone(), pod.clone()), owner))
            }
            _ => None,
        })
        .collect();
    let phases: BTreeMap<(Text, Text), Text> = rows(snapshot, "spec-pod-phase")
        .filter_map(|r| match r.0.as_slice() {
            [namespace, pod, phase] => Some(((namespace.clone(), pod.clone()), phase.clone())),
            _ => None,
        })
        .collect();
    let mut pods = Vec::new();
    for row in rows(snapshot, "spec-pods") {
        let [namespace, name, node, priority] = row.0.as_slice() else {
            continue;
        };
        let key = (namespace.clone(), name.clone());
        let spec = PodSpec {
            containers: containers
                .remove(&key)
                .unwrap_or_default()
                .into_values()
                .collect(),
            priority_class: Some(priority.clone()).filter(|p| !p.is_empty()),
            ..PodSpec::default()
        };
        pods.push(Pod {
            namespace: namespace.clone(),
            name: name.clone(),
            labels: Arc::default(),
            owner: owners.get(&key).cloned(),
            node: Some(node.clone()).filter(|n| !n.is_empty()),
            phase: phases
                .get(&key)
                .cloned()
                .unwrap_or_else(|| "Running".into()),
            created: None,
            spec: Arc::new(spec),
            statuses: Vec::new(),
        });
    }
    pods
}

fn nodes(snapshot: &Snapshot) -> Vec<Node> {
    let mut nodes: BTreeMap<Text, Node> = BTreeMap::new();
    for row in rows(snapshot, "spec-nodes") {
        if let [name, kubelet, provider, os, kernel, runtime] = row.0.as_slice() {
            let node = Node {
                name: name.clone(),
                kubelet_version: kubelet.clone(),
                provider_id: provider.clone(),
                os_image: os.clone(),
                kernel_version: kernel.clone(),
                container_runtime: runtime.clone(),
                ..Node::default()
            };
            nodes.insert(name.clone(), node);
        }
    }
    for row in rows(snapshot, "spec-node-allocatable") {
        let [name, resource] = row.0.as_slice() else {
            continue;
        };
        let Some(node) = nodes.get_mut(name) else {
            continue;
        };
        let NodeResources { cpu, memory, pods } = &mut node.allocatable;
        match &**resource {
            "cpu" => *cpu = Some(Cpu::from_cores(row.1)),
            "memory" => *memory = Some(Bytes::from_f64(row.1)),
            "pods" => *pods = Some(row.1 as u32),
            _ => {}
        }
    }
    for row in rows(snapshot, "spec-node-roles") {
        if let [name, role] = row.0.as_slice()
            && let Some(node) = nodes.get_mut(name)
        {
            node.roles.push(role.clone());
        }
    }
    nodes.into_values().collect()
}

fn limit_ranges(snapshot: &Snapshot) -> Vec<LimitRange> {
    let mut ranges: BTreeMap<(Text, Text), LimitRangeItem> = BTreeMap::new();
    for row in rows(snapshot, "spec-limit-ranges") {
        let [namespace, name, kind, resource, constraint] = row.0.as_slice() else {
            continue;
        };
        let item = ranges
            .entry((namespace.clone(), name.clone()))
            .or_insert_with(|| LimitRangeItem {
                kind: kind.clone(),
                ..LimitRangeItem::default()
            });
        let amounts = match &**constraint {
            "default" => &mut item.default,
            "defaultRequest" => &mut item.default_request,
            "min" => &mut item.min,
            "max" => &mut item.max,
            _ => continue,
        };
        match &**resource {
            "cpu" => amounts.cpu = Some(Cpu::from_cores(row.1)),
            "memory" => amounts.memory = Some(Bytes::from_f64(row.1)),
            _ => {}
        }
    }
    ranges
        .into_iter()
        .map(|((namespace, name), item)| LimitRange {
            namespace,
            name,
            items: vec![item],
        })
        .collect()
}

fn quotas(snapshot: &Snapshot) -> Vec<ResourceQuota> {
    let mut quotas: BTreeMap<(Text, Text), BTreeMap<String, String>> = BTreeMap::new();
    for row in rows(snapshot, "spec-quotas") {
        if let [namespace, name, resource] = row.0.as_slice() {
            let hard = quotas.entry((namespace.clone(), name.clone())).or_default();
            hard.insert(resource.to_string(), row.1.to_string());
        }
    }
    quotas
        .into_iter()
        .map(|((namespace, name), hard)| ResourceQuota {
            namespace,
            name,
            hard,
            used: BTreeMap::new(),
        })
        .collect()
}

/// Workloads named by the owners of live pods. Their templates are not known: the pods' specs stand in for them.
fn workloads(cluster: &Cluster, snapshot: &Snapshot) -> Vec<Workload> {
    let owners = Owners::new(cluster, snapshot);
    let replicas: BTreeMap<(Text, Text), f64> = rows(snapshot, "spec-replicas")
        .filter_map(|r| match r.0.as_slice() {
            [namespace, name] => Some(((namespace.clone(), name.clone()), r.1)),
            _ => None,
        })
        .collect();
    let mut found: BTreeMap<WorkloadRef, Arc<PodSpec>> = BTreeMap::new();
    let mut finished = BTreeSet::new();
    for pod in &cluster.pods {
        let id = owners.of_pod(&pod.namespace, &pod.name);
        if matches!(&*pod.phase, "Succeeded" | "Failed") {
            finished.insert(id);
        } else {
            found.entry(id).or_insert_with(|| Arc::clone(&pod.spec));
        }
    }
    let daemonsets = rows(snapshot, "daemonsets")
        .filter_map(|r| r.0.first())
        .map(|name| WorkloadRef {
            namespace: "kube-system".into(),
            kind: WorkloadKind::DaemonSet,
            name: name.to_string(),
        });
    for id in finished.into_iter().chain(daemonsets) {
        found.entry(id).or_default();
    }
    found
        .into_iter()
        .map(|(id, template)| {
            let key = (
                Text::from(id.namespace.as_str()),
                Text::from(id.name.as_str()),
            );
            let wanted = replicas
                .get(&key)
                .filter(|_| id.kind == WorkloadKind::Deployment);
            Workload {
                replicas: wanted.map(|n| *n as u32),
                id,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                owner: None,
                created: None,
                template,
                template_labels: BTreeMap::new(),
                origin: Origin::Metrics,
            }
        })
        .collect()
}
