//! # Alert without for
//!
//! ## What it finds
//! Alerts without `for` that look at a single sample of a value that goes up and down.
//!
//! ## Why it hurts
//! One bad scrape, one slow answer, one restart is enough to notify somebody, and the alert is resolved before
//! anybody has looked.
//!
//! ## How we decide
//! There is no `for` (or `for: 0s`), the expression has no range and no subquery, does not look at time (`time()`,
//! `timestamp()`, metrics named `…_timestamp…` or `…_time_seconds`), and reads neither `ALERTS` nor recorded series
//! (names with `:`), which have a window of their own. Information: a value that never goes back needs no `for`.
//!
//! ## When it is wrong
//! - States that stay until somebody repairs them (`kube_job_status_failed > 0`, a degraded RAID).
//! - Metrics that an exporter smooths, and states that are events (a restart seen by an uptime).
//! - Over the corpus of public rule files 8 of 12 sampled findings were right, so it runs only when it is asked for
//!   (`--only alerts/missing-for`).
//!
//! ## Fix and its risk
//! None: how long is long enough is for those who are paged; `promtune tune` measures it.
//!
//! ## Example
//! ```yaml
//! - alert: InstanceDown
//!   expr: up == 0
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `rule/for`: <https://cloudflare.github.io/pint/checks/rule/for.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::model::RuleKind;
use crate::promql::{Gate, Query};

pub const META: Meta = Meta {
    title: "An alert fires on a single sample",
    severity: Severity::Info,
    status: Status::Preview,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for rule in cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting)
    {
        let holds = rule.rule.hold.is_some_and(|h| h.0 > 0) || invalid(rule);
        let Some(query) = rule.settled().filter(|_| !holds) else {
            continue;
        };
        if query.gate() == Gate::Filters && !query.has_window() && !steady(query) {
            out.report(rule.draft(
                rule.at.value("alert"),
                format!("{} has no for and looks at a single sample", rule.rule.name),
                "one bad scrape is enough to notify somebody, and the alert is resolved before anybody has looked",
                "give it a `for` of at least two or three evaluations, or look at a window, as with max_over_time or avg_over_time",
            ));
        }
    }
}

/// A `for` that cannot be read is another check's.
fn invalid(rule: &WrittenRule<'_>) -> bool {
    rule.rule.hold.is_none() && rule.at.fields.contains_key("for")
}

/// Whether what it reads does not go up and down from one sample to the next.
fn steady(query: &Query) -> bool {
    let timed = |m: &str| {
        m.contains("timestamp")
            || m.ends_with("_time")
            || m.ends_with("_time_seconds")
            || m.contains("expir")
    };
    query.is_constant()
        || query.calls(&["time", "timestamp", "absent_over_time"])
        || query.selectors().iter().any(|s| {
            s.metric.contains(':')
                || timed(&s.metric)
                || s.metric.starts_with("ALERTS")
                || s.metric.contains("uptime")
        })
        || query.text().contains("offset")
}
