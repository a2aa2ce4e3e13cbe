//! The names in a cluster's objects.

use std::sync::Arc;

use super::names::Names;
use crate::model::{
    Cluster, Container, Interner, Labels, Node, Origin, Owner, PodSpec, Text, Workload,
    WorkloadKind,
};

/// Learns which names are nodes and which belong to the platform.
pub(super) fn learn(names: &mut Names, cluster: &Cluster) {
    // Nodes first: names of static pods contain them.
    for node in &cluster.nodes {
        names.add_node(&node.name);
    }
    for node in cluster.pods.iter().filter_map(|pod| pod.node.as_ref()) {
        names.add_node(node);
    }
    for namespace in &cluster.namespaces {
        names.add_namespace(&namespace.name);
    }
    for pod in &cluster.pods {
        if names.add_namespace(&pod.namespace) {
            names.add_readable(&pod.name);
            platform_containers(names, &pod.spec);
        }
    }
    for workload in &cluster.workloads {
        if names.add_namespace(&Text::from(workload.id.namespace.as_str())) {
            names.add_readable(&workload.id.name);
            platform_containers(names, &workload.template);
        }
    }
    for service in &cluster.services {
        if names.add_namespace(&service.namespace) {
            names.add_readable(&service.name);
        }
    }
}

fn platform_containers(names: &mut Names, spec: &PodSpec) {
    for container in spec.containers.iter().chain(&spec.init_containers) {
        names.add_readable(&container.name);
    }
}

/// Replaces the names in every object, and restores the order and the sharing that they decide.
pub(super) fn cluster(names: &mut Names, cluster: &mut Cluster) {
    for group in &mut cluster.api_groups {
        if !is_public_group(group) {
            *group = names.name(group).to_string();
        }
    }
    cluster.nodes.iter_mut().for_each(|n| node(names, n));
    for namespace in &mut cluster.namespaces {
        namespace.name = names.name(&namespace.name);
        namespace.labels = names.labels(&namespace.labels);
        prose(names, &mut namespace.annotations);
    }
    pods(names, cluster);
    for link in &mut cluster.links {
        link.namespace = names.name(&link.namespace);
        link.name = names.name(&link.name);
        owner(names, &mut link.owner);
    }
    policies(names, cluster);
    cluster.sort();
}

fn pods(names: &mut Names, cluster: &mut Cluster) {
    let mut specs = Interner::<PodSpec>::default();
    let mut labels = Interner::<Labels>::default();
    for pod in &mut cluster.pods {
        pod.namespace = names.name(&pod.namespace);
        pod.name = names.name(&pod.name);
        pod.labels = labels.share(names.labels(&pod.labels));
        if let Some(o) = &mut pod.owner {
            owner(names, o);
        }
        pod.node = pod.node.as_ref().map(|node| names.name(node));
        pod.spec = specs.share(spec(names, &pod.spec));
        for status in &mut pod.statuses {
            status.name = names.name(&status.name);
        }
    }
    for workload in &mut cluster.workloads {
        self::workload(names, workload);
        workload.template = specs.share(Arc::unwrap_or_clone(workload.template.clone()));
    }
}

fn workload(names: &mut Names, workload: &mut Workload) {
    workload.id.namespace = names.name(&workload.id.namespace).to_string();
    workload.id.name = names.name(&workload.id.name).to_string();
    workload.labels = names.labels(&workload.labels);
    workload.template_labels = names.labels(&workload.template_labels);
    prose(names, &mut workload.annotations);
    if let Some(o) = &mut workload.owner {
        owner(names, o);
    }
    workload.template = Arc::new(spec(names, &workload.template));
    if let Origin::File { path, .. } = &mut workload.origin {
        *path = names.file(path);
    }
}

/// A node that owns its static pods is a node's name.
fn owner(names: &mut Names, owner: &mut Owner) {
    if owner.kind == WorkloadKind::Other("Node".to_owned()) {
        names.add_node(&owner.name);
    }
    owner.name = names.name(&owner.name);
}

