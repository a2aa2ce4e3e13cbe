//! # Alert without a condition
//!
//! ## What it finds
//! Alerts whose expression compares nothing.
//!
//! ## Why it hurts
//! An alert fires for every series its expression returns. Without a comparison it fires as long as the metric
//! exists, whatever its value.
//!
//! ## How we decide
//! No branch of the expression filters: there is no comparison (but for `bool`), no `absent`, no `and` or `unless`.
//! Each side of an `or` has to filter. Expressions that read no series (`vector(1)`) and expressions that read
//! `ALERTS` are left out, as are recording rules of the same run that filter themselves. Without a window, a matcher on
//! a label that tells a state (`info{ready!="True"}`) is a condition too; matchers on `job`, `namespace` and other labels
//! that say whose series it is are not.
//!
//! ## When it is wrong
//! - A metric that only exists while something is wrong. The finding is a warning for this reason; compare with 0
//!   to say that it is meant.
//! - A recording rule with a comparison that is not among the files given.
//! - Over the corpus of public rule files (3,585 rules) it finds nothing. Before matchers on states were left out it
//!   found 34 alerts, all of them on such matchers and all meant.
//!
//! ## Fix and its risk
//! None: the threshold is not known.
//!
//! ## Example
//! ```yaml
//! - alert: HighErrorRate
//!   expr: rate(http_errors_total[5m])
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `alerts/comparison`: <https://cloudflare.github.io/pint/checks/alerts/comparison.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use std::collections::BTreeSet;

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::model::RuleKind;
use crate::promql::{Gate, Query};

pub const META: Meta = Meta {
    title: "An alert compares nothing",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

/// Labels that say whose series it is, not what is the case.
const TARGET: &[&str] = &[
    "job",
    "instance",
    "namespace",
    "cluster",
    "pod",
    "container",
    "service",
    "node",
    "app",
    "env",
    "environment",
    "region",
    "team",
    "exported_namespace",
    "kubernetes_namespace",
];

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let written = || cx.facts.written.iter();
    // What these record is there only while something is the case.
    let filtering: BTreeSet<&str> = written()
        .filter(|r| {
            r.rule.kind == RuleKind::Recording
                && r.query.as_ref().is_ok_and(|q| q.gate() == Gate::Filters)
        })
        .map(|r| r.rule.name.as_str())
        .collect();
    for rule in written().filter(|r| r.rule.kind == RuleKind::Alerting) {
        let Some(query) = rule.settled() else {
            continue;
        };
        if query.gate() == Gate::Open && !exempt(query, &filtering) {
            out.report(rule.draft(
                rule.at.expr.span,
                format!("{} compares nothing", rule.rule.name),
                "an alert fires for every series its expression returns: it fires as long as the metric exists, whatever its value",
                "compare with a threshold; if the metric exists only while something is wrong, say so with `> 0`",
            ));
        }
    }
}

fn exempt(query: &Query, filtering: &BTreeSet<&str>) -> bool {
    let selectors = query.selectors();
    let recorded = selectors
        .iter()
        .any(|s| filtering.contains(s.metric.as_str()));
    let state = |label: &str| !TARGET.contains(&label);
    let selected = !query.has_window()
        && selectors
            .iter()
            .any(|s| s.matchers.iter().any(|m| state(&m.label)));
    query.is_constant() || query.reads_alerts() || recorded || selected
}
