//! How a new value is written in a slot: the style of the old value where that can hold it.

use serde_json::Value;

use super::super::emit::{self, Layout};
use super::super::quote::{self, Place};
use super::super::tree::{Document, Scalar, ScalarStyle};
use super::slot::{Head, Slot};

/// A value ready to be put into a slot.
pub(super) enum Rendition {
    /// On the line of the key or dash.
    Inline(String),
    /// A block scalar: its header on that line, and its content lines.
    Block { header: String, lines: Vec<String> },
    /// A block collection on its own lines.
    Lines(Vec<String>),
}

pub(super) fn render(
    source: &str,
    document: &Document,
    slot: &Slot<'_>,
    value: &Value,
) -> Rendition {
    let old = slot.node.as_scalar();
    if slot.place != Place::Block {
        return Rendition::Inline(one_line(old, value, slot.place));
    }
    let layout = Layout::of(source, document, slot.parent);
    let nested = match (slot.head, value) {
        (Head::Root, _) => 0,
        (Head::Item, _) => slot.column + 2,
        (Head::Key { .. }, Value::Array(_)) => slot.column + layout.dash,
        (Head::Key { .. }, _) => slot.column + layout.step,
    };
    let stays_flow = !slot.node.children().is_empty() && !slot.node.is_block_collection();
    if !stays_flow && let Some(lines) = emit::collection_lines(value, nested, layout) {
        return Rendition::Lines(lines);
    }
    match value {
        Value::String(text) if slot.head != Head::Root && emit::is_literal_safe(text) => {
            block_scalar(source, old, text, nested)
        }
        _ => None,
    }
    .unwrap_or_else(|| Rendition::Inline(one_line(old, value, slot.place)))
}

fn one_line(old: Option<&Scalar>, value: &Value, place: Place) -> String {
    match (value, old) {
        (Value::String(text), Some(old)) => quote::restyled(text, old.style, place),
        _ => quote::inline(value, place),
    }
}

/// A block scalar, when the old value is one or the new text has several lines.
fn block_scalar(
    source: &str,
    old: Option<&Scalar>,
    text: &str,
    nested: usize,
) -> Option<Rendition> {
    let style = old.map_or(ScalarStyle::Plain, |it| it.style);
    let header = old
        .and_then(|it| it.block.as_ref())
        .map(|it| &source[it.header.clone()]);
    if emit::ends_blank(text) && !header.is_some_and(|it| it.contains('+')) {
        return None;
    }
    let Some(block) = old.and_then(|it| it.block.as_ref()) else {
        let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        return (text.contains('\n') && !is_quoted).then(|| Rendition::Block {
            header: format!("|{}", emit::chomping(text)),
            lines: emit::literal_lines(text, nested),
        });
    };
    let indent = if block.indent == 0 {
        nested
    } else {
        block.indent
    };
    let digits: String = source[block.header.clone()]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let lines = emit::literal_lines(text, indent);
    Some(if style == ScalarStyle::Folded && is_foldable(text) {
        Rendition::Block {
            header: format!(">{digits}{}", emit::chomping(text)),
            lines: unfolded(lines),
        }
    } else {
        Rendition::Block {
            header: format!("|{digits}{}", emit::chomping(text)),
            lines,
        }
    })
}

/// Whether a folded block scalar can hold the text: indented lines are not folded, and neither are
/// line breaks at the end.
fn is_foldable(text: &str) -> bool {
    !text.ends_with("\n\n") && text.split('\n').all(|line| !line.starts_with([' ', '\t']))
}

/// One more line break behind every line, because folding takes one away.
fn unfolded(lines: Vec<String>) -> Vec<String> {
    let mut spaced = Vec::with_capacity(lines.len() * 2);
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.into_iter().enumerate() {
        let folds = !line.is_empty() && index < last;
        spaced.push(line);
        if folds {
            spaced.push(String::new());
        }
    }
    spaced
}
