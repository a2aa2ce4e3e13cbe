//! Pods, workloads and the links between them.

use std::collections::BTreeMap;

use super::super::kind::{Kind, Served};
use super::super::wire::{self, Object, Scalar};
use super::{Shared, flags, instant, name_of, owner};
use crate::model::{
    Amounts, Bytes, Container, ContainerStatus, Cpu, Origin, Owner, OwnerLink, Pod, PodSpec,
    QuantityError, Resources, Terminated, Text, Workload, WorkloadKind, WorkloadRef,
};

/// A live pod, or the manifest of one.
pub(super) fn pod(
    shared: &mut Shared,
    object: &Object<wire::PodSpec, wire::PodStatus>,
) -> Result<Pod, String> {
    let meta = &object.metadata;
    let spec = spec(shared, &object.spec)?;
    let statuses = statuses(shared, &object.status, &spec);
    Ok(Pod {
        namespace: shared.text(&meta.namespace),
        // Names of pods are all different: sharing them would only cost a table.
        name: Text::from(name_of(meta)?),
        labels: shared.shared_labels(&meta.labels),
        owner: owner(shared, meta),
        node: (!object.spec.node_name.is_empty()).then(|| shared.text(&object.spec.node_name)),
        phase: shared.text(&object.status.phase),
        created: instant(&meta.creation_timestamp),
        spec: shared.spec(spec),
        statuses,
    })
}

/// The workload that a pod without a controller is.
pub(super) fn bare_pod(
    shared: &mut Shared,
    object: &Object<wire::PodSpec, wire::PodStatus>,
    pod: &Pod,
    origin: Origin,
) -> Workload {
    Workload {
        id: WorkloadRef {
            namespace: pod.namespace.to_string(),
            kind: WorkloadKind::Pod,
            name: pod.name.to_string(),
        },
        labels: (*pod.labels).clone(),
        annotations: shared.annotations(&object.metadata.annotations),
        owner: None,
        replicas: None,
        created: pod.created,
        template: pod.spec.clone(),
        template_labels: (*pod.labels).clone(),
        origin,
    }
}

/// An object that makes pods from a template.
pub(super) fn workload(
    shared: &mut Shared,
    served: &Served,
    object: &Object<wire::WorkloadSpec>,
    origin: Origin,
) -> Result<Workload, String> {
    let meta = &object.metadata;
    let template = if served.kind == Kind::CronJob {
        &object.spec.job_template.spec.template
    } else {
        &object.spec.template
    };
    let spec = spec(shared, &template.spec)?;
    Ok(Workload {
        id: WorkloadRef {
            namespace: meta.namespace.clone(),
            kind: WorkloadKind::from(served.name),
            name: name_of(meta)?.to_owned(),
        },
        labels: shared.labels(&meta.labels),
        annotations: shared.annotations(&meta.annotations),
        owner: owner(shared, meta),
        replicas: object.spec.replicas,
        created: instant(&meta.creation_timestamp),
        template: shared.spec(spec),
        template_labels: shared.labels(&template.metadata.labels),
        origin,
    })
}

/// A ReplicaSet or Job that only carries pods for its owner.
pub(super) fn link(
    shared: &mut Shared,
    kind: &str,
    meta: &wire::Meta,
    owner: Owner,
) -> Result<OwnerLink, String> {
    Ok(OwnerLink {
        namespace: shared.text(&meta.namespace),
        kind: WorkloadKind::from(kind),
        name: shared.text(name_of(meta)?),
        owner,
    })
}

fn spec(shared: &mut Shared, spec: &wire::PodSpec) -> Result<PodSpec, String> {
    let mut toleration_keys: Vec<Text> = spec
        .tolerations
        .iter()
        .map(|t| shared.text(&t.key))
        .collect();
    toleration_keys.sort();
    toleration_keys.dedup();
    Ok(PodSpec {
        containers: containers(shared, &spec.containers)?,
        init_containers: containers(shared, &spec.init_containers)?,
        resources: spec.resources.as_ref().map(resources).transpose()?,
        toleration_keys,
        priority_class: (!spec.priority_class_name.is_empty())
            .then(|| shared.text(&spec.priority_class_name)),
        host_network: spec.host_network,
    })
}

fn containers(shared: &mut Shared, all: &[wire::Container]) -> Result<Vec<Container>, String> {
    all.iter()
        .map(|container| {
            Ok(Container {
                name: shared.text(&container.name),
                image: shared.text(&container.image),
                resources: resources(&container.resources)
                    .map_err(|because| format!("container {}: {because}", container.name))?,
                restart_always: container.restart_policy == "Always",
                flags: flags::known(container.command.iter().chain(&container.args)),
            })
        })
        .collect()
}

fn resources(resources: &wire::Resources) -> Result<Resources, String> {
    Ok(Resources {
        requests: amounts(&resources.requests).map_err(|e| format!("requests.{e}"))?,
        limits: amounts(&resources.limits).map_err(|e| format!("limits.{e}"))?,
    })
}

/// The amounts that promtune knows; a quantity that the API would refuse is an error, because leaving it out would
/// look as if nothing had been set.
pub(super) fn amounts(map: &BTreeMap<String, Option<Scalar>>) -> Result<Amounts, String> {
    Ok(Amounts {
        cpu: amount(map, "cpu", Cpu::parse)?,
        memory: amount(map, "memory", Bytes::parse)?,
        ephemeral_storage: amount(map, "ephemeral-storage", Bytes::parse)?,
    })
}

/// One quantity of a resource map.
pub(super) fn amount<T>(
    map: &BTreeMap<String, Option<Scalar>>,
    key: &str,
    parse: fn(&str) -> Result<T, QuantityError>,
) -> Result<Option<T>, String> {
    match map.get(key) {
        Some(Some(Scalar(text))) => match parse(text) {
            Ok(value) => Ok(Some(value)),
            Err(because) => Err(format!("{key}: {because}")),
        },
        _ => Ok(None),
    }
}

/// The statuses of the containers and of the init containers that keep running.
fn statuses(shared: &mut Shared, status: &wire::PodStatus, spec: &PodSpec) -> Vec<ContainerStatus> {
    let sidecar = |status: &&wire::ContainerStatus| {
        let init = &spec.init_containers;
        init.iter()
            .any(|c| c.restart_always && *c.name == *status.name)
    };
    let sidecars = status.init_container_statuses.iter().filter(sidecar);
    let all = status.container_statuses.iter().chain(sidecars);
    all.map(|status| container_status(shared, status)).collect()
}

fn container_status(shared: &mut Shared, status: &wire::ContainerStatus) -> ContainerStatus {
    let ended = status.last_state.terminated.as_ref();
    let ended = ended.or(status.state.terminated.as_ref());
    ContainerStatus {
        name: shared.text(&status.name),
        restarts: status.restart_count.unwrap_or(0),
        last_terminated: ended.map(|ended| terminated(shared, ended)),
        waiting: status
            .state
            .waiting
            .as_ref()
            .map(|w| shared.text(&w.reason)),
    }
}

fn terminated(shared: &mut Shared, ended: &wire::Terminated) -> Terminated {
    Terminated {
        reason: shared.text(&ended.reason),
        exit_code: ended.exit_code,
        finished_at: instant(&ended.finished_at),
    }
}
