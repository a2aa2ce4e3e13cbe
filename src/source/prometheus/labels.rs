//! The labels of one element, reduced to the keys that were asked for.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::model::{Interner, Text};

/// The keys, and the texts seen so far: most values occur many times.
pub(super) struct Keys {
    keys: Vec<Text>,
    texts: Interner<str>,
    empty: Text,
}

impl Keys {
    pub(super) fn new(keys: &[String]) -> Self {
        let mut texts = Interner::default();
        Self {
            keys: keys.iter().map(|key| texts.text(key)).collect(),
            empty: texts.text(""),
            texts,
        }
    }

    pub(super) fn names(&self) -> Vec<Text> {
        self.keys.clone()
    }

    /// The labels of an element without any.
    pub(super) fn none(&self) -> Vec<Text> {
        vec![self.empty.clone(); self.keys.len()]
    }
}

/// Reads a label set into the values of the keys.
pub(super) struct LabelSeed<'a>(pub(super) &'a mut Keys);

impl<'de> DeserializeSeed<'de> for LabelSeed<'_> {
    type Value = Vec<Text>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for LabelSeed<'_> {
    type Value = Vec<Text>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a label set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = self.0.none();
        while let Some(position) = map.next_key_seed(NameSeed(&self.0.keys))? {
            match position {
                Some(position) => {
                    values[position] = map.next_value_seed(TextSeed(&mut self.0.texts))?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// The position of a label name among the keys. Nothing is allocated for the others.
struct NameSeed<'a>(&'a [Text]);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a label name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|key| &**key == name))
    }
}

struct TextSeed<'a>(&'a mut Interner<str>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Text;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TextSeed<'_> {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a label value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.text(text))
    }
}
