//! From a snapshot to a report.

use std::collections::BTreeMap;

use super::exit::Failure;
use crate::check::{self, Check, Context, Finding, NotEvaluated};
use crate::config::{Annotations, Config, Held, hold_back};
use crate::facts::{Facts, PlatformVerdict, cluster_of};
use crate::fix::{LowerContext, SourceText};
use crate::knowledge::Knowledge;
use crate::model::Snapshot;
use crate::report::{PlatformSummary, Report, Summary, Suppressed};

/// What a command makes of the findings before they are reported.
pub(super) struct Sifted {
    pub(super) kept: Vec<Finding>,
    pub(super) held: Vec<Held>,
    /// What has to be said about it.
    pub(super) remarks: Vec<String>,
}

/// Runs the checks and puts the report together.
///
/// # Errors
/// When the rulesets are broken, or a threshold of the configuration is wrong.
pub(super) fn analyse(
    snapshot: &Snapshot,
    checks: &[&Check],
    config: &Config,
    documents: &[SourceText],
) -> Result<Report, Failure> {
    let all = |kept, not_evaluated| {
        (
            Sifted {
                kept,
                held: Vec::new(),
                remarks: Vec::new(),
            },
            not_evaluated,
        )
    };
    analyse_and(snapshot, checks, config, documents, all)
}

/// The same, with findings that go through `sift` first, as those that are in nobody's files.
///
/// # Errors
/// When the rulesets are broken, or a threshold of the configuration is wrong.
pub(super) fn analyse_and(
    snapshot: &Snapshot,
    checks: &[&Check],
    config: &Config,
    documents: &[SourceText],
    sift: impl FnOnce(Vec<Finding>, Vec<NotEvaluated>) -> (Sifted, Vec<NotEvaluated>),
) -> Result<Report, Failure> {
    let knowledge =
        Knowledge::embedded_with(&config.thresholds).map_err(|e| Failure::Usage(e.to_string()))?;
    let cluster = cluster_of(snapshot);
    let facts = Facts::new(snapshot, &cluster, &knowledge);
    let context = Context {
        facts: &facts,
        knowledge: &knowledge,
    };
    let (findings, not_evaluated) = check::run(checks, &context);
    let (sifted, not_evaluated) = sift(findings, not_evaluated);
    let annotations = Annotations::of(&cluster);
    let (kept, mut held, unmatched) =
        hold_back(sifted.kept, config, &annotations, snapshot.meta.captured_at);
    held.extend(sifted.held);
    let suppressed = held
        .into_iter()
        .map(|h| Suppressed {
            check: h.finding.check.clone(),
            fingerprint: h.finding.fingerprint(),
            subject: h.finding.subject.to_string(),
            severity: h.finding.severity,
            by: h.by,
            reason: h.reason,
        })
        .collect();
    let mut gaps: Vec<String> = unmatched
        .into_iter()
        .map(|u| format!("configuration: {u}"))
        .collect();
    gaps.extend(sifted.remarks);
    gaps.extend(snapshot.gaps.iter().map(ToString::to_string));
    gaps.dedup();
    let report = Report {
        captured_at: snapshot.meta.captured_at,
        window: snapshot.meta.window,
        sources: snapshot
            .meta
            .sources
            .iter()
            .map(|s| s.as_str().to_owned())
            .collect(),
        platform: (!facts.cluster.nodes.is_empty()).then(|| platform(&facts.platform)),
        summary: Summary {
            files: documents.len(),
            rules: snapshot.rules.iter().map(|g| g.rules.len()).sum(),
            workloads: facts.workloads.len(),
            ..Summary::default()
        },
        findings: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        queries: snapshot.provenance.clone(),
        gaps,
        excerpts: BTreeMap::new(),
    };
    let lowering = LowerContext::new(snapshot, documents);
    Ok(report.with(kept, not_evaluated, suppressed, &lowering))
}

fn platform(verdict: &PlatformVerdict) -> PlatformSummary {
    let mut signals: Vec<String> = verdict
        .signals
        .iter()
        .map(|s| match s.nodes {
            0 => format!("{} {}", s.field, s.text),
            n => format!("{} {} on {n} nodes", s.field, s.text),
        })
        .collect();
    signals.push(verdict.managed_because.clone());
    PlatformSummary {
        name: verdict.id.clone().unwrap_or_else(|| "unknown".to_owned()),
        managed_control_plane: verdict.managed_control_plane,
        confidence: verdict.confidence().to_owned(),
        signals,
    }
}
