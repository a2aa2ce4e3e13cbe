//! Reviewdog's diagnostics.

use std::io;

use serde::Serialize;

use super::{message, path};
use crate::check::{Location, Severity};
use crate::render::json;
use crate::report::Report;

#[derive(Serialize)]
struct Document {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    severity: &'static str,
    code: Code,
    location: Place,
}

#[derive(Serialize)]
struct Code {
    value: String,
}

#[derive(Serialize)]
struct Place {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// Writes the report as rdjson. Findings without a file are left out: there is no place for them.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let diagnostics = report
        .findings
        .iter()
        .map(|r| &r.finding)
        .filter_map(|finding| {
            Some(Diagnostic {
                message: message(finding),
                severity: match finding.severity {
                    Severity::Critical => "ERROR",
                    Severity::Warning => "WARNING",
                    Severity::Info => "INFO",
                },
                code: Code {
                    value: finding.check.clone(),
                },
                location: Place {
                    path: path(finding.location.as_ref()?),
                    range: range(finding.location.as_ref()?),
                },
            })
        });
    let document = Document {
        source: Source {
            name: env!("CARGO_PKG_NAME"),
        },
        diagnostics: diagnostics.collect(),
    };
    json::write(&document, out)
}

fn range(at: &Location) -> Range {
    Range {
        start: Position {
            line: at.line,
            column: at.column,
        },
        end: Position {
            line: at.end_line,
            column: at.end_column,
        },
    }
}
