//! Reading one rule.

use std::collections::BTreeMap;

use super::fields::{Field, fields};
use super::find::{Reader, Text};
use super::keys;
use crate::model::{
    Dialect, FaultKind, FieldPlace, PromDuration, Rule, RuleKind, RuleSource, Span,
};
use crate::yaml::{Node, ScalarStyle};

/// Group, rule and key that a fault is about.
type About<'a> = (&'a str, Option<(RuleKind, String)>, &'a str);

/// Reads a rule. What is wrong with it is noted; a rule without a name or an expression is not one.
pub(super) fn read(
    reader: &mut Reader,
    node: &Node,
    text: &Text<'_>,
    group: &str,
    (dialect, kubernetes): (Dialect, bool),
) -> Option<Rule> {
    let Some(mapping) = text.document.resolve(node).and_then(Node::as_mapping) else {
        reader.fault(
            FaultKind::Schema,
            text.span(node),
            (group, None, "rules"),
            "",
            (
                "a rule is not a mapping".to_owned(),
                "write it as `- alert: …` or `- record: …` with `expr:` below".to_owned(),
            ),
        );
        return None;
    };
    let all = fields(text.document, mapping);
    let get = |key: &str| all.iter().find(|f| f.name == key);
    let word = |key: &str| get(key).and_then(|f| f.value.as_text()).unwrap_or_default();
    let span = text.span(node);
    let name = match (word("alert"), word("record")) {
        ("", "") => None,
        (alert, "") => Some((RuleKind::Alerting, alert.to_owned())),
        ("", record) => Some((RuleKind::Recording, record.to_owned())),
        (alert, record) => {
            let at = get("record").map_or(span, |f| text.span(f.key));
            reader.fault(
                FaultKind::Schema,
                at,
                (
                    group,
                    Some((RuleKind::Alerting, alert.to_owned())),
                    "record",
                ),
                record,
                (
                    format!("a rule has both `alert: {alert}` and `record: {record}`"),
                    "make two rules of it, or take one of the two out".to_owned(),
                ),
            );
            None
        }
    };
    if word("alert").is_empty() && word("record").is_empty() {
        reader.fault(
            FaultKind::Schema,
            span,
            (group, None, "alert"),
            word("expr"),
            (
                "a rule has neither `alert` nor `record`".to_owned(),
                "say what it is: `alert: Name` or `record: level:metric:operations`".to_owned(),
            ),
        );
    }
    let mut written = Written {
        reader,
        text,
        group,
        name: name.clone(),
        kubernetes,
        source: RuleSource {
            path: String::new(),
            span,
            dialect,
            ..RuleSource::default()
        },
        rule: empty(),
    };
    written
        .source
        .path
        .clone_from(&written.reader.read.file.path);
    written.source.templated = text.mask.touches(&node.span);
    for field in &all {
        written.field(field);
    }
    let (mut rule, source) = (written.rule, written.source);
    if rule.expr.trim().is_empty() {
        reader.fault(
            FaultKind::Schema,
            source.value("expr"),
            (group, name, "expr"),
            "",
            (
                "a rule has no `expr`".to_owned(),
                "give it an expression, or take the rule out".to_owned(),
            ),
        );
        return None;
    }
    let (kind, name) = name?;
    (rule.kind, rule.name, rule.source) = (kind, name, Some(Box::new(source)));
    Some(rule)
}

fn empty() -> Rule {
    Rule {
        kind: RuleKind::Alerting,
        name: String::new(),
        expr: String::new(),
        hold: None,
        keep_firing_for: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        health: String::new(),
        last_error: String::new(),
        source: None,
    }
}

struct Written<'r, 't> {
    reader: &'r mut Reader,
    text: &'r Text<'t>,
    group: &'r str,
    name: Option<(RuleKind, String)>,
    kubernetes: bool,
    source: RuleSource,
    rule: Rule,
}

impl Written<'_, '_> {
    fn fault(&mut self, kind: FaultKind, at: Span, key: &str, text: &str, said: (String, String)) {
        self.reader
            .fault(kind, at, (self.group, self.name.clone(), key), text, said);
    }

    fn field(&mut self, field: &Field<'_>) {
        let place = FieldPlace {
            key: self.text.span(field.key),
            value: self.text.span(field.value),
        };
        self.source.fields.insert(field.name.to_owned(), place);
        let key = field.name;
        let victoria = self.source.dialect == Dialect::Victoria || keys::is_victoria_rule_key(key);
        if !keys::is_rule_key(key, victoria) {
            let said = (
                format!("`{key}` is not a key of a rule"),
                keys::advice_for_rule(key),
            );
            return self.fault(FaultKind::Schema, place.key, key, key, said);
        }
        if field.is_null() {
            return;
        }
        if matches!(key, "labels" | "annotations") {
            return self.mapping(field);
        }
        let Some(value) = field.value.as_text() else {
            let said = (
                format!("`{key}` of a rule is not a text"),
                format!("make `{key}` a single value"),
            );
            return self.fault(FaultKind::Schema, place.value, key, "", said);
        };
        match key {
            "expr" => {
                value.clone_into(&mut self.rule.expr);
                self.source.expr = self.text.places.text(self.text.source, field.value);
            }
            "for" | "keep_firing_for" => self.duration(field, value),
            "record"
                if self
                    .name
                    .as_ref()
                    .is_some_and(|n| n.0 == RuleKind::Recording) =>
            {
                self.metric_name(value, place)
            }
            _ => {}
        }
    }

