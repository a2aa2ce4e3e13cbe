//! Removing a key from a map or an item from a list.

use std::ops::Range;

use super::super::path::Segment;
use super::super::quote::Place;
use super::super::text;
use super::super::tree::Kind;
use super::slot::{Head, Slot, odd};
use super::splice::Change;
use super::{Refusal, flow};

/// Removes the child that `segment` names from the collection in `parent`.
pub(super) fn child(source: &str, parent: &Slot<'_>, segment: &Segment) -> Result<Change, Refusal> {
    let index = index(parent, segment)?;
    if parent.child_place() != Place::Block {
        return flow::remove(source, parent, index);
    }
    let this = extent(source, parent, index)?;
    let mut change = Change::default();
    change
        .dropped
        .push(this.start..text::line_end(source, this.end));
    if parent.node.children().len() == child_width(parent) {
        empty(source, parent, &this, &mut change)?;
    } else if text::is_first_on_line(source, this.start) {
        change.replace_lines(source, this.start, this.end, &[]);
    } else {
        // The first child of a collection that starts on the line of its dash.
        let next = extent(source, parent, index + 1)?.start;
        let end = text::line_end(source, this.end);
        if text::skip_blanks(source, text::next_line(source, end)) == next {
            change.replace(this.start..next, "");
        } else {
            change.replace(parent.head_end..end, "");
        }
    }
    Ok(change)
}

fn index(parent: &Slot<'_>, segment: &Segment) -> Result<usize, Refusal> {
    let found = match (&parent.node.kind, segment) {
        (Kind::Mapping(mapping), Segment::Key(key)) => mapping
            .entries
            .iter()
            .position(|entry| entry.key.as_text() == Some(key)),
        (Kind::Sequence(list), Segment::Index(index)) => {
            Some(*index).filter(|it| *it < list.items.len())
        }
        _ => None,
    };
    found.ok_or_else(|| odd(parent.node))
}

/// How many nodes one child of the collection is.
fn child_width(parent: &Slot<'_>) -> usize {
    if parent.node.as_mapping().is_some() {
        2
    } else {
        1
    }
}

/// The bytes of a child from its key or dash to the end of its value.
fn extent(source: &str, parent: &Slot<'_>, index: usize) -> Result<Range<usize>, Refusal> {
    match &parent.node.kind {
        Kind::Mapping(mapping) => {
            let entry = mapping.entries.get(index).ok_or_else(|| odd(parent.node))?;
            let value = parent.value(source, entry)?;
            Ok(entry.key.outer_start()..value.node.outer_end().max(value.head_end))
        }
        _ => {
            let item = parent.item(source, index)?;
            Ok(item.head_end - 1..item.node.outer_end().max(item.head_end))
        }
    }
}

/// Removes the only child: the collection becomes `{}` or `[]`.
fn empty(
    source: &str,
    parent: &Slot<'_>,
    this: &Range<usize>,
    change: &mut Change,
) -> Result<(), Refusal> {
    let braces = if parent.node.as_mapping().is_some() {
        "{}"
    } else {
        "[]"
    };
    if parent.node.anchor.is_some() || parent.node.tag.is_some() {
        return Err(odd(parent.node));
    }
    if !text::is_first_on_line(source, this.start) {
        change.replace(this.start..text::line_end(source, this.end), braces);
    } else if parent.head == Head::Root {
        change.replace_lines(source, this.start, this.end, &[braces.to_owned()]);
    } else {
        change.insert(parent.head_end, format!(" {braces}"));
        change.replace_lines(source, this.start, this.end, &[]);
    }
    Ok(())
}
