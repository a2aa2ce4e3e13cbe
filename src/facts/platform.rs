//! Which platform this is, by vote over all nodes, and whether its control plane is out of reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::knowledge::{Knowledge, ManagedControlPlane, PlatformProfile, Signal, SignalField};
use crate::model::{Cluster, Node, Text};

/// Something seen that speaks for a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalSeen {
    /// Where, as in `node label` or `kubelet version`.
    pub field: &'static str,
    /// What was seen there.
    pub text: String,
    /// Nodes that show it; zero for signals of the whole cluster.
    pub nodes: usize,
    pub strong: bool,
}

/// The verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformVerdict {
    /// Id of the platform; absent when nothing names one.
    pub id: Option<String>,
    /// Its name for people.
    pub name: String,
    /// The vendor runs the control plane out of sight of this cluster.
    pub managed_control_plane: bool,
    /// Why, one sentence.
    pub managed_because: String,
    pub signals: Vec<SignalSeen>,
    /// Independent kinds of signals seen (labels, versions, provider ids …).
    pub independent: usize,
    /// Nodes that another platform's strong signals name: a mixed cluster.
    pub minority: BTreeMap<String, usize>,
    /// Node name → class, for nodes that are not ordinary machines (`fargate`, `virtual`).
    pub node_classes: BTreeMap<Text, &'static str>,
    pub source: String,
}

impl PlatformVerdict {
    /// `high` with two independent signals, `medium` with one strong one, else `low`.
    #[must_use]
    pub fn confidence(&self) -> &'static str {
        match (self.id.is_some(), self.independent) {
            (true, 2..) => "high",
            (true, _) => "medium",
            (false, _) => "low",
        }
    }

    /// Whether the platform is this one.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }
}

/// Reads the platform off a cluster.
#[must_use]
pub fn detect(cluster: &Cluster, knowledge: &Knowledge) -> PlatformVerdict {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen_on: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in &cluster.nodes {
        let named = knowledge
            .platforms
            .iter()
            .find(|p| p.strong.iter().any(|s| on_node(s, node).is_some()));
        if let Some(profile) = named {
            *votes.entry(&profile.id).or_default() += 1;
            chosen_on.entry(&profile.id).or_default().push(node);
        }
    }
    // Signals of the whole cluster name the platform when they outrank what most nodes say: API groups of OpenShift
    // on nodes that carry EKS labels (ROSA).
    let whole = knowledge
        .platforms
        .iter()
        .find(|p| p.strong.iter().any(|s| on_cluster(s, cluster).is_some()));
    let by_nodes = votes
        .iter()
        .max_by_key(|(id, n)| (**n, std::cmp::Reverse(precedence(knowledge, id))))
        .and_then(|(id, _)| knowledge.platforms.iter().find(|p| p.id == **id));
    let profile = match (whole, by_nodes) {
        (Some(w), Some(n)) if w.precedence < n.precedence => Some(w),
        (Some(w), None) => Some(w),
        (_, n) => n,
    };
    let mut verdict = PlatformVerdict {
        name: "unknown platform".into(),
        ..PlatformVerdict::default()
    };
    if let Some(profile) = profile {
        verdict.signals = signals(profile, cluster);
        verdict.independent = verdict
            .signals
            .iter()
            .map(|s| s.field)
            .collect::<BTreeSet<_>>()
            .len();
        verdict.minority = votes
            .iter()
            .filter(|(id, _)| **id != profile.id)
            .map(|(id, n)| ((*id).to_owned(), *n))
            .collect();
        verdict.id = Some(profile.id.clone());
        verdict.name = profile.name.clone();
        verdict.source = profile.source.clone();
    }
    verdict.node_classes = node_classes(cluster);
    (verdict.managed_control_plane, verdict.managed_because) = managed(profile, cluster);
    verdict
}

fn precedence(knowledge: &Knowledge, id: &str) -> u32 {
    knowledge
        .platforms
        .iter()
        .find(|p| p.id == id)
        .map_or(u32::MAX, |p| p.precedence)
}

/// The control plane is out of sight when no node has its role and no pod of it is seen. A vendor's profile may say so
/// as well, but what is seen in the cluster wins.
fn managed(profile: Option<&PlatformProfile>, cluster: &Cluster) -> (bool, String) {
    if cluster.nodes.is_empty() {
        return (false, "no node could be read".to_owned());
    }
    if let Some(node) = cluster.nodes.iter().find(|n| has_control_plane_role(n)) {
        return (
            false,
            format!("node {} has the control-plane role", node.name),
        );
    }
    let pod = cluster.pods.iter().find(|p| {
        &*p.namespace == "kube-system"
            && p.name.starts_with("kube-scheduler-")
            && p.owner.as_ref().is_none_or(|o| o.kind.as_str() == "Node")
    });
    if let Some(pod) = pod {
        return (
            false,
            format!("pod kube-system/{} is part of the control plane", pod.name),
        );
    }
    let seen = "no node has the control-plane role and no pod of the control plane is visible";
    match profile {
        Some(p)
            if p.refuted_by
                .iter()
                .any(|s| cluster.nodes.iter().any(|n| on_node(s, n).is_some())) =>
        {
            (
                false,
                format!("{} nodes with the control-plane role", p.name),
            )
        }
        Some(p) if p.managed == ManagedControlPlane::Always => {
            (true, format!("{} runs the control plane; {seen}", p.name))
        }
        Some(p) if p.managed == ManagedControlPlane::Never => (
            false,
            format!(
                "{} runs the control plane on the cluster's own nodes",
                p.name
            ),
        ),
        _ => (true, seen.to_owned()),
    }
}

