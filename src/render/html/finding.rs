//! Findings in HTML.

use super::{escape, inline, page, pre};
use crate::check::{Evidence, Finding, Severity};
use crate::fix::Fix;
use crate::render::doc::is_web;
use crate::render::{Options, words};
use crate::report::{FixOutputs, Group, Reported};

/// The first finding of a group, with the others folded below it.
pub(super) fn group(group: &Group<'_>, options: &Options) -> String {
    let f = &group.first.finding;
    let count = group.more.len();
    let also = if count == 0 {
        String::new()
    } else {
        let kind = words::kinds(f.subject.kind, count);
        let others: String = group.more.iter().map(|r| finding(r, false, "")).collect();
        format!(
            "<details class=\"also\"><summary>and {count} more {kind}</summary>\n{others}</details>\n"
        )
    };
    let about = options.page(&f.check).map(page::about).unwrap_or_default();
    let open = f.severity == Severity::Critical;
    format!(
        "<section class=\"group {}\">\n{}{also}</section>\n",
        f.severity,
        finding(group.first, open, &about)
    )
}

fn finding(reported: &Reported, open: bool, about: &str) -> String {
    let f = &reported.finding;
    let open = if open { " open" } else { "" };
    let evidence: String = f.evidence.iter().map(proof).collect();
    let fixes: String = reported.fixes().map(|(fix, o)| patch(fix, o)).collect();
    format!(
        "<details class=\"finding\"{open}>\n<summary><span class=\"badge {severity}\">{severity}</span> \
         <bdi class=\"subject\">{subject}</bdi> <code class=\"check\">{check}</code>\n\
         <span class=\"what\">{what}</span>\n<span class=\"do\">{action}</span></summary>\n\
         <dl>\n{facts}</dl>\n<h3>Evidence</h3>\n<ul class=\"evidence\">\n{evidence}</ul>\n{fixes}{about}</details>\n",
        severity = f.severity,
        subject = escape(&words::subject(&f.subject)),
        check = escape(&f.check),
        what = inline(&f.what),
        action = inline(&f.action),
        facts = facts(f),
    )
}

fn row(name: &str, html: &str) -> String {
    format!("<dt>{name}</dt><dd>{html}</dd>\n")
}

fn facts(f: &Finding) -> String {
    let mut rows = vec![row("Why", &inline(&f.why))];
    if let Some(at) = &f.location {
        let place = escape(&format!("{}:{}:{}", at.path, at.line, at.column));
        rows.push(row("At", &format!("<code>{place}</code>")));
    }
    if let Some(group) = &f.subject.group {
        rows.push(row("Group", &format!("<bdi>{}</bdi>", escape(group))));
    }
    let effect = f.impact.as_ref().map(words::impact).unwrap_or_default();
    if !effect.is_empty() {
        rows.push(row("Effect", &escape(&effect.join(", "))));
    }
    let because = inline(&f.confidence.because);
    let level = f.confidence.level.as_str();
    rows.push(row("Confidence", &format!("{level}: {because}")));
    let fingerprint = f.fingerprint();
    rows.push(row(
        "Fingerprint",
        &format!("<code class=\"one\">{fingerprint}</code>"),
    ));
    rows.concat()
}

fn proof(evidence: &Evidence) -> String {
    let shown = words::evidence(evidence);
    let words = inline(&shown.words);
    let code = shown
        .code
        .map(|code| pre(shown.language, code))
        .unwrap_or_default();
    let source = shown.url.map(link).unwrap_or_default();
    format!("<li>{words}{source}{code}</li>\n")
}

/// A web address as a link that tells the other side nothing; anything else as text.
fn link(url: &str) -> String {
    let shown = escape(url);
    if is_web(url) {
        format!("<br><a href=\"{shown}\" rel=\"noopener noreferrer\">{shown}</a>")
    } else {
        format!("<br><code>{shown}</code>")
    }
}

fn patch(fix: &Fix, outputs: Option<&FixOutputs>) -> String {
    let first: String = fix
        .preconditions
        .iter()
        .map(|p| row("First", &inline(p)))
        .collect();
    format!(
        "<div class=\"fix\">\n<h3>Fix: {} <small class=\"applicability\">{}</small></h3>\n<dl>\n{}{}{first}</dl>\n{}</div>\n",
        inline(&fix.title),
        fix.applicability.as_str(),
        row("Expected", &inline(&fix.expected)),
        row("Rollback", &inline(&fix.rollback)),
        outputs.map(texts).unwrap_or_default()
    )
}

/// The outputs, the first one open.
fn texts(outputs: &FixOutputs) -> String {
    let written = words::OUTPUTS
        .into_iter()
        .filter_map(|output| Some((output, outputs.texts.get(output)?)))
        .enumerate()
        .map(|(i, (output, text))| {
            let open = if i == 0 { " open" } else { "" };
            let text = pre(words::output_language(output), text);
            format!(
                "<details class=\"output\"{open}><summary>as {output}</summary>\n{text}</details>\n"
            )
        });
    let refused = outputs.refused.iter().map(|(output, because)| {
        format!(
            "<p class=\"refused\">Not as {output}: {}</p>\n",
            inline(because)
        )
    });
    written.chain(refused).collect()
}
