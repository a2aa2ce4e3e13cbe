use std::sync::Arc;

use proptest::prelude::*;

use super::super::{encode, read_snapshot_bytes};
use super::*;
use crate::model::{
    Cluster, Container, Gap, Node, Origin, Owner, OwnerLink, Pod, PodSpec, PromDuration, QueryKind,
    Rule, RuleKind, RuleObject, ScrapePool, Text, Timestamp, Workload, WorkloadKind, WorkloadRef,
};

fn pod(namespace: &str, name: &str, owner: (&str, &str), node: &str) -> Pod {
    let container = Container {
        name: "payments".into(),
        image: "registry.acme.com/payments:1.2".into(),
        ..Container::default()
    };
    Pod {
        namespace: namespace.into(),
        name: name.into(),
        labels: Arc::new([(Text::from("app"), Text::from("payments"))].into()),
        owner: Some(Owner {
            kind: WorkloadKind::from(owner.0),
            name: owner.1.into(),
        }),
        node: Some(node.into()),
        phase: "Running".into(),
        created: None,
        spec: Arc::new(PodSpec {
            containers: vec![container],
            ..PodSpec::default()
        }),
        statuses: Vec::new(),
    }
}

const NODE: &str = "ip-10-0-7-9.acme.internal";

fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::empty(Timestamp(1), PromDuration::DAY);
    let mut proxy = pod(
        "kube-system",
        &format!("kube-proxy-{NODE}"),
        ("Node", NODE),
        NODE,
    );
    proxy.spec = Arc::default();
    let mut dns = pod(
        "kube-system",
        "aws-node-x2k9q",
        ("DaemonSet", "aws-node"),
        NODE,
    );
    dns.spec = Arc::default();
    let cart = pod(
        "acme-shop",
        "payments-6d4b9c7f8-x2k9q",
        ("ReplicaSet", "payments-6d4b9c7f8"),
        NODE,
    );
    let workload = Workload {
        id: WorkloadRef {
            namespace: "acme-shop".to_owned(),
            kind: WorkloadKind::Deployment,
            name: "payments".to_owned(),
        },
        labels: (*cart.labels).clone(),
        annotations: [(
            "promtune.dev/ignore-reason".into(),
            "payments is special, ask bob@acme.com".into(),
        )]
        .into(),
        owner: None,
        replicas: Some(2),
        created: None,
        template: cart.spec.clone(),
        template_labels: (*cart.labels).clone(),
        origin: Origin::File {
            path: "acme/payments.yaml".to_owned(),
            document: 0,
        },
    };
    snapshot.cluster = Some(Cluster {
        nodes: vec![Node {
            name: NODE.into(),
            labels: [
                ("kubernetes.io/hostname".into(), NODE.into()),
                ("kubernetes.io/arch".into(), "arm64".into()),
                ("eks.amazonaws.com/nodegroup".into(), "acme-blue".into()),
            ]
            .into(),
            provider_id: "aws:///eu-west-1a/i-0acme".into(),
            kubelet_version: "v1.31.2-eks-94953ac".into(),
            ..Node::default()
        }],
        pods: vec![proxy, dns, cart],
        workloads: vec![workload],
        links: vec![OwnerLink {
            namespace: "acme-shop".into(),
            kind: WorkloadKind::ReplicaSet,
            name: "payments-6d4b9c7f8".into(),
            owner: Owner {
                kind: WorkloadKind::Deployment,
                name: "payments".into(),
            },
        }],
        api_groups: vec![
            "apps".to_owned(),
            "crd.acme.com".to_owned(),
            "crd.k8s.amazonaws.com".to_owned(),
        ],
        ..Cluster::default()
    });
    let row = |values: [&str; 4]| Row(values.into_iter().map(Text::from).collect(), 1.0);
    snapshot.queries.insert(
        "q".to_owned(),
        QueryResult {
            keys: ["namespace", "pod", "container", "instance"]
                .into_iter()
                .map(Text::from)
                .collect(),
            rows: vec![
                row([
                    "acme-shop",
                    "payments-6d4b9c7f8-zzzzz",
                    "payments",
                    "10.0.7.9:9100",
                ]),
                row([
                    "kube-system",
                    "coredns-5dd5756b68-abcde",
                    "coredns",
                    "10.0.7.9:9100",
                ]),
            ],
            series: Vec::new(),
        },
    );
    snapshot.prometheus = Some(PrometheusInfo {
        external_labels: [("cluster".to_owned(), "acme-prod".to_owned())].into(),
        scrape_pools: vec![ScrapePool {
            pool: "serviceMonitor/acme-shop/payments/0".to_owned(),
            job: "payments".to_owned(),
            errors: [(
                "Get http://payments.acme.com:80/metrics: refused".to_owned(),
                2,
            )]
            .into(),
            ..ScrapePool::default()
        }],
        ..PrometheusInfo::default()
    });
    snapshot.rules.push(RuleGroup {
        source: None,
        name: "kubernetes-apps".to_owned(),
        file: "/etc/rules/acme-shop-payments.yaml".to_owned(),
        interval: None,
        object: Some(RuleObject {
            namespace: "acme-shop".to_owned(),
            name: "payments".to_owned(),
            labels: [("release".into(), "acme-kps".into())].into(),
        }),
        rules: vec![Rule {
            kind: RuleKind::Alerting,
            name: "KubePodCrashLooping".to_owned(),
            expr: r#"up{job="kube-state-metrics", namespace="acme-shop", pod=~"payments-.+|acme.*", reason="OOM"} # acme-shop
                and label_replace(x, "pod", "$1", 'acme-shop', `(.*)`) == 0"#
                .to_owned(),
            hold: None,
            keep_firing_for: None,
            labels: [("severity".to_owned(), "page".to_owned()), ("team".to_owned(), "acme-red".to_owned())].into(),
            annotations: [
                ("summary".to_owned(), "{{ $labels.payments }} of acme-shop is down".to_owned()),
                ("runbook_url".to_owned(), "https://wiki.acme.com/x".to_owned()),
            ]
            .into(),
            health: "ok".to_owned(),
            last_error: String::new(),
            source: None,
        }],
    });
    snapshot.provenance.push(QueryRecord {
        id: "q".to_owned(),
        query: "sum(up{cluster=\"acme-prod\"})".to_owned(),
        template: String::new(),
        kind: QueryKind::Instant,
        at: Timestamp(1),
        step: None,
        start: None,
        requests: 1,
        series: 1,
        samples_read: None,
        status: QueryStatus::Failed("timeout in acme-shop".to_owned()),
    });
    snapshot.gaps = vec![
        Gap::new(
            "kubernetes:nodes",
            "nodes: forbidden for `acme-bob`; add get and list on nodes to its ClusterRole",
        ),
        Gap::new("file:acme/payments.yaml", "not YAML").in_part("namespace acme-shop"),
        Gap::new(
            "kubernetes:pods",
            "pods: forbidden for `system:serviceaccount:acme-ops:promtune-acme`; add",
        ),
    ];
    snapshot
}

