//! The rulesets as a whole: they load, they parse, they fit the checks and each other.

#![expect(
    clippy::disallowed_methods,
    reason = "the rulesets are read as files too"
)]

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::{Expr, LabelModifier};
use promtune::check::Need;
use promtune::checks::ALL;
use promtune::facts::{PlatformVerdict, detect};
use promtune::knowledge::{
    Knowledge, ManagedControlPlane, Phase, PlannedKind, SHARD, SignalField, Variables,
};
use promtune::model::{
    Cluster, Node, Pod, PodSpec, PromDuration, Timestamp, Workload, WorkloadRef,
};
use promtune::promql::Query;
use promtune::yaml;
use regex::Regex;
use serde::Deserialize;

fn knowledge() -> Knowledge {
    Knowledge::embedded().expect("the rulesets load")
}

/// Windows and intervals as they occur: the usual ones, a short window, slow scrapes.
fn variables() -> [Variables; 3] {
    let of = |window, interval| Variables {
        window: PromDuration(window),
        interval: PromDuration(interval),
        at: Timestamp(1_795_176_000),
    };
    [of(14 * 86_400, 30), of(3_600, 15), of(86_400, 120)]
}

#[test]
fn every_query_renders_and_parses_whole_and_narrowed() {
    let knowledge = knowledge();
    for variables in variables() {
        for spec in knowledge.queries.iter() {
            let planned = knowledge.queries.plan(spec, variables);
            let narrowed = planned.expr.replace(SHARD, ",namespace=~\"a|b\"");
            for text in [planned.whole(), narrowed] {
                assert!(!text.contains('$'), "{}: {text}", spec.id);
                if let Err(error) = Query::parse(&text) {
                    panic!("{}: {error}: {text}", spec.id);
                }
            }
            let range = matches!(planned.kind, PlannedKind::Range { .. });
            assert_eq!(range, spec.kind.as_deref() == Some("range"), "{}", spec.id);
            assert!(
                planned.samples_per_series > 0 && !spec.what.is_empty(),
                "{}",
                spec.id
            );
            let known = ["count", "cores", "bytes", "seconds"].contains(&spec.unit.as_str());
            assert!(known, "{}: unit {}", spec.id, spec.unit);
        }
    }
}

/// Labels that the result of an expression can have; absent when any label may be there.
fn labels_of(expr: &Expr) -> Option<BTreeSet<String>> {
    match expr {
        Expr::Aggregate(a) => match &a.modifier {
            Some(LabelModifier::Include(labels)) => Some(labels.labels.iter().cloned().collect()),
            Some(LabelModifier::Exclude(_)) => None,
            None => Some(BTreeSet::new()),
        },
        Expr::Paren(p) => labels_of(&p.expr),
        Expr::Unary(u) => labels_of(&u.expr),
        Expr::Subquery(s) => labels_of(&s.expr),
        // Comparisons and `and` keep the labels of their left side.
        Expr::Binary(b) => labels_of(&b.lhs),
        Expr::Call(c) => c.args.args.iter().find_map(|a| labels_of(a)),
        _ => None,
    }
}

#[test]
fn keys_are_the_labels_that_a_result_has() {
    let knowledge = knowledge();
    for spec in knowledge.queries.iter() {
        let text = knowledge.queries.plan(spec, variables()[0]).whole();
        let labels = labels_of(&promql_parser::parser::parse(&text).unwrap());
        let keys: BTreeSet<String> = spec.keys.iter().cloned().collect();
        assert_eq!(labels, Some(keys), "{}: {text}", spec.id);
        assert_eq!(
            spec.keys.len(),
            spec.keys.iter().collect::<BTreeSet<_>>().len(),
            "{}",
            spec.id
        );
    }
}

