//! A server that answers every query of the catalogue about a generated cluster of any size.

use std::fmt::Write as _;

use crate::fault_server::{Reply, Request, Server};

pub(super) const AT: i64 = 1_795_176_000;
/// Of each workload.
const REPLICAS: usize = 3;
const PER_NAMESPACE: usize = 20;

/// Serves a cluster of so many Deployments.
pub(super) fn serve(workloads: usize) -> Server {
    Server::start(move |request, _| answer(request, workloads))
}

fn answer(request: &Request, workloads: usize) -> Reply {
    let path = request.path.trim_start_matches("/api/v1/");
    match path {
        "query" | "query_range" => Reply::json(result(
            request.param("query"),
            path == "query_range",
            workloads,
        )),
        "rules" => Reply::json("{\"status\":\"success\",\"data\":{\"groups\":[]}}"),
        "status/buildinfo" => Reply::json(
            "{\"status\":\"success\",\"data\":{\"version\":\"3.1.0\",\"revision\":\"a\",\"goVersion\":\"go1\"}}",
        ),
        _ => Reply::fault(404, "not_found", "not here"),
    }
}

/// The labels a query groups by: those of its outermost `by`.
fn labels(query: &str) -> Vec<&str> {
    let list = query
        .split_once("by (")
        .and_then(|(_, rest)| rest.split_once(')'));
    list.map(|(list, _)| list.split(", ").collect())
        .unwrap_or_default()
}

fn result(query: &str, range: bool, workloads: usize) -> String {
    let labels = labels(query);
    let value = value(query);
    let kind = if range { "matrix" } else { "vector" };
    let mut body =
        format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"{kind}\",\"result\":[");
    let mut first = true;
    for place in places(&labels, workloads).filter(|(namespace, _, _)| is_wanted(query, namespace))
    {
        if !std::mem::take(&mut first) {
            body.push(',');
        }
        body.push_str("{\"metric\":{");
        for (number, label) in labels.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(body, "{comma}\"{label}\":\"{}\"", text(label, &place)).unwrap();
        }
        let hour = AT - 3_600;
        match range {
            false => write!(body, "}},\"value\":[{AT},\"{value}\"]}}").unwrap(),
            true => write!(
                body,
                "}},\"values\":[[{hour},\"{value}\"],[{AT},\"{value}\"]]}}"
            )
            .unwrap(),
        }
    }
    body + "]}}"
}

/// Namespace, workload and pod; one of each where the query does not tell pods apart.
fn places(labels: &[&str], workloads: usize) -> Box<dyn Iterator<Item = (String, usize, usize)>> {
    let pods = if labels.contains(&"pod") { REPLICAS } else { 1 };
    let one = labels.is_empty() || labels.contains(&"job");
    let workloads = match labels.first() {
        _ if one => 1,
        // No jobs, no DaemonSets of the system.
        _ if labels.contains(&"job_name") || labels == ["daemonset"] => 0,
        Some(&"namespace") if labels.len() == 1 => workloads.div_ceil(PER_NAMESPACE),
        Some(&"node") => workloads.div_ceil(10),
        _ => workloads,
    };
    let step = if labels == ["namespace"] {
        PER_NAMESPACE
    } else {
        1
    };
    Box::new((0..workloads).flat_map(move |w| {
        (0..pods).map(move |p| (format!("ns-{}", w * step / PER_NAMESPACE), w, p))
    }))
}

/// Shards name the namespaces they ask for; the last one names those it does not.
fn is_wanted(query: &str, namespace: &str) -> bool {
    let part = |operator: &str| {
        let (_, rest) = query.split_once(&format!("namespace{operator}\""))?;
        rest.split_once('"').map(|(list, _)| list)
    };
    let holds = |list: &str| list.split('|').any(|name| name == namespace);
    match (part("=~"), part("!~")) {
        (Some(list), _) => holds(list),
        (_, Some(list)) => !holds(list),
        (None, None) => true,
    }
}

fn text(label: &str, (namespace, workload, pod): &(String, usize, usize)) -> String {
    match label {
        "namespace" => namespace.clone(),
        "pod" => format!("app-{workload}-6d4b9c7f8-x2k9{pod}"),
        "container" => "app".to_owned(),
        "node" => format!("node-{}", workload / 10),
        "owner_kind" => "ReplicaSet".to_owned(),
        "owner_name" | "replicaset" => format!("app-{workload}-6d4b9c7f8"),
        "deployment" => format!("app-{workload}"),
        "resource" => "memory".to_owned(),
        "phase" => "Running".to_owned(),
        other => format!("{other}-{}", workload % 7),
    }
}

fn value(query: &str) -> f64 {
    match () {
        () if query.contains("timestamp(") => AT as f64,
        () if query.starts_with("count by (namespace)") => (PER_NAMESPACE * REPLICAS) as f64,
        () if query.contains("[1h]") => 120.0,
        () if query.contains("bytes") => 100e6,
        () => 1.0,
    }
}
