//! What stands below the findings: what was not looked at, held back, asked, and how the platform was recognised.

use std::io;

use super::{escape, inline, pre};
use crate::check::Unit;
use crate::model::QueryStatus;
use crate::render::words;
use crate::report::Report;

/// Writes the folded lists.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<footer>")?;
    let gaps = report.gaps.iter().map(|g| item(&inline(g)));
    list("Incomplete", report.gaps.len(), gaps, out)?;
    list(
        "Not evaluated",
        report.not_evaluated.len(),
        not_evaluated(report),
        out,
    )?;
    list(
        "Suppressed",
        report.suppressed.len(),
        suppressed(report),
        out,
    )?;
    if let Some(platform) = &report.platform {
        let signals = platform.signals.iter().map(|s| item(&escape(s)));
        list(
            "Signals of the platform",
            platform.signals.len(),
            signals,
            out,
        )?;
    }
    list("Queries", report.queries.len(), queries(report), out)?;
    writeln!(out, "</footer>")
}

fn item(html: &str) -> String {
    format!("<li>{html}</li>\n")
}

fn not_evaluated(report: &Report) -> impl Iterator<Item = String> {
    words::causes(&report.not_evaluated)
        .into_iter()
        .map(|(because, gaps)| {
            let checks: Vec<String> = gaps
                .iter()
                .map(|g| match g.subject.as_str() {
                    "" => format!("<code>{}</code>", escape(&g.check)),
                    subject => format!(
                        "<code>{}</code> for <bdi>{}</bdi>",
                        escape(&g.check),
                        escape(subject)
                    ),
                })
                .collect();
            item(&format!("{}: {}", inline(because), checks.join(", ")))
        })
}

fn suppressed(report: &Report) -> impl Iterator<Item = String> {
    report.suppressed.iter().map(|s| {
        item(&format!(
            "<code>{}</code> for <bdi>{}</bdi>, by {}: {} <code class=\"one\">{}</code>",
            escape(&s.check),
            escape(&s.subject),
            s.by,
            inline(&s.reason),
            escape(&s.fingerprint)
        ))
    })
}

fn queries(report: &Report) -> impl Iterator<Item = String> {
    report.queries.iter().map(|q| {
        let status = match &q.status {
            QueryStatus::Complete => "complete".to_owned(),
            QueryStatus::Partial => "partial".to_owned(),
            QueryStatus::Failed(because) => format!("failed: {}", inline(because)),
            QueryStatus::Skipped(because) => format!("skipped: {}", inline(because)),
        };
        let samples = q
            .samples_read
            .map(|n| format!(", {} samples read", Unit::Count.show(n as f64)))
            .unwrap_or_default();
        item(&format!(
            "<code>{}</code> {status} ({} requests, {} series{samples}){}",
            escape(&q.id),
            q.requests,
            q.series,
            pre("promql", &q.query)
        ))
    })
}

fn list(
    title: &str,
    count: usize,
    items: impl Iterator<Item = String>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "<details><summary>{title}: {count}</summary>\n<ul>")?;
    for item in items {
        out.write_all(item.as_bytes())?;
    }
    writeln!(out, "</ul></details>")
}
