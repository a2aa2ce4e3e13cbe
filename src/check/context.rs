//! What a check sees.

use crate::facts::{ContainerFacts, Facts, Role, WorkloadFacts};
use crate::knowledge::{Defaults, Knowledge, vendor_of};
use crate::model::{Labels, Origin, Owner, WorkloadKind};

/// The input of every check.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub facts: &'a Facts<'a>,
    pub knowledge: &'a Knowledge,
}

impl<'a> Context<'a> {
    /// Default thresholds.
    #[must_use]
    pub fn defaults(&self) -> &'a Defaults {
        &self.knowledge.defaults
    }

    /// Containers that run as long as their pod, with their workloads. Init containers end before the pod serves, so
    /// advice about steady use does not fit them; a Job that has ended cannot be changed any more.
    pub fn long_running(
        &self,
    ) -> impl Iterator<Item = (&'a WorkloadFacts<'a>, &'a ContainerFacts)> {
        let ended = |w: &&WorkloadFacts<'_>| w.id.kind == WorkloadKind::Job && w.pods.is_empty();
        self.facts
            .workloads
            .iter()
            .filter(move |w| !ended(w))
            .flat_map(|w| {
                w.containers
                    .iter()
                    .filter(|c| c.role != Role::Init)
                    .map(move |c| (w, c))
            })
    }

    /// Who puts a workload's settings back when the user changes them; absent for the user's own. Where labels could
    /// not be read (kube-state-metrics carries none), kube-system of a managed platform counts as the platform's.
    #[must_use]
    pub fn vendor(&self, workload: &WorkloadFacts<'_>) -> Option<&'static str> {
        // A mirror of a static pod: the API server refuses changes, and its kubelet would put them back.
        let of_node = |o: &Owner| o.kind.as_str() == "Node";
        if workload
            .pods
            .iter()
            .any(|p| p.owner.as_ref().is_some_and(of_node))
        {
            return Some("the static manifest of its node");
        }
        let none = Labels::new();
        let (labels, template_labels, known) = match workload.object {
            Some(o) => (&o.labels, &o.template_labels, o.origin != Origin::Metrics),
            None => (&none, &none, false),
        };
        vendor_of(&workload.id, labels, template_labels).or_else(|| {
            let platforms = workload.id.namespace == "kube-system"
                && !known
                && self.facts.platform.managed_control_plane;
            platforms.then_some("the platform")
        })
    }
}