#[test]
fn no_name_of_the_user_is_left() {
    let mut redacted = snapshot();
    redact_names(&mut redacted, b"key");
    let text = serde_json::to_string_pretty(&redacted).unwrap();
    let left: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.contains("acme") || line.contains("10.0.7.9") || line.contains("10-0-7-9")
        })
        .collect();
    assert_eq!(left, [""; 0]);
    // The one place where the word stands for a label's name.
    let payments: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("payments"))
        .collect();
    assert!(
        payments.len() == 1 && payments[0].contains("$labels.payments"),
        "{payments:?}"
    );
    assert!(redacted.meta.redacted_names);
}

#[test]
fn what_checks_decide_by_stays() {
    let mut redacted = snapshot();
    redact_names(&mut redacted, b"key");
    let cluster = redacted.cluster.as_ref().unwrap();
    let node = &cluster.nodes[0];
    assert!(
        node.name.starts_with("ip-") && node.provider_id.starts_with("aws:///"),
        "{node:?}"
    );
    assert_eq!(&*node.labels["kubernetes.io/arch"], "arm64");
    assert_eq!(node.labels["kubernetes.io/hostname"], node.name);
    assert_eq!(&*node.kubelet_version, "v1.31.2-eks-94953ac");
    let pods: Vec<&str> = cluster.pods.iter().map(|pod| &*pod.name).collect();
    assert!(pods.contains(&"aws-node-x2k9q"), "{pods:?}");
    assert!(
        pods.contains(&format!("kube-proxy-{}", node.name).as_str()),
        "{pods:?}"
    );
    assert!(
        cluster
            .api_groups
            .contains(&"crd.k8s.amazonaws.com".to_owned())
    );
    let rows = &redacted.queries["q"].rows;
    let dns = rows.iter().find(|row| &*row.0[0] == "kube-system").unwrap();
    assert_eq!(
        (&*dns.0[1], &*dns.0[2]),
        ("coredns-5dd5756b68-abcde", "coredns")
    );
    let rule = &redacted.rules[0].rules[0];
    assert_eq!(
        (rule.name.as_str(), rule.labels["severity"].as_str()),
        ("KubePodCrashLooping", "page")
    );
    assert!(
        rule.expr
            .starts_with("up{job=\"kube-state-metrics\", namespace=\"n-"),
        "{}",
        rule.expr
    );
    assert!(
        rule.expr.contains("reason=\"OOM\"") && rule.expr.contains("`(.*)`"),
        "{}",
        rule.expr
    );
    assert!(rule.annotations["summary"].starts_with("{{ $labels.payments }} of n-"));
}

