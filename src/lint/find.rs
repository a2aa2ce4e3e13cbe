//! Where in a file rules are.

use std::collections::BTreeMap;

use super::fields::{fields, is_null};
use super::helm::{self, Mask};
use super::places::Places;
use super::{Read, group};
use crate::model::{Dialect, FaultKind, RuleFault, RuleFile, RuleObject, Span};
use crate::yaml::{Document, FaultKind as YamlFault, Kind, Mapping, Node, Stream};

/// Values files nest charts; deeper than this nobody puts rules.
const VALUES_DEPTH: usize = 4;

/// One text of a file that holds rules, and how to say where.
pub(super) struct Text<'t> {
    pub(super) document: &'t Document,
    pub(super) source: &'t str,
    pub(super) places: &'t Places<'t>,
    pub(super) mask: &'t Mask,
}

impl Text<'_> {
    pub(super) fn span(&self, node: &Node) -> Span {
        self.places.node(self.source, node)
    }
}

/// What holds groups.
#[derive(Clone, Default)]
pub(super) struct Holder {
    pub(super) object: Option<RuleObject>,
    pub(super) dialect: Dialect,
    /// Whether it is a file that Prometheus reads as it is, or an object that Kubernetes checks.
    pub(super) kubernetes: bool,
}

/// Collects the rules of one file.
pub(super) struct Reader {
    pub(super) read: Read,
    pub(super) holders: u32,
}

impl Reader {
    pub(super) fn new(path: &str) -> Self {
        let file = RuleFile {
            path: path.to_owned(),
            ..RuleFile::default()
        };
        Self {
            read: Read {
                groups: Vec::new(),
                file,
            },
            holders: 0,
        }
    }

    pub(super) fn finish(self) -> Read {
        self.read
    }

    /// Reads every document of a text.
    pub(super) fn stream(
        &mut self,
        stream: &Stream,
        source: &str,
        places: &Places<'_>,
        mask: &Mask,
    ) {
        for document in &stream.documents {
            if document.is_template() {
                self.template(document, source, places);
                continue;
            }
            for fault in &document.faults {
                self.yaml_fault(fault, document, source, places);
            }
            if let Some(root) = &document.root {
                self.node(
                    root,
                    &Text {
                        document,
                        source,
                        places,
                        mask,
                    },
                    0,
                );
            }
        }
    }

    /// A document of a chart: read with its template actions blanked out, when that gives YAML.
    fn template(&mut self, document: &Document, source: &str, places: &Places<'_>) {
        let at = document
            .faults
            .first()
            .map_or(document.start, |f| f.position);
        let line = u32::try_from(at.line).unwrap_or(u32::MAX);
        let (text, mask) = helm::blanked(source);
        // Only this document: everything before and behind it becomes blank.
        let alone: String = text
            .char_indices()
            .flat_map(|(i, c)| {
                let keep = document.span.contains(&i) || c == '\n';
                std::iter::repeat_n(
                    if keep { c } else { ' ' },
                    if keep { 1 } else { c.len_utf8() },
                )
            })
            .collect();
        let stream = Stream::parse(&alone);
        let readable = stream.documents.iter().all(|d| d.faults.is_empty());
        if readable {
            self.stream(&stream, &alone, places, &mask);
        }
        let what = if readable {
            "Helm template: rules are read as far as they stand outside of its actions"
        } else {
            "Helm template: not read; give what `helm template` prints"
        };
        self.read.file.notes.push((line, what.to_owned()));
    }

