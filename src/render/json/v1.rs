//! The types of `promtune.dev/report/v1`. Frozen: members may be added, never renamed, removed or given another
//! meaning. Absent members are omitted.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

mod convert;

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

impl ImpactPart {
    fn says_something(&self) -> bool {
        self.notifications_per_week_before.is_some()
            || self.notifications_per_week_after.is_some()
            || self.cpu_cores.is_some()
            || self.memory_bytes.is_some()
    }
}