#[test]
fn joins_hold() {
    let mut redacted = snapshot();
    redact_names(&mut redacted, b"key");
    let cluster = redacted.cluster.as_ref().unwrap();
    let workload = &cluster.workloads[0];
    let name = workload.id.name.as_str();
    let pod = cluster
        .pods
        .iter()
        .find(|pod| *pod.namespace == *workload.id.namespace)
        .unwrap();
    assert_eq!(&*pod.name, format!("{name}-6d4b9c7f8-x2k9q"));
    assert_eq!(&*pod.labels["app"], name);
    assert_eq!(
        pod.owner.as_ref().map(|o| &o.name),
        Some(&cluster.links[0].name)
    );
    assert_eq!(&*cluster.links[0].owner.name, name);
    assert!(
        Arc::ptr_eq(&pod.spec, &workload.template),
        "sharing holds too"
    );
    let rows = &redacted.queries["q"].rows;
    assert!(rows.is_sorted_by(|a, b| a.0 <= b.0));
    let row = rows
        .iter()
        .find(|row| *row.0[0] == *workload.id.namespace)
        .unwrap();
    assert_eq!(&*row.0[1], format!("{name}-6d4b9c7f8-zzzzz"));
    assert_eq!(*row.0[2], *pod.spec.containers[0].name);
    let pool = &redacted.prometheus.as_ref().unwrap().scrape_pools[0];
    assert_eq!(
        pool.pool,
        format!("serviceMonitor/{}/{name}/0", workload.id.namespace)
    );
    assert!(
        redacted.rules[0].rules[0]
            .expr
            .contains(&format!("pod=~\"{name}-.+|n-"))
    );
}

#[test]
fn one_key_gives_one_result_and_another_key_another() {
    let with = |key: &[u8]| {
        let mut redacted = snapshot();
        redact_names(&mut redacted, key);
        redacted
    };
    assert_eq!(with(b"a"), with(b"a"));
    assert_ne!(with(b"a"), with(b"b"));
    assert_ne!(fresh_key(), fresh_key());
}

proptest! {
    #[test]
    fn any_text_can_be_redacted(text in "(\\PC|[{}\"'`#=~!\\\\. a-z-]){0,60}") {
        let mut redacted = snapshot();
        redacted.rules[0].rules[0].expr.clone_from(&text);
        redacted.rules[0].rules[0].annotations.insert("a".to_owned(), text.clone());
        redacted.rules[0].rules[0].labels.insert("a".to_owned(), text);
        redact_names(&mut redacted, b"key");
        let bytes = encode(&redacted, Vec::new()).unwrap();
        prop_assert_eq!(read_snapshot_bytes("s", &bytes).unwrap(), redacted);
    }
}
