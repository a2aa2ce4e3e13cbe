//! Throttled containers, each with its diagnosis: what the checks under `throttling/` share.

use super::{Confidence, Context, Evidence, Need, Subject, Unit};
use crate::facts::{ContainerFacts, LimitGate, Role, Source, WorkloadFacts};
use crate::fix::{ContainerRef, Edit, ResourceChange, ResourceField};
use crate::model::{Amounts, Cpu};
use crate::sizing::{
    CpuNeed, Diagnosis, History, Quota, cpu_need, diagnose, history_of, round_cpu_up,
};

/// What every check of throttling reads besides its needs: each must come to the same diagnosis when it runs alone.
pub const THROTTLED_USES: &[Need] = &[
    Need::Nodes,
    Need::Query("throttled-periods-hourly"),
    Need::Query("periods-hourly"),
    Need::Query("cpu-seconds-hourly"),
    Need::Query("cpu-throttled-at-start"),
    Need::Query("cpu-usage-p50"),
    Need::Query("cpu-usage-p95"),
    Need::Query("cpu-usage-p99"),
    Need::Query("cpu-usage-max"),
    Need::Query("container-first-seen"),
    Need::Query("container-last-seen"),
    Need::Query("restarts"),
    Need::Query("throttling-alert-samples"),
    Need::Query("history-samples"),
];

/// A throttled container with everything a check needs to speak about it.
#[derive(Debug)]
pub struct Throttled<'a> {
    pub workload: &'a WorkloadFacts<'a>,
    pub container: &'a ContainerFacts,
    pub diagnosis: Diagnosis,
    pub quota: Quota,
    pub gate: LimitGate,
    /// What it needs; absent without enough history.
    pub need: Option<CpuNeed>,
    pub history: History,
    /// An autoscaler whose CPU target moves with the request, in words.
    pub steered: Option<String>,
    /// Share of the window in which CPUThrottlingHigh fired for a pod of it, at most; absent when it never did.
    pub alert_share: Option<f64>,
}

/// Every container that is throttled enough to be noticed.
pub fn throttled<'a>(cx: &Context<'a>) -> Vec<Throttled<'a>> {
    cx.long_running()
        .filter_map(|(w, c)| of(cx, w, c))
        .collect()
}

fn of<'a>(
    cx: &Context<'a>,
    workload: &'a WorkloadFacts<'a>,
    container: &'a ContainerFacts,
) -> Option<Throttled<'a>> {
    if workload.id.kind.is_batch() {
        // Nobody waits for a batch job the way people wait for a server.
        return None;
    }
    let limit = &container.effective.cpu_limit;
    let quota = match &limit.source {
        _ if container.role == Role::Injected => Quota::Injected,
        Source::LimitRange(name) => Quota::LimitRange(name.clone()),
        Source::Pod => Quota::Pod,
        // While two revisions run, the older one's pods differ from the template without anybody's doing.
        Source::Admission if revisions(workload) > 1 => return None,
        Source::Admission => Quota::Admission,
        _ => Quota::Manifest,
    };
    let counters = container.usage.throttling.as_ref()?;
    let observed = container.usage.observed_hours;
    let defaults = cx.defaults();
    let diagnosis = diagnose(
        counters,
        limit.value?,
        &quota,
        cx.vendor(workload),
        observed,
        defaults,
    )?;
    let history = history_of(&container.usage, defaults);
    let need = container
        .usage
        .cpu
        .as_ref()
        .filter(|_| history.allows_numbers())
        .and_then(|u| cpu_need(u, &workload.id.kind, defaults));
    Some(Throttled {
        gate: cx.facts.cpu_limit_gate(workload),
        steered: cx.facts.steered_by(workload, "cpu"),
        alert_share: alert_share(cx, workload, container),
        workload,
        container,
        diagnosis,
        quota,
        need,
        history,
    })
}

/// How many controllers the live pods have: more than one while a Deployment rolls out.
fn revisions(workload: &WorkloadFacts<'_>) -> usize {
    let mut owners: Vec<_> = workload.pods.iter().map(|p| p.owner.as_ref()).collect();
    owners.sort();
    owners.dedup();
    owners.len()
}

fn alert_share(
    cx: &Context<'_>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
) -> Option<f64> {
    let snapshot = cx.facts.snapshot;
    let grid = snapshot.queries.get("history-samples")?.total()?;
    let rows = &snapshot.queries.get("throttling-alert-samples")?.rows;
    let live = |pod: &str| workload.pods.iter().any(|p| *p.name == *pod);
    rows.iter()
        .filter(|r| matches!(r.0.as_slice(), [ns, pod, name] if **ns == *workload.id.namespace && *name == container.name && live(pod)))
        .map(|r| (r.1 / grid).min(1.0))
        .reduce(f64::max)
}

