//! Finds workloads and containers in a snapshot.

use super::plan::Place;
use super::refusal::{Refusal, refuse};
use super::{ContainerRef, ResourceChange};
use crate::model::{
    Container, Labels, Origin, Owner, PodSpec, Snapshot, WorkloadKind, WorkloadRef,
};

/// A pod spec and what is known of the object that holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec<'s> {
    pub(super) pod: &'s PodSpec,
    pub(super) owner: Option<&'s Owner>,
    pub(super) labels: Option<&'s Labels>,
    pub(super) annotations: Option<&'s Labels>,
    /// Put together from metrics: the order of containers is not the object's.
    pub(super) from_metrics: bool,
}

/// The pod spec of a workload.
pub(super) fn spec<'s>(snapshot: &'s Snapshot, id: &WorkloadRef) -> Result<Spec<'s>, Refusal> {
    let missing = || Refusal::new(format!("{id} of {:?} is not in the snapshot", id.namespace));
    let cluster = snapshot.cluster.as_ref().ok_or_else(missing)?;
    let all = &cluster.workloads;
    let found = all
        .binary_search_by(|w| w.id.cmp(id))
        .ok()
        .and_then(|at| all.get(at));
    if let Some(workload) = found.or_else(|| all.iter().find(|w| w.id == *id)) {
        return Ok(Spec {
            pod: &workload.template,
            owner: workload.owner.as_ref(),
            labels: Some(&workload.labels),
            annotations: Some(&workload.annotations),
            from_metrics: workload.origin == Origin::Metrics,
        });
    }
    let named = |p: &&crate::model::Pod| *p.namespace == *id.namespace && *p.name == *id.name;
    match (&id.kind, cluster.pods.iter().find(named)) {
        (WorkloadKind::Pod, Some(pod)) => Ok(Spec {
            pod: &pod.spec,
            owner: pod.owner.as_ref(),
            labels: Some(&pod.labels),
            annotations: None,
            from_metrics: false,
        }),
        (WorkloadKind::Other(_), _) => Err(super::shape::refusal(id)),
        _ => Err(missing()),
    }
}

/// A container of a pod spec and its index.
pub(super) fn container<'s>(
    spec: &Spec<'s>,
    wanted: &ContainerRef,
) -> Result<(usize, &'s Container), Refusal> {
    let list = match wanted.init {
        true => &spec.pod.init_containers,
        false => &spec.pod.containers,
    };
    let found = list
        .iter()
        .enumerate()
        .find(|(_, c)| *c.name == *wanted.container);
    found.ok_or_else(|| {
        Refusal::new(format!(
            "the template of {} has no container {:?}: it is injected into the pods, change what injects it",
            wanted.workload, wanted.container
        ))
    })
}

/// Refuses objects that another object or the platform would put back.
pub(super) fn check_owner(
    id: &WorkloadRef,
    spec: &Spec<'_>,
    changes: &[(&ContainerRef, &[ResourceChange])],
) -> Result<(), Refusal> {
    if let Some(owner) = spec.owner {
        let field = changes
            .iter()
            .find_map(|(c, _)| field_of(owner.kind.as_str(), &c.container));
        let there = field.map_or_else(|| "the resources".to_owned(), |f| format!("`{f}`"));
        return refuse(format!(
            "{id} is made by {}/{}, which would undo the change: set {there} there",
            owner.kind, owner.name
        ));
    }
    let label = |name: &str| spec.labels.and_then(|l| l.get(name)).map(|v| &**v);
    if label("addonmanager.kubernetes.io/mode") == Some("Reconcile") {
        return refuse(format!(
            "{id} belongs to the platform, whose add-on manager would undo the change"
        ));
    }
    if label("olm.owner").is_some() {
        return refuse(format!(
            "{id} is kept by Operator Lifecycle Manager: use `spec.config.resources` of the Subscription"
        ));
    }
    Ok(())
}

/// The field of a well-known resource that sets a container's resources.
fn field_of(kind: &str, container: &str) -> Option<&'static str> {
    match (kind, container) {
        ("Prometheus" | "PrometheusAgent", "prometheus")
        | ("Alertmanager", "alertmanager")
        | ("ThanosRuler", "thanos-ruler") => Some("spec.resources"),
        ("Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler", _) => {
            Some("spec.containers[] with the container's name")
        }
        _ => None,
    }
}

/// Who else keeps the object, a sentence each.
pub(super) fn notes(spec: &Spec<'_>, place: Place) -> Vec<String> {
    if place == Place::Files {
        return Vec::new();
    }
    let label = |name: &str| spec.labels.and_then(|l| l.get(name));
    let annotation = |name: &str| spec.annotations.and_then(|a| a.get(name));
    let mut notes = Vec::new();
    if let Some(release) = annotation("meta.helm.sh/release-name") {
        notes.push(format!(
            "The Helm release {release} made this object: set the same in its values, or an upgrade may undo it."
        ));
    }
    if label("argocd.argoproj.io/instance").is_some() {
        notes.push("Argo CD keeps this object: change it in Git, or a sync undoes it.".to_owned());
    }
    let flux = [
        "kustomize.toolkit.fluxcd.io/name",
        "helm.toolkit.fluxcd.io/name",
    ];
    if flux.iter().any(|name| label(name).is_some()) {
        notes.push(
            "Flux keeps this object: change it in Git, or the next run undoes it.".to_owned(),
        );
    }
    notes
}
