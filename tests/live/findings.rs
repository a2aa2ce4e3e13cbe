//! What an audit of the demo cluster finds, by every way of reading it.

use serde_json::Value;

use super::world::{api, audit, everything, finding, found, metrics, objects};
use crate::support::history::model::{END, GI, MI};
use crate::support::{ApiServer, Version, apiserver, need};

/// Everything that Prometheus and the Kubernetes API together show: one line per situation of the generator.
const ALL: [&str; 22] = [
    "alerts/always-firing CPUThrottlingHigh",
    "alerts/always-firing PaymentsQueueBacklog",
    "platform/control-plane-not-scrapable KubeControllerManagerDown",
    "platform/control-plane-not-scrapable KubeSchedulerDown",
    "requests/memory-limit-missing batch/Deployment/scratchpad/scratchpad",
    "requests/memory-limit-missing data/StatefulSet/search/search",
    "requests/memory-request-not-limit batch/Deployment/analytics/analytics",
    "requests/memory-request-not-limit dev/Deployment/preview/preview",
    "requests/memory-request-not-limit mesh/Deployment/orders/istio-proxy",
    "requests/memory-request-not-limit mesh/Rollout/storefront/istio-proxy",
    "requests/memory-request-not-limit shop/Deployment/catalog/catalog",
    "requests/memory-request-not-limit shop/Deployment/checkout/checkout",
    "requests/memory-request-not-limit shop/Deployment/wishlist/wishlist",
    "requests/request-missing batch/Deployment/scratchpad/scratchpad",
    "throttling/bursty shop/Deployment/recommender/recommender",
    "throttling/limit-not-in-manifest dev/Deployment/build-agent/build-agent",
    "throttling/limit-too-low payments/Deployment/ledger/ledger",
    "throttling/negligible shop/Deployment/mailer/mailer",
    "throttling/no-quota data/Deployment/transcoder/transcoder",
    "throttling/startup-only payments/Deployment/invoicing/invoicing",
    "throttling/tiny-limit shop/Deployment/feature-flags/feature-flags",
    "throttling/vendor-managed kube-system/Deployment/metrics-server/metrics-server",
];

/// Those that need no Prometheus.
const SPECS: [&str; 10] = [
    "requests/memory-limit-missing batch/Deployment/scratchpad/scratchpad",
    "requests/memory-limit-missing data/StatefulSet/search/search",
    "requests/memory-request-not-limit batch/Deployment/analytics/analytics",
    "requests/memory-request-not-limit dev/Deployment/preview/preview",
    "requests/memory-request-not-limit mesh/Deployment/orders/istio-proxy",
    "requests/memory-request-not-limit mesh/Rollout/storefront/istio-proxy",
    "requests/memory-request-not-limit shop/Deployment/catalog/catalog",
    "requests/memory-request-not-limit shop/Deployment/checkout/checkout",
    "requests/memory-request-not-limit shop/Deployment/wishlist/wishlist",
    "requests/request-missing batch/Deployment/scratchpad/scratchpad",
];

/// Healthy neighbours: request = limit, limits only, hardly throttled, sidecars that are fine, an alert that must fire.
const SILENT: [&str; 17] = [
    "/cart",
    "/frontend/",
    "/gateway",
    "/cache",
    "/worker",
    "/debug-shell",
    "/nightly-report",
    "/reports",
    "/orders/orders",
    "/storefront/storefront",
    "/coredns",
    "/aws-node",
    "/kube-proxy",
    "monitoring/",
    "Watchdog",
    "InfoInhibitor",
    "KubeletDown",
];

#[track_caller]
fn expect(report: &Value, lines: &[&str]) {
    let found = found(report);
    let missing: Vec<&&str> = lines
        .iter()
        .filter(|line| !found.iter().any(|f| f == **line))
        .collect();
    let more: Vec<&String> = found
        .iter()
        .filter(|f| !lines.contains(&f.as_str()))
        .collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing: {missing:#?}, too many: {more:#?}"
    );
    assert_eq!(found.len(), lines.len(), "each once: {found:#?}");
    for silent in SILENT {
        assert!(
            !found.iter().any(|line| line.contains(silent)),
            "{silent} is fine"
        );
    }
}

