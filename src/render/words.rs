//! Phrases that every format for people uses, so that they say the same.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::check::{Evidence, Impact, NotEvaluated, Subject, SubjectKind, Unit};
use crate::model::Timestamp;
use crate::report::{Report, Suppressed};

/// A subject with its kind, where the name alone does not tell it.
pub(super) fn subject(subject: &Subject) -> String {
    match subject.kind {
        SubjectKind::Container | SubjectKind::Workload => subject.to_string(),
        SubjectKind::Platform if subject.source.is_none() => subject.to_string(),
        kind => format!("{} {subject}", kind.as_str().replace('-', " ")),
    }
}

/// `containers`, or `container` for one.
pub(super) fn kinds(kind: SubjectKind, count: usize) -> String {
    plural(count, &kind.as_str().replace('-', " "))
}

/// The noun in the plural unless there is exactly one.
pub(super) fn plural(count: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 || noun == "series" => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    }
}

/// `3 workloads`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let shown = Unit::Count.show(count as f64);
    format!("{shown} {}", plural(count, noun))
}

/// An instant in UTC, to the minute.
pub(super) fn instant(at: Timestamp) -> String {
    zoned(at, "%Y-%m-%d %H:%M UTC")
}

/// An instant as RFC 3339 writes it. Instants beyond the years that it can write become the nearest it can.
pub(super) fn rfc3339(at: Timestamp) -> String {
    zoned(at, "%Y-%m-%dT%H:%M:%SZ")
}

fn zoned(at: Timestamp, format: &str) -> String {
    // RFC 3339 has four digits for the year.
    let first = -62_167_219_200;
    let last = 253_402_207_200;
    let time = jiff::Timestamp::from_second(at.0.clamp(first, last)).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// `eks, managed control plane`.
pub(super) fn platform(report: &Report) -> Option<String> {
    report.platform.as_ref().map(|p| {
        let managed = if p.managed_control_plane {
            ", managed control plane"
        } else {
            ""
        };
        let doubt = if p.confidence == "high" {
            String::new()
        } else {
            format!(" ({} confidence)", p.confidence)
        };
        format!("{}{managed}{doubt}", p.name)
    })
}

/// Platform, window and sources, as pieces of one line.
pub(super) fn basis(report: &Report) -> Vec<String> {
    let mut out: Vec<String> = platform(report).into_iter().collect();
    out.push(format!(
        "{} to {}",
        report.window,
        instant(report.captured_at)
    ));
    if !report.sources.is_empty() {
        out.push(report.sources.join(" + "));
    }
    out
}

/// What was looked at: `148 workloads, 212 rules`; nothing when nothing was.
pub(super) fn looked_at(report: &Report) -> Option<String> {
    let s = report.summary;
    let parts: Vec<String> = [
        (s.workloads, "workload"),
        (s.rules, "rule"),
        (s.files, "file"),
    ]
    .into_iter()
    .filter(|&(count, _)| count > 0)
    .map(|(count, noun)| counted(count, noun))
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What an empty report says.
pub(super) fn nothing_found(report: &Report) -> String {
    match looked_at(report) {
        Some(seen) if report.not_evaluated.is_empty() => {
            format!("No findings: {seen} checked over {}.", report.window)
        }
        Some(seen) => format!(
            "No findings in what could be checked: {seen} over {}.",
            report.window
        ),
        None => "Nothing was checked: no workload, rule or file could be read.".to_owned(),
    }
}

/// One piece of evidence in words, and the text to copy that goes with it.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) words: String,
    pub(super) code: Option<&'a str>,
    /// Language of the code, for highlighters.
    pub(super) language: &'static str,
    pub(super) url: Option<&'a str>,
}

/// Evidence in words.
pub(super) fn evidence(evidence: &Evidence) -> Shown<'_> {
    let value = evidence.shown();
    let (words, code, language, url) = match evidence {
        Evidence::Measured {
            query,
            window,
            label,
            ..
        } => {
            let over = window.map(|w| format!(" over {w}")).unwrap_or_default();
            let words = format!("{label}: {value}{over}");
            (words, Some(query.as_str()), "promql", None)
        }
        Evidence::Field { object, path, .. } => {
            (format!("{object}: {path} is {value}"), None, "", None)
        }
        Evidence::Quoted { path, line, text } => {
            let line = line.map(|l| format!(":{l}")).unwrap_or_default();
            (format!("{path}{line}"), Some(text.as_str()), "yaml", None)
        }
        Evidence::Computed { label, formula, .. } => {
            (format!("{label}: {value} = {formula}"), None, "", None)
        }
        Evidence::Known { entry, url } => (entry.clone(), None, "", Some(url.as_str())),
    };
    Shown {
        words,
        code,
        language,
        url: url.filter(|u| !u.is_empty()),
    }
}

/// What the first fix changes, in words.
pub(super) fn impact(impact: &Impact) -> Vec<String> {
    let mut out = Vec::new();
    let per_week = |n: f64| Unit::Count.show(n);
    let finite = |n: Option<f64>| n.filter(|n| n.is_finite());
    match (
        finite(impact.notifications_per_week_before),
        finite(impact.notifications_per_week_after),
    ) {
        (Some(before), Some(after)) => out.push(format!(
            "{} → {} notifications per week",
            per_week(before),
            per_week(after)
        )),
        (Some(before), None) => {
            out.push(format!("{} notifications per week today", per_week(before)));
        }
        (None, Some(after)) => {
            out.push(format!("{} notifications per week after", per_week(after)));
        }
        (None, None) => {}
    }
    let mut change = |unit: Unit, amount: f64, what: &str| {
        let direction = if amount < 0.0 { "less" } else { "more" };
        out.push(format!(
            "{} {direction} {what} requested",
            unit.show(amount.abs())
        ));
    };
    if let Some(cores) = finite(impact.cpu_cores).filter(|c| *c != 0.0) {
        change(Unit::Cores, cores, "CPU");
    }
    if let Some(bytes) = impact.memory_bytes.filter(|b| *b != 0) {
        change(Unit::Bytes, bytes as f64, "memory");
    }
    out
}

/// Gaps of evaluation by cause, most frequent first, each with the checks it stopped.
pub(super) fn causes(gaps: &[NotEvaluated]) -> Vec<(&str, Vec<&NotEvaluated>)> {
    let mut by_cause: BTreeMap<&str, Vec<&NotEvaluated>> = BTreeMap::new();
    for gap in gaps {
        by_cause.entry(&gap.because).or_default().push(gap);
    }
    let mut causes: Vec<_> = by_cause.into_iter().collect();
    causes.sort_by_key(|(_, gaps)| std::cmp::Reverse(gaps.len()));
    causes
}

/// `3 by baseline, 1 by comment`.
pub(super) fn suppressed_by(suppressed: &[Suppressed]) -> String {
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    for s in suppressed {
        *by.entry(s.by).or_default() += 1;
    }
    let parts: Vec<String> = by.iter().map(|(by, n)| format!("{n} by {by}")).collect();
    parts.join(", ")
}

/// The names of the outputs of a fix, in the order people want them: how to look, then how to do it for good.
pub(super) const OUTPUTS: [&str; 5] = ["diff", "values", "kustomize", "prometheusrule", "kubectl"];

/// The language of an output, for highlighters.
pub(super) fn output_language(output: &str) -> &'static str {
    match output {
        "diff" => "diff",
        "kubectl" => "sh",
        _ => "yaml",
    }
}
