//! The deserializer itself.

use std::cell::Cell;

use serde::Deserializer;
use serde::de::{self, IntoDeserializer, Visitor};

use super::super::resolve::{self, Resolved};
use super::super::tree::{Document, Kind, Mapping, Node};
use super::ReadError;
use super::access::{Entries, Items};
use super::merge;

/// How many nodes a reading may visit below aliases, a bound for "billion laughs" inputs.
const ALIAS_BUDGET: usize = 1_000_000;
/// How deep a reading may go; aliases nest without nesting in the text.
const DEPTH: usize = 300;

/// What all readers of one reading share.
pub(super) struct Context<'t> {
    pub(super) document: &'t Document,
    budget: Cell<usize>,
}

impl<'t> Context<'t> {
    pub(super) fn new(document: &'t Document) -> Self {
        Self {
            document,
            budget: Cell::new(ALIAS_BUDGET),
        }
    }

    /// Takes visited nodes off the budget.
    pub(super) fn spend(&self, nodes: usize) -> Result<(), ReadError> {
        let left = self.budget.get().checked_sub(nodes);
        let error = || <ReadError as de::Error>::custom("aliases expand to too many values");
        self.budget.set(left.ok_or_else(error)?);
        Ok(())
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'c, 't> {
    context: &'c Context<'t>,
    node: &'t Node,
    depth: usize,
    aliased: bool,
}

impl<'c, 't> Reader<'c, 't> {
    pub(super) fn new(context: &'c Context<'t>, node: &'t Node) -> Self {
        Self {
            context,
            node,
            depth: 0,
            aliased: false,
        }
    }

    /// The reader of a node below this one.
    pub(super) fn child(&self, node: &'t Node) -> Self {
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
            self.context.spend(1)?;
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
        Ok(Entries::new(
            *self,
            merge::effective(self.context, mapping)?,
        ))
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
            Kind::Sequence(list) => visitor.visit_seq(Items::new(this, &list.items)),
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
            let none = Items::new(this, &[]);
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
            let none = Entries::new(this, Vec::new());
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
