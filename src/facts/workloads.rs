//! Workloads with their containers, each with what is declared, what holds and what was used.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::effective::{Effective, effective_in_template};
use super::{Facts, Owners, usage::UsageByContainer};
use crate::model::{
    Autoscaler, Cluster, Container, ContainerUsage, LimitRange, Origin, Pod, Resources, Text,
    VerticalAutoscaler, Workload, WorkloadRef,
};

/// What part a container plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `containers` of the template.
    App,
    /// `initContainers` with `restartPolicy: Always`: runs as long as the pod.
    Sidecar,
    /// `initContainers`: ends before the app starts.
    Init,
    /// In live pods, not in the template: added at admission.
    Injected,
}

/// A container of a workload.
#[derive(Clone, Debug)]
pub struct ContainerFacts {
    pub name: Text,
    pub role: Role,
    /// As the template writes it; empty when it has no such container or the template is unknown.
    pub declared: Resources,
    pub effective: Effective,
    pub usage: ContainerUsage,
    pub flags: BTreeMap<String, String>,
}

impl ContainerFacts {
    /// Where a change has to be made when not in the pod template: the end of a sentence, empty for the usual case.
    #[must_use]
    pub fn elsewhere(&self) -> &'static str {
        match self.role {
            Role::Injected => ", where the injector is configured (it is not in the pod template)",
            _ => "",
        }
    }
}

/// A workload with everything known of it.
#[derive(Debug)]
pub struct WorkloadFacts<'s> {
    pub id: WorkloadRef,
    /// The object; absent when only pods tell of it (the owner's kind is unknown or was not read).
    pub object: Option<&'s Workload>,
    /// Live pods that have not finished.
    pub pods: Vec<&'s Pod>,
    pub containers: Vec<ContainerFacts>,
}

impl WorkloadFacts<'_> {
    /// Replicas as they are: live pods, else what the object wants, else one.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        match u32::try_from(self.pods.len()) {
            Ok(n) if n > 0 => n,
            _ => self.object.and_then(|o| o.replicas).unwrap_or(1),
        }
    }

    /// The number of replicas in words: *1 replica*, *3 replicas*.
    #[must_use]
    pub fn replicas_in_words(&self) -> String {
        match self.replicas() {
            1 => "1 replica".to_owned(),
            n => format!("{n} replicas"),
        }
    }

    /// Whether the pod template itself was read, so that values can be traced to it.
    #[must_use]
    pub fn has_template(&self) -> bool {
        self.object.is_some_and(|o| o.origin != Origin::Metrics)
    }
}

impl Facts<'_> {
    /// A VerticalPodAutoscaler that changes the workload's pods as they are made.
    #[must_use]
    pub fn resized_by(&self, workload: &WorkloadFacts<'_>) -> Option<&VerticalAutoscaler> {
        self.cluster.vertical_autoscalers.iter().find(|v| {
            *v.namespace == *workload.id.namespace
                && v.target.kind == workload.id.kind
                && *v.target.name == *workload.id.name
                && v.mode != "Off"
        })
    }

    /// An autoscaler that aims at a share of the request of this resource, so that a new request moves its target.
    #[must_use]
    pub fn steered_by(&self, workload: &WorkloadFacts<'_>, resource: &str) -> Option<String> {
        let aims = |a: &&Autoscaler| {
            *a.namespace == *workload.id.namespace
                && a.target.kind == workload.id.kind
                && *a.target.name == *workload.id.name
                && a.metrics
                    .iter()
                    .any(|m| m.utilization.is_some() && m.name == resource)
        };
        let found = self.cluster.autoscalers.iter().find(aims)?;
        Some(format!(
            "the {resource} target of autoscaler {}, a share of the request, is changed with it, so that it scales as before",
            found.name
        ))
    }
}

