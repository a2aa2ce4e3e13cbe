//! `targets`: counted while they arrive; one target is held at a time.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::api::or_default;
use super::client::Client;
use super::envelope::{self, Reply};
use super::error::Error;
use super::redact::without_addresses;
use crate::model::{PromDuration, ScrapePool};

/// Distinct errors kept per pool; the rest is counted together.
const ERRORS: usize = 20;
const OTHER: &str = "other errors";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Target {
    labels: Labels,
    #[serde(rename = "scrapePool", deserialize_with = "or_default")]
    pool: String,
    #[serde(rename = "lastError", deserialize_with = "or_default")]
    last_error: String,
    #[serde(deserialize_with = "or_default")]
    health: String,
    #[serde(rename = "scrapeInterval", deserialize_with = "or_default")]
    interval: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    job: String,
}

/// Active targets, counted by scrape pool and job.
///
/// # Errors
/// Whatever kept the server from answering.
pub(super) async fn scrape_pools(client: &Client) -> Result<Vec<ScrapePool>, Error> {
    let reply = client
        .fetch("targets", &[("state", "active")], read)
        .await?;
    Ok(reply.data.unwrap_or_default())
}

fn read(body: impl Read) -> serde_json::Result<Reply<Vec<ScrapePool>>> {
    envelope::read(body, Data)
}

#[derive(Default)]
struct Pools(BTreeMap<(String, String), ScrapePool>);

impl Pools {
    fn count(&mut self, target: Target) {
        let key = (target.pool, target.labels.job);
        let pool = self.0.entry(key).or_default();
        pool.scrape_interval = pool
            .scrape_interval
            .or_else(|| PromDuration::parse(&target.interval));
        match target.health.as_str() {
            "up" => pool.up += 1,
            "down" => {
                pool.down += 1;
                add_error(pool, without_addresses(&target.last_error));
            }
            // Not scraped yet.
            _ => {}
        }
    }

    fn finish(self) -> Vec<ScrapePool> {
        let named = |((name, job), pool): ((String, String), ScrapePool)| ScrapePool {
            pool: name,
            job,
            ..pool
        };
        self.0.into_iter().map(named).collect()
    }
}

fn add_error(pool: &mut ScrapePool, error: String) {
    if error.is_empty() {
        return;
    }
    let full = pool.errors.len() >= ERRORS && !pool.errors.contains_key(&error);
    let key = if full { OTHER.to_owned() } else { error };
    *pool.errors.entry(key).or_default() += 1;
}

struct Data;

impl<'de> DeserializeSeed<'de> for Data {
    type Value = Vec<ScrapePool>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Data {
    type Value = Vec<ScrapePool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("targets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pools = Pools::default();
        while let Some(field) = map.next_key::<String>()? {
            if field == "activeTargets" {
                map.next_value_seed(&mut pools)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(pools.finish())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Pools {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for &mut Pools {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of targets")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(target) = seq.next_element()? {
            self.count(target);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_counted_by_pool_and_job_without_addresses() {
        let down = |ip: &str| {
            format!(
                r#"{{"discoveredLabels":{{"__address__":"{ip}:10257"}},"labels":{{"instance":"{ip}:10257","job":"kcm"}},
                "scrapePool":"kcm/0","scrapeUrl":"https://{ip}:10257/metrics","health":"down","scrapeInterval":"30s",
                "lastError":"Get \"https://{ip}:10257/metrics\": dial tcp {ip}:10257: connect: connection refused"}}"#
            )
        };
        let body = format!(
            r#"{{"status":"success","data":{{"activeTargets":[{},{},
            {{"labels":{{"job":"api"}},"scrapePool":"api/0","health":"up","lastError":""}},
            {{"labels":{{"job":"api"}},"scrapePool":"api/0","health":"unknown","lastError":null}}],
            "droppedTargets":[{{}}]}}}}"#,
            down("10.0.0.1"),
            down("10.0.0.2")
        );
        let pools = read(body.as_bytes()).unwrap().data.unwrap();
        assert_eq!(pools.len(), 2);
        assert_eq!(
            (pools[0].pool.as_str(), pools[0].up, pools[0].down),
            ("api/0", 1, 0)
        );
        assert_eq!((pools[1].job.as_str(), pools[1].down), ("kcm", 2));
        assert_eq!(pools[1].scrape_interval, Some(PromDuration(30)));
        let errors: Vec<_> = pools[1].errors.iter().collect();
        assert_eq!(
            errors,
            [(&"dial tcp connect: connection refused".to_owned(), &2)]
        );
    }

    #[test]
    fn distinct_errors_are_bounded() {
        let mut pool = ScrapePool::default();
        for i in 0..100 {
            add_error(&mut pool, format!("error {i}"));
        }
        assert_eq!((pool.errors.len(), pool.errors[OTHER]), (ERRORS + 1, 80));
    }

    #[test]
    fn a_server_without_targets_is_fine() {
        let body = r#"{"status":"success","data":{"activeTargets":null}}"#;
        assert_eq!(read(body.as_bytes()).unwrap().data, Some(vec![]));
    }
}
