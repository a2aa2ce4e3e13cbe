//! Value trees without positions: what a document means, for comparing before and after.

use serde_json::Value;

use super::edit::Operation;
use super::path::Segment;
use super::resolve::{self, Resolved};
use super::tree::{Kind, Node};

/// A node's meaning with its anchor and tag; scalars by type and value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    content: Content,
    anchor: Option<String>,
    tag: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Null,
    Bool(bool),
    Int(i128),
    /// The bits of a float, so that NaN equals itself.
    Float(u64),
    Text(String),
    List(Vec<Shape>),
    /// Keys in source order with their text (empty for keys that are collections).
    Map(Vec<(String, Shape, Shape)>),
    Alias(String),
}

impl Shape {
    pub(super) fn of(node: &Node) -> Self {
        let content = match &node.kind {
            Kind::Scalar(scalar) => match resolve::scalar(node, scalar) {
                Resolved::Null => Content::Null,
                Resolved::Bool(value) => Content::Bool(value),
                Resolved::Int(value) => Content::Int(value.into()),
                Resolved::Uint(value) => Content::Int(value.into()),
                Resolved::Float(value) => Content::Float(value.to_bits()),
                Resolved::Text(text) => Content::Text(text.to_owned()),
            },
            Kind::Sequence(list) => Content::List(list.items.iter().map(Self::of).collect()),
            Kind::Mapping(mapping) => {
                let entry = |it: &super::tree::Entry| {
                    let text = it.key.as_text().unwrap_or_default().to_owned();
                    (text, Self::of(&it.key), Self::of(&it.value))
                };
                Content::Map(mapping.entries.iter().map(entry).collect())
            }
            Kind::Alias(alias) => Content::Alias(alias.name.clone()),
        };
        let name = |it: &Option<Box<super::tree::Property>>| it.as_ref().map(|it| it.name.clone());
        Self {
            content,
            anchor: name(&node.anchor),
            tag: name(&node.tag),
        }
    }

    fn new(content: Content) -> Self {
        Self {
            content,
            anchor: None,
            tag: None,
        }
    }

    fn of_value(value: &Value) -> Self {
        Self::new(match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(*value),
            Value::Number(number) => number
                .as_i64()
                .map(i128::from)
                .or_else(|| number.as_u64().map(i128::from))
                .map_or_else(
                    || Content::Float(number.as_f64().unwrap_or(f64::NAN).to_bits()),
                    Content::Int,
                ),
            Value::String(text) => Content::Text(text.clone()),
            Value::Array(items) => Content::List(items.iter().map(Self::of_value).collect()),
            Value::Object(entries) => Content::Map(
                entries
                    .iter()
                    .map(|(key, value)| named(key, Self::of_value(value)))
                    .collect(),
            ),
        })
    }

    /// The shape with an operation done at a path of keys and indexes.
    pub(super) fn changed(mut self, path: &[Segment], operation: &Operation) -> Self {
        match (path, operation) {
            ([], Operation::Set(value)) => self.set(value),
            ([], Operation::Append(item)) => self.append(Self::of_value(item)),
            ([], Operation::Remove) => {}
            ([last], Operation::Remove) => self.remove(last),
            ([first, rest @ ..], _) => self.descend(first, rest, operation),
        }
        self
    }

    fn descend(&mut self, first: &Segment, rest: &[Segment], operation: &Operation) {
        match (&mut self.content, first) {
            (Content::Map(entries), Segment::Key(key)) => {
                match entries.iter_mut().find(|(text, ..)| text == key) {
                    Some((_, _, value)) => *value = value.clone().changed(rest, operation),
                    None => entries.push(created(key, rest, operation)),
                }
            }
            (Content::Null, Segment::Key(key)) => {
                self.content = Content::Map(vec![created(key, rest, operation)]);
            }
            (Content::List(items), Segment::Index(index)) => {
                if let Some(item) = items.get_mut(*index) {
                    *item = item.clone().changed(rest, operation);
                }
            }
            _ => {}
        }
    }

    /// A map over a map changes key by key; anything else replaces. An anchor stays.
    fn set(&mut self, value: &Value) {
        if let (Content::Map(old), Value::Object(new)) = (&mut self.content, value)
            && !old.is_empty()
            && !new.is_empty()
        {
            old.retain(|(key, ..)| new.contains_key(key));
            for (key, value) in new {
                match old.iter_mut().find(|(text, ..)| text == key) {
                    Some((_, _, at)) => at.set(value),
                    None => old.push(named(key, Self::of_value(value))),
                }
            }
            return;
        }
        // A list or alias that already says so is left as it is, anchors inside included.
        if !self.says(value) {
            self.content = Self::of_value(value).content;
        }
    }

    /// Whether the shape has this value without looking through aliases.
    fn says(&self, value: &Value) -> bool {
        self.plain() == Self::of_value(value)
    }

    /// The shape without anchors.
    fn plain(&self) -> Self {
        let content = match &self.content {
            Content::List(items) => Content::List(items.iter().map(Self::plain).collect()),
            Content::Map(entries) => Content::Map(
                entries
                    .iter()
                    .map(|(text, key, it)| (text.clone(), key.plain(), it.plain()))
                    .collect(),
            ),
            other => other.clone(),
        };
        Self::new(content)
    }

    fn append(&mut self, item: Self) {
        match &mut self.content {
            Content::List(items) if items.iter().any(|it| it.plain() == item) => {}
            Content::List(items) => items.push(item),
            _ => self.content = Content::List(vec![item]),
        }
    }

    fn remove(&mut self, child: &Segment) {
        match (&mut self.content, child) {
            (Content::Map(entries), Segment::Key(key)) => entries.retain(|(text, ..)| text != key),
            (Content::List(items), Segment::Index(index)) if *index < items.len() => {
                items.remove(*index);
            }
            _ => {}
        }
    }
}

fn named(key: &str, value: Shape) -> (String, Shape, Shape) {
    (
        key.to_owned(),
        Shape::new(Content::Text(key.to_owned())),
        value,
    )
}

fn created(key: &str, rest: &[Segment], operation: &Operation) -> (String, Shape, Shape) {
    named(key, Shape::new(Content::Null).changed(rest, operation))
}
