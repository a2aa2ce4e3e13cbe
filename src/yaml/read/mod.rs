//! Typed reading: a serde deserializer over the span tree, whose errors know their place.

mod access;
mod merge;
mod reader;

use serde::de::{self, DeserializeOwned};

use super::tree::{Document, Node, Position, Stream};
use reader::{Context, Reader};

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
        let context = Context::new(self);
        T::deserialize(Reader::new(&context, node))
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