#[track_caller]
fn expect_platform(report: &Value) {
    let platform = &report["snapshot"]["platform"];
    assert_eq!(platform["name"], "eks");
    assert_eq!(platform["managed_control_plane"], true);
    assert_eq!(platform["confidence"], "high");
}

fn both(version: Version) {
    let report = audit(&need!(everything(version)));
    expect(&report, &ALL);
    expect_platform(&report);
    assert_eq!(report["not_evaluated"], serde_json::json!([]));
    numbers(&report);
}

#[test]
fn prometheus_2_and_the_api() {
    both(Version::V2);
}

#[test]
fn prometheus_3_and_the_api() {
    both(Version::V3);
}

/// The one number of a fix's output, as `memory: "640Mi"` or `cpu: 80m` states it.
#[track_caller]
fn patched(finding: &Value, field: &str) -> f64 {
    let patch = finding["fixes"][0]["outputs"]["kubectl"]
        .as_str()
        .unwrap_or_else(|| panic!("{finding:#}"));
    let (_, rest) = patch
        .split_once(&format!("\"{field}\":\""))
        .unwrap_or_else(|| panic!("no {field} in {patch}"));
    let (text, _) = rest.split_once('"').unwrap();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => 1.0,
        "m" => 0.001,
        "Mi" => MI as f64,
        "Gi" => GI as f64,
        other => panic!("unit {other}"),
    };
    digits.parse::<f64>().unwrap() * unit
}

/// What is recommended follows from what the generator made.
fn numbers(report: &Value) {
    let near = |check: &str, about: &str, field: &str, expected: f64| {
        let got = patched(finding(report, check, about), field);
        assert!(
            (got / expected - 1.0).abs() <= 0.1,
            "{about}: {field} {got}, not about {expected}"
        );
    };
    let request_not_limit = "requests/memory-request-not-limit";
    // Killed at 512Mi: a quarter more.
    near(
        request_not_limit,
        "shop/Deployment/checkout/checkout",
        "memory",
        640.0 * MI as f64,
    );
    // The peak, and 15% above it, rounded up; but never less than half of what was.
    near(
        request_not_limit,
        "batch/Deployment/analytics/analytics",
        "memory",
        1.15 * 4_900.0 * MI as f64,
    );
    near(
        request_not_limit,
        "shop/Deployment/catalog/catalog",
        "memory",
        512.0 * MI as f64,
    );
    // Six hours of history: the limit, as it is.
    near(
        request_not_limit,
        "shop/Deployment/wishlist/wishlist",
        "memory",
        512.0 * MI as f64,
    );
    near(
        "requests/memory-limit-missing",
        "data/StatefulSet/search/search",
        "memory",
        1.15 * 2_800.0 * MI as f64,
    );
    near(
        "throttling/limit-not-in-manifest",
        "dev/Deployment/build-agent/build-agent",
        "cpu",
        0.3,
    );
    near(
        "throttling/no-quota",
        "data/Deployment/transcoder/transcoder",
        "cpu",
        3.0,
    );
}

#[test]
fn prometheus_2_and_3_tell_the_same() {
    let [older, newer] = [
        need!(everything(Version::V2)),
        need!(everything(Version::V3)),
    ]
    .map(|sources| audit(&sources));
    // Prometheus 3 leaves out the left end of a range, so that a few counts differ by one sample in two weeks.
    let strip = |report: &Value| -> Vec<(String, Value, Value, Value)> {
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|f| {
                (
                    f["fingerprint"].to_string(),
                    f["severity"].clone(),
                    f["action"].clone(),
                    f["fixes"].clone(),
                )
            })
            .collect()
    };
    assert_eq!(strip(&older), strip(&newer));
}

#[test]
fn prometheus_alone() {
    let report = audit(&need!(metrics(Version::V3)));
    assert_eq!(
        report["snapshot"]["sources"],
        serde_json::json!(["prometheus", "kube-state-metrics"])
    );
    // Where a limit was written is not in kube-state-metrics, so one throttled container has another cause.
    let mut expected = ALL.map(|line| {
        line.replace(
            "throttling/limit-not-in-manifest dev",
            "throttling/limit-too-low dev",
        )
    });
    expected.sort();
    expect(&report, &expected.each_ref().map(String::as_str));
    expect_platform(&report);
}

