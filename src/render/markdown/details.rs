//! The parts that fold out.

use super::escape::{block, code, html, prose};
use super::sign;
use crate::check::{Evidence, Finding};
use crate::fix::Fix;
use crate::render::words;
use crate::report::{FixOutputs, Report, Reported};

/// One finding, folded.
pub(super) fn finding(reported: &Reported) -> String {
    let f = &reported.finding;
    let summary = format!(
        "{} <b>{}</b>: {}",
        sign(f.severity),
        html(&words::subject(&f.subject)),
        html(&f.what)
    );
    let evidence: String = f.evidence.iter().map(proof).collect();
    let fixes: String = reported.fixes().map(|(fix, o)| patch(fix, o)).collect();
    let facts = facts(f);
    folded(
        &summary,
        &format!("{facts}\n**Evidence**\n\n{evidence}{fixes}"),
    )
}

/// Code hosts read Markdown inside of `<details>` only after a blank line.
fn folded(summary: &str, body: &str) -> String {
    let body = body.trim_end();
    format!("<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>\n\n")
}

fn facts(f: &Finding) -> String {
    let mut rows = vec![("Why", prose(&f.why)), ("Do", prose(&f.action))];
    if let Some(at) = &f.location {
        let place = format!("{}:{}:{}", at.path, at.line, at.column);
        rows.push(("At", code(&place)));
    }
    let effect = f.impact.as_ref().map(words::impact).unwrap_or_default();
    if !effect.is_empty() {
        rows.push(("Effect", prose(&effect.join(", "))));
    }
    let because = prose(&f.confidence.because);
    let level = f.confidence.level.as_str();
    rows.push(("Confidence", format!("{level}: {because}")));
    let fingerprint = code(&f.fingerprint());
    let check = code(&f.check);
    rows.push(("Check", format!("{check} (fingerprint {fingerprint})")));
    rows.into_iter()
        .map(|(name, text)| format!("- **{name}:** {text}\n"))
        .collect()
}

fn proof(evidence: &Evidence) -> String {
    let shown = words::evidence(evidence);
    let words = prose(&shown.words);
    let source = shown
        .url
        .map(|url| format!("Source: {}\n", link(url)))
        .unwrap_or_default();
    let text = shown
        .code
        .map(|text| block(shown.language, text) + "\n")
        .unwrap_or_default();
    format!("{words}\n{source}\n{text}")
}

fn patch(fix: &Fix, outputs: Option<&FixOutputs>) -> String {
    let mut out = vec![format!(
        "**Fix: {}** ({})\n\n- **Expected:** {}\n- **Rollback:** {}\n",
        prose(&fix.title),
        fix.applicability.as_str(),
        prose(&fix.expected),
        prose(&fix.rollback)
    )];
    let first = fix.preconditions.iter();
    out.extend(first.map(|p| format!("- **First:** {}\n", prose(p))));
    out.push("\n".to_owned());
    let Some(outputs) = outputs else {
        return out.concat();
    };
    for output in words::OUTPUTS {
        if let Some(text) = outputs.texts.get(output) {
            let text = block(words::output_language(output), text);
            out.push(format!("As {output}:\n\n{text}\n"));
        }
    }
    let refused = outputs.refused.iter();
    out.extend(refused.map(|(o, because)| format!("Not as {o}: {}\n\n", prose(because))));
    out.concat()
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
    [
        list("Incomplete", report.gaps.len(), gaps, room),
        list(
            "Not evaluated",
            report.not_evaluated.len(),
            not_evaluated,
            room,
        ),
        list("Suppressed", report.suppressed.len(), suppressed, room),
    ]
    .concat()
}

fn list(title: &str, count: usize, items: impl Iterator<Item = String>, room: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let mut body = String::new();
    let mut shown = 0;
    for item in items {
        if body.len() + item.len() > room / 3 {
            break;
        }
        body.push_str(&item);
        shown += 1;
    }
    let more = match count - shown {
        0 => String::new(),
        hidden => format!("- and {hidden} more\n"),
    };
    folded(&format!("{title}: {count}"), &format!("{body}{more}"))
}
