//! One name → one hash, and which names stay.

#![expect(
    clippy::disallowed_methods,
    reason = "a key must differ from run to run"
)]

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::generated::split_generated;
use super::known::{COMMON, FACT_PREFIXES, FACTS, OBJECT_LABELS, PLATFORM_NAMESPACES};
use crate::model::{Labels, Snapshot, Text};

/// What is known of a snapshot's names.
#[derive(Debug)]
pub(super) struct Names {
    key: Vec<u8>,
    /// Names of the platform's own objects.
    readable: BTreeSet<Text>,
    nodes: BTreeSet<Text>,
    /// What has been replaced so far, by what.
    replaced: HashMap<Text, Text>,
}

/// A key for one snapshot, from the randomness that hash tables are seeded with.
#[must_use]
pub fn fresh_key() -> [u8; 32] {
    let mut digest = Sha256::new();
    for _ in 0..4 {
        digest.update(
            RandomState::new()
                .hash_one(std::process::id())
                .to_le_bytes(),
        );
    }
    digest.update(jiff::Timestamp::now().as_nanosecond().to_le_bytes());
    digest.finalize().into()
}

/// Whether a namespace and what is in it belong to the platform.
pub(super) fn is_platform(namespace: &str) -> bool {
    PLATFORM_NAMESPACES
        .iter()
        .any(|prefix| namespace.starts_with(prefix))
}

fn listed(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|known| known == word)
}

impl Names {
    /// Finds out which names belong to the platform and which are nodes.
    pub(super) fn learn(snapshot: &Snapshot, key: &[u8]) -> Self {
        let mut names = Self {
            key: key.to_vec(),
            readable: BTreeSet::new(),
            nodes: BTreeSet::new(),
            replaced: HashMap::new(),
        };
        if let Some(cluster) = &snapshot.cluster {
            super::objects::learn(&mut names, cluster);
        }
        for result in snapshot.queries.values() {
            let namespace = result.key("namespace");
            let rows = result.rows.iter().map(|row| &row.0);
            for labels in rows.chain(result.series.iter().map(|series| &series.labels)) {
                let value = |at: Option<usize>| at.and_then(|at| labels.get(at)).cloned();
                let namespace = value(namespace).unwrap_or_default();
                let platform = names.add_namespace(&namespace);
                for (key, value) in result.keys.iter().zip(labels) {
                    if &**key == "node" {
                        names.add_node(value);
                    } else if platform && OBJECT_LABELS.contains(&&**key) {
                        names.add_readable(value);
                    }
                }
            }
        }
        names
    }

    /// Marks a platform's namespace as readable, and says whether it is one.
    pub(super) fn add_namespace(&mut self, namespace: &Text) -> bool {
        let platform = is_platform(namespace);
        if platform {
            self.readable.insert(namespace.clone());
        }
        platform
    }

    pub(super) fn add_node(&mut self, name: &Text) {
        if !name.is_empty() {
            self.nodes.insert(name.clone());
        }
    }

    /// Marks a platform object's name, without what Kubernetes appends, as readable.
    pub(super) fn add_readable(&mut self, name: &str) {
        let (base, suffix) = split_generated(name);
        // A static pod is named after its node, which is not the platform's.
        let of_node = |name: &str| self.nodes.iter().any(|node| name.ends_with(&**node));
        if suffix.is_empty() && of_node(name) {
            return;
        }
        self.readable.insert(Text::from(base));
    }

    /// What a name becomes.
    pub(super) fn name(&mut self, name: &str) -> Text {
        if let Some(known) = self.replaced.get(name) {
            return known.clone();
        }
        let new = Text::from(self.compute(name));
        self.replaced.insert(Text::from(name), new.clone());
        new
    }

    /// What a name has become, if it has been met and did not stay.
    pub(super) fn known(&self, name: &str) -> Option<&Text> {
        self.replaced.get(name).filter(|new| &***new != name)
    }

    fn stays(&self, name: &str) -> bool {
        let host = name.rsplit_once(':').map_or(name, |(host, _)| host);
        let address = [name, host]
            .iter()
            .any(|text| text.parse::<IpAddr>().is_ok());
        name.chars().all(|c| !c.is_alphabetic()) && !address
            || self.readable.contains(name)
            || name.starts_with("kube-prometheus-stack")
            || listed(COMMON, &name.to_ascii_lowercase())
    }

    fn compute(&self, name: &str) -> String {
        if self.nodes.contains(name) {
            return self.node(name);
        }
        if self.stays(name) {
            return name.to_owned();
        }
        if let Some((host, port)) = name.rsplit_once(':')
            && port.bytes().all(|b| b.is_ascii_digit())
            && !port.is_empty()
        {
            return format!("{}:{port}", self.compute(host));
        }
        if let Some((pod, node)) = self.static_pod(name) {
            return format!("{}-{}", self.compute(pod), self.node(node));
        }
        let (base, suffix) = split_generated(name);
        if suffix.is_empty() {
            return format!("n-{}", self.hash(name));
        }
        format!("{}{suffix}", self.compute(base))
    }

