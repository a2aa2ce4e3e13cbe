//! The report: findings ranked, with their fixes written out, and everything that was held back or not looked at.
//!
//! Architecture invariant: a renderer sees a [`Report`] and nothing else; it computes nothing.

mod build;
mod rank;

use std::collections::BTreeMap;

use crate::check::{Finding, NotEvaluated, Severity};
use crate::fix::Fix;
use crate::model::{PromDuration, QueryRecord, Timestamp};

pub use rank::{Group, compare, group, rank};

/// A finished run.
#[derive(Clone, Debug)]
pub struct Report {
    pub captured_at: Timestamp,
    pub window: PromDuration,
    /// `prometheus`, `kubernetes`, ….
    pub sources: Vec<String>,
    pub platform: Option<PlatformSummary>,
    pub summary: Summary,
    /// Most important first.
    pub findings: Vec<Reported>,
    pub not_evaluated: Vec<NotEvaluated>,
    pub suppressed: Vec<Suppressed>,
    /// What was asked of Prometheus, for `--show-queries`.
    pub queries: Vec<QueryRecord>,
    /// One-line notes on coverage: gaps of the sources, most important first.
    pub gaps: Vec<String>,
    /// Lines of the user's files that findings are about, by file and line.
    pub excerpts: BTreeMap<(String, u32), String>,
}

/// The platform verdict, as reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformSummary {
    pub name: String,
    pub managed_control_plane: bool,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    pub signals: Vec<String>,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub critical: usize,
    pub warning: usize,
    pub info: usize,
    pub suppressed: usize,
    pub not_evaluated: usize,
    pub files: usize,
    pub rules: usize,
    pub workloads: usize,
}

/// A finding with each fix written out.
#[derive(Clone, Debug)]
pub struct Reported {
    pub finding: Finding,
    /// One entry per fix of the finding, in its order.
    pub outputs: Vec<FixOutputs>,
}

impl Reported {
    /// The fixes, each with its texts; a fix that was not written out has none.
    pub fn fixes(&self) -> impl Iterator<Item = (&Fix, Option<&FixOutputs>)> {
        let outputs = self.outputs.iter().map(Some).chain(std::iter::repeat(None));
        self.finding.fixes.iter().zip(outputs)
    }
}

/// The texts of one fix, by output (`diff`, `values`, `kubectl`, `kustomize`, `prometheusrule`), and why others are
/// missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixOutputs {
    pub texts: BTreeMap<&'static str, String>,
    pub refused: BTreeMap<&'static str, String>,
}

/// A finding held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    pub check: String,
    pub fingerprint: String,
    pub subject: String,
    pub severity: Severity,
    /// `comment`, `annotation`, `config` or `baseline`.
    pub by: &'static str,
    pub reason: String,
}
