//! Snapshots, kubeconfigs, dumps and configurations that are broken.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Run, promtune};

fn demo() -> Vec<u8> {
    fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/snapshots/demo.json.gz"
    ))
    .unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn replay(bytes: impl AsRef<[u8]>) -> Run {
    promtune(["audit", "--snapshot", "s.json.gz"])
        .file("s.json.gz", bytes)
        .run()
}

#[test]
fn a_snapshot_that_is_none_or_not_whole() {
    promtune(["audit", "--snapshot", "none.gz"])
        .run()
        .exits(3)
        .one_error(&["none.gz", "No such file"]);
    replay("")
        .exits(3)
        .one_error(&["is not a snapshot", "promtune snapshot -o"]);
    replay("kind: Deployment\n")
        .exits(3)
        .one_error(&["is not a snapshot", "promtune snapshot -o"]);
    replay(gzip("{\"a\": 1}"))
        .exits(3)
        .one_error(&["is not a snapshot"]);
    let whole = demo();
    replay(&whole[..whole.len() / 2])
        .exits(3)
        .one_error(&["truncated", "copy or take it again"]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    replay(damaged)
        .exits(3)
        .one_error(&["damaged", "copy or take it again"]);
    replay(whole).exits(1);
}

#[test]
fn a_snapshot_of_a_later_version() {
    let newer = "{\"meta\":{\"schema\":99,\"tool_version\":\"9.9.9\",\"captured_at\":1,\"window\":1,\"sources\":[]},\"world\":[]}";
    replay(gzip(newer))
        .exits(3)
        .one_error(&["snapshot schema 99", "upgrade promtune"]);
}

#[test]
fn a_kubeconfig_that_cannot_be_used() {
    let audit = |text: &str| {
        promtune(["audit", "--kubeconfig", "k"])
            .file("k", text)
            .run()
            .exits(3)
    };
    promtune(["audit", "--kubeconfig", "none"])
        .run()
        .exits(3)
        .one_error(&["kubeconfig none does not exist", "check the path"]);
    audit("a: [").one_error(&["kubernetes: kubeconfig k", "line"]);
    audit("just text").one_error(&["is not a kubeconfig"]);
    audit("").one_error(&["the kubeconfig has no contexts", "kubectl config"]);
    let two = "apiVersion: v1\nkind: Config\ncurrent-context: ''\nclusters: []\nusers: []\ncontexts: [{name: a, context: {cluster: x, user: y}}]\n";
    audit(two).one_error(&["kubernetes:", "context"]);
    let run = promtune(["audit", "--kubeconfig", "k", "--kube-context", "b"])
        .file("k", two)
        .run()
        .exits(3);
    run.one_error(&["context `b` is not in the kubeconfig, which has: a"]);
    promtune(["audit"])
        .run()
        .exits(3)
        .one_error(&["no kubeconfig", "--kubeconfig", "--kube-dump"]);
    promtune(["audit", "--in-cluster"])
        .run()
        .exits(3)
        .one_error(&["not inside a cluster"]);
}

const GOOD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
    template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        \
    resources: {requests: {memory: 128Mi}, limits: {memory: 512Mi}}\n";

/// Nine levels of nine aliases each: 387 million nodes.
fn bomb() -> String {
    let mut text = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for pair in ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"] {
        let (old, new) = pair.split_at(1);
        let old = vec![format!("*{old}"); 9].join(",");
        writeln!(text, "{new}: &{new} [{old}]").unwrap();
    }
    text
}

#[test]
fn a_broken_dump_among_good_ones() {
    let broken = [
        (
            "cut.yaml",
            "apiVersion: v1\nkind: List\nitems: [\n".to_owned(),
        ),
        ("deep.yaml", format!("a: {}", "[".repeat(100_000))),
        ("bomb.yaml", bomb()),
        ("cut.json", "{\"kind\": \"List\", \"items\": [{".to_owned()),
    ];
    for (name, text) in &broken {
        let run = promtune(["audit", "-v", "--fail-on", "warning", "--kube-dump", "."])
            .file("good.yaml", GOOD)
            .file(name, text)
            .run()
            .exits(1);
        let shown = run.text();
        assert!(
            shown.contains("shop/Deployment/web"),
            "{name}: what is good is read: {}",
            run.all()
        );
        assert!(shown.contains(name), "{name} is named: {}", run.all());
        let alone = promtune(["audit", "--kube-dump", name])
            .file(name, text)
            .run()
            .exits(3);
        alone.one_error(&["kube-dump:", name]);
    }
    promtune(["audit", "--kube-dump", "none"])
        .run()
        .exits(3)
        .one_error(&["none: no such file", "check the path"]);
    let named = promtune(["audit", "--strict", "--kube-dump", "good.yaml", "none.yaml"])
        .file("good.yaml", GOOD)
        .run()
        .exits(4);
    assert!(named.text().contains("none.yaml"), "{}", named.all());
}

#[test]
fn a_large_and_a_deep_file_end_in_time() {
    let large = format!("- {}", "x".repeat(30 << 20));
    for text in [
        large,
        "- ".repeat(100_000),
        format!("{}{}", "{a: ".repeat(100_000), "}".repeat(100_000)),
        bomb(),
    ] {
        promtune(["audit", "--kube-dump", "f.yaml"])
            .file("f.yaml", &text)
            .run()
            .exits(3)
            .one_error(&["f.yaml"]);
        promtune(["audit", "--demo", "--config", "f.yaml"])
            .file("f.yaml", &text)
            .run()
            .exits(2)
            .one_error(&["f.yaml"]);
        let run = promtune(["fix", "f.yaml", "--demo"])
            .file("f.yaml", &text)
            .run();
        assert!(
            run.stdout.is_empty() && run.stderr.contains("0 fixes"),
            "{}",
            &run.all()[..2_000.min(run.all().len())]
        );
    }
}

#[test]
fn a_configuration_with_many_faults_tells_them_all() {
    let text = "fail-on: sometimes\nseverity:\n  no/such: info\n  throttling/bursty: loud\nignore:\n- check: other/one\n  until: soon\n";
    let run = promtune(["audit", "--demo"])
        .file("promtune.yaml", text)
        .run()
        .exits(2);
    for part in [
        "sometimes",
        "no/such",
        "loud",
        "other/one",
        "2027-01-31",
        "no reason",
    ] {
        assert!(run.stderr.contains(part), "no `{part}` in {}", run.all());
    }
    assert!(run.stdout.is_empty(), "{}", run.all());
    let run = promtune(["audit", "--demo"])
        .file("promtune.yaml", "checks: {}\n")
        .run()
        .exits(2);
    run.one_error(&["promtune.yaml", "unknown field `checks`", "line 1"]);
    promtune(["audit", "--demo", "--config", "none.yaml"])
        .run()
        .exits(2)
        .one_error(&["none.yaml does not exist"]);
}

#[test]
fn manifests_that_cannot_be_read_are_told_beside_those_that_can() {
    let run = promtune(["fix", "good.yaml", "bad.yaml", "none.yaml", "--demo"])
        .file("good.yaml", GOOD)
        .file("bad.yaml", "a: [\n")
        .run();
    assert!(run.stderr.contains("not read: none.yaml"), "{}", run.all());
    assert!(run.stderr.contains("not read: bad.yaml"), "{}", run.all());
}
