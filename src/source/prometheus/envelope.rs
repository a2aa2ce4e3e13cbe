//! The frame of every answer: `status`, `data`, `error`, `warnings`, in any order.

use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// An answer.
#[derive(Debug)]
pub(super) struct Reply<T> {
    /// Absent when the server sent none, or `null`.
    pub(super) data: Option<T>,
    /// Type and text of a refusal.
    pub(super) error: Option<(String, String)>,
    pub(super) warnings: Vec<String>,
    /// VictoriaMetrics says so when some storage did not answer.
    pub(super) partial: bool,
}

/// Reads one answer to its end; its data goes through `seed`.
pub(super) fn read<T, S>(body: impl Read, seed: S) -> serde_json::Result<Reply<T>>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    let mut json = serde_json::Deserializer::from_reader(body);
    let reply = json.deserialize_map(Frame(Some(seed), PhantomData))?;
    json.end()?;
    Ok(reply)
}

/// Reads one answer of small data.
pub(super) fn typed<T: for<'de> Deserialize<'de>>(body: impl Read) -> serde_json::Result<Reply<T>> {
    read(body, PhantomData)
}

struct Frame<T, S>(Option<S>, PhantomData<T>);

impl<'de, T, S: DeserializeSeed<'de, Value = T>> Visitor<'de> for Frame<T, S> {
    type Value = Reply<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of the Prometheus API")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut failed = None;
        let mut kind = String::new();
        let mut text = String::new();
        let mut reply = Reply {
            data: None,
            error: None,
            warnings: Vec::new(),
            partial: false,
        };
        let mut known = false;
        while let Some(field) = map.next_key::<String>()? {
            known |= matches!(field.as_str(), "status" | "data" | "error");
            match field.as_str() {
                "status" => failed = Some(map.next_value::<String>()? != "success"),
                "data" => match self.0.take() {
                    Some(seed) => reply.data = map.next_value_seed(Nullable(seed))?,
                    None => return Err(serde::de::Error::duplicate_field("data")),
                },
                "error" => text = map.next_value::<Option<String>>()?.unwrap_or_default(),
                "errorType" => kind = map.next_value::<Option<String>>()?.unwrap_or_default(),
                "warnings" => reply.warnings = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "isPartial" => reply.partial = map.next_value::<Option<_>>()?.unwrap_or_default(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !known {
            return Err(serde::de::Error::missing_field("status"));
        }
        if failed.unwrap_or(!text.is_empty()) {
            reply.error = Some((kind, text));
        }
        Ok(reply)
    }
}

/// `null` or what the seed reads.
struct Nullable<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_any_order() {
        for text in [
            r#"{"status":"success","data":["a"],"warnings":["w"],"infos":["i"]}"#,
            r#"{"warnings":["w"],"trace":{"x":[1]},"data":["a"],"status":"success"}"#,
        ] {
            let reply: Reply<Vec<String>> = typed(text.as_bytes()).unwrap();
            assert_eq!(reply.data, Some(vec!["a".to_owned()]));
            assert_eq!(reply.warnings, ["w"]);
            assert_eq!(reply.error, None);
        }
    }

    #[test]
    fn errors_are_seen_before_and_after_data() {
        for text in [
            r#"{"status":"error","data":null,"errorType":"execution","error":"no"}"#,
            r#"{"data":null,"error":"no","errorType":"execution","status":"error"}"#,
        ] {
            let reply: Reply<Vec<String>> = typed(text.as_bytes()).unwrap();
            assert_eq!(reply.error, Some(("execution".to_owned(), "no".to_owned())));
            assert_eq!(reply.data, None);
        }
    }

    #[test]
    fn other_json_is_refused() {
        for text in [
            "{}",
            r#"{"message":"hi"}"#,
            "[]",
            "1",
            "",
            r#"{"status":"success"} x"#,
        ] {
            assert!(typed::<Vec<String>>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
