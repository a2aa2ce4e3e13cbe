//! Edits of rules, applied to the rules as Prometheus has them loaded.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::refusal::{Refusal, refuse};
use super::{Edit, RuleField, RuleRef, expr};
use crate::model::{PromDuration, Rule, RuleGroup, RuleKind, Snapshot};

/// A rule in a snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Live<'s> {
    pub(super) group: &'s RuleGroup,
    /// Index of the group in the snapshot.
    pub(super) group_at: usize,
    pub(super) rule: &'s Rule,
    /// Index of the rule in its group.
    pub(super) rule_at: usize,
}

/// All edits of one rule.
#[derive(Debug)]
pub(super) struct RuleChange<'s> {
    pub(super) live: Live<'s>,
    /// The rule as it is meant to be; `None` when it goes.
    pub(super) tuned: Option<Rule>,
    /// Fields that are set or removed.
    pub(super) fields: Vec<RuleField>,
    pub(super) replaces_expr: bool,
}

/// The rule that an edit is about.
pub(super) fn rule_of(edit: &Edit) -> Option<&RuleRef> {
    match edit {
        Edit::SetRuleField { rule, .. }
        | Edit::ReplaceExpr { rule, .. }
        | Edit::DisableRule { rule } => Some(rule),
        _ => None,
    }
}

/// Applies the rule edits among `edits`, rule by rule, in the order of the snapshot.
pub(super) fn changes<'s>(
    edits: &[Edit],
    snapshot: &'s Snapshot,
) -> Result<Vec<RuleChange<'s>>, Refusal> {
    let mut found: BTreeMap<(usize, usize), RuleChange<'s>> = BTreeMap::new();
    for edit in edits {
        let Some(rule) = rule_of(edit) else { continue };
        let live = find(snapshot, rule)?;
        let change = found
            .entry((live.group_at, live.rule_at))
            .or_insert_with(|| RuleChange {
                live,
                tuned: Some(live.rule.clone()),
                fields: Vec::new(),
                replaces_expr: false,
            });
        change.apply(edit)?;
    }
    Ok(found.into_values().collect())
}

impl RuleChange<'_> {
    fn apply(&mut self, edit: &Edit) -> Result<(), Refusal> {
        match (edit, &mut self.tuned) {
            (Edit::DisableRule { .. }, tuned) => *tuned = None,
            (Edit::ReplaceExpr { expr, .. }, Some(rule)) => {
                expr::check(expr)?;
                rule.expr.clone_from(expr);
                self.replaces_expr = true;
            }
            (Edit::SetRuleField { field, value, .. }, Some(rule)) => {
                set(rule, field, value.as_deref())?;
                self.fields.push(field.clone());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Sets a field of a rule, refusing what Prometheus would not load.
pub(super) fn set(rule: &mut Rule, field: &RuleField, value: Option<&str>) -> Result<(), Refusal> {
    let alerting = rule.kind == RuleKind::Alerting;
    match field {
        RuleField::Label(name) => set_text(&mut rule.labels, name, value),
        _ if !alerting => refuse(format!(
            "{} is a recording rule: it has labels only",
            rule.name
        )),
        RuleField::For => {
            rule.hold = duration(value)?;
            Ok(())
        }
        RuleField::KeepFiringFor => {
            rule.keep_firing_for = duration(value)?;
            Ok(())
        }
        RuleField::Annotation(name) => set_text(&mut rule.annotations, name, value),
    }
}

fn duration(value: Option<&str>) -> Result<Option<PromDuration>, Refusal> {
    let read = |text: &str| {
        PromDuration::parse(text).ok_or_else(|| Refusal::new(format!("{text:?} is not a duration")))
    };
    value.map(read).transpose()
}

fn set_text(
    texts: &mut BTreeMap<String, String>,
    name: &str,
    value: Option<&str>,
) -> Result<(), Refusal> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(word)
    {
        return refuse(format!("{name:?} is not a label name"));
    }
    match value {
        Some(value) => texts.insert(name.to_owned(), value.to_owned()),
        None => texts.remove(name),
    };
    Ok(())
}

/// Finds a rule by group, name and expression; by the file too when that leaves several.
fn find<'s>(snapshot: &'s Snapshot, wanted: &RuleRef) -> Result<Live<'s>, Refusal> {
    let all: Vec<Live<'s>> = live(snapshot)
        .filter(|l| l.group.name == wanted.group && l.rule.name == wanted.name)
        .filter(|l| expr::same(&l.rule.expr, &wanted.expr))
        .collect();
    let in_file: Vec<&Live<'s>> = all.iter().filter(|l| l.group.file == wanted.file).collect();
    match (all.as_slice(), in_file.as_slice()) {
        ([one], _) => Ok(*one),
        (_, [one]) => Ok(**one),
        ([], _) => refuse(format!(
            "the rule {:?} of the group {:?} is not among the loaded rules",
            wanted.name, wanted.group
        )),
        _ => refuse(format!(
            "the rule {:?} of the group {:?} is loaded {} times: which one is meant is not known",
            wanted.name,
            wanted.group,
            all.len()
        )),
    }
}

