//! # CPU limit is too low
//!
//! ## What it finds
//! Containers that are throttled because the amount they may use is less than what they steadily want.
//!
//! ## Why it hurts
//! In each period of 100 ms the container runs until its quota is spent and then waits for the rest. Requests that
//! arrive in that time wait too: latency rises by up to a whole period, again and again, while the node's CPUs idle.
//!
//! ## How we decide
//! The container is throttled in at least a quarter of its active periods, over the window or in the hours where it
//! is worst, and **fill** is at least 80%: of the quota of the periods in which it was active, it used at least four
//! fifths. Fill is CPU seconds / (limit × periods × 0.1 s), computed over the hours above the threshold where hourly
//! counters are known, so a busy hour is not diluted by quiet nights. Throttling between 50% and 80% fill is reported
//! here too, with less confidence: neither the amount nor bursts alone explain it.
//!
//! Works with what kube-prometheus-stack keeps: only the two period counters, use and the limit are needed; neither
//! `container_cpu_cfs_throttled_seconds_total` nor `container_spec_cpu_quota`.
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - Throttled work in the background that nobody waits for does no harm.
//! - A limit that caps a tenant on purpose is doing its job.
//!
//! ## Fix and its risk
//! Remove the limit and set the request to the 95th percentile of use, when the gate is open: every neighbour has a
//! CPU request, requests fit the node, no ResourceQuota demands limits, no LimitRange puts one back, and the pod has
//! no exclusive CPUs to lose. Otherwise raise the limit to 1.3 × the 99th percentile. Use was cut off at the limit, so
//! the true demand may be higher: measure again after a day. Where request and limit are the same they stay the same.
//!
//! ## Example
//! A container with `limits.cpu: 500m` that wants 700m all day is throttled in most of its periods at a fill near
//! 100%.
//!
//! ## Options
//! `throttling.ratio`, `throttling.sustained-fill`, `cpu.margin` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://docs.kernel.org/scheduler/sched-bwc.html>
//! - <https://github.com/kubernetes-monitoring/kubernetes-mixin/issues/108>
//! - <https://home.robusta.dev/blog/stop-using-cpu-limits>

use crate::check::{
    Confidence, Context, Draft, Level, Meta, Need, Severity, Sink, Status, THROTTLED_USES,
    Throttled, Unit, throttled,
};
use crate::fix::{Applicability, Fix};
use crate::sizing::Cause;

pub const META: Meta = Meta {
    title: "The CPU limit is below what the container steadily wants",
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

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx) {
        let certain = match case.diagnosis.cause {
            Cause::LimitTooLow => true,
            Cause::Mixed => false,
            _ => continue,
        };
        let fix = fix(cx, &case);
        let name = &case.container.name;
        let draft = Draft::new(
            case.subject(),
            confidence(&case, certain),
            format!("the CPU limit of {name}, {}, is below what it wants", case.diagnosis.limit),
            format!(
                "it is {} and uses {} of its quota while active: work waits although the node may have CPU to spare",
                case.how_much(),
                Unit::Ratio.show(case.diagnosis.fill)
            ),
            action(&case, fix.as_ref()),
            crate::check::Evidence::known("throttling/limit-too-low", "https://docs.kernel.org/scheduler/sched-bwc.html"),
        )
        .evidence(case.evidence(cx))
        .fix(fix);
        out.report(draft);
    }
}

fn confidence(case: &Throttled<'_>, certain: bool) -> Confidence {
    let own = case.confidence();
    if certain || own.level == Level::Low {
        return own;
    }
    Confidence::medium(
        "it uses between half and four fifths of its quota while active: bursts play a part too",
    )
}

fn action(case: &Throttled<'_>, fix: Option<&Fix>) -> String {
    match fix {
        Some(fix) if case.gate.is_open() => fix.title.clone(),
        Some(fix) => format!(
            "{}; the limit cannot simply go: {}",
            fix.title,
            case.gate.closed_because.join("; ")
        ),
        None => "raise the CPU limit, or remove it, once its use is known well enough to size it"
            .to_owned(),
    }
}

fn fix(cx: &Context<'_>, case: &Throttled<'_>) -> Option<Fix> {
    let need = case.need.as_ref()?;
    let old = case.diagnosis.limit;
    if case.gate.is_open() {
        return Some(Fix {
            title: format!("remove the CPU limit {old} and request {}", need.request.max(case.container.effective.cpu_request.value.unwrap_or_default())),
            applicability: Applicability::Review,
            edits: vec![case.remove_limit()],
            expected: "no more throttling: without a quota there is none; its share under contention is its request".to_owned(),
            rollback: format!("set limits.cpu back to {old}"),
            preconditions: case.unverified(),
        });
    }
    // Use was cut off at the limit: what it wants is at least half as much again.
    let wanted = need.limit.unwrap_or(need.request);
    let to = case.at_least(wanted.max(crate::model::Cpu(old.0 * 3 / 2)));
    Some(Fix {
        title: format!("raise the CPU limit from {old} to {to}"),
        applicability: Applicability::Review,
        edits: vec![case.raise_limit(to)],
        expected:
            "throttling falls; use was cut off at the old limit, so measure again after a day"
                .to_owned(),
        rollback: format!("set limits.cpu back to {old}"),
        preconditions: case.obstacles(cx, to),
    })
}
