//! One copy of every text, label set and pod spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Interner, Labels, PodSpec, Text};

/// The sharing tables of one collection.
#[derive(Debug, Default)]
pub(super) struct Shared {
    texts: Interner<str>,
    labels: Interner<Labels>,
    specs: Interner<PodSpec>,
}

/// Annotations that are kept on workloads: those for promtune, the Helm release an object belongs to, and the marks
/// of add-ons that the platform manages. None of them carries a body.
const KEPT_ANNOTATIONS: [&str; 4] = [
    "promtune.dev/",
    "meta.helm.sh/",
    "components.gke.io/",
    "include.release.openshift.io/",
];

/// Annotations that are kept on nodes: they tell the platform.
const KEPT_NODE_ANNOTATIONS: [&str; 2] =
    ["promtune.dev/", "kubeadm.alpha.kubernetes.io/cri-socket"];

impl Shared {
    pub(super) fn text(&mut self, text: &str) -> Text {
        self.texts.text(text)
    }

    pub(super) fn labels(&mut self, labels: &BTreeMap<String, String>) -> Labels {
        labels
            .iter()
            .map(|(key, value)| (self.texts.text(key), self.texts.text(value)))
            .collect()
    }

    pub(super) fn shared_labels(&mut self, labels: &BTreeMap<String, String>) -> Arc<Labels> {
        let labels = self.labels(labels);
        self.labels.share(labels)
    }

    pub(super) fn spec(&mut self, spec: PodSpec) -> Arc<PodSpec> {
        self.specs.share(spec)
    }

    pub(super) fn annotations(&mut self, all: &BTreeMap<String, String>) -> Labels {
        self.kept(all, &KEPT_ANNOTATIONS)
    }

    pub(super) fn node_annotations(&mut self, all: &BTreeMap<String, String>) -> Labels {
        self.kept(all, &KEPT_NODE_ANNOTATIONS)
    }

    pub(super) fn namespace_annotations(&mut self, all: &BTreeMap<String, String>) -> Labels {
        self.kept(all, &KEPT_NODE_ANNOTATIONS[..1])
    }

    fn kept(&mut self, all: &BTreeMap<String, String>, prefixes: &[&str]) -> Labels {
        all.iter()
            .filter(|(key, _)| prefixes.iter().any(|prefix| key.starts_with(prefix)))
            .map(|(key, value)| (self.texts.text(key), self.texts.text(value)))
            .collect()
    }
}
