//! The parts that fold out.

use super::escape::{block, code, html, prose};
use super::sign;
use crate::check::Finding;
use crate::fix::Fix;
use crate::render::words;
use crate::report::{FixOutputs, Report, Reported};

/// One finding, folded.
pub(super) fn finding(reported: &Reported) -> String {
    let f = &reported.finding;
    let mut out = format!(
        "<details>\n<summary>{} <b>{}</b>: {}</summary>\n\n",
        sign(f.severity),
        html(&words::subject(&f.subject)),
        html(&f.what)
    );
    facts(&mut out, f);
    out.push_str("\n**Evidence**\n\n");
    for evidence in &f.evidence {
        let shown = words::evidence(evidence);
        out.push_str(&format!("{}\n", prose(&shown.words)));
        if let Some(url) = shown.url {
            out.push_str(&format!("Source: {}\n", link(url)));
        }
        out.push('\n');
        if let Some(text) = shown.code {
            out.push_str(&block(shown.language, text));
            out.push('\n');
        }
    }
    for (fix, outputs) in reported.fixes() {
        patch(&mut out, fix, outputs);
    }
    out.push_str("</details>\n\n");
    out
}

fn facts(out: &mut String, f: &Finding) {
    let mut row = |name: &str, text: String| {
        out.push_str(&format!("- **{name}:** {text}\n"));
    };
    row("Why", prose(&f.why));
    row("Do", prose(&f.action));
    if let Some(at) = &f.location {
        row(
            "At",
            code(&format!("{}:{}:{}", at.path, at.line, at.column)),
        );
    }
    let effect = f.impact.as_ref().map(words::impact).unwrap_or_default();
    if !effect.is_empty() {
        row("Effect", prose(&effect.join(", ")));
    }
    row(
        "Confidence",
        format!(
            "{}: {}",
            f.confidence.level.as_str(),
            prose(&f.confidence.because)
        ),
    );
    row(
        "Check",
        format!(
            "{} (fingerprint {})",
            code(&f.check),
            code(&f.fingerprint())
        ),
    );
}

fn patch(out: &mut String, fix: &Fix, outputs: Option<&FixOutputs>) {
    out.push_str(&format!(
        "**Fix: {}** ({})\n\n- **Expected:** {}\n- **Rollback:** {}\n",
        prose(&fix.title),
        fix.applicability.as_str(),
        prose(&fix.expected),
        prose(&fix.rollback)
    ));
    for precondition in &fix.preconditions {
        out.push_str(&format!("- **First:** {}\n", prose(precondition)));
    }
    out.push('\n');
    let Some(outputs) = outputs else {
        return;
    };
    for output in words::OUTPUTS {
        if let Some(text) = outputs.texts.get(output) {
            let language = words::output_language(output);
            out.push_str(&format!("As {output}:\n\n{}\n", block(language, text)));
        }
    }
    for (output, because) in &outputs.refused {
        out.push_str(&format!("Not as {output}: {}\n\n", prose(because)));
    }
}

/// A web address as a link; anything else as code.
fn link(url: &str) -> String {
    let safe = (url.starts_with("https://") || url.starts_with("http://"))
        && url
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"'`\\()[]|".contains(&b));
    if safe { format!("<{url}>") } else { code(url) }
}

/// What was not looked at and what was held back, in at most about `room` bytes.
pub(super) fn foot(report: &Report, room: usize) -> String {
    let not_evaluated =
        words::causes(&report.not_evaluated)
            .into_iter()
            .flat_map(|(because, gaps)| {
                gaps.into_iter().map(move |g| {
                    let subject = match g.subject.as_str() {
                        "" => String::new(),
                        subject => format!(" for {}", prose(subject)),
                    };
                    format!("- {}{subject}: {}\n", code(&g.check), prose(because))
                })
            });
    let suppressed = report.suppressed.iter().map(|s| {
        format!(
            "- {} for {}, by {}: {} ({})\n",
            code(&s.check),
            prose(&s.subject),
            s.by,
            prose(&s.reason),
            code(&s.fingerprint)
        )
    });
    let gaps = report.gaps.iter().map(|g| format!("- {}\n", prose(g)));
    let mut out = String::new();
    list(&mut out, "Incomplete", report.gaps.len(), gaps, room);
    list(
        &mut out,
        "Not evaluated",
        report.not_evaluated.len(),
        not_evaluated,
        room,
    );
    list(
        &mut out,
        "Suppressed",
        report.suppressed.len(),
        suppressed,
        room,
    );
    out
}

fn list(
    out: &mut String,
    title: &str,
    count: usize,
    items: impl Iterator<Item = String>,
    room: usize,
) {
    if count == 0 {
        return;
    }
    let start = out.len();
    out.push_str(&format!(
        "<details>\n<summary>{title}: {count}</summary>\n\n"
    ));
    let mut shown = 0;
    for item in items {
        if out.len() - start + item.len() > room / 3 {
            break;
        }
        out.push_str(&item);
        shown += 1;
    }
    if shown < count {
        out.push_str(&format!("- and {} more\n", count - shown));
    }
    out.push_str("\n</details>\n\n");
}
