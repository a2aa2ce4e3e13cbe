//! What could not be read, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something a source was asked for and could not deliver. A gap turns into *not evaluated: because …* in the report;
/// it never ends a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// What was wanted, as in `query:cpu-usage-p95`, `kubernetes:pods`, `file:rules/a.yaml`.
    pub wanted: String,
    /// The part of it that is missing: a namespace, a file, a shard; empty when all of it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// One sentence: the cause and, where there is one, the next step.
    pub because: String,
}

impl Gap {
    /// A gap that covers all of `wanted`.
    pub fn new(wanted: impl Into<String>, because: impl Into<String>) -> Self {
        Self {
            wanted: wanted.into(),
            part: String::new(),
            because: because.into(),
        }
    }

    /// Names the missing part.
    #[must_use]
    pub fn in_part(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }
}

/// One line for people: the file or part, then the cause.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self
            .wanted
            .strip_prefix("file:")
            .filter(|file| !self.because.contains(file));
        for place in [file.unwrap_or_default(), &self.part] {
            if !place.is_empty() {
                write!(f, "{place}: ")?;
            }
        }
        let words: Vec<&str> = self.because.split_whitespace().collect();
        f.write_str(&words.join(" "))
    }
}
