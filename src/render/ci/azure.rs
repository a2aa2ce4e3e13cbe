//! Issues of Azure Pipelines: logging commands on stdout.

use std::io;

use super::{message, path};
use crate::check::Severity;
use crate::report::Report;

/// Writes the report as logging commands. Azure has no level below warning.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in report.findings.iter().map(|r| &r.finding) {
        let kind = if finding.severity == Severity::Critical {
            "error"
        } else {
            "warning"
        };
        let place = finding.location.as_ref().map_or_else(String::new, |at| {
            format!(
                "sourcepath={};linenumber={};columnnumber={};",
                escaped(&path(at)),
                at.line,
                at.column
            )
        });
        let (code, text) = (escaped(&finding.check), data(&message(finding)));
        writeln!(
            out,
            "##vso[task.logissue type={kind};{place}code={code};]{text}"
        )?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escaped(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}