#[test]
fn a_query_that_can_be_cut_is_cut_in_every_selector_of_its_subject() {
    let knowledge = knowledge();
    for spec in knowledge.queries.iter().filter(|q| q.expr.contains(SHARD)) {
        assert!(
            spec.keys.iter().any(|k| k == "namespace"),
            "{}: shards are cut by namespace",
            spec.id
        );
        let selectors = Query::parse(
            &spec
                .expr
                .replace(SHARD, ",shard=\"1\"")
                .replace("$window", "1d")
                .replace("$rate", "5m")
                .replace("$step", "5m"),
        );
        let selectors = selectors
            .unwrap_or_else(|e| panic!("{}: {e}", spec.id))
            .selectors();
        assert!(
            selectors.iter().all(|s| s.restricts("shard")),
            "{}: a part of it is sent whole",
            spec.id
        );
    }
}

#[test]
fn ids_of_queries_are_unique() {
    let knowledge = knowledge();
    let mut seen = BTreeSet::new();
    for spec in knowledge.queries.iter() {
        assert!(seen.insert(spec.id.as_str()), "{} is there twice", spec.id);
    }
}

#[test]
fn needs_and_queries_fit_each_other() {
    let knowledge = knowledge();
    let needs = || {
        ALL.iter().flat_map(|c| {
            c.meta
                .needs
                .iter()
                .chain(c.meta.uses)
                .map(move |n| (c.id, n))
        })
    };
    let wanted: BTreeSet<&str> = needs().flat_map(|(_, n)| n.queries()).collect();
    for (check, need) in needs() {
        for id in need.queries() {
            assert!(
                knowledge.queries.get(id).is_some(),
                "{check} needs {id}, which is not in the catalogue"
            );
        }
    }
    for spec in knowledge.queries.iter().filter(|q| q.phase == Phase::Main) {
        assert!(
            wanted.contains(spec.id.as_str()),
            "nobody asks for {}",
            spec.id
        );
    }
    for (id, list) in ALL
        .iter()
        .flat_map(|c| [(c.id, c.meta.needs), (c.id, c.meta.uses)])
    {
        let unique: BTreeSet<&Need> = list.iter().collect();
        assert_eq!(list.len(), unique.len(), "{id} names a need twice");
    }
}

