//! The test tooling itself: every server starts and answers, and the demo cluster is what it says it is.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the world"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use support::history::model::{DAY, END, Pod, Resources};
use support::history::{demo, metrics};
use support::{
    Alertmanager, ApiServer, Prometheus, Version, apiserver, find, http, need, process::Process,
};

const TEXT: &str = "\
up{job=\"a\"} 1 1763640000
up{job=\"a\"} 0 1763640060
up{job=\"b\"} 1 1763640060
# EOF
";

const RULES: &str = "
groups:
- name: g
  rules:
  - alert: Always
    expr: vector(1)
  - record: job:up:sum
    expr: sum by (job) (up)
";

fn prometheus(version: Version, number: &str) {
    let prometheus = need!(
        Prometheus::new(version)
            .rules("r.yaml", RULES)
            .openmetrics(TEXT)
            .start()
    );
    assert!((prometheus.value("sum(up)", 1_763_640_000) - 1.0).abs() < f64::EPSILON);
    assert_eq!(prometheus.query("up == 0", 1_763_640_090).len(), 1);
    assert_eq!(prometheus.query("up", 1_763_630_000).len(), 0);
    let version = prometheus.api("/api/v1/status/buildinfo")["version"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(version.starts_with(number), "{version}");
    let groups = prometheus.api("/api/v1/rules")["groups"].clone();
    assert_eq!(groups[0]["file"], "rules/r.yaml");
    assert_eq!(groups[0]["rules"].as_array().unwrap().len(), 2);
}

#[test]
fn prometheus_2_answers() {
    prometheus(Version::V2, "2.");
}

#[test]
fn prometheus_3_answers() {
    prometheus(Version::V3, "3.");
}

#[test]
fn prometheus_scrapes_itself_behind_a_password() {
    // The password is "x".
    let web =
        "basic_auth_users: {u: \"$2b$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e\"}\n";
    let config = "scrape_configs: [{job_name: self, scrape_interval: 1s, static_configs: [{targets: ['127.0.0.1:{port}']}]}]\n";
    let builder = Prometheus::new(Version::V3)
        .config(config)
        .file("web.yml", web);
    let mut prometheus = need!(builder.flag("--web.config.file=web.yml").start());
    assert!(prometheus.running());
    let refused = http::get(prometheus.port, "/api/v1/query?query=up").unwrap();
    assert_eq!(refused.status, 401);
    let with = "Authorization: Basic dTp4\r\n";
    let answer = http::request(prometheus.port, "GET", "/api/v1/query?query=up", with, "").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn alertmanager_answers() {
    let config = "route: {receiver: none}\nreceivers: [{name: none}]\n";
    let alertmanager = need!(Alertmanager::start(config));
    let status = alertmanager.api("/api/v2/status");
    assert!(
        status["config"]["original"]
            .as_str()
            .unwrap()
            .contains("receiver: none")
    );
    assert_eq!(status["cluster"]["status"], "disabled");
}

#[test]
fn api_server_enforces_who_may_what_and_defaults_resources() {
    let api = need!(ApiServer::start());
    api.install_crds();
    api.apply_yaml(
        "{apiVersion: v1, kind: LimitRange, metadata: {name: d, namespace: shop}, \
          spec: {limits: [{type: Container, default: {cpu: 200m, memory: 256Mi}, defaultRequest: {cpu: 100m}}]}}",
    );
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": "1"}}}]}});
    api.apply(&pod);
    api.apply_status(
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}}),
    );
    api.apply_yaml(
        "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: r, namespace: shop}, spec: {groups: [{name: g, rules: []}]}}",
    );
    let pod: Value =
        serde_json::from_str(&api.kubectl(&["-n", "shop", "get", "pod", "p", "-o", "json"]))
            .unwrap();
    assert_eq!(pod["status"]["phase"], "Running");
    let expected = json!({"limits": {"cpu": "1", "memory": "256Mi"}, "requests": {"cpu": "1", "memory": "256Mi"}});
    assert_eq!(pod["spec"]["containers"][0]["resources"], expected);

    let may = |user: &str, args: &[&str]| api.kubectl_as(user, args).status.success();
    assert!(may(
        apiserver::READER,
        &["get", "pods,nodes,prometheusrules", "-A"]
    ));
    assert!(!may(apiserver::READER, &["get", "secrets", "-A"]));
    assert!(!may(
        apiserver::READER,
        &["-n", "shop", "delete", "pod", "p"]
    ));
    assert!(may(apiserver::RESTRICTED, &["get", "pods", "-n", "shop"]));
    assert!(!may(apiserver::RESTRICTED, &["get", "pods", "-A"]));
    assert!(!may(apiserver::RESTRICTED, &["get", "nodes"]));
    assert!(!may(apiserver::NOBODY, &["get", "namespaces"]));

    // Objects can be stored behind the server's back, in numbers.
    api.etcd.store((0..250).map(|n| {
        let (name, uid) = (format!("many-{n}"), format!("00000000-0000-4000-a000-{n:012}"));
        let pod = json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "uid": uid, "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"containers": [{"name": "c", "image": "i"}]}, "status": {"phase": "Running"}});
        (format!("pods/default/{name}"), pod)
    }));
    let many = || {
        api.kubectl(&["-n", "default", "get", "pods", "-o", "name"])
            .lines()
            .count()
    };
    assert!(http::wait_until(Duration::from_secs(10), || many() == 250));

    // A stored object can be made older than the server is.
    let changed = api.etcd.rewrite(|object| {
        if object["kind"] == "Pod" && object["metadata"]["namespace"] == "shop" {
            object["metadata"]["creationTimestamp"] = json!("2020-01-01T00:00:00Z");
        }
    });
    assert_eq!(changed, 1);
    let seen = http::wait_until(Duration::from_secs(10), || {
        api.kubectl(&["-n", "shop", "get", "pod", "p", "-o", "yaml"])
            .contains("2020-01-01T00:00:00Z")
    });
    assert!(seen, "the API server sees what was stored");
}

/// Requests and limits per (namespace, pod, container), by one source.
type Table = BTreeMap<(String, String, String), (Resources, Resources)>;

fn described() -> Table {
    let cluster = demo();
    let mut table = Table::new();
    for (workload, pod) in cluster.pods().filter(|(_, pod)| pod.live()) {
        let range = cluster.limit_range(workload.namespace);
        for container in workload
            .containers
            .iter()
            .chain(&workload.injected)
            .chain(&workload.init)
        {
            let key = (
                workload.namespace.to_owned(),
                pod.name.clone(),
                container.name.to_owned(),
            );
            table.insert(key, container.effective(range));
        }
    }
    table
}

fn quantity(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let number: i64 = digits.parse().unwrap();
    Some(match unit {
        "m" | "" => number,
        "Mi" => number << 20,
        "Gi" => number << 30,
        other => panic!("unit {other}"),
    })
}

fn cores(value: &Value) -> Option<i64> {
    let whole = value.as_str().is_some_and(|text| !text.ends_with('m'));
    quantity(value).map(|number| if whole { number * 1_000 } else { number })
}

#[test]
fn demo_cluster_is_in_the_api_as_described() {
    let api = need!(support::demo::api());
    let get = |what: &str| -> Vec<Value> {
        let list: Value =
            serde_json::from_str(&api.kubectl(&["get", what, "-A", "-o", "json"])).unwrap();
        list["items"].as_array().unwrap().clone()
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();

    let mut stored = Table::new();
    let mut owners = BTreeSet::new();
    for pod in get("pods") {
        let containers = ["containers", "initContainers"]
            .map(|key| pod["spec"][key].as_array().cloned().unwrap_or_default());
        for container in containers.concat() {
            let resources = |key: &str| {
                let of = &container["resources"][key];
                Resources {
                    cpu: cores(&of["cpu"]),
                    memory: quantity(&of["memory"]),
                }
            };
            let key = (
                text(&pod["metadata"]["namespace"]),
                text(&pod["metadata"]["name"]),
                text(&container["name"]),
            );
            stored.insert(key, (resources("requests"), resources("limits")));
        }
        let phase = text(&pod["status"]["phase"]);
        assert!(
            ["Running", "Succeeded"].contains(&phase.as_str()),
            "{phase}"
        );
        owners.extend(
            pod["metadata"]["ownerReferences"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|owner| text(&owner["uid"])),
        );
    }
    assert_eq!(
        stored,
        described(),
        "the API server's resources are the effective ones of the description"
    );

    let uids: BTreeSet<String> = get("replicasets,statefulsets,daemonsets,jobs")
        .iter()
        .map(|object| text(&object["metadata"]["uid"]))
        .collect();
    assert!(
        owners.is_subset(&uids),
        "every owner reference points at an object"
    );
    assert!(api.kubectl(&["version"]).contains("v1.33.13-eks-"));
    let nodes = get("nodes");
    assert_eq!(nodes.len(), 4);
    assert!(
        nodes
            .iter()
            .all(|node| text(&node["status"]["nodeInfo"]["kubeletVersion"]).contains("-eks-"))
    );
    assert_eq!(
        get("prometheusrules").len(),
        support::history::rules::ALL.len()
    );
    let wishlist = get("deployments")
        .into_iter()
        .find(|object| object["metadata"]["name"] == "wishlist")
        .unwrap();
    assert_eq!(
        wishlist["metadata"]["creationTimestamp"],
        "2026-11-20T06:00:00Z"
    );
}

fn the_pods(namespace: &str, name: &str) -> Vec<Pod> {
    demo().workload(namespace, name).pods()
}

fn demo_history(version: Version) {
    let prometheus = need!(support::demo::prometheus(version).and_then(|builder| builder.start()));
    let value = |promql: &str| prometheus.value(promql, END);
    let near = |promql: &str, expected: f64, tolerance: f64| {
        let got = value(promql);
        assert!(
            (got - expected).abs() <= tolerance,
            "{promql}: {got}, not {expected}"
        );
    };
    let busiest = |container: &str| {
        format!(
            "max(max_over_time(container_memory_working_set_bytes{{container=\"{container}\"}}[14d])) / 1024 / 1024"
        )
    };
    // Between request (256 Mi) and limit (512 Mi), and at the limit when it was killed.
    near(&busiest("checkout"), 502.0, 10.0);
    near(&busiest("catalog"), 178.0, 5.0);
    near(&busiest("cart"), 280.0, 8.0);
    near(
        "sum(increase(kube_pod_container_status_restarts_total{container=\"checkout\"}[14d]))",
        3.0,
        0.01,
    );
    near(
        "count(kube_pod_container_status_last_terminated_reason{reason=\"OOMKilled\"})",
        2.0,
        0.0,
    );
    let throttled = |container: &str| {
        format!(
            "max(increase(container_cpu_cfs_throttled_periods_total{{container=\"{container}\"}}[14d]) / increase(container_cpu_cfs_periods_total{{container=\"{container}\"}}[14d]))"
        )
    };
    for (container, share) in [
        ("ledger", 0.62),
        ("recommender", 0.36),
        ("feature-flags", 0.42),
        ("build-agent", 0.45),
        ("metrics-server", 0.41),
        ("mailer", 0.34),
        ("gateway", 0.021),
    ] {
        near(&throttled(container), share, 0.005);
    }
    // Throttled in the first minutes of its lives, and hardly after.
    let throttled = "increase(container_cpu_cfs_throttled_periods_total{container=\"invoicing\"}";
    let all = value(&format!("sum({throttled}[14d]))"));
    let late = value(&format!(
        "sum(sum_over_time(({throttled}[2m]) and time() - container_start_time_seconds > 480)[14d:2m]))"
    ));
    assert!(late / all < 0.15, "{late} of {all}");
    assert_eq!(
        prometheus
            .query(
                "container_cpu_cfs_periods_total{container=\"transcoder\"}",
                END
            )
            .len(),
        0,
        "no quota, no periods"
    );
    near(
        "max(increase(container_cpu_cfs_periods_total{container=\"mailer\"}[5m]))",
        30.0,
        3.0,
    );
    // Twenty-seven restarts.
    near(
        "count(count_over_time(container_start_time_seconds{container=\"invoicing\"}[15d]))",
        28.0,
        0.0,
    );
    near(
        "count(container_memory_working_set_bytes{container=\"wishlist\"} offset 5h)",
        1.0,
        0.0,
    );
    assert_eq!(
        prometheus
            .query(
                "container_memory_working_set_bytes{container=\"wishlist\"} offset 7h",
                END
            )
            .len(),
        0
    );
    let gateway = the_pods("payments", "gateway");
    assert_eq!(gateway.iter().filter(|pod| pod.live()).count(), 2);
    for pod in &gateway {
        let now = prometheus
            .query(&format!("kube_pod_info{{pod=\"{}\"}}", pod.name), END)
            .len();
        let then = prometheus
            .query(
                &format!("kube_pod_info{{pod=\"{}\"}}", pod.name),
                END - 12 * DAY,
            )
            .len();
        assert_eq!(
            (now, then),
            (usize::from(pod.live()), usize::from(!pod.live()))
        );
    }
    assert_eq!(
        prometheus
            .query("up{job=~\"kube-scheduler|kube-controller-manager\"}", END)
            .len(),
        0
    );
    assert_eq!(
        prometheus
            .query(
                "kube_node_info{kubelet_version=~\"v[0-9.]+-eks-[0-9a-f]+\"}",
                END
            )
            .len(),
        4
    );

    // What the history says fired is what the rule says now.
    let labels = |promql: &str| -> BTreeSet<String> {
        let keep = |metric: &Value| {
            ["namespace", "pod", "container"]
                .map(|key| metric[key].as_str().unwrap_or_default().to_owned())
                .join("/")
        };
        prometheus
            .query(promql, END)
            .iter()
            .map(|result| keep(&result["metric"]))
            .collect()
    };
    let rules = prometheus.api("/api/v1/rules");
    let mut all = rules["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap());
    let rule = all
        .find(|rule| rule["name"] == "CPUThrottlingHigh")
        .unwrap();
    let firing = labels("ALERTS{alertname=\"CPUThrottlingHigh\", alertstate=\"firing\"}");
    assert_eq!(labels(rule["query"].as_str().unwrap()), firing);
    assert_eq!(firing.len(), 8);
    for (alert, expr) in [
        ("CheckoutErrorRateHigh", "shop_checkout_error_ratio > 0.05"),
        (
            "RecommenderLatencyHigh",
            "shop_recommender_latency_seconds > 0.5",
        ),
    ] {
        let cells = value(&format!(
            "sum(count_over_time(ALERTS{{alertname=\"{alert}\"}}[14d]))"
        ));
        near(
            &format!("sum(count_over_time(({expr})[14d:1m]))"),
            cells,
            2.0,
        );
    }
    near(
        "count_over_time(ALERTS{alertname=\"KubeSchedulerDown\",alertstate=\"firing\"}[14d])",
        20_160.0,
        1.0,
    );
}

#[test]
fn demo_history_on_prometheus_2() {
    demo_history(Version::V2);
}

#[test]
fn demo_history_on_prometheus_3() {
    demo_history(Version::V3);
}

/// The limits a cluster is measured by in Prometheus are those its API says.
#[test]
fn demo_history_has_the_resources_of_the_objects() {
    let prometheus =
        need!(support::demo::prometheus(Version::V3).and_then(|builder| builder.start()));
    let mut seen = Table::new();
    for (metric, limits) in [
        ("kube_pod_{}container_resource_requests", false),
        ("kube_pod_{}container_resource_limits", true),
    ] {
        for init in ["", "init_"] {
            for result in prometheus.query(&metric.replace("{}", init), END) {
                let label = |key: &str| result["metric"][key].as_str().unwrap().to_owned();
                let value: f64 = result["value"][1].as_str().unwrap().parse().unwrap();
                let entry = seen
                    .entry((label("namespace"), label("pod"), label("container")))
                    .or_default();
                let resources = if limits { &mut entry.1 } else { &mut entry.0 };
                if label("resource") == "cpu" {
                    resources.cpu = Some((value * 1_000.0).round() as i64);
                } else {
                    resources.memory = Some(value as i64);
                }
            }
        }
    }
    let mut expected = described();
    expected.retain(|_, (requests, limits)| {
        *requests != Resources::default() || *limits != Resources::default()
    });
    assert_eq!(seen, expected);
}

/// Hashes what is written to it.
#[derive(Default)]
struct Digest {
    hasher: std::hash::DefaultHasher,
    bytes: usize,
}

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.write(bytes);
        self.bytes += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn demo_history_is_the_same_bytes_every_time() {
    let spans = metrics::slices();
    let write = || {
        let mut out = metrics::Out::new(Digest::default(), spans[spans.len() - 1]);
        metrics::write(&demo(), &mut out).unwrap();
        let digest = out.finish().unwrap();
        (digest.hasher.finish(), digest.bytes)
    };
    let first = write();
    assert!(first.1 > 100_000_000, "{} bytes", first.1);
    assert_eq!(first, write());
}

#[test]
fn a_server_ends_with_its_handle() {
    let dir = tempfile::tempdir().unwrap();
    let pid = |dir: &Path| {
        std::fs::read_to_string(dir.join("server.log"))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let mut process = Process::start(
        "server",
        Path::new("/bin/sh"),
        ["-c", "echo $$; exec sleep 60"],
        &[],
        dir.path(),
    );
    process.wait_ready(Duration::from_secs(10), || !pid(dir.path()).is_empty());
    let proc = Path::new("/proc").join(pid(dir.path()));
    assert!(process.running() && proc.exists());
    drop(process);
    assert!(!proc.exists());
}

#[test]
fn a_missing_program_is_named_with_the_way_to_get_it() {
    let missing = find::program("no-such-program", "no such program").unwrap_err();
    assert_eq!(
        missing.to_string(),
        "no such program not installed: run scripts/install-test-servers"
    );
}
