//! The names that templates of Prometheus know.

/// Functions of `text/template`.
const BUILTINS: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// Functions of Prometheus, those of newer versions included.
const PROMETHEUS: [&str; 30] = [
    "args",
    "externalURL",
    "first",
    "graphLink",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "label",
    "match",
    "now",
    "parseDuration",
    "pathPrefix",
    "query",
    "reReplaceAll",
    "safeHtml",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "tmpl",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "value",
];

const KEYWORDS: [&str; 10] = [
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

pub(super) fn is_function(word: &str) -> bool {
    BUILTINS.contains(&word) || PROMETHEUS.contains(&word)
}

/// Whether Go reads it as an integer, a float or a complex number.
pub(super) fn is_number(text: &str) -> bool {
    // The lexer let only runs of the right characters pass; what is left are runs without digits and stray marks.
    let body = text.trim_start_matches(['+', '-']);
    let digits = body.chars().any(|c| c.is_ascii_digit());
    let lower = body.to_ascii_lowercase();
    let prefixed = ["0x", "0b", "0o"]
        .iter()
        .find_map(|p| lower.strip_prefix(p));
    let separators = !body.ends_with('_') && !body.contains("__") && !body.starts_with('_');
    let exponent = match lower.rsplit_once('e') {
        Some((_, power)) if prefixed.is_none() => power
            .trim_matches(['+', '-', 'i'])
            .chars()
            .any(|c| c.is_ascii_digit()),
        _ => true,
    };
    let octal = body.len() > 1 && body.starts_with('0') && body.chars().all(|c| c.is_ascii_digit());
    digits
        && separators
        && exponent
        && prefixed.is_none_or(|d| !d.is_empty())
        && !(octal
            && body.contains(['8', '9'])
            && body.chars().all(|c| c.is_ascii_digit())
            && body.len() > 20)
        && !(prefixed.is_some() && body.contains('.') && !lower.contains('p'))
}
