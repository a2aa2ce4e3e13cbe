//! From the report's own types to those of the format.

use std::collections::BTreeMap;

use super::*;
use crate::check::{Confidence, Evidence, Finding, Impact, Location, NotEvaluated, Subject};
use crate::fix::Fix;
use crate::render::words;
use crate::report::{FixOutputs, PlatformSummary, Report, Reported, Summary, Suppressed};

impl<'a> From<&'a Report> for Document<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            snapshot: SnapshotPart {
                captured_at: words::rfc3339(report.captured_at),
                window: report.window.to_string(),
                sources: &report.sources,
                platform: report.platform.as_ref().map(PlatformPart::from),
            },
            summary: report.summary.into(),
            findings: report.findings.iter().map(FindingPart::from).collect(),
            not_evaluated: report.not_evaluated.iter().map(Into::into).collect(),
            suppressed: report.suppressed.iter().map(Into::into).collect(),
            gaps: &report.gaps,
        }
    }
}

impl<'a> From<&'a PlatformSummary> for PlatformPart<'a> {
    fn from(p: &'a PlatformSummary) -> Self {
        Self {
            name: &p.name,
            managed_control_plane: p.managed_control_plane,
            confidence: &p.confidence,
            signals: &p.signals,
        }
    }
}

impl From<Summary> for SummaryPart {
    fn from(s: Summary) -> Self {
        Self {
            critical: s.critical,
            warning: s.warning,
            info: s.info,
            suppressed: s.suppressed,
            not_evaluated: s.not_evaluated,
            files: s.files,
            rules: s.rules,
            workloads: s.workloads,
        }
    }
}

impl<'a> From<&'a Reported> for FindingPart<'a> {
    fn from(reported: &'a Reported) -> Self {
        let f: &Finding = &reported.finding;
        Self {
            check: &f.check,
            fingerprint: f.fingerprint(),
            severity: f.severity.as_str(),
            confidence: (&f.confidence).into(),
            subject: (&f.subject).into(),
            location: f.location.as_ref().map(LocationPart::from),
            what: &f.what,
            why: &f.why,
            action: &f.action,
            evidence: f.evidence.iter().map(EvidencePart::from).collect(),
            impact: f
                .impact
                .as_ref()
                .map(ImpactPart::from)
                .filter(ImpactPart::says_something),
            fixes: reported.fixes().map(FixPart::from).collect(),
        }
    }
}

impl<'a> From<&'a Confidence> for ConfidencePart<'a> {
    fn from(c: &'a Confidence) -> Self {
        Self {
            level: c.level.as_str(),
            because: &c.because,
        }
    }
}

impl<'a> From<&'a Subject> for SubjectPart<'a> {
    fn from(s: &'a Subject) -> Self {
        Self {
            kind: s.kind.as_str(),
            namespace: s.namespace.as_deref(),
            workload: s.workload.as_deref(),
            container: s.container.as_deref(),
            alert: s.alert.as_deref(),
            group: s.group.as_deref(),
            source: s.source.as_deref(),
        }
    }
}

impl<'a> From<&'a Location> for LocationPart<'a> {
    fn from(l: &'a Location) -> Self {
        Self {
            path: &l.path,
            line: l.line,
            column: l.column,
            end_line: l.end_line,
            end_column: l.end_column,
        }
    }
}

impl<'a> From<&'a Evidence> for EvidencePart<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        match evidence {
            Evidence::Measured {
                query,
                window,
                value,
                unit,
                label,
            } => Self::Measured {
                query,
                window: window.map(|w| w.to_string()),
                value: Number::finite(*value),
                unit: unit.as_str(),
                label,
            },
            Evidence::Field {
                object,
                path,
                value,
            } => Self::Field {
                object,
                path,
                value,
            },
            Evidence::Quoted { path, line, text } => Self::Quoted {
                path,
                line: *line,
                text,
            },
            Evidence::Computed {
                label,
                formula,
                result,
                unit,
            } => Self::Computed {
                label,
                formula,
                result: Number::finite(*result),
                unit: unit.as_str(),
            },
            Evidence::Known { entry, url } => Self::Known { entry, url },
        }
    }
}

impl From<&Impact> for ImpactPart {
    fn from(i: &Impact) -> Self {
        let number = |value: Option<f64>| value.and_then(Number::finite);
        Self {
            notifications_per_week_before: number(i.notifications_per_week_before),
            notifications_per_week_after: number(i.notifications_per_week_after),
            cpu_cores: number(i.cpu_cores),
            memory_bytes: i.memory_bytes,
        }
    }
}

impl<'a> From<(&'a Fix, Option<&'a FixOutputs>)> for FixPart<'a> {
    fn from((fix, outputs): (&'a Fix, Option<&'a FixOutputs>)) -> Self {
        let texts = |map: &'a BTreeMap<&'static str, String>| {
            map.iter().map(|(k, v)| (*k, v.as_str())).collect()
        };
        Self {
            title: &fix.title,
            applicability: fix.applicability.as_str(),
            expected: &fix.expected,
            rollback: &fix.rollback,
            preconditions: &fix.preconditions,
            outputs: outputs.map(|o| texts(&o.texts)).unwrap_or_default(),
            refused: outputs.map(|o| texts(&o.refused)).unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a NotEvaluated> for NotEvaluatedPart<'a> {
    fn from(n: &'a NotEvaluated) -> Self {
        Self {
            check: &n.check,
            subject: &n.subject,
            because: &n.because,
        }
    }
}

impl<'a> From<&'a Suppressed> for SuppressedPart<'a> {
    fn from(s: &'a Suppressed) -> Self {
        Self {
            check: &s.check,
            fingerprint: &s.fingerprint,
            by: s.by,
            reason: &s.reason,
            subject: &s.subject,
            severity: s.severity.as_str(),
        }
    }
}
