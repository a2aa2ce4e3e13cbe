//! Adding to and removing from collections between brackets or braces.

use std::ops::Range;

use super::super::text;
use super::super::tree::{Kind, Node};
use super::Refusal;
use super::slot::{Slot, odd};
use super::splice::Change;

/// Adds `new` behind the last child of the nonempty flow collection in `slot`.
pub(super) fn insert(source: &str, slot: &Slot<'_>, new: &str) -> Result<Change, Refusal> {
    let children = children(source, slot)?;
    let last = children.last().ok_or_else(|| odd(slot.node))?;
    let close = slot.node.span.end - 1;
    let next = text::skip_trivia(source, last.end);
    let comma = source[next..].starts_with(',').then_some(next);
    let end = comma.map_or(last.end, |at| at + 1);
    let mut change = Change::default();
    let own_lines = text::is_first_on_line(source, last.start)
        && text::line_start(source, close) > text::line_start(source, end);
    if own_lines {
        if comma.is_none() {
            change.insert(end, ",");
        }
        let indent = " ".repeat(text::column(source, last.start));
        let tail = if comma.is_some() { "," } else { "" };
        change.insert_below(source, end, &[format!("{indent}{new}{tail}")]);
    } else if comma.is_some() {
        change.insert(end, format!(" {new},"));
    } else {
        change.insert(end, format!(", {new}"));
    }
    Ok(change)
}

/// Removes a child of the flow collection in `slot`.
pub(super) fn remove(source: &str, slot: &Slot<'_>, index: usize) -> Result<Change, Refusal> {
    let children = children(source, slot)?;
    let this = children.get(index).cloned().ok_or_else(|| odd(slot.node))?;
    let mut change = Change::default();
    change.dropped.push(this.clone());
    let previous = index.checked_sub(1).and_then(|it| children.get(it));
    match (previous, children.get(index + 1)) {
        (None, None) => {
            let inside = slot.node.span.start + 1..slot.node.span.end - 1;
            change.replace(inside, "");
        }
        (_, Some(next)) => remove_before(source, &this, next, &mut change),
        (Some(previous), None) => remove_last(source, previous, &this, &mut change),
    }
    Ok(change)
}

/// Removes a child that has one behind it, with the comma between them.
fn remove_before(source: &str, this: &Range<usize>, next: &Range<usize>, change: &mut Change) {
    let comma = text::skip_trivia(source, this.end);
    let own_lines = text::is_first_on_line(source, this.start)
        && text::is_first_on_line(source, next.start)
        && text::line_start(source, comma) == text::line_start(source, this.end);
    if own_lines {
        change
            .dropped
            .push(this.start..text::line_end(source, comma));
        change.replace_lines(source, this.start, comma, &[]);
    } else {
        change.replace(this.start..next.start, "");
    }
}

/// Removes the last child, with the comma in front of it.
fn remove_last(source: &str, previous: &Range<usize>, this: &Range<usize>, change: &mut Change) {
    let comma = text::skip_trivia(source, previous.end);
    let has_comment = source[previous.end..this.start].contains('#');
    if has_comment && text::is_first_on_line(source, this.start) {
        change.replace(comma..comma + 1, "");
        change
            .dropped
            .push(this.start..text::line_end(source, this.end));
        change.replace_lines(source, this.start, this.end, &[]);
    } else {
        change.replace(previous.end..this.end, "");
    }
}

/// The bytes of every child, from its key to the end of its value.
fn children(source: &str, slot: &Slot<'_>) -> Result<Vec<Range<usize>>, Refusal> {
    match &slot.node.kind {
        Kind::Mapping(mapping) => mapping
            .entries
            .iter()
            .map(|entry| {
                let value = slot.value(source, entry)?;
                Ok(entry.key.outer_start()..value.node.outer_end().max(value.head_end))
            })
            .collect(),
        Kind::Sequence(list) => Ok(list.items.iter().map(outer).collect()),
        Kind::Scalar(_) | Kind::Alias(_) => Err(odd(slot.node)),
    }
}

fn outer(node: &Node) -> Range<usize> {
    node.outer_start()..node.outer_end()
}
