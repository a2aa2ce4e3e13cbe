//! Reading a list of groups.

use std::collections::BTreeMap;

use super::fields::{Field, fields};
use super::find::{Holder, Reader, Text};
use super::{keys, rule};
use crate::model::{Dialect, FaultKind, FieldPlace, GroupSource, PromDuration, RuleGroup};
use crate::yaml::{Kind, Node};

/// Reads `groups:`.
pub(super) fn read_groups(reader: &mut Reader, node: &Node, text: &Text<'_>, holder: &Holder) {
    reader.holders += 1;
    let Some(node) = text.document.resolve(node) else {
        return;
    };
    match &node.kind {
        Kind::Sequence(list) => list
            .items
            .iter()
            .for_each(|item| group(reader, item, text, holder)),
        _ if super::fields::is_null(node) => {}
        _ => reader.fault(
            FaultKind::Schema,
            text.span(node),
            ("", None, "groups"),
            "groups",
            (
                "`groups` is not a list".to_owned(),
                "write each group as an item: `- name: …`".to_owned(),
            ),
        ),
    }
}

fn group(reader: &mut Reader, node: &Node, text: &Text<'_>, holder: &Holder) {
    let Some(mapping) = text.document.resolve(node).and_then(Node::as_mapping) else {
        return reader.fault(
            FaultKind::Schema,
            text.span(node),
            ("", None, "groups"),
            "",
            (
                "a group is not a mapping".to_owned(),
                "write it as `- name: …` with `rules:` below".to_owned(),
            ),
        );
    };
    let all = fields(text.document, mapping);
    let name = all
        .iter()
        .find(|f| f.name == "name")
        .and_then(|f| f.value.as_text())
        .unwrap_or_default()
        .to_owned();
    let mut dialect = holder.dialect;
    if all.iter().any(|f| keys::is_victoria_group_key(f.name)) {
        dialect = Dialect::Victoria;
    }
    let mut read = Group {
        name,
        interval: None,
        labels: BTreeMap::new(),
        rules: None,
        limit: None,
    };
    let mut places = BTreeMap::new();
    for field in &all {
        places.insert(
            field.name.to_owned(),
            FieldPlace {
                key: text.span(field.key),
                value: text.span(field.value),
            },
        );
        read.field(reader, field, text, dialect);
    }
    if read.name.is_empty() {
        reader.fault(
            FaultKind::Schema,
            text.span(node),
            ("", None, "name"),
            "",
            (
                "a group has no name".to_owned(),
                "give it a `name`, unlike that of any other group of the file".to_owned(),
            ),
        );
    }
    if dialect == Dialect::Victoria && holder.dialect != Dialect::Victoria {
        let line = text.span(node).line;
        reader.read.file.notes.push((
            line,
            format!(
                "group {}: for VictoriaMetrics; Prometheus refuses its keys",
                read.name
            ),
        ));
    }
    let rules = read.rules.and_then(Node::as_sequence);
    let rules = rules.iter().flat_map(|s| &s.items);
    let rules = rules
        .filter_map(|item| rule::read(reader, item, text, &read.name, (dialect, holder.kubernetes)))
        .collect();
    let source = GroupSource {
        path: reader.read.file.path.clone(),
        span: text.span(node),
        fields: places,
        labels: read.labels,
        dialect,
        holder: reader.holders,
    };
    reader.read.groups.push(RuleGroup {
        name: read.name,
        file: reader.read.file.path.clone(),
        interval: read.interval,
        object: holder.object.clone(),
        rules,
        source: Some(Box::new(source)),
    });
}

struct Group<'t> {
    name: String,
    interval: Option<PromDuration>,
    labels: BTreeMap<String, String>,
    rules: Option<&'t Node>,
    limit: Option<&'t str>,
}

impl<'t> Group<'t> {
    fn field(&mut self, reader: &mut Reader, field: &Field<'t>, text: &Text<'_>, dialect: Dialect) {
        let about = (self.name.as_str(), None, field.name);
        let wrong = |wanted: &str| {
            (
                format!("`{}` of a group is not {wanted}", field.name),
                format!("make `{}` {wanted}", field.name),
            )
        };
        let scalar = field.value.as_text();
        let shown = scalar.unwrap_or_default();
        let at = text.span(field.value);
        if text.mask.touches(&field.value.span) && field.name != "rules" {
            return;
        }
        match field.name {
            _ if field.is_null() => {}
            "rules" if field.value.as_sequence().is_none() => {
                reader.fault(FaultKind::Schema, at, about, shown, wrong("a list"));
            }
            "rules" => self.rules = Some(field.value),
            "labels" => {
                let labels = field.value.as_mapping().map(|m| fields(text.document, m));
                match labels {
                    Some(labels) => {
                        let pairs = labels.iter().filter_map(|f| {
                            Some((f.name.to_owned(), f.value.as_text()?.to_owned()))
                        });
                        self.labels = pairs.collect();
                    }
                    None => reader.fault(FaultKind::Schema, at, about, shown, wrong("a mapping")),
                }
            }
            "interval" | "query_offset" | "evaluation_delay" => match scalar
                .map(PromDuration::parse)
            {
                Some(Some(duration)) if field.name == "interval" => self.interval = Some(duration),
                Some(Some(_)) => {}
                Some(None) => rule::bad_duration(reader, field, text, about),
                None => reader.fault(FaultKind::Schema, at, about, shown, wrong("a duration")),
            },
            "limit" => {
                self.limit = scalar;
                if scalar.is_none_or(|s| s.parse::<i64>().is_err()) {
                    reader.fault(FaultKind::Schema, at, about, shown, wrong("a whole number"));
                }
            }
            "name" if scalar.is_none() => {
                reader.fault(FaultKind::Schema, at, about, "", wrong("a text"))
            }
            key if !keys::is_group_key(key, dialect == Dialect::Victoria) => {
                let said = (
                    format!("`{key}` is not a key of a group"),
                    keys::advice_for_group(key),
                );
                reader.fault(FaultKind::Schema, text.span(field.key), about, key, said);
            }
            _ => {}
        }
    }
}
