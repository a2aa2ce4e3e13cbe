//! Typed reading: a serde deserializer over the span tree, whose errors know their place.

use std::cell::Cell;
use std::collections::HashMap;

use serde::Deserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use super::resolve::{self, Resolved};
use super::tree::{Document, Entry, Kind, Mapping, Node, Position, Stream};

/// How many nodes a reading may visit below aliases, a bound for "billion laughs" inputs.
const ALIAS_BUDGET: usize = 1_000_000;
/// How deep a reading may go; aliases nest without nesting in the text.
const DEPTH: usize = 300;
/// How many merge keys may lead to each other.
const MERGE_DEPTH: usize = 16;

/// Why a document could not be read as the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong, for a person.
    pub message: String,
    /// The path to the value, for example `groups[0].rules[3].expr`; empty for the root.
    pub path: String,
    /// Where the value is; `None` only when the document has no root.
    pub position: Option<Position>,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match self.position {
            Some(at) => write!(f, " at line {} column {}", at.line, at.column),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        // serde calls an empty value "unit value"; the user wrote `null` or nothing.
        let message = message.to_string().replace("unit value", "null");
        Self {
            message,
            path: String::new(),
            position: None,
        }
    }
}

impl ReadError {
    fn at(mut self, node: &Node) -> Self {
        self.position.get_or_insert(node.start);
        self
    }

    fn below(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }
}

impl Document {
    /// Reads the document as a `T`. Types follow Kubernetes (YAML 1.1 booleans and octals), a text
    /// field accepts any scalar as written, aliases and merge keys are resolved, the last of
    /// duplicate keys wins, `null` is an empty list or map.
    ///
    /// # Errors
    /// When the document has no root (it was broken), does not fit `T`, or expands too far.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        match &self.root {
            Some(root) => self.read_node(root),
            None => Err(self.unreadable()),
        }
    }

    /// Reads one node of this document as a `T`; see [`Document::read`].
    ///
    /// # Errors
    /// As [`Document::read`]; the path is relative to `node`.
    pub fn read_node<T: DeserializeOwned>(&self, node: &Node) -> Result<T, ReadError> {
        let context = Context {
            document: self,
            budget: Cell::new(ALIAS_BUDGET),
        };
        T::deserialize(Reader {
            context: &context,
            node,
            depth: 0,
            aliased: false,
        })
    }

    /// The document as a JSON value, map keys in source order. Infinities and NaN, which JSON does
    /// not have, become null.
    ///
    /// # Errors
    /// When the document has no root, has a map for a key, or expands too far.
    pub fn to_value(&self) -> Result<serde_json::Value, ReadError> {
        self.read()
    }

    fn unreadable(&self) -> ReadError {
        let fault = self.faults.first();
        ReadError {
            message: fault.map_or_else(
                || "the document is empty".to_owned(),
                |it| it.message.clone(),
            ),
            path: String::new(),
            position: fault.map(|it| it.position),
        }
    }
}

struct Context<'t> {
    document: &'t Document,
    budget: Cell<usize>,
}

#[derive(Clone, Copy)]
struct Reader<'c, 't> {
    context: &'c Context<'t>,
    node: &'t Node,
    depth: usize,
    aliased: bool,
}

impl<'c, 't> Reader<'c, 't> {
    fn child(&self, node: &'t Node) -> Self {
        Self {
            node,
            depth: self.depth + 1,
            ..*self
        }
    }

    /// The reader for the node an alias refers to, within the budget.
    fn resolved(mut self) -> Result<Self, ReadError> {
        if self.depth > DEPTH {
            return Err(de::Error::custom("nested too deeply"));
        }
        if let Kind::Alias(alias) = &self.node.kind {
            self.aliased = true;
            self.node = self.context.document.alias_target(alias).ok_or_else(|| {
                <ReadError as de::Error>::custom(format!("unknown alias *{}", alias.name))
            })?;
        }
        if self.aliased {
            self.spend(1)?;
        }
        Ok(self)
    }

    fn scalar(&self) -> Option<Resolved<'t>> {
        self.node
            .as_scalar()
            .map(|it| resolve::scalar(self.node, it))
    }

    fn is_null(&self) -> bool {
        self.scalar() == Some(Resolved::Null)
    }

    fn entries(&self, mapping: &'t Mapping) -> Result<Entries<'c, 't>, ReadError> {
        let mut entries = Effective::default();
        if mapping.has_merge || mapping.has_duplicates {
            self.effective(mapping, &mut entries, MERGE_DEPTH)?;
        } else {
            entries.list.extend(&mapping.entries);
        }
        entries.list.reverse();
        Ok(Entries {
            reader: *self,
            left: entries.list,
            current: None,
        })
    }

    /// Collects the entries that count: the last of duplicates, and merged ones that are not
    /// overridden.
    fn effective(
        &self,
        mapping: &'t Mapping,
        into: &mut Effective<'t>,
        depth: usize,
    ) -> Result<(), ReadError> {
        let too_deep = || <ReadError as de::Error>::custom("merge keys are nested too deeply");
        let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
        let outer = into.list.len();
        for entry in mapping.entries.iter().filter(|it| !it.is_merge()) {
            into.add(entry, outer);
        }
        for merge in mapping.entries.iter().filter(|it| it.is_merge()) {
            for source in self.context.document.merge_sources(&merge.value) {
                self.spend(1 + source.entries.len())?;
                self.effective(source, into, depth)?;
            }
        }
        Ok(())
    }

    fn spend(&self, nodes: usize) -> Result<(), ReadError> {
        let left = self.context.budget.get().checked_sub(nodes);
        let error = || <ReadError as de::Error>::custom("aliases expand to too many values");
        self.context.budget.set(left.ok_or_else(error)?);
        Ok(())
    }
}

