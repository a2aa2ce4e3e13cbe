//! Wire shapes → model, with sharing. One unreadable object is one gap and never costs the others.

mod flags;
mod monitoring;
mod nodes;
mod pods;
mod policy;
mod shared;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::{Kind, Served};
use super::wire::{self, Object};
use crate::model::{Cluster, Gap, Origin, Owner, RuleGroup, Timestamp, WorkloadKind};

use shared::Shared;

/// An object before its kind is acted on.
#[derive(Clone, Debug)]
pub(super) enum Item<'a> {
    /// JSON text.
    Json(&'a str),
    /// What a YAML document was read into.
    Tree(&'a Value),
}

impl Item<'_> {
    /// Reads it as one of the wire shapes; the error never quotes what was read.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        match self {
            Self::Json(text) => serde_json::from_str(text),
            Self::Tree(tree) => T::deserialize(*tree),
        }
        .map_err(|error| without_values(&error.to_string()))
    }

    /// `namespace/name`, as far as there is one to be found in an object that could not be read.
    fn label(&self) -> String {
        let parsed: Value = match self {
            Self::Json(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            Self::Tree(_) => Value::Null,
        };
        let metadata = match self {
            Self::Json(_) => &parsed["metadata"],
            Self::Tree(tree) => &tree["metadata"],
        };
        match (metadata["namespace"].as_str(), metadata["name"].as_str()) {
            (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
            (None, Some(name)) => name.to_owned(),
            _ => "an object without a name".to_owned(),
        }
    }
}

/// Where an object was read from.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The file as the user gave it; empty for the API.
    pub(super) file: String,
    /// The document in the file, from 0.
    pub(super) document: usize,
}

impl Place {
    /// A dumped object is as good as one from the API; one that no server has seen is a manifest.
    fn origin(&self, meta: &wire::Meta) -> Origin {
        if self.file.is_empty() || !meta.uid.is_empty() {
            Origin::Kubernetes
        } else {
            Origin::File {
                path: self.file.clone(),
                document: self.document,
            }
        }
    }
}

/// Takes objects in any order and puts a cluster together.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) cluster: Cluster,
    pub(super) rule_groups: Vec<RuleGroup>,
    pub(super) gaps: Vec<Gap>,
    shared: Shared,
}

impl Collector {
    /// Takes one object; what cannot be read becomes a gap that names it.
    pub(super) fn add(&mut self, served: &Served, item: &Item<'_>, place: &Place) {
        if let Err(because) = self.take(served, item, place) {
            let label = item.label();
            let part = if place.file.is_empty() {
                label
            } else {
                format!("{label} in {}", place.file)
            };
            let name = served.name;
            self.gaps.push(
                Gap::new(
                    served.wanted(),
                    format!("this {name} was left out: {because}"),
                )
                .in_part(part),
            );
        }
    }

    fn take(&mut self, served: &Served, item: &Item<'_>, place: &Place) -> Result<(), String> {
        let shared = &mut self.shared;
        let cluster = &mut self.cluster;
        match served.kind {
            Kind::Pod => return self.take_pod(&item.read()?, place),
            Kind::PrometheusRule => return self.take_rules(&item.read()?, place),
            Kind::Deployment
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::ReplicaSet
            | Kind::Job
            | Kind::CronJob
            | Kind::Rollout => return self.take_workload(served, &item.read()?, place),
            Kind::Node => cluster.nodes.push(nodes::node(shared, &item.read()?)?),
            Kind::Namespace => cluster
                .namespaces
                .push(nodes::namespace(shared, &item.read()?)?),
            Kind::PriorityClass => {
                cluster
                    .priority_classes
                    .push(nodes::priority_class(shared, &item.read()?)?);
            }
            Kind::Service => cluster
                .services
                .push(policy::service(shared, &item.read()?)?),
            Kind::LimitRange => cluster
                .limit_ranges
                .push(policy::limit_range(shared, &item.read()?)?),
            Kind::ResourceQuota => cluster.quotas.push(policy::quota(shared, item.read()?)?),
            Kind::HorizontalPodAutoscaler => {
                cluster
                    .autoscalers
                    .push(policy::hpa(shared, &item.read()?)?);
            }
            Kind::ScaledObject => {
                cluster
                    .autoscalers
                    .push(policy::scaled_object(shared, &item.read()?)?);
            }
            Kind::VerticalPodAutoscaler => {
                cluster
                    .vertical_autoscalers
                    .push(policy::vpa(shared, &item.read()?)?);
            }
            Kind::PodDisruptionBudget => {
                cluster
                    .disruption_budgets
                    .push(policy::budget(shared, &item.read()?)?);
            }
            Kind::ServiceMonitor | Kind::PodMonitor => {
                cluster
                    .monitors
                    .push(monitoring::monitor(shared, served.kind, &item.read()?)?);
            }
        }
        Ok(())
    }

