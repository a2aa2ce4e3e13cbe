//! What containers used, from rows by pod to one record per container of a workload.

use std::collections::{BTreeMap, HashMap};

use super::{Owners, pool};
use crate::model::{
    ContainerUsage, CpuUsage, HotHours, MemoryUsage, Percentiles, PromDuration, Snapshot, Text,
    Throttling, Timestamp, WorkloadRef,
};

/// Usage by workload and container name.
pub(super) type UsageByContainer = HashMap<(WorkloadRef, Text), ContainerUsage>;

/// Share of throttled periods from which on an hour counts as hot: the threshold of CPUThrottlingHigh.
const HOT_RATIO: f64 = 0.25;

/// Everything known of one container of one pod.
#[derive(Debug, Default)]
struct OfPod {
    cpu: Percentiles,
    samples: f64,
    first: Option<f64>,
    last: Option<f64>,
    memory_max: Option<f64>,
    memory_p95: Option<f64>,
    rss_max: Option<f64>,
    periods: Option<f64>,
    throttled: Option<f64>,
    cpu_seconds: Option<f64>,
    throttled_at_start: Option<f64>,
    oom_killed: bool,
    restarts: f64,
    hours: BTreeMap<u32, Hour>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Hour {
    periods: f64,
    throttled: f64,
    cpu_seconds: f64,
}

/// Reads every usage query of the snapshot.
pub(super) fn by_container(
    snapshot: &Snapshot,
    owners: &Owners,
    scrape_interval: PromDuration,
) -> UsageByContainer {
    let mut pods: HashMap<(WorkloadRef, Text), BTreeMap<Text, OfPod>> = HashMap::new();
    let mut cache: HashMap<(Text, Text), WorkloadRef> = HashMap::new();
    let mut slot = |labels: &[Text], put: &mut dyn FnMut(&mut OfPod)| {
        let [namespace, pod, container] = labels else {
            return;
        };
        let workload = cache
            .entry((namespace.clone(), pod.clone()))
            .or_insert_with(|| owners.of_pod(namespace, pod))
            .clone();
        put(pods
            .entry((workload, container.clone()))
            .or_default()
            .entry(pod.clone())
            .or_default());
    };
    type Put = fn(&mut OfPod, f64);
    let instant: [(&str, Put); 15] = [
        ("cpu-usage-p50", |p, v| p.cpu.p50 = Some(v)),
        ("cpu-usage-p95", |p, v| p.cpu.p95 = Some(v)),
        ("cpu-usage-p99", |p, v| p.cpu.p99 = Some(v)),
        ("cpu-usage-max", |p, v| p.cpu.max = Some(v)),
        ("memory-working-set-max", |p, v| p.memory_max = Some(v)),
        ("memory-working-set-p95", |p, v| p.memory_p95 = Some(v)),
        ("memory-rss-max", |p, v| p.rss_max = Some(v)),
        ("container-samples", |p, v| p.samples = v),
        ("container-first-seen", |p, v| p.first = Some(v)),
        ("container-last-seen", |p, v| p.last = Some(v)),
        ("cpu-periods", |p, v| p.periods = Some(v)),
        ("cpu-throttled-periods", |p, v| p.throttled = Some(v)),
        ("cpu-seconds", |p, v| p.cpu_seconds = Some(v)),
        ("cpu-throttled-at-start", |p, v| {
            p.throttled_at_start = Some(v)
        }),
        ("restarts", |p, v| p.restarts = v),
    ];
    for (query, put) in instant {
        for row in snapshot
            .queries
            .get(query)
            .into_iter()
            .flat_map(|r| &r.rows)
        {
            if row.1.is_finite() {
                slot(&row.0, &mut |p| put(p, row.1));
            }
        }
    }
    for row in snapshot
        .queries
        .get("oom-killed")
        .into_iter()
        .flat_map(|r| &r.rows)
    {
        slot(&row.0, &mut |p| p.oom_killed = row.1 > 0.0);
    }
    type PutHour = fn(&mut Hour, f64);
    let hourly: [(&str, PutHour); 3] = [
        ("throttled-periods-hourly", |h, v| h.throttled = v),
        ("periods-hourly", |h, v| h.periods = v),
        ("cpu-seconds-hourly", |h, v| h.cpu_seconds = v),
    ];
    for (query, put) in hourly {
        for series in snapshot
            .queries
            .get(query)
            .into_iter()
            .flat_map(|r| &r.series)
        {
            slot(&series.labels, &mut |p| {
                for (step, value) in series.steps.iter().zip(&series.values) {
                    put(p.hours.entry(*step).or_default(), f64::from(*value));
                }
            });
        }
    }
    let answered = hourly
        .iter()
        .all(|(query, _)| snapshot.queries.contains_key(*query));
    let mut usage: UsageByContainer = pods
        .into_iter()
        .map(|(key, by_pod)| (key, fold(&by_pod, scrape_interval, answered)))
        .collect();
    for (key, at) in last_oom_kills(snapshot, owners) {
        let memory = &mut usage.entry(key).or_default().memory;
        memory.get_or_insert_default().last_oom = Some(at);
    }
    usage
}

/// The latest OOM kill within the window that a live pod's status remembers, by container.
fn last_oom_kills(
    snapshot: &Snapshot,
    owners: &Owners,
) -> BTreeMap<(WorkloadRef, Text), Timestamp> {
    let mut latest: BTreeMap<(WorkloadRef, Text), Timestamp> = BTreeMap::new();
    let (now, window) = (snapshot.meta.captured_at, snapshot.meta.window);
    for pod in snapshot.cluster.iter().flat_map(|c| &c.pods) {
        for status in &pod.statuses {
            let Some(ended) = &status.last_terminated else {
                continue;
            };
            let recent = |at: &Timestamp| &*ended.reason == "OOMKilled" && now.since(*at) <= window;
            let Some(at) = ended.finished_at.filter(recent) else {
                continue;
            };
            let key = (
                owners.of_pod(&pod.namespace, &pod.name),
                status.name.clone(),
            );
            latest
                .entry(key)
                .and_modify(|t| *t = (*t).max(at))
                .or_insert(at);
        }
    }
    latest
}

fn fold(
    pods: &BTreeMap<Text, OfPod>,
    scrape_interval: PromDuration,
    hourly: bool,
) -> ContainerUsage {
    let interval = scrape_interval.seconds();
    let all = || pods.values();
    let samples: f64 = all().map(|p| p.samples).sum();
    let first = all().filter_map(|p| p.first).fold(f64::INFINITY, f64::min);
    let last = all()
        .filter_map(|p| p.last)
        .fold(f64::NEG_INFINITY, f64::max);
    let span = if last >= first { last - first } else { 0.0 };
    ContainerUsage {
        cpu: cpu(pods),
        memory: memory(pods),
        throttling: throttling(pods, interval, hourly),
        pods: u32::try_from(
            all()
                .filter(|p| p.samples > 0.0 || p.cpu.max.is_some())
                .count(),
        )
        .unwrap_or(u32::MAX),
        restarts: all().map(|p| p.restarts).sum(),
        observed_hours: samples * interval / 3600.0,
        span: PromDuration(span as u64),
        coverage: all().map(|p| coverage(p, interval)).fold(0.0, f64::max),
    }
}

/// Samples seen over samples expected between the first and the last hour in which there were any.
fn coverage(pod: &OfPod, interval: f64) -> f64 {
    let (Some(first), Some(last)) = (pod.first, pod.last) else {
        return 0.0;
    };
    // First and last are read on an hourly grid: a pod younger than that is covered by what it has.
    let expected = ((last - first) / interval).max(1.0);
    (pod.samples / expected).min(1.0)
}

fn cpu(pods: &BTreeMap<Text, OfPod>) -> Option<CpuUsage> {
    let replicas: Vec<(Percentiles, f64)> = pods
        .values()
        .filter(|p| p.cpu.max.is_some() || p.cpu.p95.is_some())
        .map(|p| (p.cpu, p.samples.max(1.0)))
        .collect();
    if replicas.is_empty() {
        return None;
    }
    let hottest = replicas
        .iter()
        .filter_map(|(p, _)| p.p95)
        .fold(f64::NEG_INFINITY, f64::max);
    Some(CpuUsage {
        pooled: pool(&replicas),
        hottest_p95: hottest.is_finite().then_some(hottest),
    })
}

fn memory(pods: &BTreeMap<Text, OfPod>) -> Option<MemoryUsage> {
    let highest = |pick: fn(&OfPod) -> Option<f64>| {
        let max = pods
            .values()
            .filter_map(pick)
            .fold(f64::NEG_INFINITY, f64::max);
        max.is_finite().then_some(max)
    };
    let usage = MemoryUsage {
        peak: highest(|p| p.memory_max),
        p95: highest(|p| p.memory_p95),
        rss_peak: highest(|p| p.rss_max),
        oom_killed_pods: u32::try_from(pods.values().filter(|p| p.oom_killed).count())
            .unwrap_or(u32::MAX),
        last_oom: None,
    };
    (usage.peak.is_some() || usage.oom_killed_pods > 0).then_some(usage)
}

fn throttling(pods: &BTreeMap<Text, OfPod>, interval: f64, hourly: bool) -> Option<Throttling> {
    let counted = || pods.values().filter(|p| p.periods.is_some_and(|n| n > 0.0));
    counted().next()?;
    let sum = |pick: fn(&OfPod) -> Option<f64>| counted().filter_map(pick).sum::<f64>();
    let at_start = counted().any(|p| p.throttled_at_start.is_some());
    let observed: f64 = counted().map(|p| p.samples).sum::<f64>() * interval / 3600.0;
    Some(Throttling {
        periods: sum(|p| p.periods),
        throttled: sum(|p| p.throttled),
        cpu_seconds: sum(|p| p.cpu_seconds),
        throttled_at_start: at_start.then(|| sum(|p| p.throttled_at_start)),
        // An hourly query that failed would leave zeros: then the totals have to do.
        hot: hourly.then(|| hot_hours(counted().flat_map(|p| p.hours.values()), observed)),
        pods: u32::try_from(counted().count()).unwrap_or(u32::MAX),
    })
}

fn hot_hours<'h>(hours: impl Iterator<Item = &'h Hour>, observed: f64) -> HotHours {
    let mut hot = HotHours {
        observed,
        ..HotHours::default()
    };
    for hour in hours.filter(|h| h.periods > 0.0 && h.throttled / h.periods > HOT_RATIO) {
        hot.hours += 1.0;
        hot.periods += hour.periods;
        hot.throttled += hour.throttled;
        hot.cpu_seconds += hour.cpu_seconds;
    }
    hot
}
