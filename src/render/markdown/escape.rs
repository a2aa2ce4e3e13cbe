//! Untrusted text inside Markdown.
//!
//! Code hosts render Markdown with raw HTML in it, and act on mentions. Nothing that a cluster says may become markup,
//! a link, a mention or the end of a block.

use crate::render::text;

/// Text of a paragraph, on one line. Balanced single backticks stay code; everything else is literal.
pub(crate) fn prose(raw: &str) -> String {
    let line = text::plain(raw)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut out = String::with_capacity(line.len());
    for (i, piece) in code_spans(&line).into_iter().enumerate() {
        if i % 2 == 1 {
            out.push_str(&code(piece));
        } else {
            out.push_str(&literal(piece));
        }
    }
    out
}

/// Text of a table cell: a bar ends the cell even inside code.
pub(crate) fn cell(raw: &str) -> String {
    // `literal` writes a bar as an entity, so the ones that are left stand in code.
    prose(raw).replace('|', "\\|")
}

/// Text inside an HTML element, as in `<summary>`.
pub(crate) fn html(raw: &str) -> String {
    let plain = text::plain(raw).replace('\n', " ");
    let mut out = String::with_capacity(plain.len());
    for (i, c) in plain.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        out.push_str(break_reference(&plain, i, c));
    }
    out
}

/// A code span: its fence is longer than any run of backticks inside.
pub(crate) fn code(raw: &str) -> String {
    let plain = text::plain(raw).replace('\n', " ");
    if plain.trim().is_empty() {
        return literal(&plain);
    }
    let fence = "`".repeat(longest_run(&plain) + 1);
    let edge = |c: Option<char>| if c == Some('`') { " " } else { "" };
    format!(
        "{fence}{}{plain}{}{fence}",
        edge(plain.chars().next()),
        edge(plain.chars().next_back())
    )
}

/// A fenced block: its fence is longer than any run of backticks inside. Tabs are kept, so that it can be copied.
pub(crate) fn block(language: &str, raw: &str) -> String {
    let lines: Vec<String> = raw
        .trim_end_matches(['\n', '\r'])
        .split('\t')
        .map(|part| text::plain(part).into_owned())
        .collect();
    let body = lines.join("\t");
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    format!("{fence}{language}\n{body}\n{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Pieces that alternate between text and code; an odd backtick at the end opens nothing.
fn code_spans(line: &str) -> Vec<&str> {
    let pieces: Vec<&str> = line.split('`').collect();
    let balanced = pieces.len() % 2 == 1 && pieces.iter().skip(1).step_by(2).all(|p| !p.is_empty());
    if balanced { pieces } else { vec![line] }
}

/// Text with everything that Markdown or HTML could act on taken literally.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '+' | '-' | '=' | '/' if i == 0 => {
                out.push('\\');
                out.push(c);
            }
            // `1. ` and `1) ` at the start would begin a list.
            '.' | ')' if starts_with_number(text, i) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        out.push_str(break_reference(text, i, c));
    }
    out
}

fn starts_with_number(text: &str, end: usize) -> bool {
    let ends_word = text
        .get(end + 1..)
        .is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
    end > 0
        && ends_word
        && text
            .get(..end)
            .is_some_and(|start| start.bytes().all(|b| b.is_ascii_digit()))
}

/// What keeps a code host from linking: an empty comment after the sign of a mention, an issue, a label, or between
/// the scheme of an address and the rest.
fn break_reference(text: &str, at: usize, c: char) -> &'static str {
    let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default();
    let word_follows = rest.starts_with(|n: char| n.is_alphanumeric() || n == '"');
    let word_before = before.ends_with(char::is_alphanumeric);
    let reference = matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&') && word_follows;
    let address = c == ':' && rest.starts_with("//");
    let host = c == 'w' && before.ends_with("ww") && rest.starts_with('.');
    if (reference && (c == '@' || !word_before)) || address || host {
        "<!-- -->"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_becomes_markup() {
        for (raw, shown) in [
            ("plain words, 5% of 1.5Gi", "plain words, 5% of 1.5Gi"),
            ("set `a|b` now", "set `a|b` now"),
            ("odd ` tick", "odd \\` tick"),
            ("<img onerror=x>", "&lt;img onerror=x&gt;"),
            ("# no heading", "\\# no heading"),
            ("- no list", "\\- no list"),
            ("/close", "\\/close"),
            ("1.5 is no list", "1.5 is no list"),
            ("1. no list", "1\\. no list"),
            ("*a* _b_ [c](d)", "\\*a\\* \\_b\\_ \\[c\\](d)"),
            ("ask @octocat #12", "ask @<!-- -->octocat \\#<!-- -->12"),
            ("see https://a.b", "see https:<!-- -->//a.b"),
            ("two\n\nlines", "two lines"),
        ] {
            assert_eq!(prose(raw), shown);
        }
    }

    #[test]
    fn cells_keep_their_row() {
        assert_eq!(cell("a|b `c|d`"), "a&#124;b `c\\|d`");
        assert_eq!(cell("a\nb"), "a b");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(block("sh", "a\n```\nb\n"), "````sh\na\n```\nb\n````\n");
        assert_eq!(block("", "x"), "```\nx\n```\n");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a``");
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_raw_markup(raw in any::<String>()) {
            for escaped in [prose(&raw), cell(&raw), html(&raw)] {
                prop_assert!(!escaped.contains('\n'));
            }
            let escaped = html(&raw).replace("<!-- -->", "");
            prop_assert!(!escaped.contains('<'));
            prop_assert!(!escaped.contains('>'));
        }
    }
}
