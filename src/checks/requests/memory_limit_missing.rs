//! # Memory limit is missing
//!
//! ## What it finds
//! Long-running containers for which nothing sets a memory limit: not the manifest, not a LimitRange of the namespace,
//! not the pod as a whole.
//!
//! ## Why it hurts
//! A container without a memory limit can take all memory of its node. When it leaks, the kernel kills whatever it
//! likes on that node, and the kubelet evicts other pods first if they are further above their requests.
//!
//! ## How we decide
//! The effective limit is unset. Warning; critical when the working set has reached more than half of the smallest
//! node that runs it. The recommended number: the peak × 1.15 (see `requests/memory-request-not-limit` for page cache
//! and OOM kills), at least the present request, rounded up. It needs a day of history; below that the finding says
//! so and offers no number.
//!
//! ## When it is wrong
//! - Workloads that a vendor manages are left out; so are static pods and Jobs that have ended.
//! - A number that no node could hold is not offered as a fix.
//! - Page cache heavy programs (databases, log shippers) may be meant to use what the node has left. Give those a node
//!   of their own, or ignore the check for them.
//! - Init containers are left out.
//!
//! ## Fix and its risk
//! Set request and limit to what it needs. A limit below a peak that the window did not show gets the container
//! killed, so it is offered for review.
//!
//! ## Example
//! ```yaml
//! resources:
//!   requests: { memory: 256Mi }   # found: no limit
//! ```
//!
//! ## Options
//! `memory.margin`, `memory.cache-ratio`, `history.minimum` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/#if-you-do-not-specify-a-memory-limit>

use crate::check::{
    Confidence, Context, Draft, Evidence, Impact, Meta, Need, Severity, Sink, Status, Subject,
    Unit, history_evidence,
};
use crate::facts::{ContainerFacts, Role, Source, WorkloadFacts};
use crate::fix::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField};
use crate::model::Bytes;
use crate::sizing::{History, history_of, memory_need};

pub const META: Meta = Meta {
    title: "Nothing limits the memory of a container",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[Need::Workloads],
    uses: &[
        Need::Nodes,
        Need::Query("memory-working-set-max"),
        Need::Query("memory-working-set-p95"),
        Need::Query("memory-rss-max"),
        Need::Query("container-samples"),
        Need::Query("container-first-seen"),
        Need::Query("container-last-seen"),
    ],
    since: "0.1.0",
};

/// Share of a node from which on an unlimited container is critical.
const LARGE_SHARE: f64 = 0.5;

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for (workload, container) in cx.long_running() {
        if container.effective.memory_limit.source == Source::Unset && cx.vendor(workload).is_none()
        {
            report(cx, workload, container, out);
        }
    }
}

