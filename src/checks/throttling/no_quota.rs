//! # Slow without a quota is not throttling
//!
//! ## What it finds
//! Containers without a CPU limit that steadily use more than they request.
//!
//! ## Why it hurts
//! CFS throttling needs a quota, and a quota comes from a limit: a container without one is never throttled, whatever
//! tools say. What it can meet is contention. On a busy node each container gets CPU in proportion to its request, so
//! a request far below use is lost speed exactly when the node is busy.
//!
//! ## How we decide
//! Nothing sets a CPU limit (no manifest, LimitRange, pod or admission), a request is set, and the 95th percentile of
//! use, pooled over the replicas, is at least 1.5 times the request and 100m above it, over at least a day.
//!
//! ## When it is wrong
//! - On nodes that are never busy, the unused CPU of others is free and nothing is lost.
//! - Batch work that is meant to use what is left; Jobs and CronJobs are left out.
//! - Where a VerticalPodAutoscaler sets the request, it is left to do so.
//!
//! ## Fix and its risk
//! Raise the request to the 95th percentile of use. It takes capacity on the nodes; the fix states how much. No limit
//! is added.
//!
//! ## Example
//! `requests: {cpu: 100m}`, no limit, steady use of 800m.
//!
//! ## Options
//! `history.minimum`, `cpu.minimum-request` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://docs.kernel.org/scheduler/sched-bwc.html>
//! - <https://home.robusta.dev/blog/stop-using-cpu-limits>

use crate::check::{
    Confidence, Context, Draft, Evidence, Impact, Meta, Need, Severity, Sink, Status, Subject, Unit,
};
use crate::facts::{ContainerFacts, Role, Source, WorkloadFacts};
use crate::fix::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField};
use crate::model::Cpu;
use crate::sizing::{CpuNeed, History, cpu_need, history_of};

pub const META: Meta = Meta {
    title: "No CPU limit, and steady use far above the request",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[Need::Workloads, Need::Series("cpu-usage-p95")],
    uses: &[
        Need::Query("cpu-usage-p50"),
        Need::Query("cpu-usage-p99"),
        Need::Query("cpu-usage-max"),
        Need::Query("container-samples"),
        Need::Query("container-first-seen"),
        Need::Query("container-last-seen"),
    ],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for (workload, container) in cx.long_running() {
        let effective = &container.effective;
        let Some(request) = effective.cpu_request.value else {
            continue;
        };
        if effective.cpu_limit.source != Source::Unset
            || workload.id.kind.is_batch()
            || cx.vendor(workload).is_some()
            || cx.facts.resized_by(workload).is_some()
        {
            continue;
        }
        let history = history_of(&container.usage, cx.defaults());
        let Some(usage) = container
            .usage
            .cpu
            .as_ref()
            .filter(|_| history.allows_numbers())
        else {
            continue;
        };
        let Some(need) = cpu_need(usage, &workload.id.kind, cx.defaults()) else {
            continue;
        };
        let far_above = need.exact_request >= 1.5 * request.cores()
            && need.exact_request >= request.cores() + 0.1;
        if far_above {
            out.report(draft(cx, workload, container, request, &need, &history));
        }
    }
}

fn draft(
    cx: &Context<'_>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    request: Cpu,
    need: &CpuNeed,
    history: &History,
) -> Draft {
    let name = &container.name;
    let times = need.exact_request / request.cores().max(0.001);
    let query = cx
        .facts
        .container_query("cpu-usage-p95", &workload.id, name);
    let window = Some(cx.facts.snapshot.meta.window);
    let replicas = workload.replicas();
    Draft::new(
        Subject::container(&workload.id, name),
        match history {
            History::Partial(why) => Confidence::medium(why.clone()),
            _ => Confidence::medium("use is measured; whether its nodes are ever busy is not"),
        },
        format!("{name} has no CPU limit, so it is never throttled, but it requests {request} and uses {}", Unit::Cores.show(need.exact_request)),
        format!(
            "on a busy node CPU is shared in proportion to requests, and its own is {} times too small: it slows down when the node is busy",
            Unit::Count.show(times)
        ),
        format!("change the CPU request from {request} to {}{}", need.request, container.elsewhere()),
        Evidence::measured(need.formula.clone(), query, window, need.exact_request, Unit::Cores),
    )
    .evidence([
        Evidence::field(workload.id.to_string(), format!("containers[name={name}].resources.requests.cpu"), request.to_string()),
        Evidence::field(workload.id.to_string(), format!("containers[name={name}].resources.limits.cpu"), "not set"),
        Evidence::computed("use over request", "95th percentile / request", times, Unit::Count),
    ])
    .impact(Impact { cpu_cores: Some((need.request.cores() - request.cores()) * f64::from(replicas)), ..Impact::default() })
    .fix(Fix {
        title: format!("change the CPU request from {request} to {}", need.request),
        applicability: if container.role == Role::Injected { Applicability::DisplayOnly } else { Applicability::Review },
        edits: vec![Edit::SetResources {
            container: ContainerRef {
                workload: workload.id.clone(),
                container: name.to_string(),
                init: container.role == Role::Sidecar,
            },
            changes: vec![ResourceChange {
                field: ResourceField::RequestsCpu,
                from: Some(request.to_string()),
                to: Some(need.request.to_string()),
            }],
        }],
        expected: format!("it keeps its speed on a busy node; {} request that much more", workload.replicas_in_words()),
        rollback: format!("set requests.cpu back to {request}"),
        preconditions: ["the nodes have that much unrequested CPU".to_owned()].into_iter().chain(cx.facts.steered_by(workload, "cpu")).collect(),
    })
}
