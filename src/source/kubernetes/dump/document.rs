//! One document of a dump: an object, a `List` of them, or a bare array.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::convert::{Collector, Item, Place};
use super::super::kind::kind_of;
use super::super::wire::Header;

/// How a format hands over a part of a document that is not looked at yet.
pub(super) trait Piece: DeserializeOwned + Sized {
    /// The piece as an object to be read.
    fn item(&self) -> Item<'_>;
    /// The piece as a text, when it is one.
    fn as_text(&self) -> Option<String>;
    /// An object put together from its members, handed to `read`.
    fn with_object(members: BTreeMap<String, Self>, read: impl FnOnce(&Item<'_>));
}

impl Piece for Value {
    fn item(&self) -> Item<'_> {
        Item::Tree(self)
    }
    fn as_text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }
    fn with_object(members: BTreeMap<String, Self>, read: impl FnOnce(&Item<'_>)) {
        read(&Item::Tree(&Self::Object(members.into_iter().collect())));
    }
}

impl Piece for Box<RawValue> {
    fn item(&self) -> Item<'_> {
        Item::Json(self.get())
    }
    fn as_text(&self) -> Option<String> {
        serde_json::from_str(self.get()).ok()
    }
    fn with_object(members: BTreeMap<String, Self>, read: impl FnOnce(&Item<'_>)) {
        let mut text = String::from("{");
        for (key, raw) in members {
            let comma = if text.len() > 1 { "," } else { "" };
            text.push_str(comma);
            text.push_str(&Value::String(key).to_string());
            text.push(':');
            text.push_str(raw.get());
        }
        text.push('}');
        read(&Item::Json(&text));
    }
}

/// What became of the objects so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Objects of a kind that promtune reads.
    pub(super) known: usize,
    /// Things in lists that do not say what they are.
    pub(super) kindless: usize,
}

/// Reads one document into a collector. Items of lists are handed over one by one and never held together.
pub(super) struct Document<'c, P> {
    pub(super) collector: &'c mut Collector,
    pub(super) tally: &'c mut Tally,
    pub(super) place: &'c Place,
    pub(super) piece: std::marker::PhantomData<P>,
}

impl<P: Piece> Document<'_, P> {
    fn take(&mut self, item: &Item<'_>, default: (&str, &str)) {
        let mut header: Header = item.read().unwrap_or_default();
        if header.kind.is_empty() {
            // The items of a `PodList` that came straight from the API do not repeat their kind.
            header.kind = default
                .1
                .strip_suffix("List")
                .unwrap_or_default()
                .to_owned();
            header.api_version = default.0.to_owned();
        }
        if header.kind.is_empty() {
            self.tally.kindless += 1;
        } else if let Some(served) = kind_of(&header.api_version, &header.kind) {
            self.tally.known += 1;
            self.collector.add(served, item, self.place);
        }
    }
}

impl<'de, P: Piece> DeserializeSeed<'de> for Document<'_, P> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Piece> Visitor<'de> for Document<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut members: BTreeMap<String, P> = BTreeMap::new();
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                let text = |key: &str| members.get(key).and_then(P::as_text).unwrap_or_default();
                let (api_version, kind) = (text("apiVersion"), text("kind"));
                map.next_value_seed(Items {
                    document: &mut self,
                    default: (&api_version, &kind),
                })?;
                listed = true;
            } else {
                members.insert(key, map.next_value()?);
            }
        }
        let secret = members.get("kind").and_then(P::as_text);
        if !listed && secret.as_deref() != Some("Secret") {
            let before = self.tally.kindless;
            P::with_object(members, |item| self.take(item, ("", "")));
            // A values file or a kustomization is not an object; only list items must say what they are.
            self.tally.kindless = before;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<(), A::Error> {
        let items = Items {
            document: &mut self,
            default: ("", ""),
        };
        items.visit_seq(seq)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The items of a list.
struct Items<'d, 'c, P> {
    document: &'d mut Document<'c, P>,
    /// `apiVersion` and `kind` of the list.
    default: (&'d str, &'d str),
}

impl<'de, P: Piece> DeserializeSeed<'de> for Items<'_, '_, P> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Piece> Visitor<'de> for Items<'_, '_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(piece) = seq.next_element::<P>()? {
            self.document.take(&piece.item(), self.default);
        }
        Ok(())
    }

    // `items: null`, as older clients print for an empty list.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
