//! Sample values in JSON, which has no NaN and no infinities: those are written as Prometheus writes them, as texts.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A sample on its way to or from JSON.
struct Sample<T>(T);

impl Serialize for Sample<f64> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match special(self.0) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl Serialize for Sample<f32> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match special(f64::from(self.0)) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_f32(self.0),
        }
    }
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value > 0.0 {
        Some("+Inf")
    } else {
        Some("-Inf")
    }
}

impl<'de> Deserialize<'de> for Sample<f64> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Samples;
        impl Visitor<'_> for Samples {
            type Value = f64;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, NaN, +Inf or -Inf")
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<f64, E> {
                Ok(v)
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<f64, E> {
                Ok(v as f64)
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<f64, E> {
                Ok(v as f64)
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<f64, E> {
                match v {
                    "NaN" => Ok(f64::NAN),
                    "+Inf" => Ok(f64::INFINITY),
                    "-Inf" => Ok(f64::NEG_INFINITY),
                    _ => Err(E::custom("a sample is not a number")),
                }
            }
        }
        deserializer.deserialize_any(Samples).map(Sample)
    }
}

/// For `#[serde(with = …)]` on one sample.
pub(super) mod one {
    use super::{Deserialize, Deserializer, Sample, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
        Sample(*value).serialize(s)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
        Sample::deserialize(d).map(|sample| sample.0)
    }
}

/// For `#[serde(with = …)]` on a column of samples.
pub(super) mod many {
    use super::{Deserialize, Deserializer, Sample, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        values: &[f32],
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(values.iter().map(|&value| Sample(value)))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Vec<f32>, D::Error> {
        let samples: Vec<Sample<f64>> = Vec::deserialize(d)?;
        Ok(samples.into_iter().map(|sample| sample.0 as f32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RangeSeries, Row};

    #[test]
    fn special_values_survive() {
        let row = Row(Vec::new(), f64::NAN);
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(text, r#"[[],"NaN"]"#);
        assert!(serde_json::from_str::<Row>(&text).unwrap().1.is_nan());
        let series = RangeSeries {
            labels: Vec::new(),
            steps: vec![0, 1, 2],
            values: vec![f32::INFINITY, f32::NEG_INFINITY, 0.1],
        };
        let text = serde_json::to_string(&series).unwrap();
        assert!(text.contains(r#"["+Inf","-Inf",0.1]"#), "{text}");
        assert_eq!(serde_json::from_str::<RangeSeries>(&text).unwrap(), series);
        assert!(serde_json::from_str::<Row>(r#"[[],"many"]"#).is_err());
        assert!(serde_json::from_str::<Row>("[[],null]").is_err());
    }
}
