//! Alerts: turned off, retimed, or replaced by tuned copies.
//!
//! The chart keys everything by the alert's name. It has no value for an expression, a threshold or a label, so all
//! but `for` and `severity` of an alert without namesakes means: turn the name off, and add full copies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tree::Tree;
use crate::fix::lower::Job;
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::rule::{self, Live, RuleChange, rule_of};
use crate::fix::tuned::{self, Copy};
use crate::fix::{ChartRelease, ChartVersion, LowerContext, RuleField, names};
use crate::model::{RuleGroup, RuleKind};

/// `defaultRules.disabled.<Alert>` exists.
const DISABLED: ChartVersion = ChartVersion(26, 2, 0);
/// `disabled` takes out all alerts of a name, not only the first one.
const DISABLED_ALL: ChartVersion = ChartVersion(28, 0, 1);
/// `customRules` exists.
const CUSTOM: ChartVersion = ChartVersion(56, 9, 0);
/// Turning off one of [`GUARDS`] takes out its whole group.
const GUARDED: ChartVersion = ChartVersion(85, 1, 3);
const GUARDS: [&str; 3] = [
    "KubeSchedulerDown",
    "KubeControllerManagerDown",
    "KubeProxyDown",
];

/// Sets what the rule edits of the job need.
pub(super) fn set(
    job: &Job<'_>,
    chart: &ChartRelease,
    cx: &LowerContext<'_>,
    tree: &mut Tree,
) -> Result<(), Refusal> {
    let changes = rule::changes(job.edits, cx.snapshot)?;
    let mut by_name: BTreeMap<&str, Vec<&RuleChange<'_>>> = BTreeMap::new();
    for change in &changes {
        check(change, chart)?;
        by_name
            .entry(&change.live.rule.name)
            .or_default()
            .push(change);
    }
    for (name, changes_of) in &by_name {
        let alert = Alert {
            name,
            changes: changes_of,
            all: &changes,
            twins: twins(name, chart, cx),
            chart,
        };
        alert.set(job, cx, tree)?;
    }
    Ok(())
}

fn check(change: &RuleChange<'_>, chart: &ChartRelease) -> Result<(), Refusal> {
    let (name, group) = (&change.live.rule.name, change.live.group);
    if !chart.renders(group) {
        return refuse(format!(
            "the rule {name:?} of the group {:?} is not a default rule of kube-prometheus-stack{}",
            group.name,
            if is_added(group) {
                ": change it where `additionalPrometheusRulesMap` adds it"
            } else {
                ""
            }
        ));
    }
    if change.live.rule.kind == RuleKind::Recording {
        return refuse(format!(
            "the chart cannot change one recording rule ({name:?}), only its whole group"
        ));
    }
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return refuse(format!("{name:?} cannot be a key of the chart's values"));
    }
    Ok(())
}

/// Whether the group comes from the chart's values, not from its templates.
fn is_added(group: &RuleGroup) -> bool {
    let label = |name: &str| group.object.as_ref().and_then(|o| o.labels.get(name));
    label("chart").is_some_and(|c| c.starts_with("kube-prometheus-stack-"))
}

/// The loaded default alerts of a name.
fn twins<'s>(name: &str, chart: &ChartRelease, cx: &LowerContext<'s>) -> Vec<Live<'s>> {
    rule::live(cx.snapshot)
        .filter(|l| l.rule.name == name && l.rule.kind == RuleKind::Alerting)
        .filter(|l| chart.renders(l.group))
        .collect()
}

/// All that is meant of the alerts of one name.
struct Alert<'a, 's> {
    name: &'a str,
    changes: &'a [&'a RuleChange<'s>],
    /// The changes of all names.
    all: &'a [RuleChange<'s>],
    twins: Vec<Live<'s>>,
    chart: &'a ChartRelease,
}

