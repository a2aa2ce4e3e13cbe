//! Runs checks, each alone.

use super::{Check, Context, Finding, Need, NotEvaluated, Sink, Subject};
use crate::model::QueryStatus;

/// Runs the given checks. A check whose needs are not met is not run; why is reported once per check.
#[must_use]
pub fn run(checks: &[&Check], context: &Context<'_>) -> (Vec<Finding>, Vec<NotEvaluated>) {
    let (mut findings, mut not_evaluated) = (Vec::new(), Vec::new());
    for check in checks {
        let mut sink = Sink::new(check.id, check.meta);
        let mut missing: Vec<String> = check
            .meta
            .needs
            .iter()
            .filter_map(|n| missing(*n, context))
            .collect();
        missing.dedup();
        if missing.is_empty() {
            (check.run)(context, &mut sink);
        } else {
            sink.not_evaluated(&Subject::cluster(), missing.join("; "));
        }
        let (more, skipped) = sink.finish();
        findings.extend(more);
        not_evaluated.extend(skipped);
    }
    (findings, not_evaluated)
}

/// Why a need is not met; absent when it is.
fn missing(need: Need, context: &Context<'_>) -> Option<String> {
    let facts = context.facts;
    match need {
        Need::Workloads => facts.workloads.is_empty().then(|| {
            because(context, "kubernetes:", "no workloads were read: give --kube-context, --kube-dump, or a Prometheus with kube-state-metrics")
        }),
        Need::Nodes => facts.cluster.nodes.is_empty().then(|| because(context, "kubernetes:nodes", "no nodes were read")),
        Need::Rules => facts.snapshot.rules.is_empty().then(|| because(context, "prometheus:rules", "no rules were read: give --prometheus")),
        Need::Query(id) => unanswered(id, context),
        Need::Series(id) => unanswered(id, context).or_else(|| {
            let result = facts.snapshot.queries.get(id)?;
            (result.rows.is_empty() && result.series.is_empty()).then(|| {
                let what = context.knowledge.queries.get(id).map_or(id, |q| q.what.as_str());
                format!("Prometheus has no series for {id} ({what})")
            })
        }),
    }
}

/// A gap of the source says it better than a general sentence.
fn because(context: &Context<'_>, wanted: &str, otherwise: &str) -> String {
    let gap = context
        .facts
        .snapshot
        .gaps
        .iter()
        .find(|g| g.wanted.starts_with(wanted));
    gap.map_or_else(|| otherwise.to_owned(), |g| g.because.clone())
}

fn unanswered(id: &str, context: &Context<'_>) -> Option<String> {
    match context.facts.snapshot.record(id).map(|r| &r.status) {
        Some(QueryStatus::Complete | QueryStatus::Partial) => None,
        Some(QueryStatus::Failed(why)) => Some(format!("query {id} failed: {why}")),
        Some(QueryStatus::Skipped(why)) => Some(format!("query {id} was not sent: {why}")),
        None if context.facts.snapshot.prometheus.is_none() => {
            Some("needs Prometheus: give --prometheus or a snapshot taken with it".to_owned())
        }
        None => Some(format!("the snapshot does not hold query {id}")),
    }
}
