//! # Throttled at start-up only
//!
//! ## What it finds
//! Containers whose throttling falls almost entirely within the first ten minutes of their life.
//!
//! ## Why it hurts
//! Starting takes longer: class loading, compilation and cache warming wait for quota. Roll-outs and recovery after a
//! failure are slow, probes may fail, and CPUThrottlingHigh fires after every deployment. Once running, the limit is
//! fine, so raising request or limit for good would waste what it needs only for minutes.
//!
//! ## How we decide
//! Throttled in at least a quarter of the active periods, over the window or in the worst hours, and at least 80% of
//! the throttled periods were counted before the container was ten minutes old (`container_start_time_seconds`).
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - Without start times the share is unknown and this check says nothing.
//! - A container that restarts more often than every two hours is always starting: why it restarts is the question, and
//!   nothing is said here.
//!
//! ## Fix and its risk
//! Remove the limit when the gate is open (see `throttling/limit-too-low`); its steady use stays as it is. Otherwise
//! keep the limit and give it time: a startupProbe with a longer budget, or a start-up boost where the cluster offers
//! one (VerticalPodAutoscaler `startupBoost`, in-place resize).
//!
//! ## Example
//! A JVM with `limits.cpu: 1` that is throttled in 90% of its periods for four minutes and never again.
//!
//! ## Options
//! `throttling.startup-share` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>
//! - <https://github.com/kubernetes/autoscaler/issues/7862>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, Throttled, Unit,
    throttled,
};
use crate::fix::{Applicability, Edit, Fix};
use crate::sizing::Cause;

pub const META: Meta = Meta {
    title: "Throttled while starting, fine afterwards",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[
        Need::Workloads,
        Need::Series("cpu-periods"),
        Need::Query("cpu-throttled-periods"),
        Need::Query("cpu-seconds"),
        Need::Query("container-samples"),
        Need::Series("cpu-throttled-at-start"),
    ],
    uses: THROTTLED_USES,
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::StartUp && !always_starting(c))
    {
        let name = &case.container.name;
        let share = case.diagnosis.at_start.unwrap_or(0.0);
        let fix = fix(&case);
        let draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("{name} is throttled while it starts, not afterwards"),
            format!(
                "{} of its throttling falls in the first ten minutes of its life: starts take longer, its steady use does not need more",
                Unit::Ratio.show(share)
            ),
            fix.title.clone(),
            Evidence::known("throttling/startup-only", "https://github.com/kubernetes/autoscaler/issues/7862"),
        )
        .evidence(case.evidence(cx))
        .fix(fix);
        out.report(draft);
    }
}

/// More than one restart in two hours: it does nothing but start, and why it restarts is the question.
fn always_starting(case: &Throttled<'_>) -> bool {
    let usage = &case.container.usage;
    usage.restarts * 2.0 > usage.observed_hours
}

fn fix(case: &Throttled<'_>) -> Fix {
    let limit = case.diagnosis.limit;
    if case.gate.is_open() {
        return Fix {
            title: format!("remove the CPU limit {limit}, keep the request"),
            applicability: Applicability::Review,
            edits: vec![case.remove_limit()],
            expected: "starts use what the node has left; steady use does not change".to_owned(),
            rollback: format!("set limits.cpu back to {limit}"),
            preconditions: case.unverified(),
        };
    }
    Fix {
        title: "keep the limit and give it time to start".to_owned(),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct {
            steps: vec![
                "add a startupProbe, or raise its failureThreshold, so that a slow start is not taken for a failure".to_owned(),
                "where VerticalPodAutoscaler 1.7 or newer runs, use startupBoost for the container".to_owned(),
                format!("the limit cannot simply go: {}", case.gate.closed_because.join("; ")),
            ],
        }],
        expected: "slow starts stop causing restarts".to_owned(),
        rollback: "remove the probe".to_owned(),
        preconditions: Vec::new(),
    }
}
