//! # Alert without a text for people
//!
//! ## What it finds
//! Alerts that have none of the annotations that say in words what is wrong.
//!
//! ## Why it hurts
//! The notification holds labels and nothing else. Whoever is woken has to find the rule to know what happened.
//!
//! ## How we decide
//! None of `alerts.text-annotations` (summary, description, message, title and their relatives) is set and not
//! empty. Alerts whose expression reads no series (Watchdog) are left out.
//!
//! ## When it is wrong
//! - Texts that Alertmanager's templates make from labels.
//! - Annotations under other names: list them in `alerts.text-annotations`.
//! - Over the corpus of public rule files (3,585 rules) 12 of 12 sampled findings had no text; two that had one in
//!   `explanation` taught us that name.
//!
//! ## Fix and its risk
//! None: the words are for those who know what it means.
//!
//! ## Example
//! ```yaml
//! - alert: Down
//!   expr: up == 0
//!   labels: {severity: page}
//! ```
//!
//! ## Options
//! `alerts.text-annotations`
//!
//! ## References
//! - pint `alerts/annotation`: <https://cloudflare.github.io/pint/checks/alerts/annotation.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::model::RuleKind;
use crate::promql::Query;

pub const META: Meta = Meta {
    title: "An alert says nothing in words",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let names = &cx.defaults().alerts_text_annotations;
    for rule in cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting)
    {
        let said = names.iter().any(|n| {
            rule.rule
                .annotations
                .get(n)
                .is_some_and(|text| !text.trim().is_empty())
        });
        if said || rule.at.templated || rule.settled().is_some_and(Query::is_constant) {
            continue;
        }
        let place = rule
            .at
            .fields
            .get("annotations")
            .map_or(rule.at.value("alert"), |f| f.key);
        out.report(rule.draft(
            place,
            format!("{} has no annotation that says what is wrong", rule.rule.name),
            "its notification holds labels and nothing else: whoever is woken has to find the rule first",
            "give it a `summary` of one line, and a `description` of what to look at",
        ));
    }
}
