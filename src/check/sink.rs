//! Where a check puts what it has to say.

use super::{Draft, Finding, Meta, Severity, Subject};

/// A check, or a part of one, that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEvaluated {
    pub check: String,
    pub subject: String,
    pub because: String,
}

/// Collects the findings of one check.
#[derive(Debug)]
pub struct Sink {
    check: &'static str,
    severity: Severity,
    findings: Vec<Finding>,
    not_evaluated: Vec<NotEvaluated>,
}

impl Sink {
    /// An empty sink for one check.
    #[must_use]
    pub fn new(check: &'static str, meta: &Meta) -> Self {
        Self {
            check,
            severity: meta.severity,
            findings: Vec::new(),
            not_evaluated: Vec::new(),
        }
    }

    /// Reports with the check's own severity.
    pub fn report(&mut self, draft: Draft) {
        self.report_as(self.severity, draft);
    }

    /// Reports with a severity decided by what was measured.
    pub fn report_as(&mut self, severity: Severity, draft: Draft) {
        let Draft(finding) = draft;
        debug_assert!(
            ![&finding.what, &finding.why, &finding.action]
                .iter()
                .any(|t| t.trim().is_empty()),
            "{}: a finding says what, why and what to do",
            self.check
        );
        self.findings.push(Finding {
            check: self.check.to_owned(),
            severity,
            ..finding
        });
    }

    /// Says that something could not be evaluated, and why.
    pub fn not_evaluated(&mut self, subject: &Subject, because: impl Into<String>) {
        self.not_evaluated.push(NotEvaluated {
            check: self.check.to_owned(),
            subject: subject.to_string(),
            because: because.into(),
        });
    }

    /// Everything said, in the order it was said.
    #[must_use]
    pub fn finish(self) -> (Vec<Finding>, Vec<NotEvaluated>) {
        (self.findings, self.not_evaluated)
    }
}
