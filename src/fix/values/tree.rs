//! A tree of values with a reason per block.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fix::ChartVersion;
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{names, text};

/// Values being collected.
#[derive(Debug, Default)]
pub(super) struct Tree {
    values: Map<String, Value>,
    /// By top-level key: sentences for the comment above it.
    comments: BTreeMap<String, Vec<String>>,
    /// The oldest chart that knows all of the values.
    pub(super) least: Option<ChartVersion>,
}

impl Tree {
    /// Sets the value at a path; refused when something else is set there or on the way.
    pub(super) fn set(&mut self, path: &[&str], value: Value, reason: &str) -> Result<(), Refusal> {
        let (Some((last, above)), Some(top)) = (path.split_last(), path.first()) else {
            return refuse("a value has no name");
        };
        self.note(top, reason);
        let mut map = &mut self.values;
        for key in above {
            let next = map.entry(*key).or_insert_with(|| Value::Object(Map::new()));
            map = match next {
                Value::Object(map) => map,
                _ => return refuse(format!("the value {} is set twice", path.join("."))),
            };
        }
        match map.insert((*last).to_owned(), value.clone()) {
            Some(earlier) if earlier != value => {
                refuse(format!("the value {} is set to two things", path.join(".")))
            }
            _ => Ok(()),
        }
    }

    /// The value at a path.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, below) = path.split_first()?;
        below
            .iter()
            .try_fold(self.values.get(*first)?, |value, key| value.get(key))
    }

    /// Adds a sentence above the block of a top-level key.
    pub(super) fn note(&mut self, top: &str, sentence: &str) {
        let all = self.comments.entry(top.to_owned()).or_default();
        if !sentence.is_empty() && !all.iter().any(|s| s == sentence) {
            all.push(sentence.to_owned());
        }
    }

    /// Requires a chart of at least this version.
    pub(super) fn needs(&mut self, version: ChartVersion) {
        self.least = self.least.max(Some(version));
    }

    /// The whole file, under `wrapping` when the chart is a dependency, read back and compared.
    pub(super) fn write(&self, wrapping: Option<&str>, header: &str) -> Result<String, Refusal> {
        if self.values.is_empty() {
            return refuse("nothing of this is a value of kube-prometheus-stack");
        }
        let mut out = header.to_owned();
        let depth = usize::from(wrapping.is_some());
        if let Some(key) = wrapping {
            out.push_str(&text::key(key));
            out.push('\n');
        }
        for (key, value) in &self.values {
            let indent = "  ".repeat(depth);
            for sentence in self.comments.get(key).into_iter().flatten() {
                out.push_str(&names::comment(&indent, sentence));
            }
            let block: Value = [(key.clone(), value.clone())].into_iter().collect();
            out.push_str(&text::yaml_at(&block, depth));
        }
        let whole = Value::Object(self.values.clone());
        let meant = match wrapping {
            Some(key) => [(key.to_owned(), whole)].into_iter().collect(),
            None => whole,
        };
        text::prove(out, &meant)
    }
}
