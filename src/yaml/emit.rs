//! Writing values as block-style YAML.

use serde_json::Value;

use super::quote::{self, Place};

/// The habits of the file that is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// How many spaces a nested map is indented by.
    pub(super) step: usize,
    /// How many spaces the dashes of a list are indented by, relative to the key of the list.
    pub(super) dash: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self { step: 2, dash: 2 }
    }
}

/// The value as a YAML document in block style with a final line break: keys in the given order,
/// two spaces per level, strings quoted only where a plain one would change its type, texts of
/// several lines as `|` block scalars where those can hold them. Reading it back gives `value`.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut lines = match value {
        Value::Array(items) if !items.is_empty() => list_lines(items, 0, Layout::default()),
        Value::Object(entries) if !entries.is_empty() => map_lines(entries, 0, Layout::default()),
        _ => vec![quote::inline(value, Place::Block)],
    };
    lines.push(String::new());
    lines.join("\n")
}

type Map = serde_json::Map<String, Value>;

/// The lines of a map whose keys stand at column `indent`.
pub(super) fn map_lines(entries: &Map, indent: usize, layout: Layout) -> Vec<String> {
    entries
        .iter()
        .flat_map(|(key, value)| entry_lines(key, value, indent, layout))
        .collect()
}

/// The lines of a list whose dashes stand at column `indent`.
pub(super) fn list_lines(items: &[Value], indent: usize, layout: Layout) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| item_lines(item, indent, layout))
        .collect()
}

/// The lines of a nonempty map or list at column `indent`; `None` for everything else.
pub(super) fn collection_lines(
    value: &Value,
    indent: usize,
    layout: Layout,
) -> Option<Vec<String>> {
    match value {
        Value::Object(entries) if !entries.is_empty() => Some(map_lines(entries, indent, layout)),
        Value::Array(items) if !items.is_empty() => Some(list_lines(items, indent, layout)),
        _ => None,
    }
}

/// The lines of `key: value` with the key at column `indent`.
pub(super) fn entry_lines(key: &str, value: &Value, indent: usize, layout: Layout) -> Vec<String> {
    let head = format!(
        "{}{}:",
        " ".repeat(indent),
        quote::string(key, Place::Block)
    );
    let nested = match value {
        Value::Array(_) => indent + layout.dash,
        _ => indent + layout.step,
    };
    if let Some(lines) = collection_lines(value, nested, layout) {
        return [vec![head], lines].concat();
    }
    scalar_lines(&head, value, nested)
}

/// The lines of `- item` with the dash at column `indent`.
pub(super) fn item_lines(item: &Value, indent: usize, layout: Layout) -> Vec<String> {
    let dash = format!("{}-", " ".repeat(indent));
    match collection_lines(item, indent + 2, layout) {
        Some(mut lines) => {
            if let Some(first) = lines.first_mut() {
                *first = format!("{dash} {}", first.trim_start_matches(' '));
            }
            lines
        }
        None => scalar_lines(&dash, item, indent + 2),
    }
}

fn scalar_lines(head: &str, value: &Value, indent: usize) -> Vec<String> {
    if let Value::String(text) = value
        && text.contains('\n')
        && is_literal_safe(text)
        && !ends_blank(text)
    {
        let mut lines = vec![format!("{head} |{}", chomping(text))];
        lines.extend(literal_lines(text, indent));
        return lines;
    }
    vec![format!("{head} {}", quote::inline(value, Place::Block))]
}

/// The chomping indicator that keeps exactly the line breaks at the end of `text`.
pub(super) fn chomping(text: &str) -> &'static str {
    if !text.ends_with('\n') {
        "-"
    } else if text.ends_with("\n\n") {
        "+"
    } else {
        ""
    }
}

/// The content lines of a literal block scalar at column `indent`, without line breaks.
pub(super) fn literal_lines(text: &str, indent: usize) -> Vec<String> {
    let indent = " ".repeat(indent);
    let body = text.strip_suffix('\n').unwrap_or(text);
    let indented = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("{indent}{line}")
        }
    };
    body.split('\n').map(indented).collect()
}

/// Whether a text ends with several line breaks. A block scalar would have to keep (`|+`) the blank
/// lines behind it, also those that are not its own, so such a text is quoted.
pub(super) fn ends_blank(text: &str) -> bool {
    text.ends_with("\n\n")
}

/// Whether a literal block scalar without an indentation indicator can hold this text.
pub(super) fn is_literal_safe(text: &str) -> bool {
    let is_fine = |it: char| it == '\n' || it == '\t' || quote::is_printable(it);
    !text.starts_with([' ', '\t', '\n'])
        && !text.is_empty()
        && text.chars().all(is_fine)
        && text.split('\n').all(|line| {
            !line.starts_with('\t')
                && (line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
        })
}
