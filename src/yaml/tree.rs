//! The span tree: what a YAML text says, and where it says it.

use std::ops::Range;

/// A place in the source text, as editors and SARIF count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line number; the first line is 1.
    pub line: usize,
    /// Column counted in characters (not bytes); the first column is 1.
    pub column: usize,
}

/// Everything one YAML text holds. Parsing never fails as a whole: see [`Document::faults`].
#[derive(Clone, Debug)]
pub struct Stream {
    /// The documents in file order, broken ones included, so "the second document" keeps meaning.
    pub documents: Vec<Document>,
    /// The byte ranges of all comments, from `#` to the end of the line without its line break.
    pub comments: Vec<Range<usize>>,
}

/// One document of a [`Stream`].
#[derive(Clone, Debug)]
pub struct Document {
    /// The root node; `None` when the document could not be parsed.
    pub root: Option<Node>,
    /// What is wrong with the document, in source order. Empty for a clean document.
    pub faults: Vec<Fault>,
    /// The bytes of the document, from its `---` (or its first byte) to the next document.
    pub span: Range<usize>,
    /// The position of the first byte of [`Document::span`].
    pub start: Position,
    pub(super) anchors: Vec<AnchorRoute>,
    pub(super) aliased: Vec<usize>,
}

/// Where an anchored node sits: child indexes from the root (mappings count keys and values).
#[derive(Clone, Debug)]
pub(super) struct AnchorRoute {
    pub(super) id: usize,
    pub(super) route: Vec<usize>,
}

/// Something wrong with a document, at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of trouble it is.
    pub kind: FaultKind,
    /// Where it is. For a duplicate key: the second key.
    pub position: Position,
    /// One sentence for a person.
    pub message: String,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is not YAML; the document has no root.
    Syntax,
    /// The document is Helm template source, which is YAML only after rendering.
    Template,
    /// A mapping has the same key twice. Readers take the last one, as Kubernetes does.
    DuplicateKey,
    /// An alias names an anchor that is not defined before it.
    UnknownAlias,
}

/// A node of the tree with its exact place in the source.
#[derive(Clone, Debug)]
pub struct Node {
    /// What the node is.
    pub kind: Kind,
    /// The bytes of the content: quotes and brackets included, anchor and tag excluded. A block
    /// scalar starts at its `|` or `>`; a block collection ends with its last child. A missing
    /// value is empty and sits right after its `:` or `-`.
    pub span: Range<usize>,
    /// The position of the first byte of the span.
    pub start: Position,
    /// The position right after the last byte of the span.
    pub end: Position,
    /// The `&name` in front of the node.
    pub anchor: Option<Box<Property>>,
    /// The `!tag` in front of the node, as written, for example `!!str`.
    pub tag: Option<Box<Property>>,
}

/// An anchor or a tag in front of a node.
#[derive(Clone, Debug)]
pub struct Property {
    /// The name without `&`, or the tag as written.
    pub name: String,
    /// The bytes of the token.
    pub span: Range<usize>,
    pub(super) id: usize,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// A map. Merge keys (`<<`) are entries like any other here; reading resolves them.
    Mapping(Mapping),
    /// A reference `*name` to an anchored node; see [`Document::alias_target`].
    Alias(Alias),
}

/// A single value as written.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text after unescaping and folding; empty for a missing value.
    pub text: Box<str>,
    /// How it is written.
    pub style: ScalarStyle,
    /// The two parts of a block scalar; `None` for the other styles.
    pub block: Option<Box<BlockSpans>>,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// A block scalar that keeps its line breaks: `|`.
    Literal,
    /// A block scalar that folds its lines: `>`.
    Folded,
}

/// The parts of a block scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSpans {
    /// The bytes of the header, for example `|-`, without a comment that follows it.
    pub header: Range<usize>,
    /// The bytes of the content lines, from the start of the first line to the end of the last
    /// one without its line break. Empty when there is no content.
    pub content: Range<usize>,
    /// How many spaces the content is indented by.
    pub indent: usize,
}

/// A list.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// The items in order.
    pub items: Vec<Node>,
    /// Whether it is written `[…]`.
    pub flow: bool,
}

/// A map.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The entries in source order, duplicates included.
    pub entries: Vec<Entry>,
    /// Whether it is written `{…}`.
    pub flow: bool,
    /// Whether a key occurs more than once.
    pub has_duplicates: bool,
    /// Whether it has a merge key `<<`.
    pub has_merge: bool,
}

/// One `key: value` of a [`Mapping`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A reference to an anchored node.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name without `*`.
    pub name: String,
    pub(super) target: Option<usize>,
}

impl Node {
    /// The scalar in this node, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, whatever its type and style.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    /// The map in this node, if it is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.kind {
            Kind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The list in this node, if it is one.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&Sequence> {
        match &self.kind {
            Kind::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    /// Where the node begins with its anchor and tag, as a byte offset.
    pub(super) fn outer_start(&self) -> usize {
        let anchor = self
            .anchor
            .as_ref()
            .map_or(self.span.start, |it| it.span.start);
        let tag = self
            .tag
            .as_ref()
            .map_or(self.span.start, |it| it.span.start);
        self.span.start.min(anchor).min(tag)
    }

    /// Where the node ends with its anchor and tag (a missing value may have them), as an offset.
    pub(super) fn outer_end(&self) -> usize {
        let anchor = self.anchor.as_ref().map_or(0, |it| it.span.end);
        let tag = self.tag.as_ref().map_or(0, |it| it.span.end);
        self.span.end.max(anchor).max(tag)
    }

    /// Whether it is written as a block collection: over lines, by indentation.
    pub(super) fn is_block_collection(&self) -> bool {
        match &self.kind {
            Kind::Sequence(it) => !it.flow,
            Kind::Mapping(it) => !it.flow,
            Kind::Scalar(_) | Kind::Alias(_) => false,
        }
    }

    /// The children in source order: items, or keys and values alternating.
    pub(super) fn children(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Sequence(it) => it.items.iter().collect(),
            Kind::Mapping(it) => it
                .entries
                .iter()
                .flat_map(|it| [&it.key, &it.value])
                .collect(),
            Kind::Scalar(_) | Kind::Alias(_) => Vec::new(),
        }
    }

    /// Calls `visit` for the node and everything below it, parents first.
    pub(super) fn walk<'t>(&'t self, visit: &mut dyn FnMut(&'t Self)) {
        visit(self);
        match &self.kind {
            Kind::Sequence(it) => it.items.iter().for_each(|item| item.walk(visit)),
            Kind::Mapping(it) => {
                for entry in &it.entries {
                    entry.key.walk(visit);
                    entry.value.walk(visit);
                }
            }
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
    }
}

impl Mapping {
    /// The entry with this key; the last one when the key occurs more than once. Keys that come
    /// through a merge key are not seen.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.key.as_text() == Some(key))
    }
}

impl Entry {
    /// Whether this is a merge key: a plain `<<`.
    pub(super) fn is_merge(&self) -> bool {
        self.key
            .as_scalar()
            .is_some_and(|it| it.style == ScalarStyle::Plain && &*it.text == "<<")
    }
}
