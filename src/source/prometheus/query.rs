//! `query` and `query_range`: the data of an answer, element by element.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::client::Client;
use super::envelope::{self, Reply};
use super::error::Error;
use super::matrix::{Columns, Grid};
use super::vector::{Keep, Rows};
use crate::model::{Flavor, PromDuration, QueryResult, Timestamp};

/// The answer to one query request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub result: QueryResult,
    /// Elements received.
    pub series: u64,
    /// Elements that became one with another after all labels but the keys were dropped; the highest sample stayed.
    pub collapsed: u64,
    /// Samples the server says it read.
    pub samples_read: Option<u64>,
    pub warnings: Vec<String>,
    /// The server says that some of its storage did not answer.
    pub partial: bool,
}

/// Collects the elements of a result.
pub(super) trait Elements {
    /// Takes one element.
    fn element<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    /// Takes the value of a scalar result.
    fn scalar(&mut self, time: f64, value: f64);

    /// The sorted, unique result, and how many elements became one with another.
    fn finish(self) -> (QueryResult, u64);
}

/// Asks for the value of `expr` at one instant.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn instant(
    client: &Client,
    flavor: Flavor,
    expr: &str,
    keys: &[String],
    at: Timestamp,
) -> Result<Answer, Error> {
    let time = at.0.to_string();
    let params = [("query", expr), ("time", &time)];
    let keys = keys.to_vec();
    ask(client, flavor, "query", &params, move || {
        Rows::new(&keys, Keep::default())
    })
    .await
}

/// Asks for the values of `expr` from step `first` to step `last` of a grid, both included.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn range(
    client: &Client,
    flavor: Flavor,
    expr: &str,
    keys: &[String],
    grid: Grid,
    (first, last): (u32, u32),
) -> Result<Answer, Error> {
    let start = grid.time(first).0.to_string();
    let end = grid.time(last).0.to_string();
    let step = format!("{}s", grid.step.0);
    let params = [
        ("query", expr),
        ("start", &start),
        ("end", &end),
        ("step", &step),
    ];
    let keys = keys.to_vec();
    ask(client, flavor, "query_range", &params, move || {
        Columns::new(&keys, grid, Keep::default())
    })
    .await
}

async fn ask<E: Elements>(
    client: &Client,
    flavor: Flavor,
    path: &str,
    params: &[(&str, &str)],
    collect: impl Fn() -> E + Clone + Send + 'static,
) -> Result<Answer, Error> {
    // The server need not work longer than anybody waits.
    let seconds = PromDuration(client.timeout().as_secs().max(1));
    let timeout = format!("{}s", seconds.0);
    let mut all = params.to_vec();
    all.push(("timeout", &timeout));
    all.extend(flavor_params(flavor));
    let parser = move |body| read(body, collect());
    let reply = client.fetch(path, &all, parser).await?;
    let mut answer = reply.data.unwrap_or_default();
    answer.warnings = reply.warnings;
    answer.partial = reply.partial;
    Ok(answer)
}

/// What each server needs to answer exactly, and to say what the answer cost.
fn flavor_params(flavor: Flavor) -> &'static [(&'static str, &'static str)] {
    match flavor {
        Flavor::Prometheus => &[("stats", "all")],
        // Downsampled blocks change maxima and percentiles; a partial answer must be an error.
        Flavor::Thanos => &[
            ("dedup", "true"),
            ("partial_response", "false"),
            ("max_source_resolution", "0s"),
        ],
        // Its cache shifts sample times.
        Flavor::VictoriaMetrics => &[("nocache", "1")],
        Flavor::Mimir | Flavor::Other => &[],
    }
}

/// Reads an answer into `elements`.
pub(super) fn read<E: Elements>(
    body: impl std::io::Read,
    elements: E,
) -> serde_json::Result<Reply<Answer>> {
    envelope::read(body, DataSeed(elements))
}

struct DataSeed<E>(E);

impl<'de, E: Elements> DeserializeSeed<'de> for DataSeed<E> {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Elements> Visitor<'de> for DataSeed<E> {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a query result")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "result" => answer.series += map.next_value_seed(ResultSeed(&mut self.0))?,
                "stats" => {
                    let stats = map.next_value::<Option<Stats>>()?.unwrap_or_default();
                    answer.samples_read = stats.samples.and_then(|s| s.total);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        (answer.result, answer.collapsed) = self.0.finish();
        Ok(answer)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stats {
    samples: Option<Samples>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Samples {
    #[serde(rename = "totalQueryableSamples")]
    total: Option<u64>,
}

/// The list of elements; for a scalar or a string, the time and the value. Gives the number of elements.
struct ResultSeed<'a, E>(&'a mut E);

impl<'de, E: Elements> DeserializeSeed<'de> for ResultSeed<'_, E> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, E: Elements> Visitor<'de> for ResultSeed<'_, E> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of series, a scalar or a string")
    }

    fn visit_none<D>(self) -> Result<u64, D> {
        Ok(0)
    }

    fn visit_unit<D>(self) -> Result<u64, D> {
        Ok(0)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut count = 0;
        let mut time = None;
        while let Some(item) = seq.next_element_seed(ItemSeed(&mut *self.0))? {
            match (item, time) {
                (Item::Element, _) => count += 1,
                (Item::Number(number), None) => time = Some(number),
                (Item::Number(_), Some(_)) => {}
                (Item::Text(text), Some(time)) => {
                    // A string result is not a number, and nothing that promtune asks for.
                    if let Ok(value) = text.parse() {
                        self.0.scalar(time, value);
                        count += 1;
                    }
                }
                (Item::Text(_), None) => {}
            }
        }
        Ok(count)
    }
}

enum Item {
    Element,
    Number(f64),
    Text(String),
}

struct ItemSeed<'a, E>(&'a mut E);

impl<'de, E: Elements> DeserializeSeed<'de> for ItemSeed<'_, E> {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Elements> Visitor<'de> for ItemSeed<'_, E> {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a series, a time or a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
        self.0
            .element(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Item::Element)
    }

    fn visit_f64<D>(self, number: f64) -> Result<Item, D> {
        Ok(Item::Number(number))
    }

    fn visit_u64<D>(self, number: u64) -> Result<Item, D> {
        Ok(Item::Number(number as f64))
    }

    fn visit_i64<D>(self, number: i64) -> Result<Item, D> {
        Ok(Item::Number(number as f64))
    }

    fn visit_str<D>(self, text: &str) -> Result<Item, D> {
        Ok(Item::Text(text.to_owned()))
    }
}
