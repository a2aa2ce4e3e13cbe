//! Default thresholds: `rulesets/defaults.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::KnowledgeError;
use crate::model::{Cpu, PromDuration};

/// One threshold with its reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DefaultSpec {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) why: String,
}

/// Every threshold a check uses, read once and typed. Ratios: 1 is all.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Shortest history that a recommended number may rest on.
    pub history_minimum: PromDuration,
    /// History from which on confidence can be high.
    pub history_full: PromDuration,
    /// Least share of the expected samples.
    pub history_coverage: f64,
    pub memory_margin: f64,
    pub memory_oom_growth: f64,
    /// Working set to RSS from which on a container counts as mostly page cache.
    pub memory_cache_ratio: f64,
    pub cpu_margin: f64,
    pub cpu_minimum_request: Cpu,
    pub throttling_ratio: f64,
    pub throttling_negligible_active: f64,
    pub throttling_sustained_fill: f64,
    pub throttling_bursty_fill: f64,
    pub throttling_startup_share: f64,
    pub throttling_tiny_limit: Cpu,
    pub alerts_always_firing: f64,
    /// The label that says how bad it is.
    pub alerts_severity_label: String,
    /// The severities that are used; empty when any is.
    pub alerts_severities: Vec<String>,
    /// Annotations that say in words what is wrong; one of them is enough.
    pub alerts_text_annotations: Vec<String>,
    /// Groups should be evaluated at least this often.
    pub rules_longest_interval: PromDuration,
    pub node_overcommit: f64,
}

impl Defaults {
    /// Types the thresholds; every key must be there, and no other.
    pub(super) fn read(specs: Vec<DefaultSpec>) -> Result<Self, KnowledgeError> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for spec in specs {
            if spec.why.trim().is_empty() {
                return Err(KnowledgeError::new(
                    "defaults.yaml",
                    format!("{} has no reason", spec.key),
                ));
            }
            values.insert(spec.key, spec.value);
        }
        let mut take = Take(values);
        let defaults = Self {
            history_minimum: take.duration("history.minimum")?,
            history_full: take.duration("history.full")?,
            history_coverage: take.ratio("history.coverage")?,
            memory_margin: take.ratio("memory.margin")?,
            memory_oom_growth: take.ratio("memory.oom-growth")?,
            memory_cache_ratio: take.ratio("memory.cache-ratio")?,
            cpu_margin: take.ratio("cpu.margin")?,
            cpu_minimum_request: take.cpu("cpu.minimum-request")?,
            throttling_ratio: take.ratio("throttling.ratio")?,
            throttling_negligible_active: take.ratio("throttling.negligible-active")?,
            throttling_sustained_fill: take.ratio("throttling.sustained-fill")?,
            throttling_bursty_fill: take.ratio("throttling.bursty-fill")?,
            throttling_startup_share: take.ratio("throttling.startup-share")?,
            throttling_tiny_limit: take.cpu("throttling.tiny-limit")?,
            alerts_always_firing: take.ratio("alerts.always-firing")?,
            alerts_severity_label: take.with("alerts.severity-label", |v| Some(v.to_owned()))?,
            alerts_severities: take.words("alerts.severities")?,
            alerts_text_annotations: take.words("alerts.text-annotations")?,
            rules_longest_interval: take.duration("rules.longest-interval")?,
            node_overcommit: take.ratio("cluster.node-overcommit")?,
        };
        match take.0.into_keys().next() {
            Some(key) => Err(KnowledgeError::new(
                "defaults.yaml",
                format!("{key} is not a threshold"),
            )),
            None => Ok(defaults),
        }
    }
}

struct Take(BTreeMap<String, String>);

impl Take {
    fn with<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, KnowledgeError> {
        let value = self
            .0
            .remove(key)
            .ok_or_else(|| KnowledgeError::new("defaults.yaml", format!("{key} is missing")))?;
        read(&value).ok_or_else(|| {
            KnowledgeError::new("defaults.yaml", format!("{key}: cannot read `{value}`"))
        })
    }

    fn ratio(&mut self, key: &str) -> Result<f64, KnowledgeError> {
        self.with(key, |v| {
            v.strip_suffix('%')?.parse::<f64>().ok().map(|p| p / 100.0)
        })
    }

    /// Words with spaces or commas between them.
    fn words(&mut self, key: &str) -> Result<Vec<String>, KnowledgeError> {
        self.with(key, |v| {
            let words = v.split([' ', ',']).filter(|w| !w.is_empty());
            Some(words.map(str::to_owned).collect())
        })
    }

    fn duration(&mut self, key: &str) -> Result<PromDuration, KnowledgeError> {
        self.with(key, PromDuration::parse)
    }

    fn cpu(&mut self, key: &str) -> Result<Cpu, KnowledgeError> {
        self.with(key, |v| Cpu::parse(v).ok())
    }
}
