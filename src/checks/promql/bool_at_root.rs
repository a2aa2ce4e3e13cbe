//! # bool at the root of an alert
//!
//! ## What it finds
//! Alerts whose outermost comparison has the modifier `bool`.
//!
//! ## Why it hurts
//! `up == bool 0` gives 1 where `up` is 0 and 0 where it is not: it gives something for every series. Whatever an
//! alert's expression gives makes it fire, so the alert fires always, for everything.
//!
//! ## How we decide
//! The root of the expression, without its parentheses, is a comparison with `bool`, and nothing below it filters.
//!
//! ## When it is wrong
//! - Never known to be: an alert that is meant to fire always is written `vector(1)`.
//! - Nothing over the corpus of public rule files.
//!
//! ## Fix and its risk
//! None yet: take `bool` out. The alert then fires only where the comparison is true.
//!
//! ## Example
//! ```yaml
//! - alert: Down
//!   expr: up == bool 0
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `alerts/comparison`: <https://cloudflare.github.io/pint/checks/alerts/comparison.html>
//! - <https://prometheus.io/docs/prometheus/latest/querying/operators/#comparison-binary-operators>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::model::RuleKind;
use crate::promql::{Gate, Query};

pub const META: Meta = Meta {
    title: "An alert whose comparison returns 0 or 1",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let alerts = cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting);
    for rule in alerts.filter(|r| r.settled().map(Query::gate) == Some(Gate::Bool)) {
        out.report(rule.draft(
            word(rule),
            format!(
                "the comparison of {} has bool: it returns zero or one for every series",
                rule.rule.name
            ),
            "an alert fires for whatever its expression returns, a zero included: it fires always",
            "take bool out",
        ));
    }
}

/// The word itself, when it is there once.
fn word(rule: &WrittenRule<'_>) -> crate::model::Span {
    let expr = &rule.rule.expr;
    let mut places = expr.match_indices("bool");
    match (places.next(), places.next()) {
        (Some((at, word)), None) => rule.at.expr.of(expr, at, at + word.len()),
        _ => rule.at.expr.span,
    }
}