/// All rules of a snapshot.
pub(super) fn live(snapshot: &Snapshot) -> impl Iterator<Item = Live<'_>> {
    snapshot
        .rules
        .iter()
        .enumerate()
        .flat_map(|(group_at, group)| {
            let rules = group.rules.iter().enumerate();
            rules.map(move |(rule_at, rule)| Live {
                group,
                group_at,
                rule,
                rule_at,
            })
        })
}

/// A rule as a rule file or a PrometheusRule states it.
pub(super) fn rule_json(rule: &Rule) -> Value {
    let mut out = Map::new();
    let kind = match rule.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "record",
    };
    out.insert(kind.to_owned(), json!(rule.name));
    out.insert("expr".to_owned(), json!(rule.expr));
    for (key, time) in [
        ("for", rule.hold),
        ("keep_firing_for", rule.keep_firing_for),
    ] {
        if let Some(time) = time.filter(|t| t.0 > 0) {
            out.insert(key.to_owned(), json!(time.to_string()));
        }
    }
    for (key, texts) in [("labels", &rule.labels), ("annotations", &rule.annotations)] {
        if !texts.is_empty() {
            out.insert(key.to_owned(), json!(texts));
        }
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::testing::{alert, chart_group, rule_ref, snapshot_of};

    #[test]
    fn edits_of_one_rule_come_together() {
        let group = chart_group(
            "g",
            "88.5.3",
            &[
                alert("A", "up == 0", "critical"),
                alert("A", "up == 1", "info"),
            ],
        );
        let snapshot = snapshot_of(vec![group]);
        let rule = rule_ref("g", "A", "up==1");
        let edits = [
            Edit::SetRuleField {
                rule: rule.clone(),
                field: RuleField::For,
                value: Some("1h".into()),
            },
            Edit::SetRuleField {
                rule: rule.clone(),
                field: RuleField::Label("severity".into()),
                value: None,
            },
            Edit::ReplaceExpr {
                rule,
                expr: "up == 2".into(),
            },
        ];
        let found = changes(&edits, &snapshot).unwrap();
        let [change] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(change.live.rule_at, 1);
        assert_eq!(
            rule_json(change.tuned.as_ref().unwrap()),
            json!({
                "alert": "A", "expr": "up == 2", "for": "1h",
                "annotations": {"summary": "{{ $labels.pod }} is down"},
            })
        );
    }

    #[test]
    fn what_prometheus_would_not_load_is_refused() {
        let snapshot = snapshot_of(vec![chart_group(
            "g",
            "88.5.3",
            &[alert("A", "up == 0", "critical")],
        )]);
        let rule = rule_ref("g", "A", "up == 0");
        let field = |field, value: &str| Edit::SetRuleField {
            rule: rule.clone(),
            field,
            value: Some(value.into()),
        };
        for edit in [
            field(RuleField::For, "soon"),
            field(RuleField::Label("a-b".into()), "x"),
            field(RuleField::Annotation(String::new()), "x"),
            Edit::ReplaceExpr {
                rule: rule.clone(),
                expr: "up ==".into(),
            },
            Edit::DisableRule {
                rule: rule_ref("g", "B", "up == 0"),
            },
            Edit::DisableRule {
                rule: rule_ref("g", "A", "up == 7"),
            },
        ] {
            assert!(
                changes(std::slice::from_ref(&edit), &snapshot).is_err(),
                "{edit:?}"
            );
        }
    }

    #[test]
    fn one_of_two_equal_rules_is_known_by_its_file() {
        let mut other = chart_group("g", "88.5.3", &[alert("A", "up == 0", "critical")]);
        let snapshot = snapshot_of(vec![other.clone(), {
            other.file = "/other.yaml".into();
            other
        }]);
        let mut rule = rule_ref("g", "A", "up == 0");
        rule.file = "/nowhere.yaml".into();
        assert!(changes(&[Edit::DisableRule { rule: rule.clone() }], &snapshot).is_err());
        rule.file = "/other.yaml".into();
        let found = changes(&[Edit::DisableRule { rule }], &snapshot).unwrap();
        assert_eq!(found[0].live.group_at, 1);
        assert!(found[0].tuned.is_none());
    }
}
