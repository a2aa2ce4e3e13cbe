//! Names inside expressions and inside prose.

use super::names::{Names, is_platform};

/// A PromQL expression: the values that labels are compared with are replaced, metric and label names stay. Of a
/// regular expression only whole words are, so a pattern may no longer match what it matched.
pub(super) fn expression(names: &mut Names, expr: &str) -> String {
    let mut out = String::with_capacity(expr.len());
    let mut rest = expr;
    while let Some(start) = rest.find(['"', '\'', '`', '#']) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        if from.starts_with('#') {
            // A comment.
            let end = from.find('\n').unwrap_or(from.len());
            let (comment, after) = from.split_at(end);
            out.push_str(&prose(names, comment));
            rest = after;
            continue;
        }
        let end = literal_end(from);
        let (literal, after) = from.split_at(end);
        out.push_str(&compared(names, before, literal));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where a quoted literal ends, its closing quote included.
fn literal_end(literal: &str) -> usize {
    let mut chars = literal.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        if Some(c) == quote {
            return at + c.len_utf8();
        }
        if c == '\\' && quote != Some('`') {
            chars.next();
        }
    }
    literal.len()
}

/// A literal, by what stands before it: `label=`, `label=~`, or neither.
fn compared(names: &mut Names, before: &str, literal: &str) -> String {
    let quote = literal.chars().next().unwrap_or('"');
    let inner = literal.strip_prefix(quote).unwrap_or(literal);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let before = before.trim_end();
    let new = if let Some(label) = label_before(before, &["=~", "!~"]) {
        pattern(names, label, inner)
    } else if let Some(label) = label_before(before, &["!=", "="]) {
        names.label(label, inner).to_string()
    } else {
        prose(names, inner)
    };
    format!("{quote}{new}{quote}")
}

fn label_before<'b>(before: &'b str, operators: &[&str]) -> Option<&'b str> {
    let head = operators
        .iter()
        .find_map(|operator| before.strip_suffix(operator))?;
    let head = head.trim_end();
    let start = head.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let label = head.get(start.map_or(0, |at| at + 1)..)?;
    (!label.is_empty()).then_some(label)
}

/// A regular expression: its words are replaced, its signs stay.
fn pattern(names: &mut Names, label: &str, pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut rest = pattern;
    while let Some(start) = rest.find(is_word) {
        let (signs, from) = rest.split_at(start);
        out.push_str(signs);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        rest = after;
        // `\d`, `{2,5}` and `[a-z]` are signs too.
        if signs.ends_with(['\\', '[', '{']) || word.len() < 2 {
            out.push_str(word);
            continue;
        }
        // `namespace=~"kube-.*"`.
        if is_platform(word) {
            out.push_str(word);
            continue;
        }
        let trimmed = word.trim_end_matches('-');
        out.push_str(&names.label(label, trimmed));
        out.push_str(word.get(trimmed.len()..).unwrap_or_default());
    }
    out.push_str(rest);
    out
}

/// Words for people: known names, addresses, hosts of URLs and mail addresses are replaced; `{{ templates }}` stay.
pub(super) fn prose(names: &mut Names, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-._@".contains(c);
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let template = rest.get(..start).and_then(|signs| signs.find("{{"));
        if let Some(open) = template {
            let close = rest.get(open..).and_then(|from| from.find("}}"));
            let end = close.map_or(rest.len(), |close| open + close + 2);
            let (kept, after) = rest.split_at(end);
            out.push_str(kept);
            rest = after;
            continue;
        }
        let (signs, from) = rest.split_at(start);
        out.push_str(signs);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        let (word, dots) = word.split_at(word.trim_end_matches(['.', '-']).len());
        out.push_str(&self::word(names, &out, word));
        out.push_str(dots);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Documentation of the default rules.
const PUBLIC_HOSTS: [&str; 5] = [
    "runbooks.prometheus-operator.dev",
    "github.com",
    "prometheus.io",
    "kubernetes.io",
    "docs.aws.amazon.com",
];

fn word(names: &mut Names, before: &str, word: &str) -> String {
    if let Some(known) = names.known(word) {
        return known.to_string();
    }
    let host = before.ends_with("://") && !PUBLIC_HOSTS.contains(&word);
    let user = is_user(before, word);
    let address = word.parse::<std::net::IpAddr>().is_ok();
    if host || user || address || word.contains('@') {
        return names.name(word).to_string();
    }
    word.to_owned()
}

/// Whether a word is (a part of) the user in a message about permissions, as in `system:serviceaccount:shop:cart`.
fn is_user(before: &str, word: &str) -> bool {
    let start = before.rfind(['`', '"', ' ']).map_or(0, |at| at + 1);
    let system = before
        .get(start..)
        .is_some_and(|user| user.starts_with("system:"));
    let common = ["system", "serviceaccount", "node", "anonymous", "masters"].contains(&word);
    !common && (system || before.ends_with("forbidden for `"))
}