    fn take_rules(
        &mut self,
        object: &Object<wire::RulesSpec>,
        place: &Place,
    ) -> Result<(), String> {
        // A dump is not where a rule is written; a manifest is.
        let file = match place.origin(&object.metadata) {
            Origin::File { .. } => &place.file,
            _ => "",
        };
        let (groups, gaps) = monitoring::rule_groups(&mut self.shared, object, file)?;
        self.rule_groups.extend(groups);
        self.gaps.extend(gaps);
        Ok(())
    }

    fn take_pod(
        &mut self,
        object: &Object<wire::PodSpec, wire::PodStatus>,
        place: &Place,
    ) -> Result<(), String> {
        let origin = place.origin(&object.metadata);
        let pod = pods::pod(&mut self.shared, object)?;
        if pod.owner.is_none() {
            let bare = pods::bare_pod(&mut self.shared, object, &pod, origin.clone());
            self.cluster.workloads.push(bare);
        }
        // A manifest of a pod says what someone wants; it does not run.
        if origin == Origin::Kubernetes {
            self.cluster.pods.push(pod);
        }
        Ok(())
    }

    fn take_workload(
        &mut self,
        served: &Served,
        object: &Object<wire::WorkloadSpec>,
        place: &Place,
    ) -> Result<(), String> {
        let owned = matches!(served.kind, Kind::ReplicaSet | Kind::Job);
        if owned && let Some(owner) = owner(&mut self.shared, &object.metadata) {
            let link = pods::link(&mut self.shared, served.name, &object.metadata, owner)?;
            self.cluster.links.push(link);
            return Ok(());
        }
        let origin = place.origin(&object.metadata);
        let workload = pods::workload(&mut self.shared, served, object, origin)?;
        self.cluster.workloads.push(workload);
        Ok(())
    }

    /// Appends what another collector took.
    #[cfg(feature = "live")]
    pub(super) fn append(&mut self, other: Self) {
        let (into, from) = (&mut self.cluster, other.cluster);
        into.nodes.extend(from.nodes);
        into.namespaces.extend(from.namespaces);
        into.workloads.extend(from.workloads);
        into.pods.extend(from.pods);
        into.links.extend(from.links);
        into.autoscalers.extend(from.autoscalers);
        into.vertical_autoscalers.extend(from.vertical_autoscalers);
        into.disruption_budgets.extend(from.disruption_budgets);
        into.services.extend(from.services);
        into.limit_ranges.extend(from.limit_ranges);
        into.quotas.extend(from.quotas);
        into.priority_classes.extend(from.priority_classes);
        into.monitors.extend(from.monitors);
        self.rule_groups.extend(other.rule_groups);
        self.gaps.extend(other.gaps);
    }
}

/// The object's name, which every object needs.
fn name_of(meta: &wire::Meta) -> Result<&str, String> {
    [&meta.name, &meta.generate_name]
        .into_iter()
        .find(|name| !name.is_empty())
        .map(String::as_str)
        .ok_or_else(|| "it has no metadata.name".to_owned())
}

/// The controller of an object. Other owner references only steer garbage collection.
fn owner(shared: &mut Shared, meta: &wire::Meta) -> Option<Owner> {
    let reference = meta.owner_references.iter().find(|r| r.controller)?;
    Some(Owner {
        kind: WorkloadKind::from(reference.kind.as_str()),
        name: shared.text(&reference.name),
    })
}

/// An RFC 3339 time; anything else counts as absent.
fn instant(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(time.as_second()))
}

/// A reader's message without the values it quotes (they may be secrets) and without a position (it counts from the
/// start of the object, which nobody can see).
pub(super) fn without_values(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut chars = message.chars();
    while let Some(c) = chars.next() {
        if c != '"' {
            out.push(c);
            continue;
        }
        out.push('…');
        while let Some(quoted) = chars.next() {
            match quoted {
                '\\' => drop(chars.next()),
                '"' => break,
                _ => {}
            }
        }
    }
    let end = out.rfind(" at line ").unwrap_or(out.len());
    out.truncate(end);
    // Our names for shapes mean nothing to the user.
    match out.find("expected struct ") {
        Some(at) => format!("{}expected a map", out.get(..at).unwrap_or_default()),
        None => out,
    }
}
