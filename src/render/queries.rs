//! What was asked of Prometheus and what it cost: `audit --show-queries`.

use std::io;

use super::canvas::{BOLD, CYAN, Canvas, DIM, GREEN, NONE, Para, RED, YELLOW};
use super::{Options, words};
use crate::check::Unit;
use crate::model::{QueryKind, QueryRecord, QueryStatus};
use crate::report::Report;

/// Writes every query with its status, its cost and its PromQL, ready to paste.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut canvas = Canvas::new(options);
    total(&mut canvas, &report.queries);
    for query in &report.queries {
        canvas.blank();
        show(&mut canvas, query);
    }
    out.write_all(canvas.finish().as_bytes())
}

fn total(canvas: &mut Canvas, queries: &[QueryRecord]) {
    let requests: u64 = queries.iter().map(|q| u64::from(q.requests)).sum();
    let series = queries
        .iter()
        .fold(0_u64, |sum, q| sum.saturating_add(q.series));
    let samples = queries
        .iter()
        .filter_map(|q| q.samples_read)
        .fold(0_u64, u64::saturating_add);
    let text = format!(
        "{}, {}, {} received, {} samples read",
        words::counted(queries.len(), "query"),
        number(requests, "request"),
        number(series, "series"),
        Unit::Count.show(samples as f64),
    );
    canvas.para(&Para {
        text: &text,
        style: BOLD,
        ..Para::default()
    });
}

fn number(count: u64, noun: &str) -> String {
    words::counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

fn show(canvas: &mut Canvas, query: &QueryRecord) {
    let (status, style, because) = match &query.status {
        QueryStatus::Complete => ("complete", GREEN, ""),
        QueryStatus::Partial => ("partial", YELLOW, ""),
        QueryStatus::Failed(because) => ("failed", RED, because.as_str()),
        QueryStatus::Skipped(because) => ("skipped", DIM, because.as_str()),
    };
    let samples = query.samples_read.map_or(String::new(), |n| {
        format!(", {} samples read", Unit::Count.show(n as f64))
    });
    let cost = format!(
        "{}, {}{samples}",
        number(u64::from(query.requests), "request"),
        number(query.series, "series"),
    );
    canvas.line(
        &[(&query.id, BOLD), ("  ", NONE), (status, style)],
        (&cost, DIM),
    );
    let mut detail = |lead: &str, text: &str| {
        canvas.para(&Para {
            indent: 2,
            lead,
            lead_style: DIM,
            hang: 9,
            text,
            ..Para::default()
        });
    };
    if !because.is_empty() {
        detail("because", because);
    }
    if query.kind == QueryKind::Range {
        let from = query.start.map(|s| format!("from {} ", words::instant(s)));
        let step = query.step.map(|s| format!(" every {s}"));
        detail(
            "range",
            &format!(
                "{}to {}{}",
                from.unwrap_or_default(),
                words::instant(query.at),
                step.unwrap_or_default()
            ),
        );
    }
    canvas.code(4, &query.query, CYAN);
}
