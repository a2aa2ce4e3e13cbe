//! The report as SARIF 2.1.0, for code hosts that show findings beside the code.
//!
//! Code hosts place a result by its file. A finding about a live object has none: it carries a logical location, and
//! hosts that insist on files (GitHub) take SARIF of `promtune check` only.

use std::io;

use super::{Options, json, text};
use crate::check::{Finding, Level, Location, Severity};
use crate::report::{Report, Reported};

mod types;

use types::{
    Artifact, Automation, Driver, Invocation, Log, Logical, Message, Notification, Place, Position,
    Properties, Region, Rule, RuleDefaults, RuleProperties, Run, SarifResult, Tool,
};

/// GitHub rejects a file with more than 25,000 results, and shows 5,000 of them. Ours are in rank order, so the first
/// ones are the right ones.
const MOST_RESULTS: usize = 5_000;

/// Writes the report as SARIF.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = report
        .findings
        .get(..MOST_RESULTS)
        .unwrap_or(&report.findings);
    let ids = rule_ids(shown);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: ids.iter().map(|id| rule(id, shown, options)).collect(),
            },
        },
        automation_details: options.category.as_ref().map(|category| Automation {
            id: format!("{}/", clean(category)),
        }),
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: notifications(report, shown.len()),
        }],
        results: shown.iter().map(|r| result(&r.finding, &ids)).collect(),
    };
    json::write(&Log::new(run), out)
}

fn clean(raw: &str) -> String {
    text::plain(raw).into_owned()
}

/// The checks with findings, sorted, each once.
fn rule_ids(findings: &[Reported]) -> Vec<&str> {
    let mut ids: Vec<&str> = findings.iter().map(|r| r.finding.check.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A rule, with its page as help when the caller handed it over.
fn rule(id: &str, findings: &[Reported], options: &Options) -> Rule {
    let page = options.page(id);
    let title = page.map_or_else(|| id.to_owned(), |p| p.meta.title.to_owned());
    let full = page
        .and_then(|p| p.first_sentence("What it finds"))
        .unwrap_or_else(|| title.clone());
    let help = page.map_or_else(
        || format!("promtune explain {id}"),
        |p| p.docs.trim().to_owned(),
    );
    // Where one check has findings of several severities, each result carries its own level.
    let worst = of_rule(id, findings)
        .map(|f| f.severity)
        .max()
        .unwrap_or(Severity::Info);
    let severity = page.map_or(worst, |p| p.meta.severity);
    let surest = of_rule(id, findings).map(|f| f.confidence.level).max();
    Rule {
        id: clean(id),
        short_description: Message::text(clean(&title)),
        full_description: Message::text(clean(&full)),
        help: Message {
            text: clean(&help),
            markdown: Some(clean(&help)),
        },
        default_configuration: RuleDefaults {
            level: level(severity),
        },
        properties: RuleProperties {
            precision: precision(surest.unwrap_or(Level::Low)),
            tags: [clean(id.split('/').next().unwrap_or(id))],
        },
    }
}

fn of_rule<'a>(id: &'a str, findings: &'a [Reported]) -> impl Iterator<Item = &'a Finding> {
    findings
        .iter()
        .map(|r| &r.finding)
        .filter(move |f| f.check == id)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn precision(level: Level) -> &'static str {
    level.as_str()
}

fn result(f: &Finding, ids: &[&str]) -> SarifResult {
    let fingerprint = f.fingerprint();
    SarifResult {
        rule_id: clean(&f.check),
        rule_index: ids.binary_search(&f.check.as_str()).unwrap_or(0),
        level: level(f.severity),
        message: Message::text(clean(&format!(
            "{}: {}\nWhy: {}\nDo: {}",
            f.subject, f.what, f.why, f.action
        ))),
        locations: [Place {
            physical_location: f.location.as_ref().map(position),
            logical_locations: [Logical {
                fully_qualified_name: clean(&f.subject.to_string()),
                kind: f.subject.kind.as_str(),
            }],
        }],
        // The second name is the one that GitHub tells old and new results apart by; left out, it would hash the
        // lines around, which change.
        partial_fingerprints: [
            ("primaryLocationLineHash", format!("{fingerprint}:1")),
            ("promtune/v1", fingerprint),
        ]
        .into(),
        properties: Properties {
            confidence: f.confidence.level.as_str(),
            because: clean(&f.confidence.because),
        },
    }
}

fn position(at: &Location) -> Position {
    let line = at.line.max(1);
    let column = at.column.max(1);
    let end_line = at.end_line.max(line);
    Position {
        artifact_location: Artifact { uri: uri(&at.path) },
        region: Region {
            start_line: line,
            start_column: column,
            end_line,
            end_column: if end_line == line {
                at.end_column.max(column)
            } else {
                at.end_column.max(1)
            },
        },
    }
}

/// A path as a relative URI reference: forward slashes, no leading `./`, everything unusual percent-encoded.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(format!("%{byte:02X}").chars());
        }
    }
    out
}

/// What a reader has to know about the results: what was left out and what was not looked at.
fn notifications(report: &Report, shown: usize) -> Vec<Notification> {
    let left_out = report.findings.len() - shown;
    let cut = (left_out > 0).then(|| {
        format!("{left_out} less important findings left out: code hosts take {MOST_RESULTS}")
    });
    let gaps = report.gaps.iter().map(|g| format!("incomplete: {g}"));
    let skipped = report.not_evaluated.iter().map(|n| {
        let subject = match n.subject.as_str() {
            "" => String::new(),
            subject => format!(" for {subject}"),
        };
        format!("{} not evaluated{subject}: {}", n.check, n.because)
    });
    cut.into_iter()
        .chain(gaps)
        .chain(skipped)
        .map(|text| Notification {
            level: "note",
            message: Message::text(clean(&text)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        for (path, expected) in [
            ("rules/a.yaml", "rules/a.yaml"),
            ("./rules/a b#1.yaml", "rules/a%20b%231.yaml"),
            ("rules\\win.yaml", "rules/win.yaml"),
            ("é%.yaml", "%C3%A9%25.yaml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }

    #[test]
    fn regions_never_run_backwards() {
        let at = Location {
            path: "a".to_owned(),
            line: 0,
            column: 7,
            end_line: 0,
            end_column: 3,
        };
        let region = position(&at).region;
        assert_eq!((region.start_line, region.end_line), (1, 1));
        assert_eq!((region.start_column, region.end_column), (7, 7));
    }
}
