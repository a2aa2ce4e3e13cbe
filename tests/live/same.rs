//! A live run, its snapshot and a second run at the same instant are the same bytes; a redacted one says the same.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::time::Duration;

use serde_json::Value;

use super::world::{everything, metrics, prometheus, snapshot};
use crate::support::history::demo;
use crate::support::http::wait_until;
use crate::support::{Version, need, promtune};

const FORMATS: [&str; 5] = ["table", "markdown", "json", "html", "sarif"];

#[test]
fn a_live_run_and_its_own_snapshot_give_the_same_report() {
    let sources = need!(everything(Version::V3));
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let saved = folder.path().join(format!("{format}.json.gz"));
        let live = promtune(["audit", "--format", format, "--verbose", "--save-snapshot"])
            .args([&saved])
            .args(&sources)
            .run()
            .exits(1);
        let replayed = promtune(["audit", "--format", format, "--verbose", "--snapshot"])
            .args([&saved])
            .run()
            .exits(1);
        assert!(
            live.stdout.len() > 5_000,
            "{format} is {} bytes",
            live.stdout.len()
        );
        assert!(
            live.stdout == replayed.stdout,
            "{format}: {}",
            replayed.text()
        );
    }
}

#[test]
fn two_captures_of_one_instant_are_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let sources = need!(everything(Version::V3));
    // What a server that was just started says of its rules still changes.
    let prometheus = need!(prometheus(Version::V3));
    let evaluated = || {
        !prometheus
            .api("/api/v1/rules")
            .to_string()
            .contains("\"health\":\"unknown\"")
    };
    assert!(wait_until(Duration::from_secs(120), evaluated));
    // In whatever order the answers come.
    let bytes = ["1", "8"].map(|concurrency| {
        let path = folder.path().join(concurrency);
        let args = ["snapshot", "--query-concurrency", concurrency, "-o"];
        promtune(args).args([&path]).args(&sources).run().exits(0);
        fs::read(path).unwrap()
    });
    assert!(bytes[0].len() > 10_000);
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn every_command_takes_a_snapshot() {
    let path = need!(snapshot());
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.json.gz");
    promtune(["snapshot", "--snapshot"])
        .args([&path])
        .arg("-o")
        .args([&copy])
        .run()
        .exits(0);
    assert!(fs::read(&path).unwrap() == fs::read(&copy).unwrap());
    let queries = promtune(["audit", "--show-queries", "--snapshot"])
        .args([&path])
        .run()
        .exits(1);
    assert!(
        queries.text().contains("cpu-usage-p95"),
        "{}",
        queries.all()
    );
    for shape in ["values", "kustomize", "kubectl", "prometheusrule"] {
        let run = promtune(["fix", "--as", shape, "--snapshot"])
            .args([&path])
            .run()
            .exits(0);
        assert!(run.text().contains("# "), "{}", run.all());
        assert!(
            run.stderr.contains(&format!("fixes as {shape}")),
            "{}",
            run.all()
        );
    }
    // A diff is of files.
    promtune(["fix", "--snapshot"])
        .args([&path])
        .run()
        .exits(2)
        .one_error(&["give the manifests"]);
}

fn unpacked(path: &std::path::Path) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Findings per check and severity.
fn counts(report: &Value) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let key = (
            finding["check"].to_string(),
            finding["severity"].to_string(),
        );
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

/// Names that are the user's: all but the platform's.
fn names_of_the_user() -> Vec<String> {
    let cluster = demo();
    let ours = |namespace: &str| !["kube-system", "monitoring"].contains(&namespace);
    // Words that everybody uses.
    let common = [
        "data", "batch", "dev", "mesh", "cache", "worker", "search", "orders", "reports",
        "preview", "gateway",
    ];
    let mut names: Vec<String> = cluster
        .namespaces
        .iter()
        .map(|n| n.name)
        .filter(|n| ours(n))
        .map(str::to_owned)
        .collect();
    for workload in cluster.workloads.iter().filter(|w| ours(w.namespace)) {
        names.push(workload.name.to_owned());
        names.extend(workload.containers.iter().map(|c| c.name.to_owned()));
    }
    names.extend(
        cluster
            .nodes
            .iter()
            .flat_map(|node| [node.name.clone(), node.instance.clone()]),
    );
    names.retain(|name| !common.contains(&name.as_str()));
    names
}

/// Names in the text: words of their own, or with what Kubernetes appends.
fn leaks(text: &str) -> Vec<String> {
    let names = names_of_the_user();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
    let is_one = |word: &str| {
        names.iter().any(|name| {
            word.strip_prefix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    };
    words
        .filter(|word| is_one(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_redacted_snapshot_finds_the_same_and_names_nobody() {
    let path = need!(snapshot());
    let folder = tempfile::tempdir().unwrap();
    let redacted = folder.path().join("redacted.json.gz");
    promtune(["snapshot", "--redact", "-o"])
        .args([&redacted])
        .args(need!(everything(Version::V3)))
        .run()
        .exits(0);
    let [plain, hashed] = [&path, &redacted].map(|snapshot| {
        promtune(["audit", "--format", "json", "--snapshot"])
            .args([snapshot])
            .run()
            .exits(1)
    });
    assert_eq!(counts(&plain.json()), counts(&hashed.json()));

    let mut content = unpacked(&redacted);
    assert!(
        !leaks(&unpacked(&path).to_string()).is_empty(),
        "the plain one has names"
    );
    // Groups, alerts and metrics keep their names: checks decide by them, and the documentation says so.
    for group in content["rules"].as_array_mut().unwrap() {
        group["name"] = Value::Null;
    }
    assert_eq!(leaks(&content.to_string()), Vec::<String>::new());
}

#[test]
fn a_capture_holds_no_bodies_of_annotations() {
    let text = unpacked(&need!(snapshot())).to_string();
    for never in [
        "last-applied-configuration",
        "managedFields",
        "token-for-tests",
    ] {
        assert!(!text.contains(never), "{never}");
    }
    // Nothing depends on where it was read.
    let port = need!(metrics(Version::V3))[1]
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    assert!(!text.contains(&format!("127.0.0.1:{port}")));
}