/// Joins objects, live pods and usage.
pub(super) fn build<'s>(
    cluster: &'s Cluster,
    owners: &Owners,
    mut usage: UsageByContainer,
) -> Vec<WorkloadFacts<'s>> {
    let mut pods: HashMap<WorkloadRef, Vec<&Pod>> = HashMap::new();
    for pod in cluster
        .pods
        .iter()
        .filter(|p| !matches!(&*p.phase, "Succeeded" | "Failed"))
    {
        pods.entry(owners.of_pod(&pod.namespace, &pod.name))
            .or_default()
            .push(pod);
    }
    let mut objects: BTreeMap<&WorkloadRef, &Workload> = BTreeMap::new();
    for workload in &cluster.workloads {
        objects.insert(&workload.id, workload);
    }
    let mut ids: Vec<WorkloadRef> = objects.keys().map(|r| (*r).clone()).collect();
    ids.extend(pods.keys().filter(|id| !objects.contains_key(id)).cloned());
    ids.sort();
    ids.into_iter()
        .map(|id| {
            let mut live = pods.remove(&id).unwrap_or_default();
            // The newest pod has the latest revision; the name breaks ties so that order never matters.
            live.sort_by(|a, b| (b.created, &a.name).cmp(&(a.created, &b.name)));
            let object = objects.get(&id).copied();
            let ranges: Vec<&LimitRange> = cluster
                .limit_ranges
                .iter()
                .filter(|l| *l.namespace == *id.namespace)
                .collect();
            let containers = containers(object, live.first().copied(), &ranges)
                .into_iter()
                .map(|c| {
                    let key = (id.clone(), c.name.clone());
                    ContainerFacts {
                        usage: usage.remove(&key).unwrap_or_default(),
                        ..c
                    }
                })
                .collect();
            WorkloadFacts {
                id,
                object,
                pods: live,
                containers,
            }
        })
        .collect()
}

/// Containers of the template and of the newest live pod, in the template's order, injected ones last.
fn containers(
    object: Option<&Workload>,
    newest: Option<&Pod>,
    ranges: &[&LimitRange],
) -> Vec<ContainerFacts> {
    let template = object
        .filter(|o| o.origin != Origin::Metrics)
        .map(|o| Arc::clone(&o.template));
    let live = newest.map(|p| Arc::clone(&p.spec)).or_else(|| {
        object
            .filter(|o| o.origin == Origin::Metrics)
            .map(|o| Arc::clone(&o.template))
    });
    let mut found = Vec::new();
    if let Some(spec) = &template {
        for (container, role) in listed(&spec.containers, &spec.init_containers) {
            let expected = effective_in_template(container, spec, ranges);
            let running = live.as_ref().and_then(|s| {
                let pod = s.resources.as_ref();
                let all = s.containers.iter().chain(&s.init_containers);
                all.into_iter()
                    .find(|c| c.name == container.name)
                    .map(|c| (c, pod))
            });
            let effective = match running {
                Some((c, pod)) => Effective::of_live(&c.resources, Some(&expected), pod),
                None => expected,
            };
            found.push(facts(
                container,
                role,
                container.resources.clone(),
                effective,
            ));
        }
    }
    if let Some(spec) = &live {
        for (container, role) in listed(&spec.containers, &spec.init_containers) {
            if found
                .iter()
                .any(|f: &ContainerFacts| f.name == container.name)
            {
                continue;
            }
            let role = if template.is_some() {
                Role::Injected
            } else {
                role
            };
            let effective = Effective::of_live(&container.resources, None, spec.resources.as_ref());
            found.push(facts(container, role, Resources::default(), effective));
        }
    }
    found
}

fn listed<'c>(
    app: &'c [Container],
    init: &'c [Container],
) -> impl Iterator<Item = (&'c Container, Role)> {
    let init = init.iter().map(|c| {
        (
            c,
            if c.restart_always {
                Role::Sidecar
            } else {
                Role::Init
            },
        )
    });
    app.iter().map(|c| (c, Role::App)).chain(init)
}

fn facts(
    container: &Container,
    role: Role,
    declared: Resources,
    effective: Effective,
) -> ContainerFacts {
    ContainerFacts {
        name: container.name.clone(),
        role,
        declared,
        effective,
        usage: ContainerUsage::default(),
        flags: container.flags.clone(),
    }
}
