//! # Request is missing
//!
//! ## What it finds
//! Long-running containers for which nothing sets a CPU request, or nothing sets a memory request: not the manifest,
//! not a limit (which would be the request too), not a LimitRange, not the pod as a whole.
//!
//! ## Why it hurts
//! The scheduler counts such a container as nothing, so nodes fill beyond what they have. Without a CPU request it
//! gets the smallest possible share when its node is busy; without a memory request it is evicted first. A
//! HorizontalPodAutoscaler that targets utilisation of a request that is not there cannot compute one and does not
//! scale by it.
//!
//! ## How we decide
//! The effective request is unset. Warning; critical when a HorizontalPodAutoscaler of the workload targets the
//! utilisation of that very resource and does not say itself (`ScalingActive`) that it works all the same. The recommended CPU request is the 95th percentile of use, pooled over the
//! replicas by the time each was observed (for StatefulSets that of the busiest replica when it is 1.5 times the
//! pooled one). The recommended memory request is what `requests/memory-request-not-limit` computes. Both need a day
//! of history.
//!
//! ## When it is wrong
//! - Workloads that a vendor manages are left out; so are init containers, static pods and Jobs that have ended.
//! - A memory request that no node could hold is not offered.
//! - Best-effort work on purpose (a cache warmer, a batch of tests): ignore the check for it.
//!
//! ## Fix and its risk
//! Adding a request restarts the pods and needs room on the nodes.
//!
//! ## Example
//! ```yaml
//! resources: {}     # found: no CPU request, no memory request
//! ```
//!
//! ## Options
//! `cpu.minimum-request`, `history.minimum` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits>
//! - <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details>

use crate::check::{
    Confidence, Context, Draft, Evidence, Impact, Meta, Need, Severity, Sink, Status, Subject,
    Unit, history_evidence,
};
use crate::facts::{ContainerFacts, Role, Source, WorkloadFacts};
use crate::fix::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField};
use crate::model::{Autoscaler, AutoscalerKind, Bytes, Cpu};
use crate::sizing::{History, cpu_need, history_of, memory_need};

pub const META: Meta = Meta {
    title: "Nothing sets a request for a container",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[Need::Workloads],
    uses: &[
        Need::Query("cpu-usage-p50"),
        Need::Query("cpu-usage-p95"),
        Need::Query("cpu-usage-p99"),
        Need::Query("cpu-usage-max"),
        Need::Query("memory-working-set-max"),
        Need::Query("memory-working-set-p95"),
        Need::Query("memory-rss-max"),
        Need::Query("container-samples"),
        Need::Query("container-first-seen"),
        Need::Query("container-last-seen"),
    ],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for (workload, container) in cx.long_running() {
        let unset = |source: &Source| *source == Source::Unset;
        let no_cpu = unset(&container.effective.cpu_request.source);
        let no_memory = unset(&container.effective.memory_request.source);
        if (no_cpu || no_memory) && cx.vendor(workload).is_none() {
            report(cx, workload, container, no_cpu, no_memory, out);
        }
    }
}

