//! Findings about rules in files.

use super::{Confidence, Severity};
use super::{Context, Draft, Evidence, Location, Sink, Subject};
use crate::facts::WrittenRule;
use crate::model::{FaultKind, RuleFault, RuleKind, Span};

impl WrittenRule<'_> {
    /// The rule as the subject of a finding.
    #[must_use]
    pub fn subject(&self) -> Subject {
        subject(self.rule.kind, &self.rule.name, &self.group.name)
    }

    /// A place in the rule's file.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        Location::of(&self.at.path, span)
    }

    /// The value of a key, else the rule's name.
    #[must_use]
    pub fn value_of(&self, key: &str) -> Location {
        self.location(self.at.value(key))
    }

    /// The expression as written.
    #[must_use]
    pub fn quoted(&self) -> Evidence {
        let line = Some(self.at.expr.span.line);
        Evidence::quoted(self.at.path.clone(), line, self.rule.expr.trim())
    }

    /// Tells rules of one name and group apart: by severity, or by all labels of a recording rule.
    #[must_use]
    pub fn variant(&self) -> String {
        match self.rule.kind {
            RuleKind::Alerting => self.label("severity").unwrap_or_default().to_owned(),
            RuleKind::Recording => {
                let pairs: Vec<String> = self
                    .rule
                    .labels
                    .iter()
                    .map(|(k, v)| format!("{k}={v}"))
                    .collect();
                pairs.join(",")
            }
        }
    }

    /// A finding about the rule at one of its places.
    pub fn draft(
        &self,
        at: Span,
        what: impl Into<String>,
        why: impl Into<String>,
        action: impl Into<String>,
    ) -> Draft {
        let sure = Confidence::high("the file says so");
        Draft::new(self.subject(), sure, what, why, action, self.quoted())
            .about(self.variant())
            .at(self.location(at))
    }
}

fn subject(kind: RuleKind, name: &str, group: &str) -> Subject {
    match kind {
        RuleKind::Alerting => Subject::alert(name, group),
        RuleKind::Recording => Subject::recording_rule(name, group),
    }
}

/// Reports what the reader of rule files found wrong, of one kind; `why` says what becomes of such a file.
pub fn fault(
    cx: &Context<'_>,
    out: &mut Sink,
    kind: FaultKind,
    why: impl Fn(&RuleFault) -> &'static str,
) {
    for file in &cx.facts.snapshot.rule_files {
        for fault in file.faults.iter().filter(|f| f.kind == kind) {
            let subject = match &fault.rule {
                Some((kind, name)) => subject(*kind, name, &fault.group),
                None if fault.group.is_empty() => {
                    Subject::named(super::SubjectKind::File, &file.path)
                }
                None => Subject::group(&fault.group),
            };
            let sure = Confidence::high("the file says so");
            let quoted =
                Evidence::quoted(file.path.clone(), Some(fault.at.line), fault.text.clone());
            let draft = Draft::new(
                subject,
                sure,
                fault.what.clone(),
                why(fault),
                fault.action.clone(),
                quoted,
            )
            .about(fault.key.clone())
            .at(Location::of(&file.path, fault.at));
            if fault.newer_accept {
                out.report_as(Severity::Warning, draft);
            } else {
                out.report(draft);
            }
        }
    }
}
