//! Control-plane components: `rulesets/components/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::promql::Selector;

/// A component that runs outside of the cluster's reach on some platforms.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Component {
    pub id: String,
    /// Values of the `job` label its targets carry.
    pub jobs: Vec<String>,
    /// Regular expression for the names of its pods in kube-system.
    pub pods: String,
    /// The DaemonSet in kube-system that runs it, for components that run on every node.
    #[serde(default)]
    pub daemonset: Option<String>,
    /// Regular expression for DaemonSets of kube-system that do its work instead.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// The kube-prometheus-stack value that takes scrape, rules and dashboard out together.
    pub chart_switch: String,
    pub metrics_port: u16,
    /// Whether a vendor that runs the control plane runs this as well.
    pub vendor_runs_it: bool,
    /// What still sees a failure of it once its alert is gone.
    pub stays_covered: String,
    pub known: KnownAs,
    /// How to open its metrics port, by platform; `default` where the platform has no own way.
    pub bind_address: BTreeMap<String, String>,
}

/// Where a fact comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAs {
    pub entry: String,
    pub url: String,
}

impl Component {
    /// Whether a selector asks for this component's job by name. One that only leaves other jobs out, as
    /// `up{job!="batch"}` does, is about everything.
    #[must_use]
    pub fn is_meant_by(&self, selector: &Selector) -> bool {
        let anything = ["", "some-other-job"]
            .iter()
            .any(|j| selector.accepts("job", j));
        !anything && self.jobs.iter().any(|j| selector.accepts("job", j))
    }

    /// How to make the component reachable on a platform.
    #[must_use]
    pub fn open_metrics_on(&self, platform: &str) -> &str {
        let way = self
            .bind_address
            .get(platform)
            .or_else(|| self.bind_address.get("default"));
        way.map_or("", |w| w.trim())
    }
}
