//! The report for a person at a terminal: one screen that says what matters most and what to do about it, or with
//! `verbose` everything, with the numbers and how to check them.

use std::io;

use super::canvas::{BLUE, BOLD, Canvas, DIM, GREEN, NONE, Para, RED, YELLOW};
use super::{Options, words};
use crate::check::Severity;
use crate::report::{Report, group};

mod brief;
mod footer;
mod full;

/// Writes the report as text for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut canvas = Canvas::new(options);
    header(&mut canvas, report);
    if options.verbose {
        full::findings(&mut canvas, report);
        footer::everything(&mut canvas, report);
    } else {
        screen(&mut canvas, report, options.height);
    }
    out.write_all(canvas.finish().as_bytes())
}

/// The top findings told in a few lines each, the others in one, and a count of what does not fit: the whole report at
/// a glance, and the worst of it in words.
fn screen(canvas: &mut Canvas, report: &Report, height: usize) {
    let mut footer = canvas.sibling();
    footer::summary(&mut footer, report);
    let room = height.saturating_sub(canvas.len() + footer.len());
    let groups = group(&report.findings);
    let told: Vec<Canvas> = groups
        .iter()
        .map(|group| {
            let mut told = canvas.sibling();
            brief::group(&mut told, group);
            told.blank();
            told
        })
        .collect();
    let sizes: Vec<usize> = told.iter().map(Canvas::len).collect();
    let full = told_in_full(&sizes, room);
    for told in told.into_iter().take(full) {
        canvas.append(told);
    }
    let used: usize = sizes.iter().take(full).sum();
    let rest = groups.get(full..).unwrap_or_default();
    brief::one_line_each(canvas, rest, room.saturating_sub(used));
    canvas.append(footer);
}

/// How many groups, each of that many lines, are told in full; at least one. A third of the room is kept for one-line
/// entries when there are that many.
fn told_in_full(sizes: &[usize], room: usize) -> usize {
    let fits = |full: usize| {
        let used: usize = sizes.iter().take(full).sum();
        let rest = sizes.len() - full;
        let blank = usize::from(rest > 0);
        used + rest.min(room / 3) + blank <= room
    };
    (1..=sizes.len())
        .rev()
        .find(|&full| fits(full))
        .unwrap_or(1)
}

/// Where the report comes from, and the counts.
fn header(canvas: &mut Canvas, report: &Report) {
    let tool = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    canvas.para(&Para {
        lead: &tool,
        lead_style: BOLD,
        hang: tool.len() + 2,
        text: &words::basis(report).join(" · "),
        style: DIM,
        ..Para::default()
    });
    counts(canvas, report);
    canvas.blank();
}

fn counts(canvas: &mut Canvas, report: &Report) {
    let s = report.summary;
    if report.findings.is_empty() {
        let style = if words::looked_at(report).is_some() {
            GREEN
        } else {
            YELLOW
        };
        canvas.para(&Para {
            text: &words::nothing_found(report),
            style,
            ..Para::default()
        });
        return;
    }
    let severities = [
        (s.critical, Severity::Critical),
        (s.warning, Severity::Warning),
        (s.info, Severity::Info),
    ];
    let pieces: Vec<(String, anstyle::Style)> = severities
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, severity)| (format!("{count} {severity}   "), severity_style(severity)))
        .collect();
    let mut left: Vec<(&str, anstyle::Style)> = pieces
        .iter()
        .map(|(t, style)| (t.as_str(), *style))
        .collect();
    let seen = words::looked_at(report)
        .map(|seen| format!("in {seen}"))
        .unwrap_or_default();
    left.push((&seen, NONE));
    canvas.line(&left, ("", NONE));
}

fn severity_style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Critical => RED,
        Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    }
}

/// The severity as a word of fixed width, so that it is there without colour and lines stay in columns.
fn badge(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::Warning => "WARNING ",
        Severity::Info => "INFO    ",
    }
}
