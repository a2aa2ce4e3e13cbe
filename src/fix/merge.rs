//! Several fixes in one run: one list of edits, each thing changed once.

use super::refusal::{Refusal, refuse};
use super::{ContainerRef, Edit, ResourceChange, RuleField, RuleRef, resources};

/// Edits that can be done together, and those that cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    pub edits: Vec<Edit>,
    /// One sentence per edit that was left out because an earlier one wants something else of the same thing.
    pub conflicts: Vec<String>,
}

/// Unites edits. Changes of one container or LimitRange become one edit; equal edits become one; of two that
/// contradict each other the first is kept and the second is reported.
#[must_use]
pub fn merge(edits: impl IntoIterator<Item = Edit>) -> Merged {
    let mut merged = Merged::default();
    for edit in edits {
        merged.add(edit);
    }
    merged
}

impl Merged {
    /// These edits and more; refused when one of them contradicts what is there.
    pub(super) fn with(&self, more: &[Edit]) -> Result<Self, Refusal> {
        let mut out = self.clone();
        for edit in more {
            out.add(edit.clone());
        }
        if out.conflicts.is_empty() {
            Ok(out)
        } else {
            refuse(out.conflicts.join("; "))
        }
    }

    fn add(&mut self, edit: Edit) {
        match edit {
            Edit::SetResources { container, changes } => self.add_resources(container, changes),
            Edit::SetLimitRange {
                namespace,
                name,
                changes,
            } => self.add_limit_range(namespace, name, changes),
            Edit::SetChartValues { values, reason } => {
                for (path, value) in values {
                    self.add_value(path, value, &reason);
                }
            }
            Edit::Instruct { .. } => self.add_once(edit),
            Edit::SetRuleField { .. } | Edit::ReplaceExpr { .. } | Edit::DisableRule { .. } => {
                self.add_rule(edit);
            }
        }
    }

    fn add_once(&mut self, edit: Edit) {
        if !self.edits.contains(&edit) {
            self.edits.push(edit);
        }
    }

    fn add_resources(&mut self, wanted: ContainerRef, changes: Vec<ResourceChange>) {
        let place = format!(
            "{} {} of {}",
            wanted.workload, wanted.container, wanted.workload.namespace
        );
        let earlier = self.edits.iter_mut().find_map(|e| match e {
            Edit::SetResources { container, changes } if *container == wanted => Some(changes),
            _ => None,
        });
        match earlier {
            Some(earlier) => unite(earlier, changes, &place, &mut self.conflicts),
            None => self.edits.push(Edit::SetResources {
                container: wanted,
                changes: within(changes, &place, &mut self.conflicts),
            }),
        }
    }

    fn add_limit_range(&mut self, wanted_in: String, wanted: String, changes: Vec<ResourceChange>) {
        let place = format!("LimitRange/{wanted} of {wanted_in}");
        let earlier = self.edits.iter_mut().find_map(|e| match e {
            Edit::SetLimitRange {
                namespace,
                name,
                changes,
            } if *namespace == wanted_in && *name == wanted => Some(changes),
            _ => None,
        });
        match earlier {
            Some(earlier) => unite(earlier, changes, &place, &mut self.conflicts),
            None => self.edits.push(Edit::SetLimitRange {
                namespace: wanted_in,
                name: wanted,
                changes: within(changes, &place, &mut self.conflicts),
            }),
        }
    }

    fn add_value(&mut self, path: String, value: String, reason: &str) {
        let earlier = self.edits.iter().find_map(|e| match e {
            Edit::SetChartValues { values, .. } => values.get(&path),
            _ => None,
        });
        match earlier {
            Some(earlier) if *earlier == value => {}
            Some(earlier) => self.conflicts.push(format!(
                "the chart value {path} is set to {earlier} and to {value}"
            )),
            None => self.edits.push(Edit::SetChartValues {
                values: [(path, value)].into(),
                reason: reason.to_owned(),
            }),
        }
    }

    fn add_rule(&mut self, edit: Edit) {
        let clash = self.edits.iter().find_map(|e| rules_clash(e, &edit));
        match clash {
            Some(because) => self.conflicts.push(because),
            None => self.add_once(edit),
        }
    }
}

fn within(
    changes: Vec<ResourceChange>,
    place: &str,
    conflicts: &mut Vec<String>,
) -> Vec<ResourceChange> {
    let mut out = Vec::new();
    unite(&mut out, changes, place, conflicts);
    out
}

