//! # Memory request is not the memory limit
//!
//! ## What it finds
//! Containers whose effective memory request is lower than their effective memory limit. Effective means: as the API
//! server makes it. A container with only a limit has a request equal to it and is fine; a LimitRange may have filled
//! in either.
//!
//! ## Why it hurts
//! The scheduler places pods by request; containers may use memory up to their limit. The difference is memory that
//! was promised and is not there. When a node runs out, the kubelet evicts pods that use more than they requested,
//! and the kernel's OOM killer picks victims on the whole node: the pod that suffers is often not the one that grew.
//! Memory, unlike CPU, cannot be taken back from a process, so a request below the limit saves nothing on the day it
//! matters.
//!
//! ## How we decide
//! - **over**: the highest working set of any replica in the window is above the request.
//! - **overcommit**: on a node that runs it, the memory limits of all pods add up to more than the node has to give.
//! - **killed**: kube-state-metrics shows `OOMKilled`, or the status of a live pod does within the window.
//!
//! Critical when it is over and (a node is overcommitted or it was killed); warning when it is over or was killed;
//! info when its peak stays below the request. Without measured use it is a warning, with low confidence.
//!
//! The recommended number: the peak × 1.15. When most of the working set is page cache (peak working set above 1.5 ×
//! peak RSS, and nothing was killed): the larger of peak RSS × 1.2 and the 95th percentile of the working set. When it
//! was killed: at least the old limit × 1.25. Always rounded up to a quantity people write; a need within a tenth above
//! the limit leaves the limit as it is, and one change takes away half of a limit at most. A recommendation needs a
//! day of history; below that only "request = limit, as it is" is offered.
//!
//! ## When it is wrong
//! - Workloads that a vendor manages are left out: their settings are put back. So are static pods and Jobs that have
//!   ended.
//! - A number that no node could hold is not offered as a fix.
//! - Init containers are left out: they have ended before the pod serves.
//! - Pod-level resources (`spec.resources`) are left out: there the pod is the unit.
//! - A cluster that deliberately overcommits memory on nodes with swap, or runs only evictable batch work, may want
//!   the gap. Ignore the check for those namespaces.
//! - Where a VerticalPodAutoscaler sets what runs, no number is offered: with request = limit in the template it keeps
//!   them the same.
//! - Peaks between two scrapes are not seen; the margin is there for them.
//!
//! ## Fix and its risk
//! Set the request to the limit, or both to what the container needs. The pods restart, and a higher request needs
//! room on the nodes: the fix states how much. Lowering a limit below a peak that the window did not show would get
//! the container killed, so that is offered for review only.
//!
//! ## Example
//! ```yaml
//! resources:
//!   requests: { memory: 256Mi }   # found: the limit is four times as much
//!   limits: { memory: 1Gi }
//! ```
//!
//! ## Options
//! `memory.margin`, `memory.oom-growth`, `memory.cache-ratio`, `history.minimum` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/>
//! - <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/>
//! - <https://home.robusta.dev/blog/kubernetes-memory-limit>

use crate::check::{
    Confidence, Context, Draft, Evidence, Impact, Meta, Need, Severity, Sink, Status, Subject,
    Unit, history_evidence, memory_evidence,
};
use crate::facts::{ContainerFacts, Role, Source, WorkloadFacts};
use crate::fix::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField};
use crate::model::{Amounts, Bytes, MemoryUsage};
use crate::sizing::{History, MemoryNeed, history_of, memory_need, resize_memory};

pub const META: Meta = Meta {
    title: "Memory request is lower than the memory limit",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[Need::Workloads],
    uses: &[
        Need::Nodes,
        Need::Query("memory-working-set-max"),
        Need::Query("memory-working-set-p95"),
        Need::Query("memory-rss-max"),
        Need::Query("oom-killed"),
        Need::Query("container-samples"),
        Need::Query("container-first-seen"),
        Need::Query("container-last-seen"),
    ],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for (workload, container) in cx.long_running() {
        if cx.vendor(workload).is_some() {
            continue;
        }
        let (request, limit) = (
            &container.effective.memory_request,
            &container.effective.memory_limit,
        );
        if request.source == Source::Pod || limit.source == Source::Pod {
            continue;
        }
        if let (Some(r), Some(l)) = (request.value, limit.value)
            && r < l
        {
            let case = Case::new(cx, workload, container, r, l);
            out.report_as(case.severity(), case.draft(cx));
        }
    }
}

