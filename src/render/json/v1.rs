//! The types of `promtune.dev/report/v1`. Frozen: members may be added, never renamed, removed or given another
//! meaning. Absent members are omitted.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::check::{Confidence, Evidence, Finding, Impact, Location, NotEvaluated, Subject};
use crate::fix::Fix;
use crate::render::words;
use crate::report::{FixOutputs, PlatformSummary, Report, Reported, Summary, Suppressed};

/// The name and version of this format.
pub const SCHEMA: &str = "promtune.dev/report/v1";

/// A whole report.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    snapshot: SnapshotPart<'a>,
    summary: SummaryPart,
    findings: Vec<FindingPart<'a>>,
    not_evaluated: Vec<NotEvaluatedPart<'a>>,
    suppressed: Vec<SuppressedPart<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    gaps: &'a [String],
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct SnapshotPart<'a> {
    captured_at: String,
    window: String,
    sources: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<PlatformPart<'a>>,
}

#[derive(Debug, Serialize)]
struct PlatformPart<'a> {
    name: &'a str,
    managed_control_plane: bool,
    confidence: &'a str,
    signals: &'a [String],
}

#[derive(Debug, Serialize)]
struct SummaryPart {
    critical: usize,
    warning: usize,
    info: usize,
    suppressed: usize,
    not_evaluated: usize,
    files: usize,
    rules: usize,
    workloads: usize,
}

#[derive(Debug, Serialize)]
struct FindingPart<'a> {
    check: &'a str,
    fingerprint: String,
    severity: &'static str,
    confidence: ConfidencePart<'a>,
    subject: SubjectPart<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationPart<'a>>,
    what: &'a str,
    why: &'a str,
    action: &'a str,
    evidence: Vec<EvidencePart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<ImpactPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixPart<'a>>,
}

#[derive(Debug, Serialize)]
struct ConfidencePart<'a> {
    level: &'static str,
    because: &'a str,
}

#[derive(Debug, Serialize)]
struct SubjectPart<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct LocationPart<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum EvidencePart<'a> {
    Measured {
        query: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        window: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Number>,
        unit: &'static str,
        label: &'a str,
    },
    Field {
        object: &'a str,
        path: &'a str,
        value: &'a str,
    },
    Quoted {
        path: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        text: &'a str,
    },
    Computed {
        label: &'a str,
        formula: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Number>,
        unit: &'static str,
    },
    Known {
        entry: &'a str,
        url: &'a str,
    },
}

#[derive(Debug, Serialize)]
struct ImpactPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications_per_week_before: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications_per_week_after: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_cores: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<i64>,
}

#[derive(Debug, Serialize)]
struct FixPart<'a> {
    title: &'a str,
    applicability: &'static str,
    expected: &'a str,
    rollback: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    preconditions: &'a [String],
    outputs: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<&'static str, &'a str>,
}

#[derive(Debug, Serialize)]
struct NotEvaluatedPart<'a> {
    check: &'a str,
    subject: &'a str,
    because: &'a str,
}

#[derive(Debug, Serialize)]
struct SuppressedPart<'a> {
    check: &'a str,
    fingerprint: &'a str,
    by: &'static str,
    reason: &'a str,
    subject: &'a str,
    severity: &'static str,
}

/// A finite number; whole ones are written without a fraction.
#[derive(Clone, Copy, Debug)]
struct Number(f64);

impl Number {
    /// JSON has no NaN and no infinity: such a value is absent.
    fn finite(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Up to 2^53 every whole number is exact in both types.
        if self.0.fract() == 0.0 && self.0.abs() <= 9_007_199_254_740_992.0 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

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
            impact: f.impact.as_ref().map(ImpactPart::from),
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