    fn yaml_fault(
        &mut self,
        fault: &crate::yaml::Fault,
        document: &Document,
        source: &str,
        places: &Places<'_>,
    ) {
        let line = source
            .lines()
            .nth(fault.position.line.saturating_sub(1))
            .unwrap_or_default();
        let skip: usize = line
            .chars()
            .take(fault.position.column.saturating_sub(1))
            .map(char::len_utf8)
            .sum();
        let breaks = source
            .bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .map(|(i, _)| i + 1);
        let start = std::iter::once(0)
            .chain(breaks)
            .nth(fault.position.line.saturating_sub(1))
            .unwrap_or_default();
        let from = (start + skip).min(source.len());
        let word = line.get(skip..).unwrap_or_default();
        let word = word.split([' ', ':', ',']).next().unwrap_or_default();
        let duplicate = fault.kind == YamlFault::DuplicateKey;
        if duplicate && !holds_rules(document) {
            // Not a file of rules: whoever reads it decides.
            return;
        }
        self.read.file.faults.push(RuleFault {
            kind: if duplicate { FaultKind::Schema } else { FaultKind::Unreadable },
            at: places.span(from, from + word.len()),
            group: String::new(),
            rule: None,
            key: if duplicate { word.to_owned() } else { String::new() },
            what: fault.message.clone(),
            action: if duplicate {
                format!("keep one `{word}`: Prometheus refuses the file, other readers drop one of them silently")
            } else {
                "correct it: nothing of this document is read".to_owned()
            },
            text: line.trim().to_owned(),
            newer_accept: false,
        });
    }

