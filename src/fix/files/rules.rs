//! Rules in rule files, PrometheusRule objects and values of the chart.

use serde_json::Value;

use super::index::text;
use super::{FileEdit, Index, whereto};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{Edit, RuleField, RuleRef, SourceText, expr, rule};
use crate::model::{Rule, RuleKind};
use crate::yaml::{self, Document, Operation, Path};

/// A rule found in a file.
struct Place {
    file: usize,
    document: usize,
    group: Path,
    rule: Path,
    kind: RuleKind,
    /// Whether its group has no other rule.
    is_alone: bool,
}

/// The edit of one rule; none when the file says it already.
pub(super) fn edits(
    edit: &Edit,
    documents: &[SourceText],
    index: &Index,
) -> Result<Vec<FileEdit>, Refusal> {
    let Some(wanted) = rule::rule_of(edit) else {
        return Ok(Vec::new());
    };
    let place = find(edit, wanted, documents, index)?;
    let Some(place) = place else {
        return Ok(Vec::new());
    };
    let source = documents
        .get(place.file)
        .map(|d| d.path.as_str())
        .unwrap_or_default();
    whereto::refuse_base(source, documents, index)?;
    let made = |path: Path, operation| {
        vec![FileEdit {
            file: place.file,
            edit: yaml::Edit {
                document: place.document,
                path,
                operation,
            },
        }]
    };
    match edit {
        Edit::DisableRule { .. } if place.is_alone => Ok(made(place.group, Operation::Remove)),
        Edit::DisableRule { .. } => Ok(made(place.rule, Operation::Remove)),
        Edit::ReplaceExpr { expr, .. } => {
            expr::check(expr)?;
            Ok(made(
                place.rule.key("expr"),
                Operation::Set(Value::from(expr.as_str())),
            ))
        }
        Edit::SetRuleField { field, value, .. } => {
            check(field, value.as_deref(), wanted, place.kind)?;
            let path = field_path(place.rule, field);
            let operation = match value {
                Some(value) => Operation::Set(Value::from(value.as_str())),
                None => Operation::Remove,
            };
            Ok(made(path, operation))
        }
        _ => Ok(Vec::new()),
    }
}

fn field_path(rule: Path, field: &RuleField) -> Path {
    match field {
        RuleField::For => rule.key("for"),
        RuleField::KeepFiringFor => rule.key("keep_firing_for"),
        RuleField::Label(name) => rule.key("labels").key(name),
        RuleField::Annotation(name) => rule.key("annotations").key(name),
    }
}

/// Refuses a value that Prometheus would not load.
fn check(
    field: &RuleField,
    value: Option<&str>,
    wanted: &RuleRef,
    kind: RuleKind,
) -> Result<(), Refusal> {
    let mut trial = Rule {
        kind,
        name: wanted.name.clone(),
        expr: wanted.expr.clone(),
        hold: None,
        keep_firing_for: None,
        labels: std::collections::BTreeMap::default(),
        annotations: std::collections::BTreeMap::default(),
        health: String::new(),
        last_error: String::new(),
        source: None,
    };
    rule::set(&mut trial, field, value)
}

/// The one place of a rule; `None` when the edit is done already.
fn find(
    edit: &Edit,
    wanted: &RuleRef,
    documents: &[SourceText],
    index: &Index,
) -> Result<Option<Place>, Refusal> {
    let mut found = places(wanted, &wanted.expr, index);
    if found.is_empty() && is_done(edit, wanted, index) {
        return Ok(None);
    }
    let in_file = |p: &Place| documents.get(p.file).is_some_and(|d| d.path == wanted.file);
    if found.len() > 1 && found.iter().filter(|p| in_file(p)).count() == 1 {
        found.retain(in_file);
    }
    let what = format!("the rule {:?} of the group {:?}", wanted.name, wanted.group);
    match found.len() {
        0 => Err(whereto::missing(&what, &wanted.name, documents, index)),
        1 => Ok(found.pop()),
        n => refuse(format!(
            "{what} stands {n} times in the files: which one is loaded is not known"
        )),
    }
}

/// Whether a rule that is not found is so because the edit was made before.
fn is_done(edit: &Edit, wanted: &RuleRef, index: &Index) -> bool {
    match edit {
        Edit::ReplaceExpr { expr, .. } => places(wanted, expr, index).len() == 1,
        _ => false,
    }
}

fn places(wanted: &RuleRef, wanted_expr: &str, index: &Index) -> Vec<Place> {
    let mut out = Vec::new();
    for groups in &index.groups {
        let Some(document) = index.document(groups.file, groups.document) else {
            continue;
        };
        for (group_at, group) in list(document, &groups.at).enumerate() {
            if text(document, group, &["name"]) != Some(wanted.group.as_str()) {
                continue;
            }
            let group_path = groups.at.clone().index(group_at);
            let rules_path = group_path.clone().key("rules");
            let count = list(document, &rules_path).count();
            for (rule_at, rule) in list(document, &rules_path).enumerate() {
                let Some(kind) = is_rule(document, rule, wanted, wanted_expr) else {
                    continue;
                };
                out.push(Place {
                    file: groups.file,
                    document: groups.document,
                    group: group_path.clone(),
                    rule: rules_path.clone().index(rule_at),
                    kind,
                    is_alone: count == 1,
                });
            }
        }
    }
    out
}

fn is_rule(
    document: &Document,
    rule: &yaml::Node,
    wanted: &RuleRef,
    wanted_expr: &str,
) -> Option<RuleKind> {
    let named = |key| text(document, rule, &[key]) == Some(wanted.name.as_str());
    let kind = match (named("alert"), named("record")) {
        (true, _) => RuleKind::Alerting,
        (_, true) => RuleKind::Recording,
        _ => return None,
    };
    let expr = text(document, rule, &["expr"])?;
    expr::same(expr, wanted_expr).then_some(kind)
}

fn list<'d>(document: &'d Document, path: &Path) -> impl Iterator<Item = &'d yaml::Node> {
    let found = document.find(path).and_then(|f| document.resolve(f.node));
    found
        .and_then(|n| n.as_sequence())
        .into_iter()
        .flat_map(|s| &s.items)
}
