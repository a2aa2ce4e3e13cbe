//! A Prometheus without data, with too little, or of another time or cluster.

use std::fmt::Write as _;

use crate::support::{Missing, Prometheus, Run, Version, need, promtune};

const AT: i64 = 1_795_176_000;
const STEP: i64 = 60;

/// Samples every minute from `from` to `to`, both relative to [`AT`] in seconds.
fn samples(series: &[&str], from: i64, to: i64) -> String {
    let mut text = String::new();
    for name in series {
        let mut at = from;
        while at <= to {
            writeln!(text, "{name} 1 {}", AT + at).unwrap();
            at += STEP;
        }
    }
    text + "# EOF\n"
}

const UP: &str = "up{job=\"kubelet\"}";
const CADVISOR: &str =
    "container_memory_working_set_bytes{namespace=\"a\",pod=\"p-0\",container=\"c\"}";
const POD: &str = "kube_pod_info{job=\"kube-state-metrics\",instance=\"1\",namespace=\"a\",pod=\"p-0\",node=\"n1\"}";
const NODE: &str = "kube_node_info{job=\"kube-state-metrics\",instance=\"1\",node=\"n1\",kubelet_version=\"v1.33.1\"}";
const OWNER: &str = "kube_pod_owner{job=\"kube-state-metrics\",instance=\"1\",namespace=\"a\",pod=\"p-0\",owner_kind=\"StatefulSet\",owner_name=\"p\",owner_is_controller=\"true\"}";
const CONTAINER: &str = "kube_pod_container_info{job=\"kube-state-metrics\",instance=\"1\",namespace=\"a\",pod=\"p-0\",container=\"c\",image_spec=\"i:1\"}";
const RULES: &str = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n";

fn serve(text: &str) -> Result<Prometheus, Missing> {
    Prometheus::new(Version::V3)
        .rules("r.yaml", RULES)
        .openmetrics(text)
        .start()
}

fn audit(prometheus: &Prometheus, at: i64, more: &[&str]) -> Run {
    promtune([
        "audit",
        "-v",
        "--at",
        &at.to_string(),
        "--prometheus",
        &prometheus.url(),
    ])
    .args(more)
    .run()
}

/// The report stands, says this, and `--strict` tells that it is not whole.
#[track_caller]
fn says(prometheus: &Prometheus, at: i64, more: &[&str], parts: &[&str]) {
    let run = audit(prometheus, at, more);
    assert!(run.code <= 1, "{}", run.all());
    // Lines are broken at the width of the page.
    let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(text.contains(part), "no `{part}` in {}", run.all());
    }
    let strict = audit(
        prometheus,
        at,
        &[more, &["--strict", "--fail-on", "critical"]].concat(),
    );
    assert_eq!(strict.code, 4, "{}", strict.all());
}

#[test]
fn an_empty_prometheus() {
    let prometheus = need!(Prometheus::new(Version::V3).rules("r.yaml", RULES).start());
    says(
        &prometheus,
        AT,
        &[],
        &[
            "No findings in what could be checked: 1 rule",
            "Prometheus has no series in the 14d before 2026-11-20",
            "--at",
        ],
    );
}

#[test]
fn another_time_than_that_of_the_data() {
    let prometheus = need!(serve(&samples(&[UP, CADVISOR, POD], -3_600 * 30, 0)));
    // Six hours after it ended, as with a clock that is fast; and in another year.
    says(
        &prometheus,
        AT + 6 * 3_600,
        &[],
        &[
            "no series at 2026-11-20T18:00:00Z",
            "newest are of about 2026-11-20T1",
            "clock",
        ],
    );
    says(
        &prometheus,
        AT + 365 * 86_400,
        &[],
        &["no series in the 14d before 2027-11-20", "check --at"],
    );
}

#[test]
fn two_hours_of_history() {
    let prometheus = need!(serve(&samples(
        &[UP, CADVISOR, POD, NODE, OWNER, CONTAINER],
        -7_200,
        0
    )));
    says(
        &prometheus,
        AT,
        &[],
        &["Prometheus has about 2h of data, not the 14d", "from 1d on"],
    );
    let run = audit(&prometheus, AT, &["--format", "json"]);
    let report = run.json();
    // What needs no history is still found.
    assert_eq!(report["summary"]["workloads"], 1, "{}", run.all());
    assert!(
        !report["findings"].as_array().unwrap().is_empty(),
        "{}",
        run.all()
    );
    assert!(
        !run.text().contains("\"memory\\\":\\\""),
        "no number is made up: {}",
        run.all()
    );
}

