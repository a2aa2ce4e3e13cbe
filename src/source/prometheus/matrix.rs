//! Range vectors, as columns: four bytes for the step and four for the value of each sample.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::labels::{Keys, LabelSeed};
use super::query::{self, Answer, Elements};
use super::union;
use super::vector::{Keep, PairSeed};
use crate::model::{PromDuration, QueryResult, RangeSeries, Timestamp};

/// The times of a range query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub start: Timestamp,
    /// At least one second.
    pub step: PromDuration,
}

impl Grid {
    /// A grid; a step of zero is taken as one second.
    #[must_use]
    pub fn new(start: Timestamp, step: PromDuration) -> Self {
        Self {
            start,
            step: PromDuration(step.0.max(1)),
        }
    }

    /// The last step at or before `end`.
    #[must_use]
    pub fn last_step(self, end: Timestamp) -> u32 {
        u32::try_from(end.since(self.start).0 / self.step.0).unwrap_or(u32::MAX)
    }

    /// The instant of a step.
    #[must_use]
    pub fn time(self, step: u32) -> Timestamp {
        let offset = i64::try_from(u64::from(step).saturating_mul(self.step.0));
        Timestamp(self.start.0.saturating_add(offset.unwrap_or(i64::MAX)))
    }

    /// The nearest step: some servers shift their times a little.
    fn step_of(self, seconds: f64) -> Option<u32> {
        let step = ((seconds - self.start.0 as f64) / self.step.seconds()).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked against the bounds"
        )]
        (0.0..=f64::from(u32::MAX))
            .contains(&step)
            .then_some(step as u32)
    }
}

/// Reads the answer to a range query.
///
/// # Errors
/// When it is not JSON of the Prometheus API, or a refusal.
pub fn read_matrix(
    body: impl Read,
    keys: &[String],
    grid: Grid,
    keep: Keep,
) -> serde_json::Result<Answer> {
    let reply = query::read(body, Columns::new(keys, grid, keep))?;
    match reply.error {
        Some((_, text)) => Err(serde::de::Error::custom(text)),
        None => Ok(reply.data.unwrap_or_default()),
    }
}

/// Series as they arrive.
pub(super) struct Columns {
    keys: Keys,
    grid: Grid,
    keep: Keep,
    series: Vec<RangeSeries>,
}

impl Columns {
    pub(super) fn new(keys: &[String], grid: Grid, keep: Keep) -> Self {
        Self {
            keys: Keys::new(keys),
            grid,
            keep,
            series: Vec::new(),
        }
    }

    fn push(&mut self, mut series: RangeSeries) {
        if series.steps.is_empty() {
            return;
        }
        union::normalize(&mut series);
        series.steps.shrink_to_fit();
        series.values.shrink_to_fit();
        self.series.push(series);
    }
}

impl Elements for Columns {
    fn element<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(SeriesVisitor(self))
    }

    fn scalar(&mut self, time: f64, value: f64) {
        let mut points = Points::new(self.grid, self.keep);
        points.push((time, value));
        let labels = self.keys.none();
        self.push(points.labelled(labels));
    }

    fn finish(self) -> (QueryResult, u64) {
        let (series, collapsed) = union::series(self.series);
        let result = QueryResult {
            keys: self.keys.names(),
            rows: Vec::new(),
            series,
        };
        (result, collapsed)
    }
}

struct SeriesVisitor<'a>(&'a mut Columns);

impl<'de> Visitor<'de> for SeriesVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a series of a matrix")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let columns = self.0;
        let mut labels = None;
        let mut points = Points::new(columns.grid, columns.keep);
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "metric" => labels = Some(map.next_value_seed(LabelSeed(&mut columns.keys))?),
                "values" => map.next_value_seed(&mut points)?,
                "value" => {
                    let pair = map.next_value_seed(PairSeed)?;
                    points.push(pair);
                }
                // Native histograms are not numbers.
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let labels = labels.unwrap_or_else(|| columns.keys.none());
        columns.push(points.labelled(labels));
        Ok(())
    }
}

/// The samples of one series.
struct Points {
    grid: Grid,
    keep: Keep,
    steps: Vec<u32>,
    values: Vec<f32>,
}

impl Points {
    fn new(grid: Grid, keep: Keep) -> Self {
        Self {
            grid,
            keep,
            steps: Vec::new(),
            values: Vec::new(),
        }
    }

    fn push(&mut self, (time, value): (f64, f64)) {
        if !self.keep.takes(value) {
            return;
        }
        if let Some(step) = self.grid.step_of(time) {
            self.steps.push(step);
            self.values.push(narrow(value));
        }
    }

    fn labelled(self, labels: Vec<crate::model::Text>) -> RangeSeries {
        RangeSeries {
            labels,
            steps: self.steps,
            values: self.values,
        }
    }
}

/// A finite value stays finite.
fn narrow(value: f64) -> f32 {
    if value.is_infinite() {
        return value as f32;
    }
    (value as f32).clamp(f32::MIN, f32::MAX)
}

impl<'de> DeserializeSeed<'de> for &mut Points {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Points {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of samples")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(pair) = seq.next_element_seed(PairSeed)? {
            self.push(pair);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;
