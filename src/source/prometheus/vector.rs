//! Instant vectors, as rows.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::labels::{Keys, LabelSeed};
use super::query::{self, Answer, Elements};
use super::union;
use crate::model::{QueryResult, Row};

/// Which samples that are not finite numbers are kept. By default none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    pub nan: bool,
    pub infinite: bool,
}

impl Keep {
    /// Whether a sample is kept.
    #[must_use]
    pub fn takes(self, value: f64) -> bool {
        value.is_finite() || (self.nan && value.is_nan()) || (self.infinite && value.is_infinite())
    }
}

/// Reads the answer to an instant query.
///
/// # Errors
/// When it is not JSON of the Prometheus API, or a refusal.
pub fn read_vector(body: impl Read, keys: &[String], keep: Keep) -> serde_json::Result<Answer> {
    let reply = query::read(body, Rows::new(keys, keep))?;
    match reply.error {
        Some((_, text)) => Err(serde::de::Error::custom(text)),
        None => Ok(reply.data.unwrap_or_default()),
    }
}

/// Rows as they arrive.
pub(super) struct Rows {
    keys: Keys,
    keep: Keep,
    rows: Vec<Row>,
}

impl Rows {
    pub(super) fn new(keys: &[String], keep: Keep) -> Self {
        Self {
            keys: Keys::new(keys),
            keep,
            rows: Vec::new(),
        }
    }
}

impl Elements for Rows {
    fn element<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(RowVisitor(self))
    }

    fn scalar(&mut self, _: f64, value: f64) {
        if self.keep.takes(value) {
            self.rows.push(Row(self.keys.none(), value));
        }
    }

    fn finish(self) -> (QueryResult, u64) {
        let (rows, collapsed) = union::rows(self.rows);
        let keys = self.keys.names();
        let result = QueryResult {
            keys,
            rows,
            series: Vec::new(),
        };
        (result, collapsed)
    }
}

struct RowVisitor<'a>(&'a mut Rows);

impl<'de> Visitor<'de> for RowVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element of a vector")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let rows = self.0;
        let mut labels = None;
        let mut sample = None;
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "metric" => labels = Some(map.next_value_seed(LabelSeed(&mut rows.keys))?),
                "value" => sample = Some(map.next_value_seed(PairSeed)?),
                // A native histogram is not a number.
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some((_, value)) = sample
            && rows.keep.takes(value)
        {
            let labels = labels.unwrap_or_else(|| rows.keys.none());
            rows.rows.push(Row(labels, value));
        }
        Ok(())
    }
}

/// Time in seconds and value of one sample.
pub(super) struct PairSeed;

impl<'de> DeserializeSeed<'de> for PairSeed {
    type Value = (f64, f64);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PairSeed {
    type Value = (f64, f64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time and a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let short = |length| serde::de::Error::invalid_length(length, &"a time and a value");
        let time = seq.next_element()?.ok_or_else(|| short(0))?;
        let value = seq.next_element_seed(NumberSeed)?.ok_or_else(|| short(1))?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok((time, value))
    }
}

/// A number in quotes, as the API writes values; a bare one is taken as well.
struct NumberSeed;

impl<'de> DeserializeSeed<'de> for NumberSeed {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for NumberSeed {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number in quotes")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<f64, E> {
        // Rust reads `NaN`, `+Inf` and `-Inf` as Prometheus writes them.
        text.parse()
            .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn rows(answer: &Answer) -> Vec<(Vec<&str>, f64)> {
        answer
            .result
            .rows
            .iter()
            .map(|row| (row.0.iter().map(|t| &**t).collect(), row.1))
            .collect()
    }

    const VECTOR: &str = r#"{"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"pod":"b","namespace":"x","id":"1"},"value":[1700000000.5,"2"]},
        {"metric":{"namespace":"x","pod":"b","id":"2"},"value":[1700000000.5,"3"]},
        {"value":[1700000000,"+Inf"],"metric":{"namespace":"x","pod":"c"}},
        {"metric":{"namespace":"x","pod":"d"},"value":[1700000000,"NaN"]},
        {"metric":{"namespace":"x","pod":"h"},"histogram":[1700000000,{"count":"1","buckets":[[0,"1","2","3"]]}]},
        {"metric":{"pod":"a"},"value":[1700000000,"-1e-3"]}],
        "stats":{"timings":{"evalTotalTime":1.5},"samples":{"totalQueryableSamples":42,"peakSamples":3}}}}"#;

    #[test]
    fn rows_are_sorted_unique_and_finite() {
        let answer = read_vector(
            VECTOR.as_bytes(),
            &keys(&["namespace", "pod"]),
            Keep::default(),
        );
        let answer = answer.unwrap();
        assert_eq!(
            rows(&answer),
            [(vec!["", "a"], -0.001), (vec!["x", "b"], 3.0)]
        );
        assert_eq!((answer.series, answer.collapsed), (6, 1));
        assert_eq!(answer.samples_read, Some(42));
    }

    #[test]
    fn infinite_samples_are_kept_when_asked_for() {
        let keep = Keep {
            nan: true,
            infinite: true,
        };
        let answer = read_vector(VECTOR.as_bytes(), &keys(&["pod"]), keep).unwrap();
        let kept: Vec<String> = rows(&answer)
            .iter()
            .map(|r| format!("{}={}", r.0[0], r.1))
            .collect();
        assert_eq!(kept, ["a=-0.001", "b=3", "c=inf", "d=NaN"]);
    }

    #[test]
    fn scalars_are_rows_and_strings_are_not() {
        let scalar =
            r#"{"status":"success","data":{"resultType":"scalar","result":[1700000000.1,"7"]}}"#;
        let answer = read_vector(scalar.as_bytes(), &keys(&["pod"]), Keep::default()).unwrap();
        assert_eq!(rows(&answer), [(vec![""], 7.0)]);
        let string =
            r#"{"status":"success","data":{"resultType":"string","result":[1700000000,"hello"]}}"#;
        let answer = read_vector(string.as_bytes(), &[], Keep::default()).unwrap();
        assert_eq!(rows(&answer), []);
    }
}
