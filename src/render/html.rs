//! The report as one HTML file: opens anywhere, loads nothing, runs nothing, prints well.
//!
//! There is no script in it, and its content policy forbids any: filters are check boxes and CSS. Everything that
//! comes from the report is escaped by [`escape`].

use std::io;

use super::{Options, text, words};
use crate::check::Severity;
use crate::report::{Report, group};

mod finding;
mod foot;
mod page;

const STYLE: &str = include_str!("html/style.css");

/// Writes the report as HTML.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let title = title(report);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    )?;
    header(report, out)?;
    writeln!(out, "<main>")?;
    for group in group(&report.findings) {
        out.write_all(finding::group(&group, options).as_bytes())?;
    }
    if report.findings.is_empty() {
        let text = escape(&words::nothing_found(report));
        writeln!(out, "<p class=\"nothing\">{text}</p>")?;
    }
    writeln!(out, "</main>")?;
    foot::write(report, out)?;
    writeln!(out, "</body>\n</html>")
}

fn title(report: &Report) -> String {
    let s = report.summary;
    format!(
        "promtune: {} critical, {} warning, {} info",
        s.critical, s.warning, s.info
    )
}

fn header(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let basis: String = words::basis(report)
        .into_iter()
        .chain(words::looked_at(report))
        .map(|piece| format!("<li>{}</li>", escape(&piece)))
        .collect();
    writeln!(
        out,
        "<header>\n<h1>promtune <small>{}</small></h1>\n<ul class=\"basis\">{basis}</ul>",
        env!("CARGO_PKG_VERSION")
    )?;
    if let Some(gap) = report.gaps.first() {
        let gap = inline(gap);
        writeln!(
            out,
            "<p class=\"incomplete\"><strong>Incomplete:</strong> {gap}</p>"
        )?;
    }
    filters(report, out)?;
    writeln!(out, "</header>")
}

/// One box for each severity, with its count: checked boxes show their findings.
fn filters(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let s = report.summary;
    let counts = [
        (Severity::Critical, s.critical),
        (Severity::Warning, s.warning),
        (Severity::Info, s.info),
    ];
    writeln!(out, "<div class=\"filters\">")?;
    for (severity, count) in counts {
        writeln!(
            out,
            "<label class=\"{severity}\"><input type=\"checkbox\" id=\"show-{severity}\" checked> <b>{count}</b> {severity}</label>"
        )?;
    }
    writeln!(out, "</div>")
}

/// Text for an element or an attribute in double quotes.
pub(super) fn escape(raw: &str) -> String {
    escape_plain(&text::plain(raw))
}

/// Prose from a check: text between single backticks is code.
fn inline(raw: &str) -> String {
    let escaped = escape(raw);
    let pieces: Vec<&str> = escaped.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escaped;
    }
    pieces
        .iter()
        .enumerate()
        .map(|(i, piece)| match i % 2 {
            0 => (*piece).to_owned(),
            _ => format!("<code>{piece}</code>"),
        })
        .collect()
}

/// Text to copy: tabs are kept.
fn escape_code(raw: &str) -> String {
    let parts: Vec<String> = raw
        .trim_end_matches(['\n', '\r'])
        .split('\t')
        .map(escape)
        .collect();
    parts.join("\t")
}

fn escape_plain(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 8);
    for c in plain.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A block to copy as a whole with one click.
fn pre(language: &str, raw: &str) -> String {
    let mut code = escape_code(raw);
    if language == "diff" {
        let lines: Vec<String> = code.split('\n').map(diff_line).collect();
        code = lines.join("\n");
    }
    format!(
        "<pre class=\"{}\"><code>{code}</code></pre>\n",
        escape(language)
    )
}

fn diff_line(line: &str) -> String {
    match line.chars().next() {
        Some('+') => format!("<span class=\"add\">{line}</span>"),
        Some('-') => format!("<span class=\"del\">{line}</span>"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(
            escape("<a href='x'>\"&\u{1b}"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\\u{1b}"
        );
        assert_eq!(
            pre("yaml", "a:\n\t<b>\n"),
            "<pre class=\"yaml\"><code>a:\n\t&lt;b&gt;</code></pre>\n"
        );
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_markup(raw in any::<String>()) {
            let escaped = escape(&raw);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        }
    }
}
