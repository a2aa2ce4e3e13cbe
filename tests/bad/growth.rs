//! The number of requests does not grow with the cluster, but for shards.

use std::collections::BTreeMap;

use super::stub;
use crate::support::promtune;

/// Requests by query, the namespaces of a shard left out.
fn requests(workloads: usize) -> BTreeMap<String, usize> {
    let server = stub::serve(workloads);
    let run = promtune([
        "audit",
        "--format",
        "json",
        "--prometheus",
        &server.url(),
        "--at",
        &stub::AT.to_string(),
    ])
    .run();
    assert!(run.code <= 1, "{}", run.all());
    assert_eq!(
        run.json()["summary"]["workloads"],
        workloads,
        "{}",
        run.stderr
    );
    let mut counts = BTreeMap::new();
    for request in server.requests() {
        *counts
            .entry(format!(
                "{} {}",
                request.path,
                unsharded(request.param("query"))
            ))
            .or_insert(0) += 1;
    }
    counts
}

fn unsharded(query: &str) -> String {
    let mut text = query.to_owned();
    for matcher in [",namespace=~\"", ",namespace!~\""] {
        while let Some(start) = text.find(matcher) {
            let list = start + matcher.len();
            let end = list + text[list..].find('"').unwrap() + 1;
            text.replace_range(start..end, "");
        }
    }
    text
}

#[test]
fn requests_stay_flat_as_workloads_grow() {
    let sizes = [10, 100, 1_000].map(|workloads| (workloads, requests(workloads)));
    let (_, least) = &sizes[0];
    assert!(
        least.values().all(|count| *count == 1),
        "a small cluster is asked everything once: {least:#?}"
    );
    for (workloads, counts) in &sizes {
        let total: usize = counts.values().sum();
        let shards = total - counts.len();
        eprintln!(
            "{workloads} workloads: {} questions, {total} requests, {shards} of them for shards",
            counts.len()
        );
        let extra: Vec<&String> = counts.keys().filter(|k| !least.contains_key(*k)).collect();
        assert_eq!(extra, Vec::<&String>::new(), "the same questions");
        let most = counts.values().max().unwrap();
        assert!(
            *most <= 1 + workloads / 150,
            "{workloads}: a question was cut into {most}"
        );
    }
}