impl Throttled<'_> {
    /// The subject of a finding about it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::container(&self.workload.id, &self.container.name)
    }

    /// The measured numbers every finding about throttling rests on.
    #[must_use]
    pub fn evidence(&self, cx: &Context<'_>) -> Vec<Evidence> {
        let facts = cx.facts;
        let window = Some(facts.snapshot.meta.window);
        let d = &self.diagnosis;
        let query = |id: &str| facts.container_query(id, &self.workload.id, &self.container.name);
        let counters = self.container.usage.throttling.clone().unwrap_or_default();
        let mut evidence = vec![
            Evidence::measured(
                "periods throttled",
                query("cpu-throttled-periods"),
                window,
                counters.throttled,
                Unit::Count,
            ),
            Evidence::measured(
                "periods with something to run",
                query("cpu-periods"),
                window,
                counters.periods,
                Unit::Count,
            ),
            Evidence::computed(
                "throttled share of periods",
                "throttled / periods",
                d.ratio,
                Unit::Ratio,
            ),
            Evidence::field(
                self.workload.id.to_string(),
                format!(
                    "containers[name={}].resources.limits.cpu",
                    self.container.name
                ),
                d.limit.to_string(),
            ),
        ];
        if let (Some(hot), Some((hours, observed))) = (d.hot_ratio, d.hot_hours) {
            evidence.push(Evidence::measured(
                "pod-hours with more than a quarter of the periods throttled",
                query("throttled-periods-hourly"),
                window,
                hours,
                Unit::Count,
            ));
            evidence.push(Evidence::computed(
                "pod-hours observed",
                "pods × hours with samples",
                observed,
                Unit::Count,
            ));
            evidence.push(Evidence::computed(
                "throttled share in those hours",
                "throttled / periods in those hours",
                hot,
                Unit::Ratio,
            ));
        }
        evidence.push(Evidence::computed(
            "fill: share of the quota used while active",
            "CPU seconds / (limit × periods × 0.1 s), in the throttled hours where known",
            d.fill,
            Unit::Ratio,
        ));
        evidence.push(Evidence::measured(
            "CPU seconds used",
            query("cpu-seconds"),
            window,
            counters.cpu_seconds,
            Unit::Seconds,
        ));
        evidence.push(Evidence::computed(
            "active share of all periods",
            "periods / (observed time / 0.1 s)",
            d.active,
            Unit::Ratio,
        ));
        if self.gate.unprotected > 0 {
            evidence.push(Evidence::computed(
                "pods on its nodes with a container without a CPU request",
                "count over the live pods",
                f64::from(self.gate.unprotected),
                Unit::Count,
            ));
        }
        if let Some(share) = d.at_start {
            evidence.push(Evidence::computed(
                "share of throttling in the first ten minutes",
                "throttled at start / throttled",
                share,
                Unit::Ratio,
            ));
        }
        if let Some(share) = self.alert_share {
            evidence.push(Evidence::computed(
                "share of the window in which CPUThrottlingHigh fired for a pod of it",
                "firing points / points",
                share,
                Unit::Ratio,
            ));
        }
        if let (Some(p95), true) = (
            self.container.usage.cpu.as_ref().and_then(|u| u.pooled.p95),
            self.need.is_some(),
        ) {
            evidence.push(Evidence::measured(
                "95th percentile of CPU use, pooled over replicas",
                query("cpu-usage-p95"),
                window,
                p95,
                Unit::Cores,
            ));
        }
        evidence
    }

    /// How much it is throttled, as a clause: *62% of its active periods, in 40 of 336 pod-hours*.
    #[must_use]
    pub fn how_much(&self) -> String {
        let d = &self.diagnosis;
        match (d.hot_ratio, d.hot_hours) {
            (Some(ratio), Some((hours, observed))) => format!(
                "throttled in {} of its active periods during {} of {} pod-hours ({} over the whole window)",
                Unit::Ratio.show(ratio),
                Unit::Count.show(hours),
                Unit::Count.show(observed),
                Unit::Ratio.show(d.ratio),
            ),
            _ => format!(
                "throttled in {} of its active periods",
                Unit::Ratio.show(d.ratio)
            ),
        }
    }

    /// How sure the diagnosis is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        match &self.history {
            History::Full if self.diagnosis.hot_ratio.is_some() => {
                Confidence::high("a week or more of period counters, hour by hour")
            }
            History::Full => {
                Confidence::medium("the totals over the window show it, hourly counters do not")
            }
            History::Partial(why) => Confidence::medium(why.clone()),
            History::TooShort(why) => Confidence::low(why.clone()),
            History::None => Confidence::low("no usage was measured"),
        }
    }

    /// Removes the CPU limit and, where usage tells one, sets the request.
    #[must_use]
    pub fn remove_limit(&self) -> Edit {
        let mut changes =
            vec![self.change(ResourceField::LimitsCpu, Some(self.diagnosis.limit), None)];
        let request = self.container.effective.cpu_request.value;
        if let Some(need) = &self.need
            && request.is_none_or(|r| r < need.request)
        {
            changes.push(self.change(ResourceField::RequestsCpu, request, Some(need.request)));
        } else if self.container.declared.requests.cpu.is_none() {
            // The request was the limit's default: without the limit it would be gone.
            let kept = request.unwrap_or(self.diagnosis.limit);
            changes.push(self.change(ResourceField::RequestsCpu, None, Some(kept)));
        }
        Edit::SetResources {
            container: self.container_ref(),
            changes,
        }
    }

    /// A limit of at least this much, in a quantity people write. A pod with exclusive CPUs keeps whole ones.
    #[must_use]
    pub fn at_least(&self, wanted: Cpu) -> Cpu {
        let rounded = round_cpu_up(wanted);
        let whole = self.request_is_limit() && self.diagnosis.limit.0.is_multiple_of(1000);
        if whole {
            Cpu(rounded.0.next_multiple_of(1000))
        } else {
            rounded
        }
    }

    /// The author wants request and limit to be the same: a Guaranteed pod stays one.
    fn request_is_limit(&self) -> bool {
        self.container.effective.cpu_request.value == Some(self.diagnosis.limit)
    }

    /// Raises the CPU limit, and the request with it where usage asks for more, or where it was the limit.
    #[must_use]
    pub fn raise_limit(&self, to: Cpu) -> Edit {
        let declared = &self.container.declared;
        let mut changes = vec![
            self.change(
                ResourceField::LimitsCpu,
                declared
                    .limits
                    .cpu
                    .or(Some(self.diagnosis.limit))
                    .filter(|_| self.quota == Quota::Manifest),
                Some(to),
            ),
        ];
        let request = self.container.effective.cpu_request.value;
        let wanted = match &self.need {
            _ if self.request_is_limit() => Some(to),
            Some(need) if request.is_none_or(|r| r < need.request) => Some(need.request.min(to)),
            _ if declared.requests.cpu.is_none() => Some(request.unwrap_or(self.diagnosis.limit)),
            _ => None,
        };
        if let Some(wanted) = wanted.filter(|w| Some(*w) != declared.requests.cpu) {
            changes.push(self.change(
                ResourceField::RequestsCpu,
                declared.requests.cpu,
                Some(wanted),
            ));
        }
        Edit::SetResources {
            container: self.container_ref(),
            changes,
        }
    }

    fn change(&self, field: ResourceField, from: Option<Cpu>, to: Option<Cpu>) -> ResourceChange {
        let text = |c: Option<Cpu>| c.map(|c| c.to_string());
        ResourceChange {
            field,
            from: text(from),
            to: text(to),
        }
    }

    fn container_ref(&self) -> ContainerRef {
        ContainerRef {
            workload: self.workload.id.clone(),
            container: self.container.name.to_string(),
            init: self.container.role == Role::Sidecar,
        }
    }

    /// A LimitRange that would refuse a limit of this much, in words.
    #[must_use]
    pub fn above_max(&self, cx: &Context<'_>, to: Cpu) -> Option<String> {
        let wanted = Amounts {
            cpu: Some(to),
            ..Amounts::default()
        };
        cx.facts.above_max(&self.workload.id.namespace, &wanted)
    }

    /// What stands in the way of a limit of this much, for a fix's preconditions.
    #[must_use]
    pub fn obstacles(&self, cx: &Context<'_>, to: Cpu) -> Vec<String> {
        let refused = self.above_max(cx, to);
        refused.into_iter().chain(self.steered.clone()).collect()
    }

    /// What removing the limit leaves to verify or to do, for a fix's preconditions.
    #[must_use]
    pub fn unverified(&self) -> Vec<String> {
        let unverified = self.gate.unverified.iter().map(|u| format!("verify {u}"));
        unverified.chain(self.steered.clone()).collect()
    }
}
