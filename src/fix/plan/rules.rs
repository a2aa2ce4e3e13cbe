//! Rules in PrometheusRule objects.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Body, ObjectPatch, Place, apply};
use crate::fix::patch::{Pointer, Recorder};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::rule::{self, RuleChange, rule_json};
use crate::fix::{Edit, LowerContext, names};
use crate::model::{Rule, RuleGroup, RuleKind, RuleObject, SourceKind};

/// One patch per PrometheusRule object.
pub(super) fn patches_of(
    edits: &[Edit],
    cx: &LowerContext<'_>,
    place: Place,
) -> Result<Vec<ObjectPatch>, Refusal> {
    let mut by_object: BTreeMap<(&str, &str), Vec<RuleChange<'_>>> = BTreeMap::new();
    for change in rule::changes(edits, cx.snapshot)? {
        let Some(object) = &change.live.group.object else {
            return refuse(format!(
                "the rule {:?} is not known to come from a PrometheusRule object: change its rule file",
                change.live.rule.name
            ));
        };
        by_object
            .entry((&object.namespace, &object.name))
            .or_default()
            .push(change);
    }
    by_object
        .into_values()
        .map(|changes| patch_of(&changes, cx, place))
        .collect()
}

fn patch_of(
    changes: &[RuleChange<'_>],
    cx: &LowerContext<'_>,
    place: Place,
) -> Result<ObjectPatch, Refusal> {
    let Some(object) = changes.first().and_then(|c| c.live.group.object.as_ref()) else {
        return refuse("no rule changes");
    };
    names::label(&object.namespace)?;
    names::object(&object.name)?;
    if place == Place::Cluster {
        check_kept(object)?;
    }
    let groups: Vec<(usize, &RuleGroup)> = cx
        .snapshot
        .rules
        .iter()
        .enumerate()
        .filter(|(_, g)| g.object.as_ref().is_some_and(|o| same_object(o, object)))
        .collect();
    let before = object_json(&groups);
    let mut recorder = Recorder::new(before.clone());
    let as_written = !cx.snapshot.meta.sources.contains(&SourceKind::Prometheus);
    // From the last to the first, so that taking a rule out moves no rule that is still to be changed.
    for change in changes.iter().rev() {
        record(change, &groups, as_written, &mut recorder)?;
    }
    if recorder.is_unchanged() {
        return refuse("the rules have these values already");
    }
    let body = Body::Json(recorder.finish());
    prove(&before, &body, changes, &groups)?;
    Ok(ObjectPatch {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        body,
        subresource: None,
        notes: order_note(as_written, groups.len()).into_iter().collect(),
    })
}

/// Prometheus lists the groups of a file by name, the object in its author's order.
fn order_note(as_written: bool, groups: usize) -> Option<String> {
    (!as_written && groups > 1).then(|| {
        "The object has several groups and Prometheus does not tell their order: if the dry run fails on a test, use \
         the group's own index in spec.groups."
            .to_owned()
    })
}

fn same_object(a: &RuleObject, b: &RuleObject) -> bool {
    a.namespace == b.namespace && a.name == b.name
}

/// Refuses objects that something else would put back.
fn check_kept(object: &RuleObject) -> Result<(), Refusal> {
    let label = |name: &str| object.labels.get(name).map(|v| &**v);
    let place = format!("PrometheusRule/{}", object.name);
    let helm =
        label("heritage") == Some("Helm") || label("app.kubernetes.io/managed-by") == Some("Helm");
    if helm {
        let chart = label("chart")
            .or_else(|| label("helm.sh/chart"))
            .unwrap_or("a Helm chart");
        return refuse(format!(
            "{place} is rendered by {}, and the next upgrade would undo the change: set it in the chart's values",
            names::plain(chart)
        ));
    }
    if object.namespace.starts_with("openshift-") || label("olm.owner").is_some() {
        return refuse(format!(
            "{place} is kept by an operator of the platform, which would undo the change"
        ));
    }
    match label("app.kubernetes.io/managed-by") {
        None | Some("kubectl" | "kustomize" | "promtune") => Ok(()),
        Some(by) => refuse(format!(
            "{place} is kept by {}, which may undo the change",
            names::plain(by)
        )),
    }
}

fn object_json(groups: &[(usize, &RuleGroup)]) -> Value {
    let group = |group: &RuleGroup| -> Value {
        let rules: Value = group.rules.iter().map(rule_json).collect();
        json!({"name": group.name, "rules": rules})
    };
    json!({"spec": {"groups": groups.iter().map(|(_, g)| group(g)).collect::<Value>()}})
}

fn pointer(
    change: &RuleChange<'_>,
    groups: &[(usize, &RuleGroup)],
) -> Result<(Pointer, Pointer), Refusal> {
    let at = groups
        .iter()
        .position(|(at, _)| *at == change.live.group_at);
    let Some(at) = at else {
        return refuse("the group of the rule is not in its object");
    };
    let group = Pointer::of(&["spec", "groups"]).to(at);
    let rule = group.to("rules").to(change.live.rule_at);
    Ok((group, rule))
}

fn record(
    change: &RuleChange<'_>,
    groups: &[(usize, &RuleGroup)],
    as_written: bool,
    recorder: &mut Recorder,
) -> Result<(), Refusal> {
    let (group, at) = pointer(change, groups)?;
    let now = change.live.rule;
    recorder.require(&group.to("name"))?;
    recorder.require(&at.to(kind_key(now)))?;
    require_this_one(change, &at, as_written, recorder)?;
    let Some(tuned) = &change.tuned else {
        if change.live.group.rules.len() == 1 {
            return refuse(format!(
                "the group {:?} would be left without rules: remove the group, or the object, instead",
                change.live.group.name
            ));
        }
        return recorder.set(&at, None);
    };
    if change.replaces_expr {
        recorder.set(&at.to("expr"), Some(json!(tuned.expr)))?;
    }
    let meant = rule_json(tuned);
    for field in &change.fields {
        let path = crate::fix::merge::field_name(field);
        // `labels.a` stands under `labels`.
        let keys: Vec<&str> = path.splitn(2, '.').collect();
        let value = Pointer::of(&keys).get(&meant).cloned();
        recorder.set(&keys.iter().fold(at.clone(), |p, k| p.to(k)), value)?;
    }
    Ok(())
}

fn kind_key(rule: &Rule) -> &'static str {
    match rule.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "record",
    }
}

