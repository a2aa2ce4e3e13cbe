//! Replacing the value in a slot.

use serde_json::Value;

use super::super::text;
use super::super::tree::{Document, Node};
use super::Refusal;
use super::render::{self, Rendition};
use super::slot::{Head, Slot, odd};
use super::splice::Change;

/// Replaces the value in `slot`.
pub(super) fn value(
    source: &str,
    document: &Document,
    slot: &Slot<'_>,
    value: &Value,
) -> Result<Change, Refusal> {
    let rendition = render::render(source, document, slot, value);
    refuse_properties(slot.node, &rendition)?;
    let mut change = Change::default();
    if is_missing(slot.node) {
        fill(source, document, slot, &rendition, &mut change)?;
        return Ok(change);
    }
    if slot.node.as_scalar().is_some_and(|it| it.block.is_some()) {
        over_block_scalar(source, slot, &rendition, &mut change)?;
    } else if slot.node.is_block_collection() {
        over_block_collection(source, slot, &rendition, &mut change)?;
    } else {
        change.dropped.push(slot.node.span.clone());
        over_inline(source, slot, &rendition, &mut change)?;
    }
    Ok(change)
}

fn is_missing(node: &Node) -> bool {
    node.span.is_empty() && node.as_text() == Some("")
}

/// A tag gives the old text its type, and an anchor stands in the way of a new layout.
fn refuse_properties(node: &Node, rendition: &Rendition) -> Result<(), Refusal> {
    let line = node.start.line;
    if let Some(tag) = &node.tag {
        let reason = format!(
            "the value on line {line} carries the tag {}; edit it by hand",
            tag.name
        );
        return Err(Refusal::new(line, reason));
    }
    let is_simple = node.as_scalar().is_some_and(|it| it.block.is_none()) && !is_missing(node);
    if node.anchor.is_some() && !(is_simple && matches!(rendition, Rendition::Inline(_))) {
        let reason = format!("the value on line {line} has an anchor; edit it by hand");
        return Err(Refusal::new(line, reason));
    }
    Ok(())
}

/// Puts a value behind a key or dash that has none.
fn fill(
    source: &str,
    document: &Document,
    slot: &Slot<'_>,
    rendition: &Rendition,
    change: &mut Change,
) -> Result<(), Refusal> {
    match (slot.head, rendition) {
        (Head::Root, Rendition::Lines(lines)) => {
            let end = document.span.end;
            let last = end - usize::from(source[..end].ends_with('\n'));
            let is_empty = source[document.span.clone()]
                .trim_matches(['\u{feff}', '\n'])
                .is_empty();
            if is_empty {
                return Err(odd(slot.node));
            }
            change.insert_below(source, last, lines);
        }
        (Head::Root, _) => return Err(odd(slot.node)),
        (_, Rendition::Inline(text)) => fill_line(source, slot, text, change),
        (_, Rendition::Block { header, lines }) => {
            fill_line(source, slot, header, change);
            change.insert_below(source, slot.head_end, lines);
        }
        (Head::Item, Rendition::Lines(lines)) => {
            let text = compact(source, slot.head_end, lines);
            fill_line(source, slot, &text, change);
        }
        (Head::Key { .. }, Rendition::Lines(lines)) => {
            change.insert_below(source, slot.head_end, lines);
        }
    }
    Ok(())
}

fn fill_line(source: &str, slot: &Slot<'_>, text: &str, change: &mut Change) {
    let lead = if slot.head == (Head::Key { has_colon: false }) {
        ": "
    } else {
        " "
    };
    let blanks_end = text::skip_blanks(source, slot.head_end);
    // The blanks in front of a comment stay, so that the comment stays in its column.
    let has_comment = source[blanks_end..].starts_with('#');
    let end = if has_comment {
        slot.head_end
    } else {
        blanks_end
    };
    change.replace(slot.head_end..end, format!("{lead}{text}"));
}

/// The lines of a collection that starts on the line of its dash.
fn compact(source: &str, at: usize, lines: &[String]) -> String {
    let joined = lines.join(text::line_break(source, at));
    joined.trim_start_matches(' ').to_owned()
}

/// The old value is a plain or quoted scalar or a flow collection.
fn over_inline(
    source: &str,
    slot: &Slot<'_>,
    rendition: &Rendition,
    change: &mut Change,
) -> Result<(), Refusal> {
    let span = slot.node.span.clone();
    match rendition {
        Rendition::Inline(text) => change.replace(span, text),
        Rendition::Block { header, lines } => {
            change.replace(span.clone(), header);
            change.insert_below(source, span.end, lines);
        }
        Rendition::Lines(lines) => match slot.head {
            Head::Key { .. } => {
                change.replace(slot.head_end..span.end, "");
                change.insert_below(source, span.end, lines);
            }
            Head::Item | Head::Root => {
                change.replace(span.clone(), compact(source, span.start, lines))
            }
        },
    }
    Ok(())
}

fn over_block_scalar(
    source: &str,
    slot: &Slot<'_>,
    rendition: &Rendition,
    change: &mut Change,
) -> Result<(), Refusal> {
    let block = slot.node.as_scalar().and_then(|it| it.block.as_deref());
    let block = block.ok_or_else(|| odd(slot.node))?;
    let header = block.header.clone();
    let rest: &[String] = match rendition {
        Rendition::Inline(text) => {
            change.replace(header.clone(), text);
            &[]
        }
        Rendition::Block { header: new, lines } => {
            change.replace(header.clone(), new);
            lines
        }
        Rendition::Lines(lines) => match (slot.head, lines.split_first()) {
            (Head::Key { .. }, _) => {
                change.replace(slot.head_end..header.end, "");
                lines
            }
            (_, Some((first, rest))) => {
                change.replace(header.clone(), first.trim_start_matches(' '));
                rest
            }
            _ => return Err(odd(slot.node)),
        },
    };
    if block.content.is_empty() {
        change.insert_below(source, header.end, rest);
    } else {
        change.replace_lines(source, block.content.start, block.content.end, rest);
    }
    Ok(())
}

fn over_block_collection(
    source: &str,
    slot: &Slot<'_>,
    rendition: &Rendition,
    change: &mut Change,
) -> Result<(), Refusal> {
    let start = slot.block_start(source)?;
    let end = slot.node.span.end;
    change.dropped.push(start..text::line_end(source, end));
    if !text::is_first_on_line(source, start) {
        // A collection that starts on the line of its dash.
        let text = match rendition {
            Rendition::Inline(text) => text.clone(),
            Rendition::Block { header, lines } => compact(
                source,
                start,
                &[std::slice::from_ref(header), lines].concat(),
            ),
            Rendition::Lines(lines) => compact(source, start, lines),
        };
        change.replace(start..text::line_end(source, end), text);
        return Ok(());
    }
    let lines: &[String] = match rendition {
        Rendition::Lines(lines) => lines,
        _ if slot.head == Head::Root => return Err(odd(slot.node)),
        Rendition::Inline(text) => {
            fill_line(source, slot, text, change);
            &[]
        }
        Rendition::Block { header, lines } => {
            fill_line(source, slot, header, change);
            lines
        }
    };
    change.replace_lines(source, start, end, lines);
    Ok(())
}
