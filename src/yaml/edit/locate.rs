//! From a path to the place in the tree that may be edited.

use super::super::path::{Path, Segment};
use super::super::resolve::{self, Resolved};
use super::super::tree::{Document, FaultKind, Kind, Mapping, Node};
use super::Refusal;

/// Where a path leads.
pub(super) struct Target {
    /// The part of the path that exists, items by index.
    pub(super) found: Vec<Segment>,
    /// The keys that do not exist yet; empty when the whole path exists.
    pub(super) missing: Vec<String>,
    /// Whether the rest of the path could be created. It cannot for items of lists.
    pub(super) creatable: Result<(), Refusal>,
}

impl Target {
    /// The whole path with items by index.
    pub(super) fn canonical(&self) -> Path {
        let missing = self.missing.iter().cloned().map(Segment::Key);
        Path {
            segments: self.found.iter().cloned().chain(missing).collect(),
        }
    }
}

/// Follows `path` and refuses where an edit would not be safe.
pub(super) fn locate(document: &Document, path: &Path) -> Result<Target, Refusal> {
    let root = editable_root(document)?;
    let mut node = root;
    let mut found = Vec::new();
    for (position, segment) in path.segments.iter().enumerate() {
        refuse_shared(document, node)?;
        let index = match child(document, node, segment, path)? {
            Child::There(index) => index,
            Child::Missing(creatable) => {
                let rest = &path.segments[position..];
                return Ok(absent(found, rest, creatable, node, path));
            }
        };
        found.push(match (&node.kind, segment) {
            (Kind::Sequence(_), _) => Segment::Index(index),
            (_, other) => other.clone(),
        });
        node = match &node.kind {
            Kind::Mapping(it) => &it.entries[index].value,
            Kind::Sequence(it) => &it.items[index],
            Kind::Scalar(_) | Kind::Alias(_) => node,
        };
    }
    refuse_shared(document, node)?;
    Ok(Target {
        found,
        missing: Vec::new(),
        creatable: Ok(()),
    })
}

fn absent(
    found: Vec<Segment>,
    rest: &[Segment],
    mut creatable: Result<(), Refusal>,
    node: &Node,
    path: &Path,
) -> Target {
    let mut missing = Vec::new();
    for segment in rest {
        if let Segment::Key(key) = segment {
            missing.push(key.clone());
        } else {
            missing.push(Path::from(vec![segment.clone()]).to_string());
            let line = node.start.line;
            creatable = creatable.and(Err(no_such_item(line, path)));
        }
    }
    Target {
        found,
        missing,
        creatable,
    }
}

fn no_such_item(line: usize, path: &Path) -> Refusal {
    Refusal::new(
        line,
        format!("line {line} has no item for `{path}`; name an item that exists, or append one"),
    )
}

enum Child {
    There(usize),
    Missing(Result<(), Refusal>),
}

fn child(
    document: &Document,
    node: &Node,
    segment: &Segment,
    path: &Path,
) -> Result<Child, Refusal> {
    let line = node.start.line;
    match (&node.kind, segment) {
        (Kind::Mapping(mapping), Segment::Key(key)) => key_child(document, mapping, key),
        (Kind::Sequence(list), Segment::Index(index)) => Ok(if *index < list.items.len() {
            Child::There(*index)
        } else {
            Child::Missing(Err(no_such_item(line, path)))
        }),
        (Kind::Sequence(list), Segment::Item { key, value }) => {
            let matching: Vec<usize> = (0..list.items.len())
                .filter(|&index| document.is_item(&list.items[index], key, value))
                .collect();
            match matching[..] {
                [] => Ok(Child::Missing(Err(no_such_item(line, path)))),
                [only] => Ok(Child::There(only)),
                [_, second, ..] => {
                    let line = list.items[second].start.line;
                    Err(Refusal::new(
                        line,
                        format!(
                            "line {line} starts a second item with `{key}: {value}`; name the item by its index"
                        ),
                    ))
                }
            }
        }
        (Kind::Scalar(scalar), _) if resolve::scalar(node, scalar) == Resolved::Null => {
            Ok(Child::Missing(Ok(())))
        }
        (Kind::Sequence(_), Segment::Key(key)) => Err(Refusal::new(
            line,
            format!(
                "line {line} is a list, which has no key `{key}`; name the item first, for example `[0]`"
            ),
        )),
        (Kind::Mapping(_), _) => Err(Refusal::new(
            line,
            format!("line {line} is a map, which has no items for `{path}`; name a key"),
        )),
        _ => Err(Refusal::new(
            line,
            format!(
                "line {line} is a single value, so nothing can be set below it for `{path}`; set the value itself"
            ),
        )),
    }
}

fn key_child(document: &Document, mapping: &Mapping, key: &str) -> Result<Child, Refusal> {
    let mut matching = mapping
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.key.as_text() == Some(key));
    let first = matching.next();
    if let Some((_, second)) = matching.next() {
        let line = second.key.start.line;
        return Err(Refusal::new(
            line,
            format!("line {line} has the key `{key}` a second time; remove one of the two first"),
        ));
    }
    if let Some((index, _)) = first {
        return Ok(Child::There(index));
    }
    match document.merged_entry(mapping, key) {
        Some((at, _)) => {
            let line = at.line;
            Err(Refusal::new(
                line,
                format!(
                    "`{key}` comes through the merge key `<<` on line {line}; edit the map it merges, or write the key out there"
                ),
            ))
        }
        None => Ok(Child::Missing(Ok(()))),
    }
}

fn editable_root(document: &Document) -> Result<&Node, Refusal> {
    let fault = document
        .faults
        .iter()
        .find(|fault| fault.kind != FaultKind::DuplicateKey);
    if let Some(fault) = fault {
        let line = fault.position.line;
        let reason = match fault.kind {
            FaultKind::Template => format!(
                "line {line} is Helm template source, which is never edited; set the value through the chart's values instead"
            ),
            _ => format!(
                "line {line} does not parse ({}); repair the document first",
                fault.message
            ),
        };
        return Err(Refusal::new(line, reason));
    }
    document.root.as_ref().ok_or_else(|| {
        Refusal::new(
            document.start.line,
            "the document is empty, so there is nothing to edit",
        )
    })
}

/// Refuses a node that is an alias, or that an alias refers to.
fn refuse_shared(document: &Document, node: &Node) -> Result<(), Refusal> {
    let line = node.start.line;
    if let Kind::Alias(alias) = &node.kind {
        return Err(Refusal::new(
            line,
            format!(
                "line {line} is the alias *{0}, shared with its anchor &{0}; edit the anchor, or write the value out on line {line}",
                alias.name
            ),
        ));
    }
    match &node.anchor {
        Some(anchor) if document.is_shared(node) => Err(Refusal::new(
            line,
            format!(
                "line {line} has the anchor &{0}, and changing it would change every *{0} too; write the values out where they should differ",
                anchor.name
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses to remove or replace a value that has an anchor inside that is used outside of it.
pub(super) fn refuse_losing_anchors(document: &Document, node: &Node) -> Result<(), Refusal> {
    let mut lost = None;
    node.walk(&mut |inner| {
        if lost.is_none() && document.is_shared(inner) {
            lost = Some(inner.start.line);
        }
    });
    match lost {
        Some(line) => Err(Refusal::new(
            line,
            format!(
                "line {line} has an anchor that aliases refer to; write their values out first"
            ),
        )),
        None => Ok(()),
    }
}