struct Case<'a> {
    workload: &'a WorkloadFacts<'a>,
    container: &'a ContainerFacts,
    request: Bytes,
    limit: Bytes,
    peak: Option<f64>,
    oom_killed: bool,
    /// The most overcommitted node that runs it: its name and limits / allocatable.
    node: Option<(String, f64)>,
    overcommit_threshold: f64,
    /// Whether some node can hold the limit, and what it needs, as a request.
    limit_fits: bool,
    need_fits: bool,
    history: History,
    need: Option<MemoryNeed>,
    /// A LimitRange that refuses what it needs, in words.
    above_max: Option<String>,
    /// An autoscaler whose target moves with the request, in words.
    steered: Option<String>,
    /// The VerticalPodAutoscaler that sets what runs.
    resized_by: Option<String>,
}

impl<'a> Case<'a> {
    fn new(
        cx: &Context<'a>,
        workload: &'a WorkloadFacts<'a>,
        container: &'a ContainerFacts,
        request: Bytes,
        limit: Bytes,
    ) -> Self {
        let memory = container.usage.memory.as_ref();
        let history = history_of(&container.usage, cx.defaults());
        let need = memory
            .filter(|_| history.allows_numbers() && cx.facts.resized_by(workload).is_none())
            .and_then(|m| memory_need(m, Some(limit), cx.defaults()));
        let node = cx
            .facts
            .nodes_of(workload)
            .into_iter()
            .filter_map(|n| Some((n.name.to_string(), n.overcommit()?)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        Self {
            workload,
            container,
            request,
            limit,
            peak: memory.and_then(|m| m.peak),
            oom_killed: memory.is_some_and(MemoryUsage::was_killed),
            node,
            overcommit_threshold: cx.defaults().node_overcommit,
            limit_fits: cx.facts.fits_a_node(limit),
            need_fits: need.as_ref().is_none_or(|n| cx.facts.fits_a_node(n.bytes)),
            above_max: need.as_ref().and_then(|n| {
                let wanted = Amounts {
                    memory: Some(n.bytes),
                    ..Amounts::default()
                };
                cx.facts.above_max(&workload.id.namespace, &wanted)
            }),
            steered: cx.facts.steered_by(workload, "memory"),
            resized_by: cx.facts.resized_by(workload).map(|v| v.name.to_string()),
            history,
            need,
        }
    }

    fn over(&self) -> Option<bool> {
        self.peak.map(|p| p > self.request.as_f64())
    }

    fn overcommitted(&self) -> bool {
        self.node
            .as_ref()
            .is_some_and(|n| n.1 > self.overcommit_threshold)
    }

    fn severity(&self) -> Severity {
        match self.over() {
            Some(true) if self.overcommitted() || self.oom_killed => Severity::Critical,
            Some(false) if !self.oom_killed => Severity::Info,
            _ => Severity::Warning,
        }
    }

    fn confidence(&self) -> Confidence {
        match &self.history {
            History::Full => Confidence::high(
                "requests and limits are read from the cluster, use from a week or more",
            ),
            History::Partial(why) => Confidence::medium(why.clone()),
            History::TooShort(why) => Confidence::low(why.clone()),
            History::None => Confidence::low("the values are certain, but no use was measured"),
        }
    }

    fn draft(&self, cx: &Context<'_>) -> Draft {
        let name = &self.container.name;
        let what = format!(
            "{name} requests {} of memory and may use {}",
            self.request, self.limit
        );
        Draft::new(
            Subject::container(&self.workload.id, name),
            self.confidence(),
            what,
            self.why(),
            self.action(),
            Evidence::field(
                self.workload.id.to_string(),
                self.path("requests"),
                self.request.to_string(),
            ),
        )
        .evidence([Evidence::field(
            self.workload.id.to_string(),
            self.path("limits"),
            self.limit.to_string(),
        )])
        .evidence(self.evidence(cx))
        .evidence(history_evidence(
            &self.history,
            &self.container.usage,
            cx.defaults(),
        ))
        .impact(Impact {
            memory_bytes: Some(self.extra_memory(self.target())),
            ..Impact::default()
        })
        .fix(self.sized_fix())
        .fix(self.equal_fix())
    }

    fn path(&self, section: &str) -> String {
        format!(
            "containers[name={}].resources.{section}.memory",
            self.container.name
        )
    }

    fn why(&self) -> String {
        let mut parts = Vec::new();
        match self.peak {
            Some(peak) if peak > self.request.as_f64() => parts.push(format!(
                "its working set reached {}, {} above what the scheduler set aside",
                Unit::Bytes.show(peak),
                Unit::Bytes.show(peak - self.request.as_f64()),
            )),
            // What was killed between two scrapes left no peak.
            Some(peak) if self.oom_killed => parts.push(format!(
                "no scrape saw more than {}, so it grew between two of them",
                Unit::Bytes.show(peak)
            )),
            Some(peak) => parts.push(format!(
                "its working set stayed at or below {}, so the gap has not been used yet",
                Unit::Bytes.show(peak)
            )),
            None => parts
                .push("memory between request and limit is promised but not set aside".to_owned()),
        }
        if self.oom_killed {
            parts.push("it was killed for memory (OOMKilled)".to_owned());
        }
        if let Some((node, ratio)) = self.node.as_ref().filter(|_| self.overcommitted()) {
            parts.push(format!(
                "the memory limits on node {node} add up to {} of what it has",
                Unit::Ratio.show(*ratio)
            ));
        }
        let mut text = parts.join("; ");
        if self.over() == Some(true) {
            text.push_str("; under memory pressure it is among the first to be evicted");
        }
        text
    }

    /// What the recommended fix sets both to.
    fn target(&self) -> Bytes {
        let resized = self
            .need
            .as_ref()
            .and_then(|n| resize_memory(n, self.limit));
        resized.unwrap_or(self.limit)
    }

    fn action(&self) -> String {
        if let Some(vpa) = &self.resized_by {
            return format!(
                "set the memory request to the limit in the template: VerticalPodAutoscaler {vpa} keeps their ratio"
            );
        }
        let target = self.target();
        let fits = if target == self.limit {
            self.limit_fits
        } else {
            self.need_fits
        };
        let change = if !fits {
            format!("set both to what it needs: {target} is more than any node has to give")
        } else if target == self.limit {
            format!(
                "change the memory request from {} to {}, the limit",
                self.request, self.limit
            )
        } else if target == self.request {
            format!(
                "change the memory limit from {} to {target}, the request",
                self.limit
            )
        } else {
            format!(
                "change the memory request from {} and the limit from {} to {target}",
                self.request, self.limit
            )
        };
        let change = format!("{change}{}", self.container.elsewhere());
        match &self.history {
            History::TooShort(why) => format!("{change} (not enough history to size it: {why})"),
            _ => change,
        }
    }

    fn evidence(&self, cx: &Context<'_>) -> Vec<Evidence> {
        let window = Some(cx.facts.snapshot.meta.window);
        let query = |id: &str| {
            cx.facts
                .container_query(id, &self.workload.id, &self.container.name)
        };
        let mut found = memory_evidence(cx, self.workload, self.container);
        if let Some(memory) = &self.container.usage.memory {
            if let Some(peak) = memory.peak.filter(|p| *p > self.request.as_f64()) {
                found.push(Evidence::computed(
                    "above the request",
                    "highest working set − request",
                    peak - self.request.as_f64(),
                    Unit::Bytes,
                ));
            }
            if memory.oom_killed_pods > 0 {
                let pods = f64::from(memory.oom_killed_pods);
                found.push(Evidence::measured(
                    "pods with an OOM kill",
                    query("oom-killed"),
                    window,
                    pods,
                    Unit::Count,
                ));
            } else if memory.last_oom.is_some() {
                found.push(Evidence::field(
                    self.workload.id.to_string(),
                    "status.containerStatuses[].lastState.terminated.reason",
                    "OOMKilled",
                ));
            }
        }
        if let Some((node, ratio)) = &self.node {
            found.push(Evidence::computed(
                format!("memory limits on node {node}"),
                "sum of limits / allocatable",
                *ratio,
                Unit::Ratio,
            ));
        }
        if let Some(need) = &self.need {
            found.push(Evidence::computed(
                "memory it needs, before rounding up",
                need.formula.clone(),
                need.exact,
                Unit::Bytes,
            ));
            if self.target() > need.bytes && self.target() < self.limit {
                found.push(Evidence::computed(
                    "the most that one change takes away",
                    "half of the limit, rounded up",
                    self.target().as_f64(),
                    Unit::Bytes,
                ));
            }
        }
        found
    }

    /// Change of requested memory over all replicas, in bytes.
    fn extra_memory(&self, target: Bytes) -> i64 {
        let per_pod = i64::try_from(target.0).unwrap_or(i64::MAX)
            - i64::try_from(self.request.0).unwrap_or(0);
        per_pod.saturating_mul(i64::from(self.workload.replicas()))
    }

    fn preconditions(&self, extra: i64, to: Bytes) -> Vec<String> {
        let room = (extra > 0).then(|| "the nodes have that much unrequested memory".to_owned());
        let refused = self.above_max.clone().filter(|_| to > self.limit);
        room.into_iter()
            .chain(refused)
            .chain(self.steered.clone())
            .collect()
    }

    fn sized_fix(&self) -> Option<Fix> {
        let need = self.need.as_ref().filter(|_| self.need_fits)?;
        let to = resize_memory(need, self.limit)?;
        let why = if to > need.bytes {
            "half of the limit"
        } else {
            "what it needs"
        };
        Some(self.fix(
            format!("set the memory request and limit to {to}, {why}"),
            to,
        ))
    }

    /// Not offered when no node could hold a pod that requests that much.
    fn equal_fix(&self) -> Option<Fix> {
        // What a VerticalPodAutoscaler made of the template's values does not belong into the template.
        let declared = self.container.declared.limits.memory;
        let to = declared
            .filter(|_| self.resized_by.is_some())
            .unwrap_or(self.limit);
        let title = || format!("set the memory request to the limit, {to}");
        self.limit_fits.then(|| self.fix(title(), to))
    }

    fn fix(&self, title: String, to: Bytes) -> Fix {
        let text = |b: Bytes| Some(b.to_string());
        // The manifest may say something else than what runs: both have to fit afterwards.
        let declared = &self.container.declared;
        let now_request = declared.requests.memory.unwrap_or(self.request);
        let now_limit = declared.limits.memory.unwrap_or(self.limit);
        let changes = [
            (ResourceField::RequestsMemory, now_request),
            (ResourceField::LimitsMemory, now_limit),
        ];
        let changes = changes
            .into_iter()
            .filter(|(_, now)| *now != to)
            .map(|(field, now)| ResourceChange {
                field,
                from: text(now),
                to: text(to),
            })
            .collect();
        let extra = self.extra_memory(to);
        let room = match extra {
            e if e > 0 => format!(
                "needs {} more requested memory over {}",
                Unit::Bytes.show(e as f64),
                self.workload.replicas_in_words()
            ),
            e => format!(
                "frees {} of requested memory over {}",
                Unit::Bytes.show(-e as f64),
                self.workload.replicas_in_words()
            ),
        };
        let injected = self.container.role == Role::Injected;
        Fix {
            title,
            applicability: if injected {
                Applicability::DisplayOnly
            } else {
                Applicability::Review
            },
            edits: vec![Edit::SetResources {
                container: ContainerRef {
                    workload: self.workload.id.clone(),
                    container: self.container.name.to_string(),
                    init: self.container.role == Role::Sidecar,
                },
                changes,
            }],
            expected: format!(
                "every byte it may use is set aside for it, so it is the last to be evicted; {room}; its pods restart"
            ),
            rollback: format!("set the request back to {now_request} and the limit to {now_limit}"),
            preconditions: self.preconditions(extra, to),
        }
    }
}
