//! What a check sees.

use crate::facts::{ContainerFacts, Facts, Role, WorkloadFacts};
use crate::knowledge::{Defaults, Knowledge, vendor_of};
use crate::model::{Labels, Origin};

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
    /// advice about steady use does not fit them.
    pub fn long_running(
        &self,
    ) -> impl Iterator<Item = (&'a WorkloadFacts<'a>, &'a ContainerFacts)> {
        self.facts.workloads.iter().flat_map(|w| {
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
