//! One capture: what the checks need, asked of every source once, into one snapshot.
//!
//! The planner's rule: the union of the checks' needs, each query once, in bulk; probes first, because the others
//! depend on the scrape interval they tell.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::kubernetes::{self, Collected};
use super::prometheus::{self, Client, Execution, Settings};
use super::{notices, rule_objects};
use crate::knowledge::{Knowledge, Phase, PlannedQuery, Variables};
use crate::model::{Gap, PromDuration, Snapshot, SourceKind, Timestamp};

/// What to read.
#[derive(Clone, Debug)]
pub struct Request {
    pub prometheus: Option<Settings>,
    pub kubernetes: Option<Live>,
    /// Files and folders of `kubectl get … -o yaml|json` output.
    pub kube_dump: Vec<PathBuf>,
    /// "Now".
    pub at: Timestamp,
    pub window: PromDuration,
    /// Ids of the catalogued queries that the checks want.
    pub queries: BTreeSet<String>,
}

/// A Kubernetes API to read.
#[derive(Clone, Debug)]
pub struct Live {
    pub access: kubernetes::live::Access,
    /// Where to look when the whole cluster may not be listed.
    pub namespaces: Vec<String>,
}

/// No source at all could be read; one line per source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct NothingRead(pub Vec<String>);

/// Told what is going on, for people who wait.
pub trait Progress: prometheus::Progress {
    /// A page of Kubernetes objects came in: the kind, and how many of it there are so far.
    fn listed(&self, kind: &'static str, objects: u64);
}

/// Reads every source. A source that fails is a gap, as long as another one gives something.
///
/// # Errors
/// When nothing could be read.
pub async fn capture(
    request: &Request,
    knowledge: &Knowledge,
    progress: std::sync::Arc<dyn Progress>,
) -> Result<Snapshot, NothingRead> {
    let mut snapshot = Snapshot::empty(request.at, request.window);
    let mut failures = Vec::new();
    let (cluster, metrics) = tokio::join!(
        read_cluster(request, std::sync::Arc::clone(&progress)),
        read_prometheus(request, knowledge, &*progress),
    );
    let mut declared = Vec::new();
    for (kind, outcome) in cluster {
        match outcome {
            Ok(collected) if collected.is_useless() => {
                failures.push((kind, why_useless(&collected, request)))
            }
            Ok(collected) => {
                declared.extend(collected.rule_groups);
                snapshot.gaps.extend(collected.gaps);
                snapshot.cluster = Some(collected.cluster);
                snapshot.meta.sources.push(kind);
            }
            Err(because) => failures.push((kind, because)),
        }
    }
    match metrics {
        Some(Ok(read)) => {
            snapshot.prometheus = read.prometheus;
            snapshot.rules = read.rules;
            snapshot.queries = read.queries;
            snapshot.provenance = read.provenance;
            snapshot.gaps.extend(read.gaps);
            snapshot.meta.sources.push(SourceKind::Prometheus);
        }
        Some(Err(because)) => failures.push((SourceKind::Prometheus, because)),
        None => {}
    }
    if snapshot.meta.sources.is_empty() {
        return Err(NothingRead(
            failures
                .into_iter()
                .map(|(kind, why)| format!("{}: {why}", kind.as_str()))
                .collect(),
        ));
    }
    snapshot.gaps.extend(
        failures
            .into_iter()
            .map(|(kind, why)| Gap::new(format!("{}:", kind.as_str()), why)),
    );
    snapshot.gaps.extend(notices::of(&snapshot));
    if let Some(gap) = notices::other_cluster(&snapshot) {
        // Mixed, they would make findings about nothing that exists.
        snapshot.gaps.push(gap);
        snapshot.cluster = None;
        snapshot
            .meta
            .sources
            .retain(|s| !matches!(s, SourceKind::Kubernetes | SourceKind::KubeDump));
        declared.clear();
    }
    rule_objects::join(&mut snapshot.rules, &declared);
    if snapshot.rules.is_empty() {
        snapshot.rules = declared;
    }
    finish(&mut snapshot);
    Ok(snapshot)
}

/// One cause stands for all: who may not list pods may not list the rest, with the same remedy.
fn why_useless(collected: &Collected, request: &Request) -> String {
    let pods = collected
        .gaps
        .iter()
        .find(|g| g.wanted == "kubernetes:pods");
    let cause = pods
        .or(collected.gaps.first())
        .map_or_else(|| "there is nothing there".to_owned(), Gap::to_string);
    let others = match collected.gaps.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more like it)", n - 1),
    };
    let named = request
        .kubernetes
        .as_ref()
        .is_none_or(|live| !live.namespaces.is_empty());
    let hint = if named {
        ""
    } else {
        "; or name the namespaces that may be read with -n NAMESPACE"
    };
    format!("neither pods nor workloads, nodes or rules could be read: {cause}{others}{hint}")
}

