//! A place in the text where a value stands.

use super::super::path::Segment;
use super::super::quote::Place;
use super::super::text;
use super::super::tree::{Document, Entry, Kind, Node, ScalarStyle};
use super::Refusal;

/// A value and what stands in front of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'t> {
    pub(super) node: &'t Node,
    /// The collection the value is in; `None` for the root.
    pub(super) parent: Option<&'t Node>,
    pub(super) head: Head,
    /// The offset behind the `:` or `-`; for the root, the start of the document's content.
    pub(super) head_end: usize,
    /// The column (from 0) of the key or the dash; 0 for the root.
    pub(super) column: usize,
    /// How values are written here.
    pub(super) place: Place,
}

/// What stands in front of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Root,
    /// A key; a flow map may leave out its `:`.
    Key {
        has_colon: bool,
    },
    Item,
}

impl<'t> Slot<'t> {
    /// The slot at a path of keys and indexes that exist.
    pub(super) fn locate(
        source: &str,
        document: &'t Document,
        found: &[Segment],
    ) -> Result<Self, Refusal> {
        let Some(root) = &document.root else {
            return Err(Refusal::new(
                document.start.line,
                "the document does not parse",
            ));
        };
        let marker = source[document.span.clone()].starts_with("---");
        let head_end = document.span.start + if marker { 3 } else { 0 };
        let mut slot = Self {
            node: root,
            parent: None,
            head: Head::Root,
            head_end,
            column: 0,
            place: Place::Block,
        };
        for segment in found {
            slot = match (segment, &slot.node.kind) {
                (Segment::Key(key), Kind::Mapping(mapping)) => {
                    let entry = mapping.entry(key).ok_or_else(|| odd(slot.node))?;
                    slot.value(source, entry)?
                }
                (Segment::Index(index), Kind::Sequence(_)) => slot.item(source, *index)?,
                _ => return Err(odd(slot.node)),
            };
        }
        Ok(slot)
    }

    /// The slot of the value of an entry of this map.
    pub(super) fn value(&self, source: &str, entry: &'t Entry) -> Result<Self, Refusal> {
        let place = self.child_place();
        let mut colon = text::skip_blanks(source, entry.key.span.end);
        if place != Place::Block {
            colon = text::skip_trivia(source, colon);
        }
        let has_colon = source[colon..].starts_with(':');
        if !has_colon && place == Place::Block {
            let line = entry.key.start.line;
            return Err(Refusal::new(
                line,
                format!(
                    "the key on line {line} is not followed by `:` on its line; edit it by hand"
                ),
            ));
        }
        Ok(Self {
            node: &entry.value,
            parent: Some(self.node),
            head: Head::Key { has_colon },
            head_end: if has_colon {
                colon + 1
            } else {
                entry.key.span.end
            },
            column: text::column(source, entry.key.outer_start()),
            place,
        })
    }

    /// The slot of an item of this list.
    pub(super) fn item(&self, source: &str, index: usize) -> Result<Self, Refusal> {
        let place = self.child_place();
        let items = self.node.as_sequence().map_or(&[][..], |list| &list.items);
        let node = items.get(index).ok_or_else(|| odd(self.node))?;
        let (head_end, column) = if place == Place::Block {
            let dash = self.dash(source, index)?;
            (dash + 1, text::column(source, dash))
        } else {
            (node.outer_start(), 0)
        };
        Ok(Self {
            node,
            parent: Some(self.node),
            head: Head::Item,
            head_end,
            column,
            place,
        })
    }

    /// The offset of the dash of an item of this block list.
    pub(super) fn dash(&self, source: &str, index: usize) -> Result<usize, Refusal> {
        let items = self.node.as_sequence().map_or(&[][..], |list| &list.items);
        let previous = index.checked_sub(1).and_then(|it| items.get(it));
        let mut at = previous.map_or(self.head_end, Node::outer_end);
        if previous.is_none() {
            at = at.max(self.properties_end());
        }
        let at = text::skip_trivia(source, at);
        if source[at..].starts_with('-') {
            Ok(at)
        } else {
            Err(odd(self.node))
        }
    }

    /// The end of the anchor and the tag in front of the value, or 0.
    fn properties_end(&self) -> usize {
        let both = [&self.node.anchor, &self.node.tag];
        both.into_iter()
            .flatten()
            .map(|it| it.span.end)
            .max()
            .unwrap_or(0)
    }

    /// How the children of this collection are written.
    pub(super) fn child_place(&self) -> Place {
        if self.node.is_block_collection() {
            return Place::Block;
        }
        let quoted = |node: &Node| {
            node.as_scalar()
                .is_some_and(|it| it.style == ScalarStyle::DoubleQuoted)
        };
        let is_json = self.place == Place::Json
            || match &self.node.kind {
                Kind::Mapping(it) => it.entries.first().is_some_and(|it| quoted(&it.key)),
                _ => false,
            };
        if is_json { Place::Json } else { Place::Flow }
    }

    /// Where the first line of this block collection starts: its first key or its first dash.
    pub(super) fn block_start(&self, source: &str) -> Result<usize, Refusal> {
        match &self.node.kind {
            Kind::Sequence(list) if !list.flow => self.dash(source, 0),
            Kind::Mapping(map) if !map.flow => Ok(map
                .entries
                .first()
                .map_or(self.node.span.start, |it| it.key.outer_start())),
            _ => Ok(self.node.outer_start()),
        }
    }
}

/// The refusal for a layout the editor does not know.
pub(super) fn odd(node: &Node) -> Refusal {
    let line = node.start.line;
    Refusal::new(
        line,
        format!("the layout of line {line} is not one that can be edited; edit it by hand"),
    )
}
