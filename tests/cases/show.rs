//! Findings as a case file states them.

use std::fmt::Write as _;

use promtune::check::{Evidence, Finding, NotEvaluated};
use promtune::config::Held;
use promtune::fix::{Edit, Fix, RuleField};

/// All findings, one after another.
pub(crate) fn findings(findings: &[Finding]) -> String {
    findings.iter().map(finding).collect::<Vec<_>>().join("\n")
}

fn finding(f: &Finding) -> String {
    let mut out = String::new();
    let group = f
        .subject
        .group
        .as_ref()
        .map(|g| format!(" (group {g})"))
        .unwrap_or_default();
    let about = if f.discriminator.is_empty() {
        String::new()
    } else {
        format!(", about {}", f.discriminator)
    };
    let _ = writeln!(
        out,
        "{}: {} {}{group}{about}",
        f.severity,
        f.subject.kind.as_str(),
        f.subject
    );
    if let Some(at) = &f.location {
        let _ = writeln!(
            out,
            "at:   {}:{}:{} to {}:{}",
            at.path, at.line, at.column, at.end_line, at.end_column
        );
    }
    let _ = writeln!(out, "what: {}", f.what);
    let _ = writeln!(out, "why:  {}", f.why);
    let _ = writeln!(out, "do:   {}", f.action);
    let _ = writeln!(
        out,
        "{} confidence: {}",
        f.confidence.level.as_str(),
        f.confidence.because
    );
    for evidence in &f.evidence {
        let _ = writeln!(out, "- {}", self::evidence(evidence));
    }
    for fix in &f.fixes {
        self::fix(&mut out, fix);
    }
    out
}

fn evidence(evidence: &Evidence) -> String {
    let shown = evidence.shown();
    match evidence {
        Evidence::Measured { label, .. } => format!("{label}: {shown}"),
        Evidence::Field { object, path, .. } => format!("{object} {path}: {shown}"),
        Evidence::Quoted { path, text, .. } => {
            format!(
                "{path}: {}",
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        }
        Evidence::Computed { label, formula, .. } => format!("{label}: {shown} = {formula}"),
        Evidence::Known { entry, .. } => format!("known: {entry}"),
    }
}

fn fix(out: &mut String, fix: &Fix) {
    let _ = writeln!(out, "fix ({}): {}", fix.applicability.as_str(), fix.title);
    for edit in &fix.edits {
        for line in edit_lines(edit) {
            let _ = writeln!(out, "  {line}");
        }
    }
    for condition in &fix.preconditions {
        let _ = writeln!(out, "  first: {condition}");
    }
    let _ = writeln!(out, "  then: {}", fix.expected);
    let _ = writeln!(out, "  back: {}", fix.rollback);
}

fn edit_lines(edit: &Edit) -> Vec<String> {
    let or_unset = |v: &Option<String>| v.clone().unwrap_or_else(|| "unset".to_owned());
    let change = |place: &str, c: &promtune::fix::ResourceChange| {
        let (from, to) = (or_unset(&c.from), or_unset(&c.to));
        format!(
            "{place} {}.{}: {from} → {to}",
            c.field.section(),
            c.field.resource()
        )
    };
    match edit {
        Edit::SetResources { container, changes } => {
            let place = format!("{} {}", container.workload, container.container);
            changes.iter().map(|c| change(&place, c)).collect()
        }
        Edit::SetLimitRange { name, changes, .. } => changes
            .iter()
            .map(|c| change(&format!("LimitRange/{name}"), c))
            .collect(),
        Edit::SetRuleField { rule, field, value } => {
            let field = match field {
                RuleField::For => "for".to_owned(),
                RuleField::KeepFiringFor => "keep_firing_for".to_owned(),
                RuleField::Label(l) => format!("label {l}"),
                RuleField::Annotation(a) => format!("annotation {a}"),
            };
            vec![format!("{} {field} → {}", rule.name, or_unset(value))]
        }
        Edit::ReplaceExpr { rule, .. } => vec![format!("{}: new expression", rule.name)],
        Edit::DisableRule { rule } => vec![format!("{} of group {}: out", rule.name, rule.group)],
        Edit::SetChartValues { values, .. } => values
            .iter()
            .map(|(k, v)| format!("values {k}: {v}"))
            .collect(),
        Edit::Instruct { steps } => steps.iter().map(|s| format!("* {s}")).collect(),
    }
}

/// What could not be evaluated.
pub(crate) fn not_evaluated(all: &[NotEvaluated]) -> String {
    all.iter().fold(String::new(), |mut out, n| {
        let _ = writeln!(out, "{}: {}", n.subject, n.because);
        out
    })
}

/// What was held back.
pub(crate) fn suppressed(all: &[Held]) -> String {
    all.iter().fold(String::new(), |mut out, h| {
        let _ = writeln!(out, "{}: by {}: {}", h.finding.subject, h.by, h.reason);
        out
    })
}