fn unite(
    earlier: &mut Vec<ResourceChange>,
    changes: Vec<ResourceChange>,
    place: &str,
    conflicts: &mut Vec<String>,
) {
    for change in changes {
        let field = change.field;
        let Some(same) = earlier.iter().find(|c| c.field == field) else {
            earlier.push(change);
            continue;
        };
        let agree = match (&same.to, &change.to) {
            (Some(a), Some(b)) => resources::same_amount(field, a, b),
            (a, b) => a == b,
        };
        if !agree {
            let show = |to: &Option<String>| to.clone().unwrap_or_else(|| "absent".to_owned());
            conflicts.push(format!(
                "{}.{} of {place} is set to {} and to {}",
                field.section(),
                field.resource(),
                show(&same.to),
                show(&change.to)
            ));
        }
    }
}

/// Why two edits of one rule contradict each other.
fn rules_clash(a: &Edit, b: &Edit) -> Option<String> {
    let of = super::rule::rule_of;
    let (rule, other) = (of(a)?, of(b)?);
    if rule != other || a == b {
        return None;
    }
    let place = place(rule);
    match (a, b) {
        (Edit::DisableRule { .. }, _) | (_, Edit::DisableRule { .. }) => {
            Some(format!("{place} is both taken out and changed"))
        }
        (Edit::ReplaceExpr { .. }, Edit::ReplaceExpr { .. }) => {
            Some(format!("{place} is given two expressions"))
        }
        (Edit::SetRuleField { field, .. }, Edit::SetRuleField { field: same, .. })
            if field == same =>
        {
            Some(format!(
                "{} of {place} is set to two values",
                field_name(field)
            ))
        }
        _ => None,
    }
}

fn place(rule: &RuleRef) -> String {
    format!("the rule {:?} of the group {:?}", rule.name, rule.group)
}

/// A field of a rule as its file spells it.
pub(super) fn field_name(field: &RuleField) -> String {
    match field {
        RuleField::For => "for".to_owned(),
        RuleField::KeepFiringFor => "keep_firing_for".to_owned(),
        RuleField::Label(name) => format!("labels.{name}"),
        RuleField::Annotation(name) => format!("annotations.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::ResourceField;
    use crate::fix::testing::{rule_ref, set_memory, workload};

    fn sets(edit: &Edit) -> usize {
        match edit {
            Edit::SetResources { changes, .. } => changes.len(),
            _ => 0,
        }
    }

    #[test]
    fn changes_of_one_container_are_one_edit() {
        let api = workload("Deployment", "api", Vec::new()).id;
        let mut cpu = set_memory(&api, "app", Some("250m"));
        if let Edit::SetResources { changes, .. } = &mut cpu {
            changes[0].field = ResourceField::RequestsCpu;
        }
        let merged = merge([
            set_memory(&api, "app", Some("1Gi")),
            cpu,
            set_memory(&api, "app", Some("1024Mi")),
            set_memory(&api, "side", Some("2Gi")),
        ]);
        assert_eq!(merged.edits.iter().map(sets).collect::<Vec<_>>(), [2, 1]);
        assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
    }

    #[test]
    fn contradictions_are_reported_not_dropped() {
        let api = workload("Deployment", "api", Vec::new()).id;
        let rule = rule_ref("g", "A", "up == 0");
        let hold = |value: &str| Edit::SetRuleField {
            rule: rule.clone(),
            field: RuleField::For,
            value: Some(value.into()),
        };
        let values = |value: &str| Edit::SetChartValues {
            values: [("a.b".to_owned(), value.to_owned())].into(),
            reason: "r".into(),
        };
        let replace = |expr: &str| Edit::ReplaceExpr {
            rule: rule.clone(),
            expr: expr.into(),
        };
        let merged = merge([
            set_memory(&api, "app", Some("1Gi")),
            set_memory(&api, "app", None),
            hold("1h"),
            hold("2h"),
            hold("1h"),
            replace("a"),
            replace("b"),
            Edit::DisableRule { rule: rule.clone() },
            values("false"),
            values("false"),
            values("true"),
        ]);
        assert_eq!(merged.edits.len(), 4);
        assert_eq!(merged.conflicts.len(), 5, "{:#?}", merged.conflicts);
    }
}
