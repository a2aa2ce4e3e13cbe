//! Findings, and the builder that refuses incomplete ones.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Evidence, Subject};
use crate::fix::Fix;
use crate::model::Span;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Reads a severity's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Critical]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How sure a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Low,
    Medium,
    High,
}

impl Level {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How sure a check is, and the reason why it is not surer (or why it is sure).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confidence {
    pub level: Level,
    pub because: String,
}

impl Confidence {
    /// High confidence.
    pub fn high(because: impl Into<String>) -> Self {
        Self {
            level: Level::High,
            because: because.into(),
        }
    }

    /// Medium confidence.
    pub fn medium(because: impl Into<String>) -> Self {
        Self {
            level: Level::Medium,
            because: because.into(),
        }
    }

    /// Low confidence.
    pub fn low(because: impl Into<String>) -> Self {
        Self {
            level: Level::Low,
            because: because.into(),
        }
    }
}

/// A place in a file of the user's. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    pub path: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

impl Location {
    /// A stretch of a file.
    #[must_use]
    pub fn of(path: &str, span: Span) -> Self {
        let Span {
            line,
            column,
            end_line,
            end_column,
        } = span;
        Self {
            path: path.to_owned(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// What applying the first fix changes, cluster-wide. Absent members are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impact {
    pub notifications_per_week_before: Option<f64>,
    pub notifications_per_week_after: Option<f64>,
    /// Change of requested CPU in cores, all replicas together.
    pub cpu_cores: Option<f64>,
    /// Change of requested memory in bytes, all replicas together.
    pub memory_bytes: Option<i64>,
}

/// Something found, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `group/name` of the check.
    pub check: String,
    pub subject: Subject,
    /// Tells apart two findings of one check about one subject; never a number, line or wording.
    pub discriminator: String,
    pub severity: Severity,
    pub confidence: Confidence,
    pub location: Option<Location>,
    /// What was found, one sentence.
    pub what: String,
    /// Why it hurts here, with numbers.
    pub why: String,
    /// What to do.
    pub action: String,
    pub evidence: Vec<Evidence>,
    pub impact: Option<Impact>,
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Identity across runs: a hash of check, subject and discriminator, 32 hex digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.check.as_str(),
            &self.subject.key(),
            &self.discriminator,
        ] {
            hash.update(part.as_bytes());
            hash.update([0xff]);
        }
        hash.finalize()
            .iter()
            .take(16)
            .map(|b| format!("{b:02x}"))
            .collect()
    }
}

/// A finding in the making. What, why, what to do and the first evidence are arguments, so none can be forgotten.
#[derive(Clone, Debug)]
pub struct Draft(pub(super) Finding);

impl Draft {
    /// Starts a finding. The check's id and default severity are filled in by the sink.
    pub fn new(
        subject: Subject,
        confidence: Confidence,
        what: impl Into<String>,
        why: impl Into<String>,
        action: impl Into<String>,
        first_evidence: Evidence,
    ) -> Self {
        Self(Finding {
            check: String::new(),
            subject,
            discriminator: String::new(),
            severity: Severity::Info,
            confidence,
            location: None,
            what: what.into(),
            why: why.into(),
            action: action.into(),
            evidence: vec![first_evidence],
            impact: None,
            fixes: Vec::new(),
        })
    }

    /// Adds evidence.
    #[must_use]
    pub fn evidence(mut self, more: impl IntoIterator<Item = Evidence>) -> Self {
        self.0.evidence.extend(more);
        self
    }

    /// Tells this finding apart from another one of the same check about the same subject.
    #[must_use]
    pub fn about(mut self, discriminator: impl Into<String>) -> Self {
        self.0.discriminator = discriminator.into();
        self
    }

    /// States the cluster-wide effect of the first fix.
    #[must_use]
    pub fn impact(mut self, impact: Impact) -> Self {
        self.0.impact = Some(impact);
        self
    }

    /// Offers a fix; the first one offered is the recommended one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.0.fixes.extend(fix.into());
        self
    }

    /// Says where in the user's files it is.
    #[must_use]
    pub fn at(mut self, location: impl Into<Option<Location>>) -> Self {
        self.0.location = location.into();
        self
    }
}
