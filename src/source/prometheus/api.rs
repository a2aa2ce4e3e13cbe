//! The smaller endpoints: alerts, series, label values, metadata.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::client::Client;
use super::envelope;
use super::error::Error;
use crate::model::{Text, Timestamp};

/// An alert that is pending or firing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ActiveAlert {
    #[serde(default, deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub state: String,
    /// RFC 3339.
    #[serde(default, rename = "activeAt", deserialize_with = "or_default")]
    pub active_at: String,
}

/// `null` is what an empty map or list looks like in some servers' JSON.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Asks for something small.
pub(super) async fn get<T>(client: &Client, path: &str, params: &[(&str, &str)]) -> Result<T, Error>
where
    T: for<'de> Deserialize<'de> + Default + Send + 'static,
{
    let reply = client.fetch(path, params, envelope::typed).await?;
    Ok(reply.data.unwrap_or_default())
}

/// Alerts that are pending or firing, sorted by labels.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn alerts(client: &Client) -> Result<Vec<ActiveAlert>, Error> {
    #[derive(Default, Deserialize)]
    struct Data {
        #[serde(default, deserialize_with = "or_default")]
        alerts: Vec<ActiveAlert>,
    }
    let data: Data = get(client, "alerts", &[]).await?;
    let mut alerts = data.alerts;
    alerts.sort_by(|a, b| (&a.labels, &a.state).cmp(&(&b.labels, &b.state)));
    Ok(alerts)
}

/// Label sets that match one of the selectors in a stretch of time, sorted and unique.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn series(
    client: &Client,
    selectors: &[&str],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<BTreeMap<String, String>>, Error> {
    let (start, end) = (from.0.to_string(), to.0.to_string());
    let mut params = vec![("start", start.as_str()), ("end", end.as_str())];
    params.extend(selectors.iter().map(|s| ("match[]", *s)));
    let mut series: Vec<BTreeMap<String, String>> = get(client, "series", &params).await?;
    series.sort();
    series.dedup();
    Ok(series)
}

/// Values of a label, sorted and unique.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn label_values(client: &Client, label: &str) -> Result<Vec<Text>, Error> {
    let mut values: Vec<Text> = get(client, &format!("label/{label}/values"), &[]).await?;
    values.retain(|value| !value.is_empty());
    values.sort();
    values.dedup();
    Ok(values)
}

/// The type of each metric (`counter`, `gauge` …); of several the first.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn metadata(client: &Client) -> Result<BTreeMap<String, String>, Error> {
    #[derive(Deserialize)]
    struct Metadata {
        #[serde(default, rename = "type")]
        kind: String,
    }
    let data: BTreeMap<String, Vec<Metadata>> = get(client, "metadata", &[]).await?;
    let first = |(name, all): (String, Vec<Metadata>)| Some((name, all.into_iter().next()?.kind));
    Ok(data.into_iter().filter_map(first).collect())
}
