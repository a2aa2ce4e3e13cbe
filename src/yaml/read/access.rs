//! Walking lists and maps for serde.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess};

use super::super::tree::{Entry, Node};
use super::ReadError;
use super::reader::Reader;

/// The items of a list.
pub(super) struct Items<'c, 't> {
    reader: Reader<'c, 't>,
    items: &'t [Node],
    next: usize,
}

impl<'c, 't> Items<'c, 't> {
    pub(super) fn new(reader: Reader<'c, 't>, items: &'t [Node]) -> Self {
        Self {
            reader,
            items,
            next: 0,
        }
    }
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

/// The entries of a map.
pub(super) struct Entries<'c, 't> {
    reader: Reader<'c, 't>,
    /// What is still to come, last first.
    left: Vec<&'t Entry>,
    current: Option<&'t Entry>,
}

impl<'c, 't> Entries<'c, 't> {
    pub(super) fn new(reader: Reader<'c, 't>, mut entries: Vec<&'t Entry>) -> Self {
        entries.reverse();
        Self {
            reader,
            left: entries,
            current: None,
        }
    }
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