/// Tests what tells this rule from others of its name in the group. The expression is tested when its text is the
/// object's own: Prometheus prints another layout, which would never match.
fn require_this_one(
    change: &RuleChange<'_>,
    at: &Pointer,
    as_written: bool,
    recorder: &mut Recorder,
) -> Result<(), Refusal> {
    let now = change.live.rule;
    if as_written || now.expr.contains('\n') {
        recorder.require(&at.to("expr"))?;
    }
    let twins = change
        .live
        .group
        .rules
        .iter()
        .filter(|r| r.name == now.name && !std::ptr::eq(*r, now));
    for (name, value) in &now.labels {
        if twins
            .clone()
            .any(|twin| twin.labels.get(name) != Some(value))
        {
            recorder.require(&at.to("labels").to(name))?;
        }
    }
    Ok(())
}

/// Applies the patch to the object and compares every rule of every group with what is meant.
fn prove(
    before: &Value,
    body: &Body,
    changes: &[RuleChange<'_>],
    groups: &[(usize, &RuleGroup)],
) -> Result<(), Refusal> {
    let after = apply(before, body)?;
    let meant_of = |group_at: usize, rule_at: usize, rule: &Rule| -> Option<Value> {
        let change = changes
            .iter()
            .find(|c| c.live.group_at == group_at && c.live.rule_at == rule_at);
        match change {
            Some(change) => change.tuned.as_ref().map(rule_json),
            None => Some(rule_json(rule)),
        }
    };
    for (at, (group_at, group)) in groups.iter().enumerate() {
        let rules = group.rules.iter().enumerate();
        let meant: Value = rules
            .filter_map(|(i, r)| meant_of(*group_at, i, r))
            .collect();
        let read = Pointer::of(&["spec", "groups"]).to(at).to("rules");
        let read = read.get(&after).map(without_empty);
        if read.as_ref() != Some(&meant) {
            return refuse("the patch would not make the rules that are meant");
        }
    }
    Ok(())
}

/// A patch that removes the last label leaves an empty map, which says the same as none.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_empty).collect(),
        Value::Object(map) => map
            .iter()
            .filter(|(_, v)| v.as_object().is_none_or(|m| !m.is_empty()))
            .map(|(k, v)| (k.clone(), without_empty(v)))
            .collect(),
        other => other.clone(),
    }
}
