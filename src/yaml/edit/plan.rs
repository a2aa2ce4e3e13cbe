//! What to do in which order, and which edits get in each other's way.

use serde_json::{Map, Value};

use super::super::path::{Path, Segment};
use super::super::template;
use super::super::tree::{Document, Kind, Node, Stream};
use super::slot::Slot;
use super::splice::Change;
use super::{Edit, Operation, Refusal, insert, locate, remove, set};

/// An edit whose path names items by index.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Planned {
    pub(in super::super) document: usize,
    pub(in super::super) path: Path,
    pub(in super::super) operation: Operation,
}

/// What an edit comes to in the text as it is now.
pub(super) enum Step {
    /// The text already says so.
    Nothing,
    Splices(Change),
    /// Edits to make one after the other instead.
    Smaller(Vec<Planned>),
}

/// Checks all edits against the text before the first is made, and orders them so that no edit
/// moves the items that later ones refer to.
pub(super) fn plan(stream: &Stream, edits: &[Edit]) -> Result<Vec<Planned>, Refusal> {
    let mut plan: Vec<(Planned, usize)> = Vec::new();
    for edit in edits {
        let document = document(stream, edit.document)?;
        let target = locate::locate(document, &edit.path)?;
        if edit.operation != Operation::Remove {
            target.creatable.clone()?;
        } else if !target.missing.is_empty() {
            continue;
        }
        let planned = Planned {
            document: edit.document,
            path: target.canonical(),
            operation: edit.operation.clone(),
        };
        let line = line_of(document, &target.found);
        if plan.iter().any(|(other, _)| *other == planned) {
            continue;
        }
        if let Some((other, _)) = plan.iter().find(|(other, _)| conflict(other, &planned)) {
            return Err(Refusal::new(
                line,
                format!(
                    "two edits overlap on line {line}: `{}` and `{}`; make one of them, then plan again",
                    other.path, planned.path
                ),
            ));
        }
        plan.push((planned, line));
    }
    let mut plan: Vec<Planned> = plan.into_iter().map(|(planned, _)| planned).collect();
    let (mut removals, mut rest): (Vec<_>, Vec<_>) = plan
        .drain(..)
        .partition(|it| it.operation == Operation::Remove);
    rest.sort_by_key(|it| matches!(it.operation, Operation::Append(_)));
    removals.sort_by(|left, right| right.path.cmp(&left.path));
    rest.extend(removals);
    Ok(rest)
}

fn document(stream: &Stream, index: usize) -> Result<&Document, Refusal> {
    let count = stream.documents.len();
    stream.documents.get(index).ok_or_else(|| {
        Refusal::new(
            0,
            format!(
                "the file has {count} documents, so there is no document {}",
                index + 1
            ),
        )
    })
}

fn line_of(document: &Document, found: &[Segment]) -> usize {
    let path = Path::from(found.to_vec());
    document.find(&path).map_or(document.start.line, |it| {
        it.key.unwrap_or(it.node).start.line
    })
}

/// Whether one edit changes what the other one refers to.
fn conflict(left: &Planned, right: &Planned) -> bool {
    if left.document != right.document {
        return false;
    }
    let both_append = matches!(left.operation, Operation::Append(_))
        && matches!(right.operation, Operation::Append(_));
    let (outer, inner) = if left.path.segments.len() <= right.path.segments.len() {
        (left, right)
    } else {
        (right, left)
    };
    if !inner.path.segments.starts_with(&outer.path.segments) {
        return false;
    }
    let deeper = inner.path.segments.len() > outer.path.segments.len();
    let keeps_inner = deeper && matches!(outer.operation, Operation::Append(_));
    !(both_append || keeps_inner)
}

