//! # CPU limit is tiny
//!
//! ## What it finds
//! Throttled containers with a CPU limit of 100m or less.
//!
//! ## Why it hurts
//! The kernel hands quota to each CPU in slices of 5 ms. A limit of 50m is a quota of 5 ms in each period of 100 ms:
//! one slice. As soon as two CPUs have work for the container one of them waits, whatever the average use.
//!
//! ## How we decide
//! Throttled in at least a quarter of the active periods, over the window or in the worst hours, with a limit of at
//! most 100m that the user's manifest sets.
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - Exporters and sidecars that nobody waits for do their work late without harm; the alert still fires for them.
//!
//! ## Fix and its risk
//! Remove the limit when the gate is open (see `throttling/limit-too-low`), else raise it to at least 250m. The
//! request becomes what it uses, so hardly any capacity is taken.
//!
//! ## Example
//! `limits: {cpu: 50m}` on a config reloader.
//!
//! ## Options
//! `throttling.tiny-limit` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://github.com/kubernetes-monitoring/kubernetes-mixin/issues/108>
//! - <https://docs.kernel.org/scheduler/sched-bwc.html>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, Throttled, Unit,
    throttled,
};
use crate::fix::{Applicability, Fix};
use crate::model::Cpu;
use crate::sizing::{Cause, PERIOD_SECONDS};

pub const META: Meta = Meta {
    title: "The CPU limit is too small for the scheduler's slices",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[
        Need::Workloads,
        Need::Series("cpu-periods"),
        Need::Query("cpu-throttled-periods"),
        Need::Query("cpu-seconds"),
        Need::Query("container-samples"),
    ],
    uses: THROTTLED_USES,
    since: "0.1.0",
};

/// The least limit worth having: 25 ms of each period, five slices.
const LEAST: Cpu = Cpu(250);

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::TinyLimit)
    {
        let name = &case.container.name;
        let limit = case.diagnosis.limit;
        let quota = limit.cores() * PERIOD_SECONDS;
        let fix = fix(cx, &case);
        let draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("the CPU limit of {name}, {limit}, is a quota of {} in each period", Unit::Seconds.show(quota)),
            format!(
                "it is {}; the kernel hands out quota in slices of 5ms, so a second CPU finds none left, whatever the average use",
                case.how_much()
            ),
            fix.title.clone(),
            Evidence::computed("quota in each period of 100ms", "limit × 0.1 s", quota, Unit::Seconds),
        )
        .evidence(case.evidence(cx))
        .evidence([Evidence::known("throttling/tiny-limit: slices of 5ms", "https://docs.kernel.org/scheduler/sched-bwc.html")])
        .fix(fix);
        out.report(draft);
    }
}

fn fix(cx: &Context<'_>, case: &Throttled<'_>) -> Fix {
    let limit = case.diagnosis.limit;
    if case.gate.is_open() {
        return Fix {
            title: format!("remove the CPU limit {limit}"),
            applicability: Applicability::Review,
            edits: vec![case.remove_limit()],
            expected: "no more throttling; its request is what it uses".to_owned(),
            rollback: format!("set limits.cpu back to {limit}"),
            preconditions: case.unverified(),
        };
    }
    let to = case
        .need
        .as_ref()
        .and_then(|n| n.limit)
        .unwrap_or_default()
        .max(LEAST);
    Fix {
        title: format!("raise the CPU limit from {limit} to {to}"),
        applicability: Applicability::Review,
        edits: vec![case.raise_limit(to)],
        expected: "a period's quota holds several slices, so two CPUs can share it".to_owned(),
        rollback: format!("set limits.cpu back to {limit}"),
        preconditions: case.obstacles(cx, to),
    }
}
