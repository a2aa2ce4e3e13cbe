//! JUnit XML: a suite per file, a failed case per finding.

use std::collections::BTreeMap;
use std::io;

use super::xml::escaped;
use super::{message, one_line, path};
use crate::check::{Finding, Severity};
use crate::report::Report;

/// Writes the report as JUnit XML. Information is a case that was skipped: it fails nobody's build.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().map(|r| &r.finding) {
        let name = finding
            .location
            .as_ref()
            .map_or_else(|| one_line(&finding.subject.to_string()), path);
        suites.entry(name).or_default().push(finding);
    }
    let failed = |f: &[&Finding]| f.iter().filter(|f| f.severity > Severity::Info).count();
    let failures: usize = suites.values().map(|f| failed(f)).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="promtune" tests="{}" failures="{failures}">"#,
        report.findings.len()
    )?;
    for (name, findings) in &suites {
        let (tests, failures) = (findings.len(), failed(findings));
        let skipped = tests - failures;
        let name = escaped(name);
        writeln!(
            out,
            r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" skipped="{skipped}">"#
        )?;
        for finding in findings {
            case(finding, &name, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(finding: &Finding, suite: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let line = finding
        .location
        .as_ref()
        .map_or(String::new(), |at| format!(" line {}", at.line));
    let title = escaped(&one_line(&format!(
        "{} {}{line}",
        finding.check, finding.subject
    )));
    let (what, text) = (
        escaped(&one_line(&finding.what)),
        escaped(&message(finding)),
    );
    writeln!(out, r#"    <testcase classname="{suite}" name="{title}">"#)?;
    match finding.severity {
        Severity::Info => writeln!(out, r#"      <skipped message="{text}"/>"#)?,
        severity => writeln!(
            out,
            r#"      <failure type="{severity}" message="{what}">{text}</failure>"#
        )?,
    }
    writeln!(out, "    </testcase>")
}