#[derive(Deserialize)]
struct Sourced {
    provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Provenance {
    checked_on: String,
    sources: Vec<String>,
}

#[test]
fn knowledge_has_sources_and_dates() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let date = Regex::new(r"^20\d\d-[01]\d-[0-3]\d$").unwrap();
    let mut read = 0;
    for group in ["platforms", "components"] {
        for entry in std::fs::read_dir(folder.join(group)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let sourced: Sourced =
                yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let Provenance {
                checked_on,
                sources,
            } = sourced.provenance;
            assert!(
                date.is_match(&checked_on),
                "{}: {checked_on}",
                path.display()
            );
            assert!(
                !sources.is_empty() && sources.iter().all(|s| s.starts_with("https://")),
                "{}",
                path.display()
            );
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn platform_profiles_do_not_repeat_each_other() {
    let knowledge = knowledge();
    let (mut ids, mut signals) = (BTreeSet::new(), BTreeMap::new());
    for profile in &knowledge.platforms {
        assert!(ids.insert(&profile.id), "{} is there twice", profile.id);
        assert!(
            !profile.name.is_empty() && profile.source.starts_with("https://"),
            "{}",
            profile.id
        );
        for signal in &profile.strong {
            let key = (format!("{:?}", signal.field), signal.pattern.as_str());
            let other = signals.insert(key.clone(), &profile.id);
            assert!(
                other.is_none(),
                "{key:?} names {} and {other:?}",
                profile.id
            );
        }
        // A name of one's own choosing never names a platform.
        for field in [
            SignalField::Namespace,
            SignalField::ControlPlanePod,
            SignalField::Daemonset,
        ] {
            assert!(
                profile.strong.iter().all(|s| s.field != field),
                "{}: {field:?} is strong",
                profile.id
            );
        }
    }
}

fn node(name: &str) -> Node {
    Node {
        name: name.into(),
        kubelet_version: "v1.33.1".into(),
        ..Node::default()
    }
}

/// What is special about a node.
type Change = Box<dyn Fn(&mut Node)>;

fn seen(nodes: Vec<Node>) -> PlatformVerdict {
    detect(
        &Cluster {
            nodes,
            ..Cluster::default()
        },
        &knowledge(),
    )
}

fn with(change: impl Fn(&mut Node)) -> PlatformVerdict {
    let mut one = node("n1");
    change(&mut one);
    seen(vec![one])
}

#[test]
fn platforms_are_named_by_the_exact_strings() {
    let label =
        |key: &'static str| move |n: &mut Node| drop(n.labels.insert(key.into(), "x".into()));
    let version = |v: &'static str| move |n: &mut Node| n.kubelet_version = v.into();
    let provider = |p: &'static str| move |n: &mut Node| n.provider_id = p.into();
    let os = |o: &'static str| move |n: &mut Node| n.os_image = o.into();
    let cases: Vec<(&str, Change)> = vec![
        ("eks", Box::new(version("v1.33.1-eks-1a2b3c4"))),
        ("eks", Box::new(label("eks.amazonaws.com/nodegroup"))),
        ("eks", Box::new(label("eks.amazonaws.com/compute-type"))),
        ("gke", Box::new(version("v1.33.1-gke.1107000"))),
        ("gke", Box::new(label("cloud.google.com/gke-nodepool"))),
        ("aks", Box::new(label("kubernetes.azure.com/cluster"))),
        ("aks", Box::new(label("kubernetes.azure.com/agentpool"))),
        (
            "aks",
            Box::new(provider(
                "azure:///subscriptions/a/resourceGroups/b/providers/Microsoft.Compute/virtualMachineScaleSets/aks-p-1-vmss/virtualMachines/0",
            )),
        ),
        ("openshift", Box::new(label("node.openshift.io/os_id"))),
        ("k3s", Box::new(version("v1.33.1+k3s1"))),
        ("rke2", Box::new(version("v1.33.1+rke2r1"))),
        ("k0s", Box::new(version("v1.33.1+k0s"))),
        ("k0s", Box::new(version("v1.33.1+k0s.0"))),
        (
            "kind",
            Box::new(provider("kind://docker/kind/kind-control-plane")),
        ),
        ("minikube", Box::new(label("minikube.k8s.io/name"))),
        ("microk8s", Box::new(label("microk8s.io/cluster"))),
        ("docker-desktop", Box::new(os("Docker Desktop"))),
        ("talos", Box::new(os("Talos (v1.10.2)"))),
        ("kops", Box::new(label("kops.k8s.io/instancegroup"))),
        (
            "kubeadm",
            Box::new(|n| {
                drop(
                    n.annotations
                        .insert("kubeadm.alpha.kubernetes.io/cri-socket".into(), "x".into()),
                )
            }),
        ),
        ("doks", Box::new(label("doks.digitalocean.com/version"))),
        ("lke", Box::new(label("lke.linode.com/pool-id"))),
        ("kapsule", Box::new(label("k8s.scaleway.com/kapsule"))),
        ("ack", Box::new(version("v1.32.1-aliyun.1"))),
        ("tke", Box::new(version("v1.30.0-tke.7"))),
        ("oke", Box::new(provider("ocid1.instance.oc1.phx.abc"))),
        (
            "iks",
            Box::new(provider("ibm://fee034388aa6435883a1f720010ab3a2///abc/def")),
        ),
        ("gardener", Box::new(label("worker.gardener.cloud/pool"))),
    ];
    for (id, change) in &cases {
        assert_eq!(with(change).id.as_deref(), Some(*id));
    }
    let tested: BTreeSet<&str> = cases.iter().map(|c| c.0).collect();
    let all = knowledge();
    let all: BTreeSet<&str> = all.platforms.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(tested, all, "every profile is tested");
}

#[test]
fn look_alikes_name_nothing() {
    let nothing = |change: &dyn Fn(&mut Node)| assert_eq!(with(change).id, None);
    for name in [
        "mankind-01",
        "kind",
        "eks-worker",
        "gke-node",
        "aks-pool",
        "k3s-server",
        "talos-1",
        "docker-desktop",
    ] {
        nothing(&|n| n.name = name.into());
    }
    for provider in [
        "aws:///eu-west-1a/i-0abc",
        "gce://project/zone/gke-looks-like-it",
        "azure:///subscriptions/a/resourceGroups/b/providers/Microsoft.Compute/virtualMachines/aks-1",
        "mankind://a/b/c",
        "openstack:///abc",
    ] {
        nothing(&|n| n.provider_id = provider.into());
    }
    for version in [
        "v1.33.1-eks",
        "v1.33.1-eks-zzzzzzz",
        "v1.33.1-gkee.1",
        "v1.33.1+k3sup",
        "my-v1.33.1+k3s1",
        "v1.33.1-eks-d-1",
    ] {
        nothing(&|n| n.kubelet_version = version.into());
    }
    nothing(&|n| n.os_image = "Talosian (v1)".into());
    nothing(&|n| {
        drop(
            n.labels
                .insert("example.com/eks.amazonaws.com/nodegroup".into(), "x".into()),
        )
    });
}

#[test]
fn the_majority_names_a_mixed_cluster_and_the_rest_is_told() {
    let mut eks = node("a");
    eks.kubelet_version = "v1.33.1-eks-1a2b3c4".into();
    let (mut second, mut third) = (eks.clone(), eks.clone());
    (second.name, third.name) = ("b".into(), "c".into());
    third.kubelet_version = "v1.33.1-gke.1107000".into();
    let verdict = seen(vec![eks, second, third]);
    assert_eq!(verdict.id.as_deref(), Some("eks"));
    assert_eq!(verdict.minority.get("gke"), Some(&1));
}

#[test]
fn openshift_on_eks_machines_is_openshift() {
    let mut one = node("n1");
    one.labels
        .insert("eks.amazonaws.com/nodegroup".into(), "x".into());
    let cluster = Cluster {
        nodes: vec![one],
        api_groups: vec!["config.openshift.io".into()],
        ..Cluster::default()
    };
    assert_eq!(
        detect(&cluster, &knowledge()).id.as_deref(),
        Some("openshift")
    );
}

#[test]
fn what_is_seen_of_the_control_plane_wins_over_the_platform() {
    let managed = with(|n| n.kubelet_version = "v1.33.1-eks-1a2b3c4".into());
    assert!(managed.managed_control_plane, "{}", managed.managed_because);
    for role in ["control-plane", "master", "etcd", "controlplane"] {
        let own = with(|n| {
            n.kubelet_version = "v1.33.1-eks-1a2b3c4".into();
            n.roles = vec![role.into()];
        });
        assert!(!own.managed_control_plane, "{role}");
    }
    let scheduler = Pod {
        namespace: "kube-system".into(),
        name: "kube-scheduler-n1".into(),
        labels: Default::default(),
        owner: None,
        node: None,
        phase: "Running".into(),
        created: None,
        spec: PodSpec::default().into(),
        statuses: Vec::new(),
    };
    let cluster = Cluster {
        nodes: vec![node("n1")],
        pods: vec![scheduler],
        ..Cluster::default()
    };
    assert!(!detect(&cluster, &knowledge()).managed_control_plane);
    assert!(
        !detect(&Cluster::default(), &knowledge()).managed_control_plane,
        "nothing was seen at all"
    );
}

#[test]
fn a_daemonset_only_confirms() {
    let workload = Workload {
        id: WorkloadRef {
            namespace: "kube-system".into(),
            kind: "DaemonSet".into(),
            name: "aws-node".into(),
        },
        labels: Default::default(),
        annotations: Default::default(),
        owner: None,
        replicas: None,
        created: None,
        template: PodSpec::default().into(),
        template_labels: Default::default(),
        origin: Default::default(),
    };
    let cluster = Cluster {
        nodes: vec![node("n1")],
        workloads: vec![workload],
        ..Cluster::default()
    };
    assert_eq!(
        detect(&cluster, &knowledge()).id,
        None,
        "the VPC CNI runs on kOps as well"
    );
}

#[test]
fn components_are_consistent() {
    let knowledge = knowledge();
    let mut jobs = BTreeSet::new();
    for component in &knowledge.components {
        let id = &component.id;
        assert!(
            component.jobs.iter().all(|j| jobs.insert(j.clone())),
            "{id}: a job of two components"
        );
        assert_eq!(
            knowledge
                .component_of_job(&component.jobs[0])
                .map(|c| &c.id),
            Some(id)
        );
        let key = component
            .chart_switch
            .strip_suffix(".enabled")
            .unwrap_or_else(|| panic!("{id}: {}", component.chart_switch));
        // kubeScheduler for kube-scheduler: the chart's own names, and its jobs are those of the Services.
        let words: String = component.jobs[0]
            .split('-')
            .map(|w| w[..1].to_uppercase() + &w[1..])
            .collect();
        assert_eq!(key, words[..1].to_lowercase() + &words[1..], "{id}");
        let pods = Regex::new(&format!("^(?:{})$", component.pods)).unwrap();
        assert!(
            pods.is_match(&format!("{id}-n1")) && !pods.is_match(&format!("my-{id}-n1")),
            "{id}"
        );
        assert!(
            component
                .replaced_by
                .as_ref()
                .is_none_or(|r| Regex::new(r).is_ok()),
            "{id}"
        );
        assert!(
            component.bind_address.contains_key("default")
                && component.known.url.starts_with("https://"),
            "{id}"
        );
        for platform in component.bind_address.keys().filter(|p| *p != "default") {
            assert!(
                knowledge.platforms.iter().any(|p| p.id == *platform),
                "{id}: {platform} is not a platform"
            );
        }
        assert!(
            component.metrics_port > 1024 && component.stays_covered.ends_with('.'),
            "{id}"
        );
    }
}

#[test]
fn selectors_that_leave_jobs_out_are_about_everything() {
    let knowledge = knowledge();
    let about = |expr: &str| -> Vec<String> {
        let selectors = Query::parse(expr).unwrap().selectors();
        let meant =
            |c: &&promtune::knowledge::Component| selectors.iter().any(|s| c.is_meant_by(s));
        knowledge
            .components
            .iter()
            .filter(meant)
            .map(|c| c.id.clone())
            .collect()
    };
    assert_eq!(about(r#"up{job="kube-scheduler"}"#), ["kube-scheduler"]);
    assert_eq!(about(r#"up{job=~".*etcd.*"}"#), ["etcd"]);
    assert_eq!(
        about(r#"up{job=~"kube-(scheduler|controller-manager)"}"#),
        ["kube-scheduler", "kube-controller-manager"]
    );
    for everything in [
        "up",
        r#"up{job!="batch"}"#,
        r#"up{job=~".+"}"#,
        r#"up{job!~"kubelet|node"}"#,
    ] {
        assert!(about(everything).is_empty(), "{everything}");
    }
}

#[test]
fn a_profile_that_says_never_is_not_overruled_by_silence() {
    let knowledge = knowledge();
    for profile in knowledge
        .platforms
        .iter()
        .filter(|p| p.managed == ManagedControlPlane::Never)
    {
        let Some(signal) = profile
            .strong
            .iter()
            .find(|s| s.field == SignalField::Label)
        else {
            continue;
        };
        let key = signal
            .pattern
            .as_str()
            .trim_start_matches("^(?:")
            .trim_end_matches(")$")
            .replace('\\', "");
        let verdict = with(|n| drop(n.labels.insert(key.as_str().into(), "x".into())));
        assert_eq!(verdict.id.as_ref(), Some(&profile.id));
        assert!(!verdict.managed_control_plane, "{}", profile.id);
    }
}