impl<'s> Alert<'_, 's> {
    fn set(&self, job: &Job<'_>, cx: &LowerContext<'s>, tree: &mut Tree) -> Result<(), Refusal> {
        let reason = job.reason(|e| rule_of(e).is_some_and(|r| r.name == self.name));
        if let Some(custom) = self.custom() {
            tree.needs(CUSTOM);
            return tree.set(&["customRules", self.name], custom, &reason);
        }
        let is_guard = self.guards_group()?;
        self.disable(&reason, tree)?;
        let mut copies: Vec<Copy<'s>> = self.twins.iter().filter_map(|&l| self.copy(l)).collect();
        if is_guard {
            copies.extend(self.siblings());
        }
        if copies.is_empty() {
            return Ok(());
        }
        let groups = tuned::groups(&copies, job, cx.snapshot);
        // `<fullname>-<key>` has at most 63 characters, and a full name 26.
        let key = format!("promtune-{}", names::slug(self.name, 27));
        let why = format!(
            "Stands in for {}: {}.",
            self.name,
            self.why_copies(is_guard)
        );
        tree.note("additionalPrometheusRulesMap", &why);
        tree.set(
            &["additionalPrometheusRulesMap", &key],
            json!({"groups": groups}),
            "",
        )
    }

    fn why_copies(&self, is_guard: bool) -> &'static str {
        match (is_guard, self.twins.len()) {
            (true, _) => {
                "turning this alert off takes out its whole group, so the rest of it is added again"
            }
            (_, 1) => "the chart cannot change this of an alert, so a full copy replaces it",
            _ => {
                "the chart turns off all alerts of the name at once, so all of them are added again"
            }
        }
    }

    /// What `customRules` can say, when it can say all that is meant.
    fn custom(&self) -> Option<Value> {
        let ([change], [_], true) = (
            self.changes,
            self.twins.as_slice(),
            self.chart.since(56, 9, 0),
        ) else {
            return None;
        };
        let tuned = change.tuned.as_ref().filter(|_| !change.replaces_expr)?;
        let mut out = serde_json::Map::new();
        for field in &change.fields {
            match field {
                // Where the template has no `for`, the value is read by nothing.
                RuleField::For if change.live.rule.hold.is_some_and(|h| h.0 > 0) => {
                    out.insert("for".to_owned(), json!(tuned.hold?.to_string()));
                }
                RuleField::Label(name) if name == "severity" => {
                    out.insert("severity".to_owned(), json!(tuned.labels.get(name)?));
                }
                _ => return None,
            }
        }
        Some(Value::Object(out))
    }

    fn disable(&self, reason: &str, tree: &mut Tree) -> Result<(), Refusal> {
        let group = self
            .changes
            .first()
            .map(|c| c.live.group.name.as_str())
            .unwrap_or_default();
        if !self.chart.since(26, 2, 0) {
            return refuse(format!(
                "the chart can turn off one alert only from {DISABLED} on; before, only the whole group {group:?} \
                 (a key of `defaultRules.rules`): upgrade, or silence {} in Alertmanager",
                self.name
            ));
        }
        if self.twins.len() > 1 && !self.chart.since(28, 0, 1) {
            return refuse(format!(
                "before {DISABLED_ALL} the chart turns off only the first of the {} alerts named {}: upgrade first",
                self.twins.len(),
                self.name
            ));
        }
        tree.needs(if self.twins.len() > 1 {
            DISABLED_ALL
        } else {
            DISABLED
        });
        // A boolean: any non-empty string, "false" too, would turn the alert off.
        tree.set(
            &["defaultRules", "disabled", self.name],
            Value::Bool(true),
            reason,
        )
    }

    /// Whether turning the alert off takes out the other alerts of its group.
    fn guards_group(&self) -> Result<bool, Refusal> {
        if !GUARDS.contains(&self.name) || self.siblings().is_empty() {
            return Ok(false);
        }
        match self.chart.version {
            Some(version) => Ok(version >= GUARDED),
            None => refuse(format!(
                "whether turning off {} takes out its whole group depends on the chart's version, which is not known",
                self.name
            )),
        }
    }

    /// The other alerts of the groups, unless they are changed or turned off on their own.
    fn siblings(&self) -> Vec<Copy<'s>> {
        let groups = self.twins.iter().map(|t| t.group_at);
        let rules = groups.zip(self.twins.iter()).flat_map(|(group_at, twin)| {
            let rules = twin.group.rules.iter().enumerate();
            rules.map(move |(rule_at, rule)| Live {
                group: twin.group,
                group_at,
                rule,
                rule_at,
            })
        });
        rules
            .filter(|l| l.rule.name != self.name)
            .filter(|l| !self.all.iter().any(|c| c.live.rule.name == l.rule.name))
            .map(|live| Copy {
                live,
                rule: live.rule.clone(),
            })
            .collect()
    }

    /// The copy that stands in for one of the alerts; none for one that is to go.
    fn copy(&self, live: Live<'s>) -> Option<Copy<'s>> {
        let change = self
            .changes
            .iter()
            .find(|c| std::ptr::eq(c.live.rule, live.rule));
        match change {
            Some(change) => change.tuned.clone().map(|rule| Copy { live, rule }),
            None => Some(Copy {
                live,
                rule: live.rule.clone(),
            }),
        }
    }
}
