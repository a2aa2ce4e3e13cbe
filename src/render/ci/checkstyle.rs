//! Checkstyle XML, which many hosts and review tools read.

use std::collections::BTreeMap;
use std::io;

use super::xml::escaped;
use super::{message, path};
use crate::check::{Finding, Severity};
use crate::report::Report;

/// Writes the report as checkstyle XML. Findings without a file are left out: there is no place for them.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut files: BTreeMap<String, Vec<(&Finding, u32, u32)>> = BTreeMap::new();
    for finding in report.findings.iter().map(|r| &r.finding) {
        if let Some(at) = &finding.location {
            files
                .entry(path(at))
                .or_default()
                .push((finding, at.line, at.column));
        }
    }
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<checkstyle version="4.3">"#)?;
    for (path, findings) in &files {
        writeln!(out, r#"  <file name="{}">"#, escaped(path))?;
        for (finding, line, column) in findings {
            let severity = match finding.severity {
                Severity::Critical => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            let (text, source) = (escaped(&message(finding)), escaped(&finding.check));
            writeln!(
                out,
                r#"    <error line="{line}" column="{column}" severity="{severity}" message="{text}" source="{source}"/>"#
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