/// Marks where specs came from, and puts everything in its canonical order.
fn finish(snapshot: &mut Snapshot) {
    let lacks_pods = snapshot.cluster.as_ref().is_none_or(|c| c.pods.is_empty());
    if lacks_pods
        && snapshot
            .queries
            .get("spec-pods")
            .is_some_and(|r| !r.rows.is_empty())
    {
        snapshot.meta.sources.push(SourceKind::Metrics);
    }
    snapshot.meta.sources.sort();
    snapshot.meta.sources.dedup();
    if let Some(cluster) = &mut snapshot.cluster {
        cluster.sort();
    }
    snapshot.gaps.sort();
    snapshot.gaps.dedup();
}

async fn read_cluster(
    request: &Request,
    progress: std::sync::Arc<dyn Progress>,
) -> Vec<(SourceKind, Result<Collected, String>)> {
    let mut outcomes = Vec::new();
    if let Some(live) = &request.kubernetes {
        let outcome = match kubernetes::live::connect(&live.access).await {
            Ok(client) => {
                let options = kubernetes::live::ListOptions {
                    namespaces: live.namespaces.clone(),
                    progress: Some(std::sync::Arc::new(move |kind, n| progress.listed(kind, n))),
                    ..kubernetes::live::ListOptions::default()
                };
                kubernetes::live::collect(client, &options)
                    .await
                    .map_err(|e| e.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        outcomes.push((SourceKind::Kubernetes, outcome));
    }
    if !request.kube_dump.is_empty() {
        let outcome = kubernetes::read_dump(&request.kube_dump).map_err(|e| e.to_string());
        outcomes.push((SourceKind::KubeDump, outcome));
    }
    outcomes
}

async fn read_prometheus(
    request: &Request,
    knowledge: &Knowledge,
    progress: &dyn Progress,
) -> Option<Result<Snapshot, String>> {
    let settings = request.prometheus.clone()?;
    let read = async {
        let client = Client::new(settings)?;
        let (info, gaps) = prometheus::connect(&client, request.at).await?;
        let mut execution = Execution::new(request.at, info.flavor);
        execution.peak_samples = peak_budget(&info.flags, execution.peak_samples);
        let mut read = Snapshot::empty(request.at, request.window);
        // The head's size is of this moment, not of the instant that was asked for.
        read.prometheus = Some(crate::model::PrometheusInfo {
            head_series: None,
            ..info
        });
        read.gaps = gaps;
        match prometheus::rules(&client).await {
            Ok(rules) => read.rules = rules,
            Err(error) => read
                .gaps
                .push(Gap::new("prometheus:rules", error.to_string())),
        }
        for phase in [Phase::Probe, Phase::Main] {
            let plan = plan(request, knowledge, &read, phase);
            let executed =
                prometheus::execute(&client, &plan, &execution, as_query_progress(progress)).await;
            read.queries.extend(executed.results);
            read.gaps.extend(executed.gaps);
            for record in executed.records {
                read.provenance.retain(|r| r.id != record.id);
                read.provenance.push(record);
            }
        }
        read.provenance.sort_by(|a, b| a.id.cmp(&b.id));
        Ok::<_, prometheus::Error>(read)
    };
    Some(read.await.map_err(|e| e.to_string()))
}

fn as_query_progress(progress: &dyn Progress) -> &dyn prometheus::Progress {
    progress
}

/// A tenth of what the server allows one query to hold, when it says.
fn peak_budget(flags: &std::collections::BTreeMap<String, String>, usual: u64) -> u64 {
    let allowed = flags
        .get("query.max-samples")
        .and_then(|v| v.parse::<u64>().ok());
    allowed.map_or(usual, |a| usual.min((a / 10).max(10_000)))
}

/// The queries of one phase, ready to send.
fn plan(
    request: &Request,
    knowledge: &Knowledge,
    so_far: &Snapshot,
    phase: Phase,
) -> Vec<PlannedQuery> {
    let variables = Variables::of(so_far);
    knowledge
        .queries
        .iter()
        .filter(|q| q.phase == phase || (phase == Phase::Main && q.id == "containers-by-namespace"))
        .filter(|q| q.phase == Phase::Probe || request.queries.contains(&q.id))
        .filter(|q| !(phase == Phase::Probe && q.id == "containers-by-namespace"))
        .map(|q| knowledge.queries.plan(q, variables))
        .collect()
}
