//! Findings in files for a person at a terminal: each with the lines it is about, and the place underlined.

use std::io;

use super::canvas::{BLUE, BOLD, Canvas, DIM, NONE, Para, RED, YELLOW};
use super::{EXCERPT, Options, text};
use crate::check::{Finding, Location, Severity};
use crate::report::Report;

/// Writes the findings one after the other, and a line with the counts.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut canvas = Canvas::new(options);
    for finding in report.findings.iter().map(|r| &r.finding) {
        told(&mut canvas, finding, report);
        canvas.blank();
    }
    for skipped in &report.not_evaluated {
        note(
            &mut canvas,
            &format!(
                "{} not evaluated for {}: {}",
                skipped.check, skipped.subject, skipped.because
            ),
        );
    }
    report.gaps.iter().for_each(|gap| note(&mut canvas, gap));
    if !(report.gaps.is_empty() && report.not_evaluated.is_empty()) {
        canvas.blank();
    }
    canvas.line(&[(&counts(report), BOLD)], ("", NONE));
    out.write_all(canvas.finish().as_bytes())
}

fn told(canvas: &mut Canvas, finding: &Finding, report: &Report) {
    let style = match finding.severity {
        Severity::Critical => RED,
        Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    };
    let lead = format!("{}[{}]", finding.severity, finding.check);
    let what = one_line(&format!("{}: {}", finding.subject, finding.what));
    canvas.para(&Para {
        lead: &lead,
        lead_style: style,
        hang: lead.len() + 1,
        text: &what,
        style: BOLD,
        ..Para::default()
    });
    if let Some(at) = &finding.location {
        let place = format!("{}:{}:{}", at.path, at.line, at.column);
        canvas.line(&[("  --> ", BLUE), (&place, NONE)], ("", NONE));
        excerpt(canvas, at, report, style);
    }
    for (lead, text) in [("why", &finding.why), ("do", &finding.action)] {
        let text = one_line(text);
        canvas.para(&Para {
            indent: 2,
            lead,
            lead_style: DIM,
            hang: 5,
            text: &text,
            ..Para::default()
        });
    }
}

/// The lines, each with a line of carets below what is meant on it.
fn excerpt(canvas: &mut Canvas, at: &Location, report: &Report, style: anstyle::Style) {
    let last = at.end_line.min(at.line + EXCERPT - 1);
    let width = last.to_string().len() + 2;
    for number in at.line..=last {
        let Some(line) = report.excerpts.get(&(at.path.clone(), number)) else {
            continue;
        };
        let from = if number == at.line {
            at.column.saturating_sub(1) as usize
        } else {
            indent(line)
        };
        let length = line.trim_end().chars().count();
        let to = if number == at.end_line {
            at.end_column.saturating_sub(1) as usize
        } else {
            length
        };
        let (shown, from, to) = window(
            line.trim_end(),
            from,
            to.min(length),
            canvas.columns().saturating_sub(width + 4),
        );
        let gutter = format!("{number:>width$} | ");
        canvas.line(&[(&gutter, BLUE), (&shown, NONE)], ("", NONE));
        let head: String = shown.chars().take(from).collect();
        let carets = text::width(&text::plain(
            &shown.chars().take(to).skip(from).collect::<String>(),
        ))
        .max(1);
        let under = format!(
            "{}{}",
            " ".repeat(text::width(&text::plain(&head))),
            "^".repeat(carets)
        );
        canvas.line(
            &[(&format!("{:>width$} | ", ""), BLUE), (&under, style)],
            ("", NONE),
        );
    }
    if at.end_line > last {
        canvas.line(&[(&format!("{:>width$} | …", ""), BLUE)], ("", NONE));
    }
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).count()
}

/// The part of a long line that has the place in it, and the place in that part.
fn window(line: &str, from: usize, to: usize, room: usize) -> (String, usize, usize) {
    let length = line.chars().count();
    if length <= room {
        return (line.to_owned(), from.min(length), to);
    }
    let start = if to <= room {
        0
    } else {
        from.saturating_sub(room / 4)
    };
    let shown: String = line.chars().skip(start).take(room).collect();
    let count = shown.chars().count();
    (
        shown,
        (from - start.min(from)).min(count),
        (to - start.min(to)).min(count),
    )
}

fn note(canvas: &mut Canvas, text: &str) {
    canvas.para(&Para {
        lead: "note:",
        lead_style: DIM,
        hang: 6,
        text: &one_line(text),
        ..Para::default()
    });
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn counts(report: &Report) -> String {
    let s = &report.summary;
    let counted = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let mut text = format!(
        "{} critical, {}, {} info in {} with {}",
        s.critical,
        counted(s.warning, "warning"),
        s.info,
        counted(s.files, "file"),
        counted(s.rules, "rule"),
    );
    if s.workloads > 0 {
        text.push_str(" and ");
        text.push_str(&counted(s.workloads, "workload"));
    }
    if s.suppressed > 0 {
        text.push_str("; ");
        text.push_str(&s.suppressed.to_string());
        text.push_str(" suppressed");
    }
    text
}