/// The entries of a map with its duplicates and merge keys worked out.
#[derive(Default)]
struct Effective<'t> {
    list: Vec<&'t Entry>,
    by_key: HashMap<&'t str, usize>,
}

impl<'t> Effective<'t> {
    /// Adds an entry of a map whose entries start at `outer` in the list; those before it come
    /// from maps that override this one.
    fn add(&mut self, entry: &'t Entry, outer: usize) {
        let Some(key) = entry.key.as_text() else {
            return self.list.push(entry);
        };
        match self.by_key.get(key) {
            Some(&at) if at >= outer => self.list[at] = entry,
            Some(_) => {}
            None => {
                self.by_key.insert(key, self.list.len());
                self.list.push(entry);
            }
        }
    }
}

macro_rules! forward_located {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.deserialize_any(visitor)
        })*
    };
}

impl<'t> Deserializer<'t> for Reader<'_, 't> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        let result = match &this.node.kind {
            Kind::Scalar(scalar) => match resolve::scalar(this.node, scalar) {
                Resolved::Null => visitor.visit_unit(),
                Resolved::Bool(value) => visitor.visit_bool(value),
                Resolved::Int(value) => visitor.visit_i64(value),
                Resolved::Uint(value) => visitor.visit_u64(value),
                Resolved::Float(value) => visitor.visit_f64(value),
                Resolved::Text(text) => visitor.visit_borrowed_str(text),
            },
            Kind::Sequence(list) => visitor.visit_seq(Items {
                reader: this,
                items: &list.items,
                next: 0,
            }),
            Kind::Mapping(mapping) => this
                .entries(mapping)
                .and_then(|entries| visitor.visit_map(entries)),
            Kind::Alias(_) => Err(de::Error::custom("an alias of an alias")),
        };
        result.map_err(|error| error.at(written))
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        match this.node.as_text() {
            Some(text) if !this.is_null() => visitor
                .visit_borrowed_str(text)
                .map_err(|error: ReadError| error.at(written)),
            _ => this.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.as_text() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.deserialize_str(visitor),
        }
    }

    fn deserialize_char<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        if this.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(this)
        }
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        if this.is_null() {
            let none = Items {
                reader: this,
                items: &[],
                next: 0,
            };
            return visitor
                .visit_seq(none)
                .map_err(|error: ReadError| error.at(written));
        }
        this.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        if this.is_null() {
            let none = Entries {
                reader: this,
                left: Vec::new(),
                current: None,
            };
            return visitor
                .visit_map(none)
                .map_err(|error: ReadError| error.at(written));
        }
        this.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let written = self.node;
        visitor
            .visit_newtype_struct(self)
            .map_err(|error: ReadError| error.at(written))
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let written = self.node;
        let this = self.resolved().map_err(|error| error.at(written))?;
        let result: Result<V::Value, ReadError> = match &this.node.kind {
            Kind::Scalar(scalar) => visitor.visit_enum((&*scalar.text).into_deserializer()),
            Kind::Mapping(mapping) => this.entries(mapping).and_then(|entries| {
                visitor.visit_enum(de::value::MapAccessDeserializer::new(entries))
            }),
            _ => Err(de::Error::custom("expected a name or a map with one key")),
        };
        result.map_err(|error| error.at(written))
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'t>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_any(visitor)
    }

    forward_located! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
        deserialize_unit
    }
}

struct Items<'c, 't> {
    reader: Reader<'c, 't>,
    items: &'t [Node],
    next: usize,
}

impl<'t> SeqAccess<'t> for Items<'_, 't> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some(node) = self.items.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(self.reader.child(node))
            .map(Some)
            .map_err(|error| error.at(node).below(&format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'c, 't> {
    reader: Reader<'c, 't>,
    /// What is still to come, last first.
    left: Vec<&'t Entry>,
    current: Option<&'t Entry>,
}

impl<'t> MapAccess<'t> for Entries<'_, 't> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        self.current = self.left.pop();
        let Some(entry) = self.current else {
            return Ok(None);
        };
        // A key is text whatever it looks like; typed keys (numbers) parse it themselves.
        seed.deserialize(self.reader.child(&entry.key))
            .map(Some)
            .map_err(|error| error.at(&entry.key))
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some(entry) = self.current else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        let key = entry.key.as_text().unwrap_or("?");
        seed.deserialize(self.reader.child(&entry.value))
            .map_err(|error| error.at(&entry.value).below(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// Reads the only document of a text as a `T`. Stricter than [`Document::read`]: a second document or a duplicate key
/// is an error, as fits promtune's own files.
///
/// # Errors
/// When the text is not one whole document, or does not fit `T`.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let stream = Stream::parse(text);
    let fault = stream.documents.iter().flat_map(|d| &d.faults).next();
    let error = |message: &str, position| ReadError {
        message: message.to_owned(),
        path: String::new(),
        position,
    };
    match (fault, stream.documents.as_slice()) {
        (Some(fault), _) => Err(error(&fault.message, Some(fault.position))),
        (None, [document]) => document.read(),
        (None, []) => Err(error("the document is empty", None)),
        (None, _) => Err(error("there is more than one document", None)),
    }
}
