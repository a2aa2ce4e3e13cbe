//! # Throttled by parallel bursts
//!
//! ## What it finds
//! Containers that are throttled although they use less than half of their quota while active.
//!
//! ## Why it hurts
//! N threads that become runnable together spend the quota of a period N times as fast, and then all wait. With a
//! limit of one core and eight threads the container runs 12.5 ms and stands still for 87.5 ms. Average use looks
//! harmless, so the limit looks generous, and every burst (a request fan-out, a garbage collection, a scrape of
//! /metrics) is late.
//!
//! ## How we decide
//! Throttled in at least a quarter of the active periods, over the window or in the worst hours, at a fill below 50%
//! (see `throttling/limit-too-low` for fill).
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - Kernels older than 4.14.154, 4.19.84 or 5.3.9 throttle at low use by mistake. The finding names the kernel when
//!   it is one of those; then the node image is what needs the change.
//! - Periodic work inside of a server that nobody waits for.
//!
//! ## Fix and its risk
//! Remove the limit when the gate is open (see `throttling/limit-too-low`). Otherwise fit the number of threads to
//! the limit: GOMAXPROCS (Go 1.25 and newer do it themselves), `-XX:ActiveProcessorCount` for the JVM, the number of
//! workers. Raising the limit helps only once it reaches the number of threads.
//!
//! ## Example
//! `limits.cpu: 1` on a Go service that sees 16 CPUs: throttled in 40% of its periods at a fill of 15%.
//!
//! ## Options
//! `throttling.ratio`, `throttling.bursty-fill` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://github.com/kubernetes/kubernetes/issues/97445>
//! - <https://github.com/kubernetes/kubernetes/issues/67577>
//! - <https://docs.kernel.org/scheduler/sched-bwc.html>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, Throttled, Unit,
    throttled,
};
use crate::fix::{Applicability, Edit, Fix};
use crate::sizing::Cause;

pub const META: Meta = Meta {
    title: "Parallel bursts spend the CPU quota at once",
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
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::Bursty)
    {
        let name = &case.container.name;
        let limit = case.diagnosis.limit;
        let kernel = old_kernel(cx, &case);
        let also = kernel.as_ref().map_or_else(String::new, |(node, version)| {
            format!(
                "; node {node} runs kernel {version}, which also throttles at low use by mistake"
            )
        });
        let why = format!(
            "it is {} although it uses only {} of its quota while active: several threads spend the quota of {limit} together and then wait for the next period{also}",
            case.how_much(),
            Unit::Ratio.show(case.diagnosis.fill),
        );
        let action = if case.gate.is_open() {
            format!("remove the CPU limit {limit}")
        } else {
            format!(
                "fit its threads to the limit of {limit} (GOMAXPROCS, -XX:ActiveProcessorCount, workers); the limit cannot simply go: {}",
                case.gate.closed_because.join("; ")
            )
        };
        let mut draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("{name} is throttled by short parallel bursts, not by how much it uses"),
            why,
            action,
            Evidence::known(
                "throttling/bursty",
                "https://github.com/kubernetes/kubernetes/issues/97445",
            ),
        )
        .evidence(case.evidence(cx));
        if let Some((node, version)) = kernel {
            draft = draft.evidence([Evidence::field(
                format!("Node/{node}"),
                "status.nodeInfo.kernelVersion",
                version,
            )]);
        }
        out.report(draft.fix(fix(&case)));
    }
}

fn fix(case: &Throttled<'_>) -> Fix {
    let limit = case.diagnosis.limit;
    if case.gate.is_open() {
        return Fix {
            title: format!("remove the CPU limit {limit}"),
            applicability: Applicability::Review,
            edits: vec![case.remove_limit()],
            expected: "no more throttling: without a quota there is none; its share under contention is its request".to_owned(),
            rollback: format!("set limits.cpu back to {limit}"),
            preconditions: case.unverified(),
        };
    }
    let threads = limit.0.div_ceil(1000).max(1);
    Fix {
        title: format!("fit the number of threads to the limit: {threads}"),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct {
            steps: vec![
                format!("Go before 1.25: set the environment variable GOMAXPROCS={threads}"),
                format!("JVM: add -XX:ActiveProcessorCount={threads}"),
                "other runtimes: lower the number of workers or threads to that".to_owned(),
            ],
        }],
        expected: "bursts spread over the period instead of spending the quota at its start"
            .to_owned(),
        rollback: "remove the setting".to_owned(),
        preconditions: Vec::new(),
    }
}

/// A node that runs it and has a kernel from before the fix of CFS over-throttling.
fn old_kernel(cx: &Context<'_>, case: &Throttled<'_>) -> Option<(String, String)> {
    cx.facts
        .nodes_of(case.workload)
        .into_iter()
        .find(|n| over_throttles(&n.kernel_version))
        .map(|n| (n.name.to_string(), n.kernel_version.to_string()))
}

/// Kernels before 5.4 without the backport of the slice-expiry fix (stable 4.14.154, 4.19.84, 5.3.9).
fn over_throttles(version: &str) -> bool {
    let mut parts = version
        .split(['.', '-', '+'])
        .map_while(|p| p.parse::<u32>().ok());
    let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
        return false;
    };
    let patch = parts.next().unwrap_or(0);
    match (major, minor) {
        (4, 14) => patch < 154,
        (4, 19) => patch < 84,
        (5, 3) => patch < 9,
        // Distribution kernels of 3.10 and 4.15 carry backports under versions of their own: say nothing.
        (4, 16..=18 | 20) | (5, 0..=2) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::over_throttles;

    #[test]
    fn only_kernels_known_to_lack_the_fix_are_named() {
        for (version, old) in [
            ("4.14.100", true),
            ("4.14.355-275.570.amzn2.x86_64", false),
            ("5.2.1", true),
            ("5.3.8", true),
            ("5.10.0-28-cloud-amd64", false),
            ("6.1.115-126.197.amzn2023.x86_64", false),
            ("4.15.0-67-generic", false),
            ("nonsense", false),
        ] {
            assert_eq!(over_throttles(version), old, "{version}");
        }
    }
}
