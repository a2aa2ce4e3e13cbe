//! GitLab Code Quality: a report artifact. GitLab compares fingerprints between the branches and shows what is new.

use std::io;

use serde::Serialize;

use super::{message, path};
use crate::check::Severity;
use crate::render::json;
use crate::report::Report;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report as a Code Quality artifact. GitLab takes nothing without a file; such findings are left out.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let issues = report
        .findings
        .iter()
        .map(|r| &r.finding)
        .filter_map(|finding| {
            let at = finding.location.as_ref()?;
            Some(Issue {
                description: message(finding),
                check_name: finding.check.clone(),
                fingerprint: finding.fingerprint(),
                severity: match finding.severity {
                    Severity::Critical => "critical",
                    Severity::Warning => "major",
                    Severity::Info => "info",
                },
                location: Place {
                    path: path(at),
                    lines: Lines {
                        begin: at.line.max(1),
                        end: at.end_line.max(1),
                    },
                },
            })
        });
    json::write(&issues.collect::<Vec<_>>(), out)
}
