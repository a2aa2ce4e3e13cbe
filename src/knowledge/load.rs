//! Reads and checks `rulesets/`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::catalog::QuerySpec;
use super::defaults::DefaultSpec;
use super::platform::{PlatformSpec, Provenance};
use super::{Component, Defaults, PlatformProfile, QueryCatalog};
use crate::yaml;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/rulesets.rs"));
    pub(super) fn files() -> &'static [(&'static str, &'static str)] {
        EMBEDDED
    }
}

/// Everything known.
#[derive(Clone, Debug)]
pub struct Knowledge {
    pub queries: QueryCatalog,
    pub defaults: Defaults,
    /// By precedence, then id.
    pub platforms: Vec<PlatformProfile>,
    pub components: Vec<Component>,
}

/// A ruleset that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ruleset {file}: {why}")]
pub struct KnowledgeError {
    pub file: String,
    pub why: String,
}

impl KnowledgeError {
    pub(super) fn new(file: &str, why: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            why: why.into(),
        }
    }
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Deserialize)]
struct CatalogFile {
    queries: Vec<QuerySpec>,
}

#[derive(Deserialize)]
struct DefaultsFile {
    defaults: Vec<DefaultSpec>,
}

#[derive(Deserialize)]
struct ComponentsFile {
    components: Vec<Component>,
    provenance: Provenance,
}

impl Knowledge {
    /// The rulesets compiled into the binary.
    ///
    /// # Errors
    /// When one of them is invalid, which the tests rule out for a released binary.
    pub fn embedded() -> Result<Self, KnowledgeError> {
        Self::read(embedded::files().iter().copied())
    }

    /// The same with some thresholds set by the user, by key.
    ///
    /// # Errors
    /// When a key is not a threshold, or its value cannot be read.
    pub fn embedded_with(thresholds: &BTreeMap<String, String>) -> Result<Self, KnowledgeError> {
        let mut knowledge = Self::embedded()?;
        if !thresholds.is_empty() {
            let mut specs = Vec::new();
            for (file, text) in embedded::files() {
                if parse::<Kind>(file, text)?.kind == "Defaults" {
                    specs.extend(parse::<DefaultsFile>(file, text)?.defaults);
                }
            }
            for (key, value) in thresholds {
                let spec = specs.iter_mut().find(|s| s.key == *key).ok_or_else(|| {
                    KnowledgeError::new("defaults.yaml", format!("{key} is not a threshold"))
                })?;
                spec.value.clone_from(value);
            }
            knowledge.defaults = Defaults::read(specs)?;
        }
        Ok(knowledge)
    }

    /// Reads rulesets given as file name and text.
    ///
    /// # Errors
    /// When a file cannot be read, states something unknown, or a part is missing.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, KnowledgeError> {
        let mut queries = QueryCatalog::default();
        let mut defaults = Vec::new();
        let mut platforms = Vec::new();
        let mut components = Vec::new();
        for (file, text) in files {
            match parse::<Kind>(file, text)?.kind.as_str() {
                "QueryCatalog" => queries
                    .queries
                    .extend(parse::<CatalogFile>(file, text)?.queries),
                "Defaults" => defaults.extend(parse::<DefaultsFile>(file, text)?.defaults),
                "PlatformProfile" => {
                    platforms.push(parse::<PlatformSpec>(file, text)?.check(file)?)
                }
                "ComponentProfile" => {
                    let read = parse::<ComponentsFile>(file, text)?;
                    if read.provenance.sources.is_empty() {
                        return Err(KnowledgeError::new(file, "has no source"));
                    }
                    components.extend(read.components);
                }
                other => {
                    return Err(KnowledgeError::new(
                        file,
                        format!("kind {other} is not known"),
                    ));
                }
            }
        }
        platforms.sort_by(|a, b| (a.precedence, &a.id).cmp(&(b.precedence, &b.id)));
        Ok(Self {
            queries,
            defaults: Defaults::read(defaults)?,
            platforms,
            components,
        })
    }

    /// The component whose targets carry one of these `job` values.
    #[must_use]
    pub fn component_of_job(&self, job: &str) -> Option<&Component> {
        self.components
            .iter()
            .find(|c| c.jobs.iter().any(|j| j == job))
    }
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, KnowledgeError> {
    yaml::from_str(text).map_err(|e| KnowledgeError::new(file, e.to_string()))
}
