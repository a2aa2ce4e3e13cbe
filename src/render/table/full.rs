//! A finding with everything known about it.

use super::brief;
use crate::check::Finding;
use crate::fix::Fix;
use crate::render::canvas::{BOLD, CYAN, Canvas, DIM, GREEN, NONE, Para};
use crate::render::words;
use crate::report::{FixOutputs, Report, Reported};

const INDENT: usize = 2;
const HANG: usize = 12;

/// Every finding in full.
pub(super) fn findings(canvas: &mut Canvas, report: &Report) {
    for reported in &report.findings {
        finding(canvas, reported);
    }
}

fn finding(canvas: &mut Canvas, reported: &Reported) {
    let f = &reported.finding;
    canvas.line(&[(&"─".repeat(canvas.columns()), DIM)], ("", NONE));
    brief::title(canvas, reported);
    row(canvas, "check", &f.check, NONE);
    if let Some(at) = &f.location {
        row(
            canvas,
            "at",
            &format!("{}:{}:{}", at.path, at.line, at.column),
            NONE,
        );
    }
    if let Some(group) = &f.subject.group {
        row(canvas, "group", group, NONE);
    }
    row(canvas, "what", &f.what, NONE);
    row(canvas, "why", &f.why, NONE);
    row(canvas, "do", &f.action, BOLD);
    if let Some(impact) = &f.impact {
        let parts = words::impact(impact);
        if !parts.is_empty() {
            row(canvas, "effect", &parts.join(", "), NONE);
        }
    }
    let confidence = format!("{}: {}", f.confidence.level.as_str(), f.confidence.because);
    row(canvas, "confidence", &confidence, NONE);
    row(canvas, "fingerprint", &f.fingerprint(), DIM);
    canvas.blank();
    evidence(canvas, f);
    for (i, (fix, outputs)) in reported.fixes().enumerate() {
        patch(canvas, i + 1, fix, outputs);
    }
}

fn row(canvas: &mut Canvas, lead: &str, text: &str, style: anstyle::Style) {
    canvas.para(&Para {
        indent: INDENT,
        lead,
        lead_style: DIM,
        hang: HANG,
        text,
        style,
        ..Para::default()
    });
}

fn evidence(canvas: &mut Canvas, finding: &Finding) {
    canvas.line(&[("  Evidence", BOLD)], ("", NONE));
    for evidence in &finding.evidence {
        let shown = words::evidence(evidence);
        canvas.para(&Para {
            indent: INDENT,
            lead: "-",
            hang: 2,
            text: &shown.words,
            ..Para::default()
        });
        if let Some(code) = shown.code {
            canvas.code(INDENT + 4, code, CYAN);
        }
        if let Some(url) = shown.url {
            // An address that is broken in two cannot be opened.
            canvas.code(INDENT + 4, url, CYAN);
        }
    }
    canvas.blank();
}

fn patch(canvas: &mut Canvas, number: usize, fix: &Fix, outputs: Option<&FixOutputs>) {
    canvas.para(&Para {
        indent: INDENT,
        lead: &format!("Fix {number}"),
        lead_style: BOLD,
        hang: HANG,
        text: &format!("{} ({})", fix.title, fix.applicability.as_str()),
        style: GREEN,
        ..Para::default()
    });
    row(canvas, "expected", &fix.expected, NONE);
    row(canvas, "rollback", &fix.rollback, NONE);
    for precondition in &fix.preconditions {
        row(canvas, "first", precondition, NONE);
    }
    canvas.blank();
    let Some(outputs) = outputs else {
        return;
    };
    for output in words::OUTPUTS {
        if let Some(text) = outputs.texts.get(output) {
            canvas.line(&[("  as ", DIM), (output, BOLD)], ("", NONE));
            if output == "diff" {
                canvas.diff(INDENT + 4, text);
            } else {
                canvas.code(INDENT + 4, text, NONE);
            }
            canvas.blank();
        }
    }
    for (output, because) in &outputs.refused {
        row(canvas, "", &format!("not as {output}: {because}"), DIM);
    }
    if !outputs.refused.is_empty() {
        canvas.blank();
    }
}