/// Works out what an edit comes to in `text`.
pub(super) fn step(text: &str, stream: &Stream, planned: &Planned) -> Result<Step, Refusal> {
    let document = document(stream, planned.document)?;
    let target = locate::locate(document, &planned.path)?;
    let slot = Slot::locate(text, document, &target.found)?;
    let missing = !target.missing.is_empty();
    match &planned.operation {
        Operation::Remove if missing => Ok(Step::Nothing),
        Operation::Remove => remove_at(text, document, &target.found, &slot),
        Operation::Append(_) | Operation::Set(_) if missing => {
            target.creatable?;
            let value = match &planned.operation {
                Operation::Append(item) => Value::Array(vec![item.clone()]),
                Operation::Set(value) => value.clone(),
                Operation::Remove => Value::Null,
            };
            let (key, value) = nest(&target.missing, value);
            insert::key(text, document, &slot, &key, value).map(Step::Splices)
        }
        Operation::Append(item) => append(text, document, &slot, item),
        Operation::Set(value) => set_at(text, document, &slot, planned, value),
    }
}

fn remove_at(
    text: &str,
    document: &Document,
    found: &[Segment],
    slot: &Slot<'_>,
) -> Result<Step, Refusal> {
    locate::refuse_losing_anchors(document, slot.node)?;
    let Some((last, parents)) = found.split_last() else {
        return Err(Refusal::new(
            slot.node.start.line,
            "a whole document cannot be removed; delete it from the file by hand",
        ));
    };
    let parent = Slot::locate(text, document, parents)?;
    remove::child(text, &parent, last).map(Step::Splices)
}

fn append(text: &str, document: &Document, slot: &Slot<'_>, item: &Value) -> Result<Step, Refusal> {
    if let Kind::Sequence(list) = &slot.node.kind
        && list.items.iter().any(|it| holds(document, it, item))
    {
        return Ok(Step::Nothing);
    }
    insert::item(text, document, slot, item).map(Step::Splices)
}

fn set_at(
    text: &str,
    document: &Document,
    slot: &Slot<'_>,
    planned: &Planned,
    value: &Value,
) -> Result<Step, Refusal> {
    if holds(document, slot.node, value) {
        return Ok(Step::Nothing);
    }
    if let (Kind::Mapping(old), Value::Object(new)) = (&slot.node.kind, value)
        && !old.entries.is_empty()
        && !new.is_empty()
    {
        if old.has_merge {
            let line = slot.node.start.line;
            return Err(Refusal::new(
                line,
                format!("the map on line {line} has a merge key `<<`; set its own keys one by one"),
            ));
        }
        return Ok(Step::Smaller(by_key(planned, slot.node, new)));
    }
    locate::refuse_losing_anchors(document, slot.node)?;
    if slot.node.as_text().is_some_and(template::has_helm_action) {
        let line = slot.node.start.line;
        return Err(Refusal::new(
            line,
            format!(
                "the value on line {line} is filled in by a Helm template; change the chart's values instead"
            ),
        ));
    }
    set::value(text, document, slot, value).map(Step::Splices)
}

/// Setting a map over a map, key by key.
fn by_key(planned: &Planned, old: &Node, new: &Map<String, Value>) -> Vec<Planned> {
    let part = |key: &str, operation| Planned {
        document: planned.document,
        path: planned.path.clone().key(key),
        operation,
    };
    let mut parts: Vec<Planned> = new
        .iter()
        .map(|(key, value)| part(key, Operation::Set(value.clone())))
        .collect();
    let old_keys = old.as_mapping().into_iter().flat_map(|it| &it.entries);
    let gone = old_keys
        .filter_map(|it| it.key.as_text())
        .filter(|key| !new.contains_key(*key));
    parts.extend(gone.map(|key| part(key, Operation::Remove)));
    parts
}

/// Whether the node already has this value, types included.
fn holds(document: &Document, node: &Node, value: &Value) -> bool {
    let is_collection = matches!(value, Value::Object(_) | Value::Array(_));
    // A missing value reads as an empty collection nowhere but in typed reading.
    if node.as_scalar().is_some() && is_collection {
        return false;
    }
    document
        .read_node::<Value>(node)
        .is_ok_and(|it| it == *value)
}

/// The value wrapped in all missing keys but the first, and that first one.
fn nest(missing: &[String], value: Value) -> (String, Value) {
    let mut keys = missing.iter();
    let first = keys.next().cloned().unwrap_or_default();
    let nested = keys.rev().fold(value, |inner, key| {
        Value::Object(std::iter::once((key.clone(), inner)).collect())
    });
    (first, nested)
}
