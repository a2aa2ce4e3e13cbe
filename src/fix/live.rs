//! What the API server lets change on objects that run already.

use super::refusal::{Refusal, refuse};
use super::{ContainerRef, ResourceChange, lookup, resources};
use crate::model::{Container, PodSpec, Resources, Snapshot, WorkloadKind, WorkloadRef};

/// The subresource that a patch of a running object has to go to; refused when the object cannot be changed.
pub(super) fn subresource(
    id: &WorkloadRef,
    spec: &lookup::Spec<'_>,
    changes: &[(&ContainerRef, &[ResourceChange])],
    snapshot: &Snapshot,
) -> Result<Option<&'static str>, Refusal> {
    match id.kind {
        WorkloadKind::Job => refuse(format!(
            "the template of {id} cannot be changed once it is made: change its manifest and make the Job anew"
        )),
        WorkloadKind::Pod => {
            let minor = server_minor(snapshot);
            check_resize(spec, changes, minor)
                .map_err(|why| Refusal::new(format!("{id} has to be made anew: {why}")))?;
            Ok(Some("resize"))
        }
        _ => Ok(None),
    }
}

/// The second number of the API server's version.
fn server_minor(snapshot: &Snapshot) -> Option<u32> {
    let version = snapshot.cluster.as_ref()?.server_version.as_deref()?;
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
    minor.parse().ok().filter(|_| major == "1")
}

/// The rules of in-place resize (`KEP-1287`, on by default from 1.33).
fn check_resize(
    spec: &lookup::Spec<'_>,
    changes: &[(&ContainerRef, &[ResourceChange])],
    minor: Option<u32>,
) -> Result<(), Refusal> {
    let Some(minor) = minor.filter(|&m| m >= 33) else {
        return refuse("resources of a running pod can be changed only from Kubernetes 1.33 on");
    };
    let mut after = spec.pod.clone();
    for (container, changes) in changes {
        let (at, now) = lookup::container(spec, container)?;
        if container.init && !now.restart_always {
            return refuse("an init container has run already");
        }
        if changes.iter().any(|c| c.to.is_none()) {
            return refuse("a running pod cannot lose a request or a limit");
        }
        let then = resources::intended(&now.resources, changes)?;
        if minor < 34 && then.limits.memory < now.resources.limits.memory {
            return refuse(
                "the memory limit of a running pod can be lowered only from Kubernetes 1.34 on",
            );
        }
        let list = if container.init {
            &mut after.init_containers
        } else {
            &mut after.containers
        };
        if let Some(container) = list.get_mut(at) {
            container.resources = then;
        }
    }
    if qos(spec.pod) == qos(&after) {
        Ok(())
    } else {
        refuse("the change would move the pod to another quality-of-service class")
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Qos {
    Guaranteed,
    Burstable,
    BestEffort,
}

fn qos(pod: &PodSpec) -> Qos {
    let all: Vec<&Container> = pod.init_containers.iter().chain(&pod.containers).collect();
    let none = |r: &Resources| {
        [r.requests.cpu, r.limits.cpu].iter().all(Option::is_none)
            && [r.requests.memory, r.limits.memory]
                .iter()
                .all(Option::is_none)
    };
    // A missing request is the limit.
    let full = |r: &Resources| {
        r.limits.cpu.is_some()
            && r.limits.memory.is_some()
            && r.requests.cpu.or(r.limits.cpu) == r.limits.cpu
            && r.requests.memory.or(r.limits.memory) == r.limits.memory
    };
    if all.iter().all(|c| none(&c.resources)) {
        Qos::BestEffort
    } else if all.iter().all(|c| full(&c.resources)) {
        Qos::Guaranteed
    } else {
        Qos::Burstable
    }
}
