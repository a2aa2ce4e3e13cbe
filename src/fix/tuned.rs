//! Full copies of loaded rules, changed as meant, to stand in for the originals.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::lower::Job;
use super::rule::{Live, rule_json, rule_of};
use super::{RuleRef, expr, names};
use crate::model::{PromDuration, Rule, RuleKind, Snapshot};

/// A rule to be written: the loaded one and what it is to be.
#[derive(Clone, Debug)]
pub(super) struct Copy<'s> {
    pub(super) live: Live<'s>,
    pub(super) rule: Rule,
}

/// Rule groups of copies, `<group>.tuned` each, in the order of the loaded ones. Each copy says why it is there and
/// which expression it replaces, so that a later run can tell that upstream changed the original.
pub(super) fn groups(copies: &[Copy<'_>], job: &Job<'_>, snapshot: &Snapshot) -> Value {
    let mut by_group: BTreeMap<usize, Vec<&Copy<'_>>> = BTreeMap::new();
    for copy in copies {
        by_group.entry(copy.live.group_at).or_default().push(copy);
    }
    let evaluation = snapshot
        .prometheus
        .as_ref()
        .and_then(|p| p.evaluation_interval);
    let group = |copies: Vec<&Copy<'_>>| -> Option<Value> {
        let live = copies.first()?.live.group;
        let mut out = Map::new();
        out.insert("name".to_owned(), json!(format!("{}.tuned", live.name)));
        // The server's own interval is left to the server.
        if let (Some(own), Some(_)) = (other_interval(live.interval, evaluation), evaluation) {
            out.insert("interval".to_owned(), json!(own.to_string()));
        }
        let rules: Value = copies.iter().map(|c| rule_json(&marked(c, job))).collect();
        out.insert("rules".to_owned(), rules);
        Some(Value::Object(out))
    };
    by_group.into_values().filter_map(group).collect()
}

fn other_interval(
    own: Option<PromDuration>,
    evaluation: Option<PromDuration>,
) -> Option<PromDuration> {
    own.filter(|_| own != evaluation)
}

/// Annotations are templates: a reason must not open one.
fn marked(copy: &Copy<'_>, job: &Job<'_>) -> Rule {
    let mut rule = copy.rule.clone();
    if rule.kind == RuleKind::Recording {
        return rule;
    }
    let why = match rule == *copy.live.rule {
        true => "unchanged, copied because an alert that it goes with is tuned".to_owned(),
        false => job.reason(|e| rule_of(e).is_some_and(|r| is_it(r, copy))),
    };
    let why = names::plain(&why).replace("{{", "{ {");
    rule.annotations.insert("promtune_why".to_owned(), why);
    let hash = format!("sha256:{}", names::hash(&copy.live.rule.expr, 16));
    rule.annotations
        .insert("promtune_replaces_expr".to_owned(), hash);
    rule
}

fn is_it(rule: &RuleRef, copy: &Copy<'_>) -> bool {
    let live = copy.live;
    rule.name == live.rule.name
        && rule.group == live.group.name
        && expr::same(&rule.expr, &live.rule.expr)
}
