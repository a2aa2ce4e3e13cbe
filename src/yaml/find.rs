//! Following a path through a document.

use super::path::{Path, Segment};
use super::tree::{Document, Entry, Kind, Mapping, Node, Position};

/// How many merged maps one lookup may visit, a bound for maps that merge each other.
const MERGE_FUEL: usize = 200;

/// A node found by [`Document::find`].
#[derive(Clone, Copy, Debug)]
pub struct Found<'t> {
    /// The node; when the path ends at an alias, the alias itself.
    pub node: &'t Node,
    /// The key the node is the value of; `None` for items of a list and for the root.
    pub key: Option<&'t Node>,
    /// How the path got there.
    pub via: Via,
}

/// Whether a found node is written where the path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// It is, and nowhere else.
    Direct,
    /// It comes through an alias at this place, or has an anchor that an alias refers to:
    /// changing it would change other values too.
    Alias(Position),
    /// It comes through the merge key `<<` at this place.
    Merge(Position),
}

impl Document {
    /// Follows `path` from the root, through aliases and merge keys. `None` when there is nothing
    /// at that path, or when an item is named by a key that several items share.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<Found<'_>> {
        let root = self.root.as_ref()?;
        let mut found = Found {
            node: root,
            key: None,
            via: Via::Direct,
        };
        for segment in &path.segments {
            found = self.step(found, segment)?;
        }
        if found.via == Via::Direct && self.is_shared(found.node) {
            found.via = Via::Alias(found.node.start);
        }
        Some(found)
    }

    fn step<'t>(&'t self, from: Found<'t>, segment: &Segment) -> Option<Found<'t>> {
        let mut via = from.via;
        if via == Via::Direct
            && (self.is_shared(from.node) || matches!(from.node.kind, Kind::Alias(_)))
        {
            via = Via::Alias(from.node.start);
        }
        let node = self.resolve(from.node)?;
        match (segment, &node.kind) {
            (Segment::Key(key), Kind::Mapping(mapping)) => {
                if let Some(entry) = mapping.entry(key) {
                    return Some(Found {
                        node: &entry.value,
                        key: Some(&entry.key),
                        via,
                    });
                }
                let (at, entry) = self.merged_entry(mapping, key)?;
                if via == Via::Direct {
                    via = Via::Merge(at);
                }
                Some(Found {
                    node: &entry.value,
                    key: Some(&entry.key),
                    via,
                })
            }
            (Segment::Index(index), Kind::Sequence(list)) => Some(Found {
                node: list.items.get(*index)?,
                key: None,
                via,
            }),
            (Segment::Item { key, value }, Kind::Sequence(list)) => {
                let mut matching = list.items.iter().filter(|it| self.is_item(it, key, value));
                let node = matching.next()?;
                matching.next().is_none().then_some(Found {
                    node,
                    key: None,
                    via,
                })
            }
            _ => None,
        }
    }

    /// Whether an item of a list is a map whose `key` has the text `value`.
    pub(super) fn is_item(&self, item: &Node, key: &str, value: &str) -> bool {
        let Some(Kind::Mapping(mapping)) = self.resolve(item).map(|it| &it.kind) else {
            return false;
        };
        let own = mapping
            .entry(key)
            .or_else(|| self.merged_entry(mapping, key).map(|it| it.1));
        own.and_then(|entry| self.resolve(&entry.value))
            .and_then(Node::as_text)
            == Some(value)
    }

    /// The entry a merge key brings for `key`, with the place of that merge key.
    pub(super) fn merged_entry<'t>(
        &'t self,
        mapping: &'t Mapping,
        key: &str,
    ) -> Option<(Position, &'t Entry)> {
        self.merged_entry_within(mapping, key, &mut { MERGE_FUEL })
    }

    fn merged_entry_within<'t>(
        &'t self,
        mapping: &'t Mapping,
        key: &str,
        fuel: &mut usize,
    ) -> Option<(Position, &'t Entry)> {
        if !mapping.has_merge {
            return None;
        }
        for merge in mapping.entries.iter().filter(|it| it.is_merge()) {
            for source in self.merge_sources(&merge.value) {
                *fuel = fuel.checked_sub(1)?;
                let entry = source
                    .entry(key)
                    .filter(|it| !it.is_merge())
                    .or_else(|| self.merged_entry_within(source, key, fuel).map(|it| it.1));
                if let Some(entry) = entry {
                    return Some((merge.key.start, entry));
                }
            }
        }
        None
    }

    /// The maps a merge key names, the strongest first.
    pub(super) fn merge_sources<'t>(&'t self, value: &'t Node) -> Vec<&'t Mapping> {
        let sources = match self.resolve(value).map(|node| &node.kind) {
            Some(Kind::Mapping(mapping)) => return vec![mapping],
            Some(Kind::Sequence(list)) => &list.items,
            _ => return Vec::new(),
        };
        sources
            .iter()
            .filter_map(|it| self.resolve(it))
            .filter_map(Node::as_mapping)
            .collect()
    }
}