fn spec(names: &mut Names, spec: &PodSpec) -> PodSpec {
    let mut spec = spec.clone();
    for container in spec.containers.iter_mut().chain(&mut spec.init_containers) {
        self::container(names, container);
    }
    spec.priority_class = spec.priority_class.map(|class| names.name(&class));
    spec
}

fn container(names: &mut Names, container: &mut Container) {
    container.name = names.name(&container.name);
    container.image = Text::from(names.image(&container.image));
    for (flag, value) in &mut container.flags {
        let fixed = ["127.0.0.1", "0.0.0.0", "localhost", "[::]", "::1", "$("];
        if flag.starts_with("--") && !fixed.iter().any(|known| value.contains(known)) {
            // An address of the documentation range stands for any that is not the host's own.
            "192.0.2.1".clone_into(value);
        }
    }
}

fn node(names: &mut Names, node: &mut Node) {
    node.name = names.name(&node.name);
    node.labels = names.labels(&node.labels);
    node.provider_id = Text::from(names.provider_id(&node.provider_id));
}

/// Annotations of promtune and Helm: words about names.
fn prose(names: &mut Names, annotations: &mut Labels) {
    for (key, value) in annotations {
        *value = if key.starts_with("meta.helm.sh/") {
            names.name(value)
        } else {
            Text::from(super::text::prose(names, value))
        };
    }
}

fn policies(names: &mut Names, cluster: &mut Cluster) {
    for scaler in &mut cluster.autoscalers {
        scaler.namespace = names.name(&scaler.namespace);
        scaler.name = names.name(&scaler.name);
        owner(names, &mut scaler.target);
        for metric in &mut scaler.metrics {
            if !matches!(metric.name.as_str(), "cpu" | "memory") {
                metric.name = names.name(&metric.name).to_string();
            }
            metric.container = metric.container.as_ref().map(|c| names.name(c).to_string());
        }
    }
    for scaler in &mut cluster.vertical_autoscalers {
        scaler.namespace = names.name(&scaler.namespace);
        scaler.name = names.name(&scaler.name);
        owner(names, &mut scaler.target);
    }
    for budget in &mut cluster.disruption_budgets {
        budget.namespace = names.name(&budget.namespace);
        budget.name = names.name(&budget.name);
        budget.selector = names.labels(&budget.selector);
    }
    for service in &mut cluster.services {
        service.namespace = names.name(&service.namespace);
        service.name = names.name(&service.name);
        service.labels = names.labels(&service.labels);
        service.selector = names.labels(&service.selector);
    }
    for range in &mut cluster.limit_ranges {
        range.namespace = names.name(&range.namespace);
        range.name = names.name(&range.name);
    }
    for quota in &mut cluster.quotas {
        quota.namespace = names.name(&quota.namespace);
        quota.name = names.name(&quota.name);
    }
    for class in &mut cluster.priority_classes {
        if !class.name.starts_with("system-") {
            class.name = names.name(&class.name);
        }
    }
    for monitor in &mut cluster.monitors {
        monitor.namespace = names.name(&monitor.namespace);
        monitor.name = names.name(&monitor.name);
        monitor.labels = names.labels(&monitor.labels);
        monitor.selector = names.labels(&monitor.selector);
    }
}

/// Groups of well-known projects; any other may be a company's domain.
fn is_public_group(group: &str) -> bool {
    let public = [
        "k8s.io",
        "openshift.io",
        "cattle.io",
        "aws",
        "gke.io",
        "coreos.com",
        "keda.sh",
        "karpenter.sh",
        "argoproj.io",
        "istio.io",
        "cert-manager.io",
        "google.com",
        "azure.com",
        "amazonaws.com",
        "cilium.io",
        "projectcalico.org",
    ];
    let within = |domain: &str| {
        group
            .strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !group.contains('.') || public.iter().any(|domain| within(domain))
}
