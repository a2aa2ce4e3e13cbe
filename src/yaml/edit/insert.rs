//! Adding a key to a map or an item to a list.

use serde_json::Value;

use super::super::emit::{self, Layout};
use super::super::quote::{self, Place};
use super::super::text;
use super::super::tree::{Document, Kind};
use super::slot::{Slot, odd};
use super::splice::Change;
use super::{Refusal, flow, set};

/// Adds `key` to the map in `slot`, which may be missing or empty.
pub(super) fn key(
    source: &str,
    document: &Document,
    slot: &Slot<'_>,
    key: &str,
    value: Value,
) -> Result<Change, Refusal> {
    let mapping = match &slot.node.kind {
        Kind::Mapping(mapping) if !mapping.entries.is_empty() => mapping,
        Kind::Mapping(_) | Kind::Scalar(_) => {
            let map = Value::Object(std::iter::once((key.to_owned(), value)).collect());
            return set::value(source, document, slot, &map);
        }
        Kind::Sequence(_) | Kind::Alias(_) => return Err(odd(slot.node)),
    };
    let place = slot.child_place();
    if place != Place::Block {
        return flow::insert(source, slot, &quote::pair(key, &value, place));
    }
    let (Some(first), Some(last)) = (mapping.entries.first(), mapping.entries.last()) else {
        return Err(odd(slot.node));
    };
    let last = slot.value(source, last)?;
    slot.value(source, first)?;
    let layout = Layout::of(source, document, Some(slot.node));
    let column = text::column(source, first.key.outer_start());
    let mut change = Change::default();
    let lines = emit::entry_lines(key, &value, column, layout);
    change.insert_below(source, last.node.outer_end().max(last.head_end), &lines);
    Ok(change)
}

/// Adds an item at the end of the list in `slot`, which may be missing or empty.
pub(super) fn item(
    source: &str,
    document: &Document,
    slot: &Slot<'_>,
    item: &Value,
) -> Result<Change, Refusal> {
    let list = match &slot.node.kind {
        Kind::Sequence(list) if !list.items.is_empty() => list,
        Kind::Sequence(_) => {
            return set::value(source, document, slot, &Value::Array(vec![item.clone()]));
        }
        Kind::Scalar(_) if is_null(document, slot) => {
            return set::value(source, document, slot, &Value::Array(vec![item.clone()]));
        }
        _ => {
            let line = slot.node.start.line;
            let reason = format!("line {line} is not a list, so nothing can be appended; set it");
            return Err(Refusal::new(line, reason));
        }
    };
    let place = slot.child_place();
    if place != Place::Block {
        return flow::insert(source, slot, &quote::inline(item, place));
    }
    let last = slot.item(source, list.items.len() - 1)?;
    let layout = Layout::of(source, document, slot.parent);
    let mut change = Change::default();
    let lines = emit::item_lines(item, last.column, layout);
    change.insert_below(source, last.node.outer_end().max(last.head_end), &lines);
    Ok(change)
}

fn is_null(document: &Document, slot: &Slot<'_>) -> bool {
    document
        .read_node::<Value>(slot.node)
        .is_ok_and(|it| it.is_null())
}