fn has_control_plane_role(node: &Node) -> bool {
    node.roles
        .iter()
        .any(|r| matches!(&**r, "control-plane" | "master" | "etcd" | "controlplane"))
}

fn signals(profile: &PlatformProfile, cluster: &Cluster) -> Vec<SignalSeen> {
    let mut seen: BTreeMap<(bool, &'static str, String), usize> = BTreeMap::new();
    for (strong, signal) in profile
        .strong
        .iter()
        .map(|s| (true, s))
        .chain(profile.supporting.iter().map(|s| (false, s)))
    {
        if let Some(text) = on_cluster(signal, cluster) {
            seen.entry((!strong, field_name(signal.field), text))
                .or_insert(0);
        }
        for node in &cluster.nodes {
            // Provider ids name machines: the scheme is the signal, not the machine.
            if let Some(text) = on_node(signal, node) {
                let text = match signal.field {
                    SignalField::ProviderId => {
                        text.split("://").next().unwrap_or("").to_owned() + "://"
                    }
                    _ => text,
                };
                *seen
                    .entry((!strong, field_name(signal.field), text))
                    .or_insert(0) += 1;
            }
        }
    }
    seen.into_iter()
        .map(|((weak, field, text), nodes)| SignalSeen {
            field,
            text,
            nodes,
            strong: !weak,
        })
        .collect()
}

fn field_name(field: SignalField) -> &'static str {
    match field {
        SignalField::KubeletVersion => "kubelet version",
        SignalField::ServerVersion => "server version",
        SignalField::ProviderId => "provider id",
        SignalField::OsImage => "OS image",
        SignalField::KernelVersion => "kernel version",
        SignalField::Label => "node label",
        SignalField::Annotation => "node annotation",
        SignalField::ApiGroup => "API group",
        SignalField::Namespace => "namespace",
        SignalField::Daemonset => "DaemonSet in kube-system",
        SignalField::ControlPlanePod => "pod in kube-system",
        SignalField::Role => "node role",
    }
}

fn on_node(signal: &Signal, node: &Node) -> Option<String> {
    let hit = |text: &str| signal.pattern.is_match(text).then(|| text.to_owned());
    match signal.field {
        SignalField::KubeletVersion => hit(&node.kubelet_version),
        SignalField::ProviderId => hit(&node.provider_id),
        SignalField::OsImage => hit(&node.os_image),
        SignalField::KernelVersion => hit(&node.kernel_version),
        SignalField::Label => node.labels.keys().find_map(|k| hit(k)),
        SignalField::Annotation => node.annotations.keys().find_map(|k| hit(k)),
        SignalField::Role => node.roles.iter().find_map(|r| hit(r)),
        _ => None,
    }
}

fn on_cluster(signal: &Signal, cluster: &Cluster) -> Option<String> {
    let hit = |text: &str| signal.pattern.is_match(text).then(|| text.to_owned());
    match signal.field {
        SignalField::ServerVersion => cluster.server_version.as_deref().and_then(hit),
        SignalField::ApiGroup => cluster.api_groups.iter().find_map(|g| hit(g)),
        SignalField::Namespace => cluster.namespaces.iter().find_map(|n| hit(&n.name)),
        SignalField::Daemonset => cluster
            .workloads
            .iter()
            .filter(|w| w.id.namespace == "kube-system" && w.id.kind.as_str() == "DaemonSet")
            .find_map(|w| hit(&w.id.name)),
        SignalField::ControlPlanePod => cluster
            .pods
            .iter()
            .filter(|p| &*p.namespace == "kube-system")
            .find_map(|p| hit(&p.name)),
        _ => None,
    }
}

fn node_classes(cluster: &Cluster) -> BTreeMap<Text, &'static str> {
    let class = |node: &Node| {
        let label = |key: &str, value: &str| node.labels.get(key).is_some_and(|v| **v == *value);
        if label("eks.amazonaws.com/compute-type", "fargate")
            || node.provider_id.contains("/fargate-")
        {
            Some("fargate")
        } else if label("type", "virtual-kubelet") {
            Some("virtual")
        } else {
            None
        }
    };
    cluster
        .nodes
        .iter()
        .filter_map(|n| class(n).map(|c| (n.name.clone(), c)))
        .collect()
}