    /// Reads a document, or an item of a list.
    fn node(&mut self, node: &Node, text: &Text<'_>, depth: usize) {
        let Some(mapping) = text.document.resolve(node).and_then(Node::as_mapping) else {
            return;
        };
        let entry = |key: &str| {
            mapping
                .entry(key)
                .and_then(|e| text.document.resolve(&e.value))
        };
        let word = |key: &str| entry(key).and_then(Node::as_text).unwrap_or_default();
        match (word("apiVersion"), word("kind")) {
            ("", "") => self.plain(node, mapping, text),
            (_, "ConfigMap") => self.config_map(mapping, text),
            (api, "PrometheusRule" | "VMRule") => {
                self.object(mapping, text, api.contains("victoriametrics"))
            }
            (api, "Rules" | "ClusterRules" | "GlobalRules")
                if api.starts_with("monitoring.googleapis.com") =>
            {
                self.object(mapping, text, false);
            }
            (_, kind) if kind.ends_with("List") && depth < 4 => {
                let items = entry("items").and_then(Node::as_sequence);
                for item in items.iter().flat_map(|s| &s.items) {
                    self.node(item, text, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// A rule object of an operator.
    fn object(&mut self, mapping: &Mapping, text: &Text<'_>, victoria: bool) {
        let get = |m: &'_ Mapping, key: &str| m.entry(key).map(|e| e.value.clone());
        let metadata = get(mapping, "metadata");
        let metadata = metadata.as_ref().and_then(Node::as_mapping);
        let word = |key: &str| {
            metadata
                .and_then(|m| m.entry(key))
                .and_then(|e| e.value.as_text())
                .unwrap_or_default()
                .to_owned()
        };
        let labels = metadata
            .and_then(|m| m.entry("labels"))
            .and_then(|e| e.value.as_mapping());
        let labels: BTreeMap<_, _> = labels
            .iter()
            .flat_map(|m| fields(text.document, m))
            .filter_map(|f| Some((f.name.into(), f.value.as_text()?.into())))
            .collect();
        let object = RuleObject {
            namespace: word("namespace"),
            name: word("name"),
            labels,
        };
        let dialect = if victoria {
            Dialect::Victoria
        } else {
            Dialect::Prometheus
        };
        let holder = Holder {
            object: Some(object),
            dialect,
            kubernetes: true,
        };
        let spec = mapping
            .entry("spec")
            .and_then(|e| text.document.resolve(&e.value))
            .and_then(Node::as_mapping);
        if let Some(groups) = spec.and_then(|s| s.entry("groups")) {
            group::read_groups(self, &groups.value, text, &holder);
        }
    }

    /// A ConfigMap whose values are rule files.
    fn config_map(&mut self, mapping: &Mapping, text: &Text<'_>) {
        let data = mapping
            .entry("data")
            .and_then(|e| text.document.resolve(&e.value))
            .and_then(Node::as_mapping);
        for entry in data.iter().flat_map(|m| &m.entries) {
            let file = entry.key.as_text().is_some_and(|k| k.contains('.'));
            let Some(value) = entry
                .value
                .as_text()
                .filter(|v| file && v.contains("groups:"))
            else {
                continue;
            };
            let stream = Stream::parse(value);
            // Any text may hold that word; only a text that is rules is looked into.
            if stream
                .documents
                .iter()
                .any(|d| d.faults.is_empty() && holds_rules(d))
            {
                let places = Places::of_value(text.source, &entry.value, text.places);
                self.stream(&stream, value, &places, &Mask::none());
            }
        }
    }

    /// A mapping that is no Kubernetes object: a rule file, or values of a chart.
    fn plain(&mut self, node: &Node, mapping: &Mapping, text: &Text<'_>) {
        if looks_like_rules(text.document, mapping) {
            self.unknown_keys(mapping, text);
            if let Some(groups) = mapping.entry("groups") {
                group::read_groups(self, &groups.value, text, &Holder::default());
            }
        } else {
            self.values(node, text, 0);
        }
    }

    fn unknown_keys(&mut self, mapping: &Mapping, text: &Text<'_>) {
        // `namespace` is what mimirtool and cortextool keep there.
        for field in fields(text.document, mapping)
            .iter()
            .filter(|f| !matches!(f.name, "groups" | "namespace"))
        {
            self.fault(FaultKind::Schema, text.span(field.key), ("", None, field.name), field.name, (
                format!("`{}` is not a key of a rule file", field.name),
                format!("take `{}` out: a rule file has nothing but `groups`, and Prometheus refuses the file", field.name),
            ));
        }
    }

    /// Values of kube-prometheus-stack, prometheus and charts that hold them.
    fn values(&mut self, node: &Node, text: &Text<'_>, depth: usize) {
        let Some(mapping) = text.document.resolve(node).and_then(Node::as_mapping) else {
            return;
        };
        for field in fields(text.document, mapping) {
            match (field.name, &field.value.kind) {
                ("additionalPrometheusRulesMap" | "serverFiles", Kind::Mapping(files)) => {
                    for file in fields(text.document, files) {
                        self.groups_of(file.value, text);
                    }
                }
                ("additionalPrometheusRules", Kind::Sequence(list)) => {
                    list.items
                        .iter()
                        .for_each(|item| self.groups_of(item, text));
                }
                (_, Kind::Mapping(_)) if depth < VALUES_DEPTH => {
                    self.values(field.value, text, depth + 1)
                }
                _ => {}
            }
        }
    }

    fn groups_of(&mut self, node: &Node, text: &Text<'_>) {
        let mapping = text.document.resolve(node).and_then(Node::as_mapping);
        if let Some(groups) = mapping.and_then(|m| m.entry("groups")) {
            group::read_groups(
                self,
                &groups.value,
                text,
                &Holder {
                    kubernetes: true,
                    ..Holder::default()
                },
            );
        }
    }

    /// Notes something wrong. `about` names group, rule and key; `said` is what is wrong and what to do.
    pub(super) fn fault(
        &mut self,
        kind: FaultKind,
        at: Span,
        about: (&str, Option<(crate::model::RuleKind, String)>, &str),
        text: &str,
        said: (String, String),
    ) {
        self.read.file.faults.push(RuleFault {
            kind,
            at,
            group: about.0.to_owned(),
            rule: about.1,
            key: about.2.to_owned(),
            what: said.0,
            action: said.1,
            text: text.to_owned(),
            newer_accept: false,
        });
    }
}

fn holds_rules(document: &Document) -> bool {
    let root = document.root.as_ref().and_then(Node::as_mapping);
    root.is_some_and(|m| {
        looks_like_rules(document, m)
            || m.entry("spec").is_some_and(|e| {
                e.value
                    .as_mapping()
                    .is_some_and(|s| s.entry("groups").is_some())
            })
    })
}

/// Whether a mapping is a rule file: it has `groups`, and what these are does not speak against it.
fn looks_like_rules(document: &Document, mapping: &Mapping) -> bool {
    let Some(groups) = mapping
        .entry("groups")
        .and_then(|e| document.resolve(&e.value))
    else {
        return false;
    };
    if mapping.entry("kind").is_some() {
        return false;
    }
    let only = mapping
        .entries
        .iter()
        .all(|e| matches!(e.key.as_text(), Some("groups" | "namespace")));
    match &groups.kind {
        Kind::Sequence(list) => {
            let has_rules = |n: &Node| {
                document
                    .resolve(n)
                    .and_then(Node::as_mapping)
                    .is_some_and(|m| m.entry("rules").is_some())
            };
            list.items.iter().any(has_rules) || (only && !list.items.is_empty())
        }
        _ => only && !is_null(groups),
    }
}
