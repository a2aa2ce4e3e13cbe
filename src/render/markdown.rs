//! The report as Markdown for an issue or a pull request: the same on GitHub and on GitLab.

use std::io;

use super::{Options, words};
use crate::check::Severity;
use crate::report::{Group, Report, group};

mod details;
pub(super) mod escape;

use escape::{cell, prose};

/// GitHub refuses a comment of more than 65,536 characters; some room is left for words around it.
const LIMIT: usize = 60_000;
/// Rows of the summary table; further ones are counted.
const ROWS: usize = 100;

/// Writes the report as Markdown. Unless everything is wanted (`verbose`), it fits into one comment on a code host.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let limit = if options.verbose { usize::MAX } else { LIMIT };
    let mut page = heading(report);
    let foot = details::foot(report, limit / 4);
    let groups = group(&report.findings);
    if !groups.is_empty() {
        page.push_str(&table(&groups, limit));
        page.push_str("\n### Findings\n\n");
        page.push_str(&findings(
            &groups,
            limit.saturating_sub(page.len() + foot.len()),
        ));
    }
    page.push_str(&foot);
    out.write_all(page.trim_end().as_bytes())?;
    out.write_all(b"\n")
}

fn heading(report: &Report) -> String {
    let s = report.summary;
    let counts: Vec<String> = [
        (s.critical, Severity::Critical),
        (s.warning, Severity::Warning),
        (s.info, Severity::Info),
    ]
    .into_iter()
    .filter(|&(count, _)| count > 0)
    .map(|(count, severity)| format!("{count} {severity}"))
    .collect();
    let title = if counts.is_empty() {
        "no findings".to_owned()
    } else {
        counts.join(", ")
    };
    let mut basis = words::basis(report);
    basis.extend(words::looked_at(report));
    let mut lines = vec![
        format!("## promtune: {title}\n"),
        format!("{}\n", prose(&basis.join(" · "))),
    ];
    if report.findings.is_empty() {
        lines.push(format!("{}\n", prose(&words::nothing_found(report))));
    }
    // The rest of them stands in the foot.
    if let Some(gap) = report.gaps.first() {
        lines.push(format!("> **Incomplete:** {}\n", prose(gap)));
    }
    lines.join("\n") + "\n"
}

/// One row for each group of findings.
fn table(groups: &[Group<'_>], limit: usize) -> String {
    let mut out = String::from("| Severity | Subject | Finding | Action |\n|---|---|---|---|\n");
    let mut shown = 0;
    let rows = if limit == usize::MAX {
        usize::MAX
    } else {
        ROWS
    };
    for group in groups.iter().take(rows) {
        let f = &group.first.finding;
        let more = match group.more.len() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let row = format!(
            "| {} | {}{more} | {} | {} |\n",
            sign(f.severity),
            cell(&words::subject(&f.subject)),
            cell(&f.what),
            cell(&f.action)
        );
        if out.len() + row.len() > limit / 3 && shown > 0 {
            break;
        }
        out.push_str(&row);
        shown += 1;
    }
    let hidden = groups.len() - shown;
    if hidden > 0 {
        let left = words::counted(hidden, "more row");
        return format!("{out}\n{left} left out of this table.\n");
    }
    out
}

/// As many findings, in rank order, as fit into `room` bytes.
fn findings(groups: &[Group<'_>], room: usize) -> String {
    let mut out = String::new();
    let mut left_out = 0;
    for reported in groups
        .iter()
        .flat_map(|g| std::iter::once(g.first).chain(g.more.iter().copied()))
    {
        let next = details::finding(reported);
        if left_out > 0 || out.len() + next.len() > room {
            left_out += 1;
        } else {
            out.push_str(&next);
        }
    }
    if left_out > 0 {
        let left = words::counted(left_out, "finding");
        return format!(
            "{out}{left} left out to fit into one comment: the HTML and JSON reports, and `-v`, have everything.\n\n"
        );
    }
    out
}

/// The severity with a sign that is seen while scrolling.
fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴 critical",
        Severity::Warning => "🟠 warning",
        Severity::Info => "🔵 info",
    }
}
