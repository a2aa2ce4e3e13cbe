//! A PrometheusRule object with tuned copies, for operators that are used without the chart.

use std::collections::BTreeMap;

use serde_json::json;

use super::chart::mounted_object;
use super::lower::Job;
use super::refusal::{Refusal, refuse};
use super::rule::{self, Live, RuleChange};
use super::tuned::{self, Copy};
use super::{LowerContext, names, text};
use crate::model::Labels;

/// An object with every changed rule in full. It adds rules; the comment above it says which ones it replaces.
pub(super) fn lower(job: &Job<'_>, cx: &LowerContext<'_>) -> Result<String, Refusal> {
    if job.edits.iter().any(|e| rule::rule_of(e).is_none()) {
        return refuse("a PrometheusRule holds rules only");
    }
    let changes = rule::changes(job.edits, cx.snapshot)?;
    if changes.iter().any(|c| c.tuned.is_none()) {
        return refuse("adding a PrometheusRule takes no rule out: see the other outputs");
    }
    let copies = copies_of(&changes, cx);
    let Some(first) = changes.first() else {
        return refuse("no rule changes");
    };
    let (namespace, labels) = home(first.live, cx)?;
    let object = json!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name(&changes), "namespace": namespace, "labels": labels},
        "spec": {"groups": tuned::groups(&copies, job, cx.snapshot)},
    });
    let mut out = header(&changes, cx);
    out.push_str(&text::yaml(&object));
    text::prove(out, &object)
}

fn name(changes: &[RuleChange<'_>]) -> String {
    let names: Vec<&str> = changes.iter().map(|c| c.live.rule.name.as_str()).collect();
    format!(
        "promtune-{}",
        names::slug(&names.join(" "), 40).trim_start_matches('-')
    )
}

/// The changed rules; where the chart turns alerts off by name, their namesakes too.
fn copies_of<'s>(changes: &[RuleChange<'s>], cx: &LowerContext<'s>) -> Vec<Copy<'s>> {
    let copy = |live: Live<'s>| {
        let change = changes
            .iter()
            .find(|c| std::ptr::eq(c.live.rule, live.rule));
        let is_twin = || {
            let named = changes.iter().any(|c| c.live.rule.name == live.rule.name);
            named && cx.chart.as_ref().is_some_and(|c| c.renders(live.group))
        };
        match change {
            Some(change) => change.tuned.clone().map(|rule| Copy { live, rule }),
            None => is_twin().then(|| Copy {
                live,
                rule: live.rule.clone(),
            }),
        }
    };
    rule::live(cx.snapshot).filter_map(copy).collect()
}

/// Where the object goes, and the labels that make the operator select it: those of the object that it replaces
/// rules of, without the ones by which another tool knows its own objects.
fn home(
    live: Live<'_>,
    cx: &LowerContext<'_>,
) -> Result<(String, BTreeMap<String, String>), Refusal> {
    if let Some(object) = &live.group.object {
        names::label(&object.namespace)?;
        return Ok((object.namespace.clone(), selecting(&object.labels)));
    }
    let release = cx
        .chart
        .as_ref()
        .filter(|_| mounted_object(&live.group.file).is_some());
    let Some((release, namespace)) = release.and_then(|c| Some((c, c.namespace.as_deref()?)))
    else {
        return refuse(
            "the rule is not known to come from a PrometheusRule object: change its rule file",
        );
    };
    names::label(namespace)?;
    Ok((
        namespace.to_owned(),
        [("release".to_owned(), release.release.clone())].into(),
    ))
}

fn selecting(labels: &Labels) -> BTreeMap<String, String> {
    const OWNERSHIP: [&str; 8] = [
        "heritage",
        "chart",
        "helm.sh/chart",
        "app.kubernetes.io/managed-by",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/version",
        "olm.owner",
        "argocd.argoproj.io/instance",
    ];
    let kept = |name: &str| !OWNERSHIP.contains(&name) && !name.contains(".fluxcd.io/");
    labels
        .iter()
        .filter(|(name, _)| kept(name))
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

fn header(changes: &[RuleChange<'_>], cx: &LowerContext<'_>) -> String {
    let mut out = String::new();
    for change in changes {
        let name = names::plain(&change.live.rule.name);
        let group = names::plain(&change.live.group.name);
        let charts = cx
            .chart
            .as_ref()
            .is_some_and(|c| c.renders(change.live.group));
        let how = match charts {
            true => format!("set defaultRules.disabled.{name}: true in the chart's values"),
            false => "take it out of its object".to_owned(),
        };
        out.push_str(&names::comment(
            "",
            &format!("Replaces {name} of the group {group}: {how}, or both will fire."),
        ));
    }
    out
}
