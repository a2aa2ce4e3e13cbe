//! # Wrong keys and values in rule files
//!
//! ## What it finds
//! Keys that a rule file, a group or a rule does not have, keys at the wrong level, values of the wrong type, keys
//! that are written twice, rules with both or neither of `alert` and `record`, groups without a name, rules without
//! an expression, annotations on recording rules, and in Kubernetes objects labels that are numbers or booleans.
//!
//! ## Why it hurts
//! Prometheus refuses the whole file, the operator the whole object: every rule in it is gone, or the old version
//! stays loaded while everybody believes in the new one.
//!
//! ## How we decide
//! The keys of groups and rules are those of Prometheus 3, Thanos (`partial_response_strategy`) and Mimir
//! (`source_tenants`, `evaluation_delay`). Objects of the VictoriaMetrics operator, and groups with keys that only
//! vmalert has, may also have vmalert's keys; a note says so.
//!
//! ## When it is wrong
//! - Keys that a server newer than this release knows.
//! - Older servers refuse `query_offset`, `labels` of groups and `keep_firing_for`, which are not reported.
//! - In the corpus of public rule files (606 files, 3,600 rules, all of them loaded by promtool) it finds nothing.
//!
//! ## Fix and its risk
//! None yet: what to write instead is said with the finding.
//!
//! ## Example
//! ```yaml
//! - alert: Down
//!   expr: up == 0
//!   severity: page        # belongs below labels
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `yaml/parse`: <https://cloudflare.github.io/pint/checks/yaml/parse.html>
//! - promtool `check rules`
//! - <https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status, fault};
use crate::model::FaultKind;

pub const META: Meta = Meta {
    title: "A key or value that does not belong there",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    fault(cx, out, FaultKind::Schema, |fault| {
        if fault.what.contains("Kubernetes") {
            "labels and annotations of rule objects are texts: the API server refuses the object and keeps the old one"
        } else {
            "servers refuse a file with it as a whole: none of its rules is loaded"
        }
    });
}
