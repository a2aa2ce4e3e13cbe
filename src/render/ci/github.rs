//! Annotations of GitHub Actions: workflow commands on stdout.

use std::io;

use super::{message, one_line, path};
use crate::check::{Finding, Severity};
use crate::report::Report;

/// GitHub shows so many annotations of one level and step.
const MOST: usize = 10;

/// Writes the report as workflow commands, the ten most important findings of each level.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for severity in [Severity::Critical, Severity::Warning, Severity::Info] {
        let all = || {
            report
                .findings
                .iter()
                .map(|r| &r.finding)
                .filter(|f| f.severity == severity)
        };
        let count = all().count();
        // The last place says how many are not shown.
        let shown = if count > MOST { MOST - 1 } else { count };
        for finding in all().take(shown) {
            writeln!(out, "{}", command(finding))?;
        }
        if count > shown {
            let text = format!(
                "{} more findings of this level: see the log of the step",
                count - shown
            );
            writeln!(out, "::{} title=promtune::{}", level(severity), data(&text))?;
            // In the log they are plain lines.
            for finding in all().skip(shown) {
                writeln!(out, "{}", plain(finding))?;
            }
        }
    }
    Ok(())
}

fn command(finding: &Finding) -> String {
    let title = property(&one_line(&format!("{} {}", finding.check, finding.subject)));
    let place = finding.location.as_ref().map_or_else(String::new, |at| {
        // Columns may be given for one line only.
        let columns = match at.line == at.end_line {
            true => format!(",col={},endColumn={}", at.column, at.end_column),
            false => String::new(),
        };
        format!(
            "file={},line={},endLine={}{columns},",
            property(&path(at)),
            at.line,
            at.end_line
        )
    });
    format!(
        "::{} {place}title={title}::{}",
        level(finding.severity),
        data(&message(finding))
    )
}

fn plain(finding: &Finding) -> String {
    let place = finding
        .location
        .as_ref()
        .map_or_else(String::new, |at| format!("{}:{}: ", path(at), at.line));
    // A line that starts with `::` would be a command.
    format!("- {place}{}: {}", finding.check, one_line(&finding.what))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