fn report(
    cx: &Context<'_>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    out: &mut Sink,
) {
    let usage = container.usage.memory.as_ref();
    let history = history_of(&container.usage, cx.defaults());
    let request = container.effective.memory_request.value;
    let need = usage
        .filter(|_| history.allows_numbers())
        .and_then(|m| memory_need(m, None, cx.defaults()));
    let target = need
        .as_ref()
        .map(|n| n.bytes.max(request.unwrap_or_default()));
    let fits = target.is_none_or(|t| cx.facts.fits_a_node(t));
    let smallest = smallest_node(cx, workload);
    let peak = usage.and_then(|m| m.peak);
    let share = peak.zip(smallest.as_ref()).map(|(p, n)| p / n.1.as_f64());
    let large = share.is_some_and(|s| s > LARGE_SHARE);

    let name = &container.name;
    let why = match (peak, &smallest, share) {
        (Some(p), Some((node, has)), Some(s)) => format!(
            "a leak would take all of node {node} ({} to give) and get its neighbours killed; its working set has reached {}, {} of the node",
            Unit::Bytes.show(has.as_f64()),
            Unit::Bytes.show(p),
            Unit::Ratio.show(s),
        ),
        (Some(p), _, _) => format!(
            "a leak would take its whole node and get its neighbours killed; its working set has reached {}",
            Unit::Bytes.show(p)
        ),
        _ => "a leak would take its whole node and get its neighbours killed".to_owned(),
    };
    let action = match (target, &history) {
        (Some(to), _) if !fits => format!(
            "find out what uses that much: the {to} it would need is more than any node has to give"
        ),
        (Some(to), _) => format!(
            "set the memory request and limit to {to}{}",
            container.elsewhere()
        ),
        (None, History::TooShort(why)) => {
            format!("set a memory limit once there is enough history to size it ({why})")
        }
        (None, _) => "measure its peak working set, then set the memory request and limit above it"
            .to_owned(),
    };
    let mut draft = Draft::new(
        Subject::container(&workload.id, name),
        match &history {
            History::Full => Confidence::high(
                "the effective limit is read from the cluster, use from a week or more",
            ),
            History::Partial(why) => Confidence::medium(why.clone()),
            History::TooShort(why) => {
                Confidence::medium(format!("the missing limit is certain; {why}"))
            }
            History::None => {
                Confidence::medium("the missing limit is certain; no use was measured")
            }
        },
        format!("nothing limits the memory of {name}"),
        why,
        action,
        Evidence::field(
            workload.id.to_string(),
            format!("containers[name={name}].resources.limits.memory"),
            "not set",
        ),
    );
    draft = draft.evidence(history_evidence(&history, &container.usage, cx.defaults()));
    let window = Some(cx.facts.snapshot.meta.window);
    if let Some(peak) = peak {
        let query = cx
            .facts
            .container_query("memory-working-set-max", &workload.id, name);
        draft = draft.evidence([Evidence::measured(
            "highest working set",
            query,
            window,
            peak,
            Unit::Bytes,
        )]);
    }
    if let Some(((node, has), share)) = smallest.zip(share) {
        draft = draft.evidence([
            Evidence::field(
                format!("Node/{node}"),
                "status.allocatable.memory",
                Unit::Bytes.show(has.as_f64()),
            ),
            Evidence::computed(
                "share of the smallest node that runs it",
                "highest working set / allocatable",
                share,
                Unit::Ratio,
            ),
        ]);
    }
    if let Some(need) = &need {
        draft = draft.evidence([Evidence::computed(
            "memory it needs, before rounding up",
            need.formula.clone(),
            need.exact,
            Unit::Bytes,
        )]);
    }
    if let Some(to) = target.filter(|_| !fits) {
        draft = draft.evidence([Evidence::computed(
            "memory it needs, rounded up",
            "the larger of that and the request, as people write it",
            to.as_f64(),
            Unit::Bytes,
        )]);
    } else if let Some(to) = target {
        let extra =
            to.0.saturating_sub(request.unwrap_or_default().0)
                .saturating_mul(u64::from(workload.replicas()));
        draft = draft
            .impact(Impact {
                memory_bytes: i64::try_from(extra).ok(),
                ..Impact::default()
            })
            .fix(fix(workload, container, request, to, extra));
    }
    out.report_as(
        if large {
            Severity::Critical
        } else {
            Severity::Warning
        },
        draft,
    );
}

fn smallest_node(cx: &Context<'_>, workload: &WorkloadFacts<'_>) -> Option<(String, Bytes)> {
    cx.facts
        .nodes_of(workload)
        .into_iter()
        .filter_map(|n| Some((n.name.to_string(), n.allocatable?)))
        .min_by_key(|n| n.1)
}

fn fix(
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
    request: Option<Bytes>,
    to: Bytes,
    extra: u64,
) -> Fix {
    let text = |b: Option<Bytes>| b.map(|b| b.to_string());
    let change = |field, from| ResourceChange {
        field,
        from,
        to: text(Some(to)),
    };
    let mut changes = vec![change(ResourceField::LimitsMemory, None)];
    if request != Some(to) {
        changes.push(change(ResourceField::RequestsMemory, text(request)));
    }
    Fix {
        title: format!("set the memory request and limit to {to}"),
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
            "a leak ends this container, not its neighbours; {} more memory is requested over {}; its pods restart",
            Unit::Bytes.show(extra as f64),
            workload.replicas_in_words()
        ),
        rollback: match request {
            Some(r) => format!("remove the limit and set the request back to {r}"),
            None => "remove the request and the limit".to_owned(),
        },
        preconditions: Vec::new(),
    }
}
