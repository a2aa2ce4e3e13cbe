//! What the server says of itself. Hosted services lack most of it: each missing part is a gap.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::api::{get, or_default};
use super::client::Client;
use super::error::Error;
use super::query;
use super::targets::scrape_pools;
use crate::model::{Flavor, Gap, PromDuration, PrometheusInfo, Timestamp};
use crate::yaml;

/// The flags worth keeping: limits, retention, features. Others may hold addresses and secrets.
const FLAGS: [&str; 7] = [
    "enable-feature",
    "query.lookback-delta",
    "query.max-concurrency",
    "query.max-samples",
    "query.timeout",
    "storage.tsdb.retention.size",
    "storage.tsdb.retention.time",
];

/// Flags that only Thanos has.
const THANOS_FLAGS: [&str; 3] = [
    "query.replica-label",
    "store.sd-files",
    "query.partial-response",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Build {
    /// Mimir and its relatives name themselves.
    application: String,
    version: String,
    revision: String,
    #[serde(rename = "goVersion", alias = "go_version")]
    go_version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Runtime {
    #[serde(rename = "storageRetention")]
    retention: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tsdb {
    #[serde(rename = "headStats")]
    head: Option<Head>,
    /// VictoriaMetrics.
    #[serde(rename = "totalSeries")]
    total: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    #[serde(rename = "numSeries")]
    series: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    yaml: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    #[serde(deserialize_with = "or_default")]
    global: Global,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Global {
    scrape_interval: Option<String>,
    evaluation_interval: Option<String>,
    #[serde(deserialize_with = "or_default")]
    external_labels: BTreeMap<String, String>,
}

/// Proves that queries are answered, then collects what the server says of itself.
///
/// # Errors
/// Whatever kept the server from answering a query. Missing status endpoints are gaps.
pub async fn connect(client: &Client, at: Timestamp) -> Result<(PrometheusInfo, Vec<Gap>), Error> {
    query::instant(client, Flavor::Other, "vector(1)", &[], at).await?;
    let (build, flags, runtime, tsdb, config, pools) = tokio::join!(
        get::<Build>(client, "status/buildinfo", &[]),
        get::<BTreeMap<String, serde_json::Value>>(client, "status/flags", &[]),
        get::<Runtime>(client, "status/runtimeinfo", &[]),
        get::<Tsdb>(client, "status/tsdb", &[]),
        get::<Config>(client, "status/config", &[]),
        scrape_pools(client),
    );
    let mut gaps = Gaps::default();
    let build = gaps.take("buildinfo", build);
    let flags = gaps.take("flags", flags).unwrap_or_default();
    let tsdb = gaps.take("tsdb", tsdb).unwrap_or_default();
    let config = gaps.take("config", config).unwrap_or_default();
    let runtime = gaps.take("runtimeinfo", runtime).unwrap_or_default();
    let scrape_pools = gaps.take("targets", pools).unwrap_or_default();
    let global = global(&config.yaml, &mut gaps);
    drop(config);
    let duration = |text: Option<String>| PromDuration::parse(&text?);
    let info = PrometheusInfo {
        flavor: flavor(build.as_ref(), &flags),
        version: build.map(|b| b.version).unwrap_or_default(),
        flags: selected(flags),
        scrape_interval: duration(global.scrape_interval),
        evaluation_interval: duration(global.evaluation_interval),
        external_labels: global.external_labels,
        retention: runtime.retention.filter(|r| !r.is_empty()),
        head_series: tsdb
            .head
            .and_then(|h| h.series)
            .or(tsdb.total)
            .map(magnitude),
        scrape_pools,
    };
    Ok((info, gaps.0))
}

/// The power of two below: the count moves with every scrape, and a capture should not.
fn magnitude(series: u64) -> u64 {
    series.checked_ilog2().map_or(0, |bits| 1 << bits)
}

#[derive(Default)]
struct Gaps(Vec<Gap>);

impl Gaps {
    fn take<T>(&mut self, what: &str, read: Result<T, Error>) -> Option<T> {
        let error = match read {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let because = if error.is_missing_endpoint() {
            "the server does not offer this part of the Prometheus API".to_owned()
        } else {
            error.to_string()
        };
        self.0.push(Gap::new(format!("prometheus:{what}"), because));
        None
    }
}

fn flavor(build: Option<&Build>, flags: &BTreeMap<String, serde_json::Value>) -> Flavor {
    if THANOS_FLAGS.iter().any(|flag| flags.contains_key(*flag)) {
        return Flavor::Thanos;
    }
    let Some(build) = build else {
        return Flavor::Other;
    };
    let application = build.application.to_lowercase();
    if application.contains("mimir") || application.contains("cortex") {
        return Flavor::Mimir;
    }
    // VictoriaMetrics gives a version to please Grafana, and nothing else.
    if !build.version.is_empty() && build.revision.is_empty() && build.go_version.is_empty() {
        return Flavor::VictoriaMetrics;
    }
    match build.version.split('.').next() {
        Some("2" | "3") if application.is_empty() => Flavor::Prometheus,
        // Thanos is at 0.x; Prometheus was before it had this endpoint.
        Some("0") => Flavor::Thanos,
        _ => Flavor::Other,
    }
}

fn selected(mut flags: BTreeMap<String, serde_json::Value>) -> BTreeMap<String, String> {
    let text = |value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    FLAGS
        .iter()
        .filter_map(|flag| Some(((*flag).to_owned(), text(flags.remove(*flag)?))))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Reads the `global` block only: nothing else of the text is looked at, and it may hold secrets.
fn global(yaml: &str, gaps: &mut Gaps) -> Global {
    let block = global_block(yaml);
    match yaml::from_str::<ConfigFile>(&block) {
        Ok(file) => file.global,
        Err(_) if block.is_empty() => Global::default(),
        Err(_) => {
            let because = "the global block of the configuration cannot be read";
            gaps.0.push(Gap::new("prometheus:config", because));
            Global::default()
        }
    }
}

/// Prometheus prints its configuration itself, in block style, so that lines are enough to find the block.
fn global_block(yaml: &str) -> String {
    let mut inside = false;
    let lines = yaml.lines().filter(|line| {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            inside = line.starts_with("global:");
        }
        inside
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(text: &str) -> Build {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn servers_are_told_apart() {
        let none = BTreeMap::new();
        let thanos = BTreeMap::from([("query.replica-label".to_owned(), "[]".into())]);
        let prometheus = build(r#"{"version":"2.42.0","revision":"abc","goVersion":"go1.19"}"#);
        let cases = [
            (Some(prometheus), &none, Flavor::Prometheus),
            (
                Some(build(
                    r#"{"version":"3.5.0","revision":"abc","goVersion":"go1.24"}"#,
                )),
                &none,
                Flavor::Prometheus,
            ),
            (
                Some(build(
                    r#"{"version":"0.39.2","revision":"abc","goVersion":"go1.24"}"#,
                )),
                &none,
                Flavor::Thanos,
            ),
            (
                Some(build(r#"{"version":"2.0","revision":"abc"}"#)),
                &thanos,
                Flavor::Thanos,
            ),
            (
                Some(build(
                    r#"{"application":"Grafana Mimir","version":"2.16.0","features":{}}"#,
                )),
                &none,
                Flavor::Mimir,
            ),
            (
                Some(build(r#"{"version":"2.24.0"}"#)),
                &none,
                Flavor::VictoriaMetrics,
            ),
            (None, &none, Flavor::Other),
        ];
        for (build, flags, expected) in cases {
            assert_eq!(flavor(build.as_ref(), flags), expected);
        }
    }

    #[test]
    fn only_the_global_block_is_read() {
        let yaml = "global:\n  scrape_interval: 30s\n  evaluation_interval: 1m\n  external_labels:\n    cluster: a\n\
                    remote_write:\n- url: http://x\n  basic_auth: {password: \"hunter2\"\n";
        let mut gaps = Gaps::default();
        let read = global(yaml, &mut gaps);
        assert_eq!(gaps.0, []);
        assert_eq!(read.scrape_interval.as_deref(), Some("30s"));
        assert_eq!(read.external_labels["cluster"], "a");
        assert!(!global_block(yaml).contains("hunter2"));
        assert!(global("", &mut gaps).scrape_interval.is_none());
        assert_eq!(gaps.0, []);
    }

    #[test]
    fn flags_that_may_hold_secrets_are_dropped() {
        let flags = [
            ("query.timeout", "2m"),
            ("web.external-url", "http://u:p@x"),
            ("enable-feature", ""),
        ];
        let flags = flags.map(|(k, v)| (k.to_owned(), v.into()));
        let kept = selected(BTreeMap::from(flags));
        assert_eq!(
            kept,
            BTreeMap::from([("query.timeout".to_owned(), "2m".to_owned())])
        );
    }
}