    /// `kube-proxy-<node>` → the two parts.
    fn static_pod<'n>(&self, name: &'n str) -> Option<(&'n str, &'n str)> {
        name.match_indices('-')
            .filter_map(|(at, _)| Some((name.get(..at)?, name.get(at + 1..)?)))
            .find(|(_, node)| self.nodes.contains(*node))
    }

    /// A node keeps the shape that tells its platform.
    pub(super) fn node(&self, name: &str) -> String {
        if matches!(name, "docker-desktop" | "minikube" | "lima-rancher-desktop") {
            return name.to_owned();
        }
        let prefixes = ["fargate-ip-", "gk3-", "gke-", "aks-", "k3d-", "ip-", "i-"];
        let prefix = prefixes.into_iter().find(|prefix| name.starts_with(prefix));
        let suffix = if name.contains("-vmss") {
            "-vmss"
        } else if name.ends_with("-control-plane") {
            "-control-plane"
        } else {
            ""
        };
        format!("{}{}{suffix}", prefix.unwrap_or("node-"), self.hash(name))
    }

    /// The value of a label.
    pub(super) fn label(&mut self, label: &str, value: &str) -> Text {
        let fact = listed(FACTS, label) || FACT_PREFIXES.iter().any(|p| label.starts_with(p));
        if fact || value.is_empty() {
            return Text::from(value);
        }
        match label {
            "provider_id" => Text::from(self.provider_id(value)),
            "image" | "image_spec" | "image_id" => Text::from(self.image(value)),
            "rule_group" => match value.rsplit_once(';') {
                Some((file, group)) => Text::from(format!("{};{group}", self.file(file))),
                None => Text::from(value),
            },
            "namespace" | "exported_namespace" if is_platform(value) => Text::from(value),
            // The chart's version decides which values it takes.
            "helm.sh/chart" | "chart" if value.starts_with("prometheus-") => Text::from(value),
            _ => self.name(value),
        }
    }

    pub(super) fn labels(&mut self, labels: &Labels) -> Labels {
        labels
            .iter()
            .map(|(key, value)| (key.clone(), self.label(key, value)))
            .collect()
    }

    /// `aws:///eu-west-1a/i-0abc` keeps its scheme and the words that are the same for everybody.
    pub(super) fn provider_id(&self, id: &str) -> String {
        let Some((scheme, path)) = id.split_once("://") else {
            return if id.is_empty() {
                String::new()
            } else {
                self.hash(id)
            };
        };
        let common = "subscriptions resourceGroups providers Microsoft.Compute virtualMachineScaleSets virtualMachines";
        let parts = path.split('/').map(|part| match part {
            "" => String::new(),
            part if listed(common, part) || part.len() < 4 && part.parse::<u32>().is_ok() => {
                part.to_owned()
            }
            part => self.node(part),
        });
        let parts: Vec<String> = parts.collect();
        format!("{scheme}://{}", parts.join("/"))
    }

    /// Images of the platform and of the monitoring stack stay.
    pub(super) fn image(&self, image: &str) -> String {
        let public = [
            "registry.k8s.io/",
            "k8s.gcr.io/",
            "gke.gcr.io/",
            "quay.io/prometheus",
            "mcr.microsoft.com/",
            "public.ecr.aws/eks",
            "602401143452.dkr.ecr.",
        ];
        if image.is_empty() || public.iter().any(|prefix| image.starts_with(prefix)) {
            return image.to_owned();
        }
        format!("n-{}", self.hash(image))
    }

    /// A path; its ending stays.
    pub(super) fn file(&self, path: &str) -> String {
        if path.is_empty() || path == "-" {
            return path.to_owned();
        }
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = ["yaml", "yml", "json", "rules"].contains(&ending);
        let ending = if known {
            format!(".{ending}")
        } else {
            String::new()
        };
        format!("n-{}{ending}", self.hash(path))
    }

    /// `serviceMonitor/<namespace>/<name>/<endpoint>`.
    pub(super) fn pool(&mut self, pool: &str) -> String {
        let parts = pool.split('/').map(|part| match part {
            "serviceMonitor" | "podMonitor" | "probe" | "scrapeConfig" => part.to_owned(),
            part => self.name(part).to_string(),
        });
        let parts: Vec<String> = parts.collect();
        parts.join("/")
    }

    /// 48 bits: unlikely to meet twice among a million names, short enough to read.
    fn hash(&self, text: &str) -> String {
        let mut digest = Sha256::new();
        digest.update((self.key.len() as u64).to_le_bytes());
        digest.update(&self.key);
        digest.update(text.as_bytes());
        let digest = digest.finalize();
        digest
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