    fn duration(&mut self, field: &Field<'_>, value: &str) {
        let key = field.name;
        let place = FieldPlace {
            key: self.text.span(field.key),
            value: self.text.span(field.value),
        };
        if self
            .name
            .as_ref()
            .is_some_and(|n| n.0 == RuleKind::Recording)
        {
            let said = (
                format!("a recording rule has `{key}`"),
                format!("take `{key}` out: recording rules do not fire"),
            );
            return self.fault(FaultKind::ForOnRecording, place.key, key, value, said);
        }
        if self.text.mask.touches(&field.value.span) {
            return;
        }
        let parsed = PromDuration::parse(value);
        match key {
            "for" => self.rule.hold = parsed,
            _ => self.rule.keep_firing_for = parsed,
        }
        if parsed.is_none() {
            bad_duration(
                self.reader,
                field,
                self.text,
                (self.group, self.name.clone(), key),
            );
        }
    }

    fn metric_name(&mut self, name: &str, place: FieldPlace) {
        if name.contains(['{', '}']) {
            let said = (
                format!("the name of the recording rule holds braces: `{name}`"),
                "put the labels below `labels`; an expression belongs into `expr`".to_owned(),
            );
            self.fault(FaultKind::Name, place.value, "record", name, said);
        } else if !valid_name(name, true) && !self.source.templated {
            let said = (
                format!("`{name}` is not a metric name that every server takes"),
                "use letters, digits, `_` and `:`, no digit first; the newest Prometheus takes other names, in quotes".to_owned(),
            );
            self.fault(FaultKind::Name, place.value, "record", name, said);
            self.newer();
        }
    }

    fn newer(&mut self) {
        if let Some(fault) = self.reader.read.file.faults.last_mut() {
            fault.newer_accept = true;
        }
    }

    fn mapping(&mut self, field: &Field<'_>) {
        let at = self.text.span(field.value);
        let Some(mapping) = field.value.as_mapping() else {
            let said = (
                format!("`{}` is not a mapping", field.name),
                format!("write `{}` as keys with values", field.name),
            );
            return self.fault(FaultKind::Schema, at, field.name, "", said);
        };
        let recording = self
            .name
            .as_ref()
            .is_some_and(|n| n.0 == RuleKind::Recording);
        if recording && field.name == "annotations" && !mapping.entries.is_empty() {
            let said = (
                "a recording rule has `annotations`".to_owned(),
                "take them out, or make a comment of them".to_owned(),
            );
            return self.fault(
                FaultKind::Schema,
                self.text.span(field.key),
                field.name,
                "",
                said,
            );
        }
        for inner in fields(self.text.document, mapping) {
            let key = format!("{}.{}", field.name, inner.name);
            let place = FieldPlace {
                key: self.text.span(inner.key),
                value: self.text.span(inner.value),
            };
            self.source.fields.insert(key.clone(), place);
            self.label_name(&key, &inner, place);
            let Some(value) = inner.value.as_text() else {
                let said = (
                    format!("`{key}` is not a text"),
                    format!("make `{key}` a single value, in quotes"),
                );
                self.fault(FaultKind::Schema, place.value, &key, "", said);
                continue;
            };
            if self.kubernetes && not_a_string(&inner) {
                let said = (
                    format!("`{key}` is a number or a boolean, and Kubernetes refuses the object"),
                    format!("put the value in quotes: `\"{value}\"`"),
                );
                self.fault(FaultKind::Schema, place.value, &key, value, said);
            }
            let all = if field.name == "labels" {
                &mut self.rule.labels
            } else {
                &mut self.rule.annotations
            };
            all.insert(
                inner.name.to_owned(),
                if inner.is_null() {
                    String::new()
                } else {
                    value.to_owned()
                },
            );
        }
    }

    fn label_name(&mut self, key: &str, inner: &Field<'_>, place: FieldPlace) {
        let name = inner.name;
        if self.text.mask.touches(&inner.key.span) {
            return;
        }
        let kind = if key.starts_with("labels") {
            "label"
        } else {
            "annotation"
        };
        if name.is_empty() || (kind == "label" && name == "__name__") {
            let said = (
                format!("`{name}` cannot be the name of a {kind} of a rule"),
                "choose another name".to_owned(),
            );
            self.fault(FaultKind::Name, place.key, key, name, said);
        } else if !valid_name(name, false) {
            let said = (
                format!("`{name}` is not a {kind} name that every server takes"),
                "use letters, digits and `_`, no digit first; only the newest Prometheus takes other names".to_owned(),
            );
            self.fault(FaultKind::Name, place.key, key, name, said);
            self.newer();
        }
    }
}

/// What Prometheus before version 3 takes as the name of a label, or of a metric.
fn valid_name(name: &str, metric: bool) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || (metric && c == ':');
    !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether YAML reads the value as something else than a text.
fn not_a_string(field: &Field<'_>) -> bool {
    let Some(scalar) = field
        .value
        .as_scalar()
        .filter(|s| s.style == ScalarStyle::Plain)
    else {
        return false;
    };
    if field.value.tag.is_some() {
        return false;
    }
    let text = &*scalar.text;
    matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
        || (text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.parse::<f64>().is_ok())
}

/// Notes a text that is not a duration.
pub(super) fn bad_duration(
    reader: &mut Reader,
    field: &Field<'_>,
    text: &Text<'_>,
    about: About<'_>,
) {
    let value = field.value.as_text().unwrap_or_default();
    let action = match value.trim() {
        number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            format!("say the unit: `{number}s` or `{number}m`")
        }
        _ => "write numbers with units, the largest first: `90s`, `5m`, `1h30m`, `2d`".to_owned(),
    };
    let said = (
        format!("`{}: {value}` is not a duration", field.name),
        action,
    );
    reader.fault(
        FaultKind::Duration,
        text.span(field.value),
        about,
        value,
        said,
    );
}
