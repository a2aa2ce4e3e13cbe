//! Alerting and recording rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{GroupSource, Labels, PromDuration, RuleSource};

/// A rule group as Prometheus loaded it, or as a file or object states it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleGroup {
    pub name: String,
    /// The rule file, as Prometheus reports it or as the user gave it; empty when unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<PromDuration>,
    /// The PrometheusRule object that holds the group, when one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<RuleObject>,
    pub rules: Vec<Rule>,
    /// Where it is written, when it was read from the user's files; not part of a snapshot's text.
    #[serde(skip)]
    pub source: Option<Box<GroupSource>>,
}

/// Names a PrometheusRule object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleObject {
    pub namespace: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
}

/// Alerting or recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    Alerting,
    Recording,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub kind: RuleKind,
    /// `alert:` or `record:`.
    pub name: String,
    pub expr: String,
    /// `for:`; absent and `0s` are the same to Prometheus.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<PromDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<PromDuration>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// `ok`, `err` or `unknown`, as the rules API says; empty for rules from files.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub health: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_error: String,
    /// Where it is written, when it was read from the user's files; not part of a snapshot's text.
    #[serde(skip)]
    pub source: Option<Box<RuleSource>>,
}
