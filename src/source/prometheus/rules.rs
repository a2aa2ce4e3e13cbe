//! `rules`: what the server evaluates.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::api::{get, or_default};
use super::client::Client;
use super::error::Error;
use crate::model::{PromDuration, Rule, RuleGroup, RuleKind};

/// Groups per page, for servers that page (Prometheus 3, vmalert). Others ignore it and send all.
const PAGE: &str = "500";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    #[serde(deserialize_with = "or_default")]
    groups: Vec<Group>,
    #[serde(rename = "groupNextToken", deserialize_with = "or_default")]
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    name: String,
    #[serde(deserialize_with = "or_default")]
    file: String,
    interval: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    rules: Vec<Item>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    query: String,
    duration: Option<f64>,
    #[serde(rename = "keepFiringFor", alias = "keep_firing_for")]
    keep_firing_for: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    health: String,
    #[serde(rename = "lastError", deserialize_with = "or_default")]
    last_error: String,
}

/// All rule groups, sorted by file and name; rules keep their order, which is the order of evaluation.
///
/// # Errors
/// Whatever kept the server from answering.
pub async fn rules(client: &Client) -> Result<Vec<RuleGroup>, Error> {
    let mut groups = Vec::new();
    let mut token = String::new();
    let mut seen = BTreeSet::new();
    loop {
        // Active alerts are most of the answer and asked for separately.
        let mut params = vec![("exclude_alerts", "true"), ("group_limit", PAGE)];
        if !token.is_empty() {
            params.push(("group_next_token", &token));
        }
        let page: Data = get(client, "rules", &params).await?;
        groups.extend(page.groups.into_iter().map(RuleGroup::from));
        // A server that gives the same page twice would be asked for ever.
        if page.next.is_empty() || !seen.insert(page.next.clone()) {
            break;
        }
        token = page.next;
    }
    groups.sort_by(|a, b| (&a.file, &a.name).cmp(&(&b.file, &b.name)));
    Ok(groups)
}

impl From<Group> for RuleGroup {
    fn from(group: Group) -> Self {
        Self {
            name: group.name,
            file: group.file,
            interval: seconds(group.interval),
            object: None,
            source: None,
            rules: group.rules.into_iter().map(Rule::from).collect(),
        }
    }
}

impl From<Item> for Rule {
    fn from(item: Item) -> Self {
        let kind = match item.kind.as_str() {
            "recording" | "record" => RuleKind::Recording,
            _ => RuleKind::Alerting,
        };
        Self {
            kind,
            name: item.name,
            expr: item.query,
            hold: seconds(item.duration),
            keep_firing_for: seconds(item.keep_firing_for),
            labels: item.labels,
            annotations: item.annotations,
            health: item.health,
            last_error: item.last_error,
            source: None,
        }
    }
}

/// Absent and zero are the same to Prometheus.
fn seconds(seconds: Option<f64>) -> Option<PromDuration> {
    let seconds = seconds.filter(|s| *s > 0.0)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates; it is positive"
    )]
    Some(PromDuration(seconds.ceil() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_servers_extras_and_gaps_are_read() {
        let prometheus = r#"{"groups":[{"name":"g","file":"/etc/a.yaml","interval":30,"limit":0,"rules":[
            {"state":"firing","name":"A","query":"up == 0","duration":900,"keepFiringFor":300,"labels":{"severity":"x"},
             "annotations":{"summary":"s"},"alerts":[{"labels":{}}],"health":"err","lastError":"many-to-many",
             "evaluationTime":0.1,"lastEvaluation":"2026-01-01T00:00:00Z","type":"alerting"},
            {"name":"r:x","query":"sum(x)","health":"ok","type":"recording"}],"evaluationTime":1,"lastEvaluation":""}]}"#;
        let data: Data = serde_json::from_str(prometheus).unwrap();
        let group = RuleGroup::from(data.groups.into_iter().next().unwrap());
        assert_eq!(
            (group.file.as_str(), group.interval),
            ("/etc/a.yaml", Some(PromDuration(30)))
        );
        assert_eq!(group.rules[0].hold, Some(PromDuration(900)));
        assert_eq!(group.rules[0].keep_firing_for, Some(PromDuration(300)));
        assert_eq!(group.rules[0].last_error, "many-to-many");
        assert_eq!(
            (group.rules[1].kind, group.rules[1].hold),
            (RuleKind::Recording, None)
        );

        let thanos_mimir_vmalert = r#"{"groups":[{"name":"g","file":null,"interval":0.5,"partialResponseStrategy":"ABORT",
            "type":"prometheus","id":"7","rules":[{"name":"A","query":"x","labels":null,"annotations":null,"duration":0,
            "keep_firing_for":60,"lastError":null,"datasourceType":"prometheus","type":"alerting"}]},
            {"name":"empty","rules":null}],"groupNextToken":"abc"}"#;
        let data: Data = serde_json::from_str(thanos_mimir_vmalert).unwrap();
        assert_eq!(data.next, "abc");
        let groups: Vec<RuleGroup> = data.groups.into_iter().map(RuleGroup::from).collect();
        assert_eq!(groups[0].interval, Some(PromDuration(1)));
        assert_eq!(groups[0].rules[0].hold, None);
        assert_eq!(groups[0].rules[0].keep_firing_for, Some(PromDuration(60)));
        assert_eq!(groups[1].rules, []);
    }
}
