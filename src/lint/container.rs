//! Workloads and containers of manifests: where they stand.

use super::places::Places;
use crate::model::{RuleGroup, Span};
use crate::yaml::{Document, Node, Stream};

/// First and last line of something that belongs together: a document, a group, a rule, a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    pub first: u32,
    pub last: u32,
}

/// Everything in a text that a comment above it can be about.
#[must_use]
pub fn extents(text: &str, groups: &[RuleGroup]) -> Vec<Extent> {
    let extent = |s: Span| Extent {
        first: s.line,
        last: s.end_line,
    };
    let stream = Stream::parse(text);
    let places = Places::of_file(text);
    let mut found = Vec::new();
    for document in &stream.documents {
        let Some(root) = &document.root else { continue };
        found.push(extent(places.node(text, root)));
        let mut containers = Vec::new();
        collect(root, &mut containers);
        found.extend(containers.iter().map(|n| extent(places.node(text, n))));
    }
    for group in groups {
        found.extend(group.source.iter().map(|s| extent(s.span)));
        found.extend(
            group
                .rules
                .iter()
                .filter_map(|r| r.source.as_ref())
                .map(|s| extent(s.span)),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Where a container's resources stand, or its name; without a container the name of the workload. `workload` is
/// `Kind/name`, `document` counts from 0.
#[must_use]
pub fn locate(
    text: &str,
    document: usize,
    workload: &str,
    container: Option<&str>,
) -> Option<Span> {
    let stream = Stream::parse(text);
    let document = stream.documents.get(document)?;
    let (kind, name) = workload.split_once('/')?;
    let object = object(document, document.root.as_ref()?, kind, name, 0)?;
    let places = Places::of_file(text);
    let metadata = child(document, object, "metadata");
    let Some(wanted) = container else {
        let node = metadata
            .and_then(|m| child(document, m, "name"))
            .unwrap_or(object);
        return Some(places.node(text, node));
    };
    let mut containers = Vec::new();
    collect(object, &mut containers);
    let named = |n: &&Node| child(document, n, "name").and_then(Node::as_text) == Some(wanted);
    let container = containers.into_iter().find(named)?;
    let resources = container.as_mapping()?.entry("resources");
    let written = resources.filter(|e| e.value.as_mapping().is_some_and(|m| !m.entries.is_empty()));
    Some(match written {
        Some(entry) => {
            let (key, value) = (
                places.node(text, &entry.key),
                places.node(text, &entry.value),
            );
            Span {
                end_line: value.end_line,
                end_column: value.end_column,
                ..key
            }
        }
        None => places.node(text, child(document, container, "name")?),
    })
}

fn child<'t>(document: &'t Document, node: &'t Node, key: &str) -> Option<&'t Node> {
    let entry = document.resolve(node)?.as_mapping()?.entry(key)?;
    document.resolve(&entry.value)
}

/// The object of this kind and name: the document itself, or an item of it.
fn object<'t>(
    document: &'t Document,
    node: &'t Node,
    kind: &str,
    name: &str,
    depth: usize,
) -> Option<&'t Node> {
    let text = |n: Option<&'t Node>| n.and_then(Node::as_text);
    let metadata = child(document, node, "metadata");
    if text(child(document, node, "kind")) == Some(kind)
        && text(metadata.and_then(|m| child(document, m, "name"))) == Some(name)
    {
        return Some(node);
    }
    let items = child(document, node, "items")
        .and_then(Node::as_sequence)
        .filter(|_| depth < 4)?;
    items
        .items
        .iter()
        .find_map(|item| object(document, document.resolve(item)?, kind, name, depth + 1))
}

/// The containers below a node. Aliases are not followed: what they name stands somewhere else.
fn collect<'t>(node: &'t Node, found: &mut Vec<&'t Node>) {
    if let Some(mapping) = node.as_mapping() {
        for entry in &mapping.entries {
            let lists = matches!(entry.key.as_text(), Some("containers" | "initContainers"));
            match entry.value.as_sequence().filter(|_| lists) {
                Some(list) => found.extend(list.items.iter().filter(|i| i.as_mapping().is_some())),
                None => collect(&entry.value, found),
            }
        }
    } else if let Some(list) = node.as_sequence() {
        list.items.iter().for_each(|item| collect(item, found));
    }
}