#[test]
fn no_kube_state_metrics() {
    let prometheus = need!(serve(&samples(&[UP, CADVISOR], -3_600, 0)));
    says(
        &prometheus,
        AT,
        &[],
        &[
            "no kube-state-metrics (kube_pod_info)",
            "--kube-context or --kube-dump",
        ],
    );
}

#[test]
fn two_kube_state_metrics() {
    let other = |series: &str| series.replace("instance=\"1\"", "instance=\"2\"");
    let all = [UP, CADVISOR, POD, NODE, OWNER, CONTAINER].map(str::to_owned);
    let twice: Vec<String> = all
        .iter()
        .cloned()
        .chain(all[2..].iter().map(|s| other(s)))
        .collect();
    let series: Vec<&str> = twice.iter().map(String::as_str).collect();
    let prometheus = need!(serve(&samples(&series, -3_600, 0)));
    says(
        &prometheus,
        AT,
        &[],
        &[
            "2 kube-state-metrics report pods (kube-state-metrics 1, kube-state-metrics 2)",
            "more than once",
        ],
    );
    let once = need!(serve(&samples(
        &[UP, CADVISOR, POD, NODE, OWNER, CONTAINER],
        -3_600,
        0
    )));
    let [one, two] = [&once, &prometheus].map(|p| audit(p, AT, &["--format", "json"]).json());
    assert_eq!(one["summary"], two["summary"], "nothing is counted twice");
    // Shards are not copies.
    let shards = [
        POD,
        &other(POD).replace("p-0", "p-1"),
        "kube_state_metrics_total_shards{instance=\"1\"}",
    ]
    .map(str::to_owned);
    let mut text = samples(&shards.each_ref().map(String::as_str), -3_600, 0);
    text = text.replace(
        "total_shards{instance=\"1\"} 1 ",
        "total_shards{instance=\"1\"} 2 ",
    );
    let sharded = need!(serve(&text));
    let run = audit(&sharded, AT, &[]);
    assert!(!run.text().contains("more than once"), "{}", run.all());
}

#[test]
fn labels_renamed_by_the_scrape() {
    let renamed = OWNER.replace(
        ",namespace=",
        ",namespace=\"monitoring\",exported_namespace=",
    );
    let prometheus = need!(serve(&samples(&[UP, CADVISOR, POD, &renamed], -3_600, 0)));
    says(
        &prometheus,
        AT,
        &[],
        &["exported_namespace", "honor_labels: true"],
    );
}

#[test]
fn a_kubernetes_api_of_another_cluster() {
    let prometheus = need!(serve(&samples(
        &[UP, CADVISOR, POD, NODE, OWNER, CONTAINER],
        -3_600,
        0
    )));
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.yaml");
    let objects = |node: &str| {
        format!(
            "apiVersion: v1\nkind: Node\nmetadata: {{name: {node}}}\n---\napiVersion: v1\nkind: Pod\n\
             metadata: {{name: stranger, namespace: b}}\nspec: {{containers: [{{name: c, image: i}}]}}\n"
        )
    };
    let dump_arg = dump.display().to_string();
    std::fs::write(&dump, objects("elsewhere")).unwrap();
    says(
        &prometheus,
        AT,
        &["--kube-dump", &dump_arg],
        &[
            "different clusters: no node name in common (elsewhere here, n1 there)",
            "--kube-context",
        ],
    );
    let run = audit(
        &prometheus,
        AT,
        &["--kube-dump", &dump_arg, "--format", "json"],
    );
    assert!(
        !run.text().contains("stranger"),
        "not mixed in: {}",
        run.all()
    );
    assert_eq!(
        run.json()["snapshot"]["sources"],
        serde_json::json!(["prometheus", "kube-state-metrics"])
    );
    std::fs::write(&dump, objects("n1")).unwrap();
    let run = audit(
        &prometheus,
        AT,
        &["--kube-dump", &dump_arg, "--format", "json"],
    );
    let sources = run.json()["snapshot"]["sources"].to_string();
    assert!(
        sources.contains("kube-dump") && run.text().contains("stranger"),
        "{}",
        run.all()
    );
}