fn report(
    cx: &Context<'_>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    no_cpu: bool,
    no_memory: bool,
    out: &mut Sink,
) {
    let name = &container.name;
    let history = history_of(&container.usage, cx.defaults());
    let (cpu, memory) = if history.allows_numbers() {
        let cpu = container.usage.cpu.as_ref().filter(|_| no_cpu);
        let memory = container.usage.memory.as_ref().filter(|_| no_memory);
        (
            cpu.and_then(|u| cpu_need(u, &workload.id.kind, cx.defaults())),
            memory.and_then(|m| memory_need(m, None, cx.defaults())),
        )
    } else {
        (None, None)
    };
    let too_large = memory.clone().filter(|n| !cx.facts.fits_a_node(n.bytes));
    let memory = memory.filter(|_| too_large.is_none());
    let missing = match (no_cpu, no_memory) {
        (true, true) => "CPU or memory",
        (true, false) => "CPU",
        _ => "memory",
    };
    let blocked = blocked_autoscaler(cx, workload, container, no_cpu, no_memory);
    let mut why = match (no_cpu, no_memory) {
        (true, true) => "the scheduler counts it as nothing, it is evicted first, and on a busy node it gets the smallest share of CPU".to_owned(),
        (true, false) => "the scheduler counts its CPU as nothing, and on a busy node it gets the smallest share".to_owned(),
        _ => "the scheduler counts its memory as nothing, and it is evicted first".to_owned(),
    };
    if let Some((autoscaler, resource)) = blocked {
        why = format!(
            "{} {} targets {resource} utilisation, which cannot be computed without the request, so it cannot scale by it; {why}",
            kind_of(autoscaler),
            autoscaler.name
        );
    }
    let mut wanted = Vec::new();
    wanted.extend(
        cpu.as_ref()
            .map(|c| format!("the CPU request to {}", c.request)),
    );
    wanted.extend(
        memory
            .as_ref()
            .map(|m| format!("the memory request to {}", m.bytes)),
    );
    let action = match (wanted.is_empty(), &history) {
        (false, _) => format!("set {}{}", wanted.join(" and "), container.elsewhere()),
        (true, _) if too_large.is_some() => {
            "find out what uses that much memory: what it would need is more than any node has to give".to_owned()
        }
        (true, History::TooShort(why)) => {
            format!("set a request once there is enough history to size it ({why})")
        }
        _ => format!("measure its use, then set the {missing} request")
            .replace("CPU or memory", "CPU and memory"),
    };
    let mut draft = Draft::new(
        Subject::container(&workload.id, name),
        match &history {
            History::Full => Confidence::high(
                "the effective request is read from the cluster, use from a week or more",
            ),
            History::Partial(why) => Confidence::medium(why.clone()),
            History::TooShort(why) => {
                Confidence::medium(format!("the missing request is certain; {why}"))
            }
            History::None => {
                Confidence::medium("the missing request is certain; no use was measured")
            }
        },
        format!("{name} has no {missing} request"),
        why,
        action,
        Evidence::field(
            workload.id.to_string(),
            format!("containers[name={name}].resources.requests"),
            "not set",
        ),
    );
    draft = draft.evidence(history_evidence(&history, &container.usage, cx.defaults()));
    let window = Some(cx.facts.snapshot.meta.window);
    let query = |id: &str| cx.facts.container_query(id, &workload.id, name);
    if let Some(need) = &cpu {
        draft = draft.evidence([Evidence::measured(
            need.formula.clone(),
            query("cpu-usage-p95"),
            window,
            need.exact_request,
            Unit::Cores,
        )]);
    }
    if let (Some(need), Some(peak)) = (
        memory.as_ref().or(too_large.as_ref()),
        container.usage.memory.as_ref().and_then(|m| m.peak),
    ) {
        draft = draft.evidence([
            Evidence::measured(
                "highest working set",
                query("memory-working-set-max"),
                window,
                peak,
                Unit::Bytes,
            ),
            Evidence::computed(
                "memory it needs, before rounding up",
                need.formula.clone(),
                need.exact,
                Unit::Bytes,
            ),
        ]);
    }
    if let Some((autoscaler, resource)) = blocked {
        draft = draft.evidence([Evidence::field(
            format!("{}/{}", kind_of(autoscaler), autoscaler.name),
            "spec.metrics[].resource.name",
            resource,
        )]);
    }
    let (cpu, memory) = (cpu.map(|c| c.request), memory.map(|m| m.bytes));
    if cpu.is_some() || memory.is_some() {
        let replicas = workload.replicas();
        draft = draft
            .impact(Impact {
                cpu_cores: cpu.map(|c| c.cores() * f64::from(replicas)),
                memory_bytes: memory
                    .and_then(|m| i64::try_from(m.0).ok())
                    .map(|m| m * i64::from(replicas)),
                ..Impact::default()
            })
            .fix(fix(workload, container, cpu, memory));
    }
    out.report_as(
        if blocked.is_some() {
            Severity::Critical
        } else {
            Severity::Warning
        },
        draft,
    );
}

fn kind_of(autoscaler: &Autoscaler) -> &'static str {
    match autoscaler.kind {
        AutoscalerKind::Horizontal => "HorizontalPodAutoscaler",
        AutoscalerKind::Keda => "ScaledObject",
    }
}

/// An autoscaler of the workload that needs the missing request, and does not itself say that it works without.
fn blocked_autoscaler<'a>(
    cx: &Context<'a>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    no_cpu: bool,
    no_memory: bool,
) -> Option<(&'a Autoscaler, &'static str)> {
    cx.facts
        .cluster
        .autoscalers
        .iter()
        .filter(|a| {
            *a.namespace == *workload.id.namespace
                && a.target.kind == workload.id.kind
                && *a.target.name == *workload.id.name
                && a.conditions
                    .get("ScalingActive")
                    .is_none_or(|s| s != "True")
        })
        .find_map(|a| {
            a.metrics
                .iter()
                .filter(|m| m.utilization.is_some())
                .find_map(|m| {
                    let for_it = m.container.as_deref().is_none_or(|c| *c == *container.name);
                    match m.name.as_str() {
                        "cpu" if no_cpu && for_it => Some((a, "cpu")),
                        "memory" if no_memory && for_it => Some((a, "memory")),
                        _ => None,
                    }
                })
        })
}

fn fix(
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    cpu: Option<Cpu>,
    memory: Option<Bytes>,
) -> Fix {
    let mut changes = Vec::new();
    if let Some(cpu) = cpu {
        changes.push(ResourceChange {
            field: ResourceField::RequestsCpu,
            from: None,
            to: Some(cpu.to_string()),
        });
    }
    if let Some(memory) = memory {
        changes.push(ResourceChange {
            field: ResourceField::RequestsMemory,
            from: None,
            to: Some(memory.to_string()),
        });
    }
    let named: Vec<String> = changes
        .iter()
        .filter_map(|c| {
            c.to.as_ref().map(|to| {
                format!(
                    "the {} request to {to}",
                    if c.field.resource() == "cpu" {
                        "CPU"
                    } else {
                        "memory"
                    }
                )
            })
        })
        .collect();
    Fix {
        title: format!("set {}", named.join(" and ")),
        applicability: if container.role == Role::Injected {
            Applicability::DisplayOnly
        } else {
            Applicability::Review
        },
        edits: vec![Edit::SetResources {
            container: ContainerRef {
                workload: workload.id.clone(),
                container: container.name.to_string(),
                init: container.role == Role::Sidecar,
            },
            changes,
        }],
        expected: format!(
            "the scheduler sets it aside on the nodes ({}); the pods restart",
            workload.replicas_in_words()
        ),
        rollback: "remove the request".to_owned(),
        preconditions: vec!["the nodes have that much unrequested room".to_owned()],
    }
}
