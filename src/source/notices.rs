//! What a whole capture shows to be missing or odd, said once with the next step, rather than once per check.
//!
//! Pure: one snapshot in, gaps out. A query that failed proves nothing, so nothing is concluded from it.

use std::collections::BTreeSet;

use crate::model::{Gap, PromDuration, QueryResult, QueryStatus, Snapshot, Text, Timestamp};

/// Below this, less than what makes a recommendation sure (`history.full`).
const ENOUGH: PromDuration = PromDuration(7 * 86_400);
/// First and newest samples are read on a grid of hours.
const GRID: i64 = 3_600;

/// Everything odd about what Prometheus holds.
pub(super) fn of(snapshot: &Snapshot) -> Vec<Gap> {
    if snapshot.prometheus.is_none() {
        return Vec::new();
    }
    if let Some(because) = silence(snapshot) {
        // Whatever else is missing follows from it.
        return vec![Gap::new("prometheus:data", because)];
    }
    let notices = [
        history,
        containers,
        state_metrics,
        two_state_metrics,
        renamed_labels,
    ];
    notices
        .iter()
        .filter_map(|n| n(snapshot))
        .map(|because| Gap::new("prometheus:data", because))
        .collect()
}

/// The answer to a query that was answered in full.
fn answer<'s>(snapshot: &'s Snapshot, query: &str) -> Option<&'s QueryResult> {
    let complete = snapshot
        .record(query)
        .is_some_and(|r| r.status == QueryStatus::Complete);
    snapshot.queries.get(query).filter(|_| complete)
}

fn is_empty(snapshot: &Snapshot, query: &str) -> bool {
    answer(snapshot, query).is_some_and(|a| a.rows.is_empty())
}

fn value(snapshot: &Snapshot, query: &str) -> Option<f64> {
    Some(answer(snapshot, query)?.rows.first()?.1)
}

/// Nothing at all at the instant that is looked at.
fn silence(snapshot: &Snapshot) -> Option<String> {
    let any = ["targets", "containers-by-namespace", "kube-state-metrics"];
    if !any.iter().all(|query| is_empty(snapshot, query)) {
        return None;
    }
    let at = shown(snapshot.meta.captured_at);
    Some(match value(snapshot, "newest-sample") {
        Some(newest) => format!(
            "Prometheus has no series at {at}, and its newest are of about {}: check --at, the clock of this machine, \
             and whether it still scrapes",
            shown(Timestamp(newest as i64))
        ),
        None => format!(
            "Prometheus has no series in the {} before {at}: check --at, the clock of this machine, and whether this \
             is the Prometheus that scrapes the cluster",
            snapshot.meta.window
        ),
    })
}

fn history(snapshot: &Snapshot) -> Option<String> {
    let oldest = value(snapshot, "oldest-sample")? as i64;
    let covered = (snapshot.meta.captured_at.0 - oldest).max(0);
    let enough = i64::try_from(ENOUGH.0.min(snapshot.meta.window.0)).unwrap_or(i64::MAX);
    (covered + 2 * GRID < enough).then(|| {
        let hours = PromDuration((covered.unsigned_abs() / 3_600).max(1) * 3_600);
        format!(
            "Prometheus has about {hours} of data, not the {} asked for: numbers are recommended from 1d on, and are \
             sure from 7d on; ask a long-term store when there is one",
            snapshot.meta.window
        )
    })
}

fn containers(snapshot: &Snapshot) -> Option<String> {
    is_empty(snapshot, "containers-by-namespace").then(|| {
        "Prometheus has no container metrics (container_memory_working_set_bytes): usage is unknown; scrape \
         /metrics/cadvisor of the kubelets"
            .to_owned()
    })
}

fn state_metrics(snapshot: &Snapshot) -> Option<String> {
    is_empty(snapshot, "kube-state-metrics").then(|| {
        let lost = match snapshot.cluster {
            Some(_) => "restarts, OOM kills and former pods are unknown; have it scraped",
            None => "specs and owners are unknown; have it scraped, or give --kube-context or --kube-dump",
        };
        format!("Prometheus has no kube-state-metrics (kube_pod_info): {lost}")
    })
}

fn two_state_metrics(snapshot: &Snapshot) -> Option<String> {
    let instances = &answer(snapshot, "kube-state-metrics")?.rows;
    let shards = value(snapshot, "kube-state-metrics-shards")
        .unwrap_or(1.0)
        .max(1.0);
    (instances.len() as f64 > shards).then(|| {
        let named: Vec<String> = instances.iter().take(3).map(|row| row.0.join(" ")).collect();
        format!(
            "{} kube-state-metrics report pods ({}): rules that sum or count their series see everything more than \
             once; scrape one of them, or one per shard",
            instances.len(),
            named.join(", ")
        )
    })
}

fn renamed_labels(snapshot: &Snapshot) -> Option<String> {
    let pods = value(snapshot, "exported-labels").filter(|n| *n > 0.0)?;
    Some(format!(
        "the labels of {pods} kube-state-metrics series are exported_namespace and exported_pod, so rules and checks do \
         not find their pods: set honor_labels: true on its scrape job"
    ))
}

/// Whether the Kubernetes API and Prometheus describe different clusters: both name nodes (or pods, where nodes may not
/// be listed), and not one name is the same.
pub(super) fn other_cluster(snapshot: &Snapshot) -> Option<Gap> {
    let cluster = snapshot.cluster.as_ref()?;
    let column = |query: &str, at: usize| -> BTreeSet<&Text> {
        answer(snapshot, query)
            .into_iter()
            .flat_map(|a| &a.rows)
            .filter_map(|row| row.0.get(at))
            .collect()
    };
    let nodes: BTreeSet<&Text> = cluster.nodes.iter().map(|n| &n.name).collect();
    let pods: BTreeSet<&Text> = cluster.pods.iter().map(|p| &p.name).collect();
    let pairs = [
        ("node", nodes, column("spec-nodes", 0)),
        ("pod", pods, column("spec-pods", 1)),
    ];
    let (what, here, there) = pairs
        .into_iter()
        .find(|(_, here, there)| !here.is_empty() && !there.is_empty())?;
    let (mine, theirs) = (here.first()?, there.first()?);
    here.is_disjoint(&there).then(|| {
        Gap::new(
            "kubernetes:cluster",
            format!(
                "the Kubernetes API and Prometheus describe different clusters: no {what} name in common ({mine} here, \
                 {theirs} there); only Prometheus was used; choose the cluster with --kube-context"
            ),
        )
    })
}

fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0).map_or_else(|_| at.0.to_string(), |t| t.to_string())
}