#[test]
fn prometheus_alone_on_2_42() {
    let [older, newer] =
        [need!(metrics(Version::V2)), need!(metrics(Version::V3))].map(|sources| audit(&sources));
    assert_eq!(found(&older), found(&newer));
}

#[track_caller]
fn expect_specs(report: &Value) {
    expect(report, &SPECS);
    expect_platform(report);
    let missing: Vec<&Value> = report["not_evaluated"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| &n["check"])
        .collect();
    assert_eq!(missing.len(), 10, "{missing:?}");
    assert!(
        missing
            .iter()
            .all(|check| !check.as_str().unwrap().starts_with("requests/"))
    );
}

#[test]
fn the_api_alone() {
    let report = audit(&need!(objects(apiserver::READER)));
    assert_eq!(
        report["snapshot"]["sources"],
        serde_json::json!(["kubernetes"])
    );
    expect_specs(&report);
}

const KINDS: &str = "nodes,namespaces,pods,services,limitranges,resourcequotas,deployments,statefulsets,daemonsets,\
    replicasets,jobs,cronjobs,horizontalpodautoscalers,poddisruptionbudgets,priorityclasses,prometheusrules,\
    servicemonitors,podmonitors,verticalpodautoscalers,scaledobjects,rollouts";

fn dumped(api: &ApiServer, format: &str) {
    let folder = tempfile::tempdir().unwrap();
    // As people do it: one file of everything, or one of each kind.
    if format == "yaml" {
        std::fs::write(
            folder.path().join("all.yaml"),
            api.kubectl(&["get", KINDS, "-A", "-o", format]),
        )
        .unwrap();
    } else {
        for kind in KINDS.split(',') {
            let text = api.kubectl(&["get", kind, "-A", "-o", format]);
            std::fs::write(folder.path().join(format!("{kind}.{format}")), text).unwrap();
        }
    }
    let report = audit(&[
        "--kube-dump".to_owned(),
        folder.path().display().to_string(),
    ]);
    assert_eq!(
        report["snapshot"]["sources"],
        serde_json::json!(["kube-dump"])
    );
    let live = audit(&need!(objects(apiserver::READER)));
    expect_specs(&report);
    assert_eq!(
        report["findings"], live["findings"],
        "a dump says what the API says"
    );
    let with = [
        need!(metrics(Version::V3)),
        vec![
            "--kube-dump".to_owned(),
            folder.path().display().to_string(),
        ],
    ]
    .concat();
    expect(&audit(&with), &ALL);
}

#[test]
fn what_kubectl_printed_as_yaml() {
    dumped(need!(api()), "yaml");
}

#[test]
fn what_kubectl_printed_as_json() {
    dumped(need!(api()), "json");
}

/// What a pasted query does not answer with the very number: shares of a count of grid points and activations of one
/// alert among all alerts, counts of hours over a range query, and percentiles pooled over replicas by their samples.
const DERIVED: [&str; 4] = [
    "share of the ",
    "pod-hours with",
    "pooled over replicas",
    "activations",
];

#[test]
fn evidence_can_be_pasted_and_answers_with_the_number() {
    let report = audit(&need!(everything(Version::V3)));
    let prometheus = need!(super::world::prometheus(Version::V3));
    let mut pasted = 0;
    for finding in report["findings"].as_array().unwrap() {
        for evidence in finding["evidence"].as_array().unwrap() {
            let Some(query) = evidence["query"]
                .as_str()
                .filter(|_| evidence["kind"] == "measured")
            else {
                continue;
            };
            let values: Vec<f64> = prometheus
                .query(query, END)
                .iter()
                .map(|result| result["value"][1].as_str().unwrap().parse().unwrap())
                .collect();
            let label = evidence["label"].as_str().unwrap();
            if DERIVED.iter().any(|derived| label.contains(derived)) {
                continue;
            }
            let (most, sum) = (
                values.iter().copied().fold(0.0, f64::max),
                values.iter().sum::<f64>(),
            );
            let stated = evidence["value"].as_f64().unwrap();
            let is = |value: f64| (value - stated).abs() <= 1e-6 * stated.abs().max(1.0);
            // The highest of the replicas, all of them together, or how many there are.
            assert!(
                is(most) || is(sum) || is(values.len() as f64),
                "{label} is {stated}, and {values:?} by {query}"
            );
            pasted += 1;
        }
    }
    assert!(pasted > 40, "{pasted}");
}
