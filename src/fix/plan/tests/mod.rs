mod rules;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::fix::testing::{
    alert, chart_group, container, fix, own_group, rule_ref, set_memory, snapshot_of,
    with_workloads, workload,
};
use crate::fix::{
    ContainerRef, Edit, LowerContext, Lowered, ResourceChange, ResourceField, RuleField, lower,
};
use crate::model::{
    Amounts, Bytes, LimitRange, LimitRangeItem, Origin, Owner, PodSpec, Snapshot, SourceKind,
    Workload,
};

pub(super) fn lowered(snapshot: &Snapshot, edits: Vec<Edit>) -> Lowered {
    lower(&fix(edits), &LowerContext::new(snapshot, &[]))
}

/// The patch of the last line of a kubectl output, as the shell hands it over.
pub(in crate::fix) fn patch_of(output: &str) -> Value {
    let command = output.lines().last().unwrap();
    let quoted = command.split_once("--patch=").unwrap().1;
    let inner = quoted
        .strip_prefix('\'')
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    serde_json::from_str(&inner.replace(r"'\''", "'")).unwrap()
}

fn api(kind: &str) -> Workload {
    workload(
        kind,
        "api",
        vec![
            container("side", None, None),
            container("app", Some(256), Some(512)),
        ],
    )
}

#[test]
fn a_deployment_is_patched_by_container_name() {
    let snapshot = with_workloads(vec![api("Deployment")]);
    let out = lowered(
        &snapshot,
        vec![set_memory(&api("Deployment").id, "app", Some("512Mi"))],
    );
    assert_eq!(
        out.texts["kubectl"],
        r#"# Ask the server first; this changes nothing:
kubectl patch deployment/api --namespace=shop --dry-run=server --type=strategic --patch='{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"memory":"512Mi"}}}]}}}}'
# Then do it:
kubectl patch deployment/api --namespace=shop --type=strategic --patch='{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"memory":"512Mi"}}}]}}}}'
"#
    );
    assert_eq!(
        out.texts["kustomize"]
            .lines()
            .skip(3)
            .collect::<Vec<_>>()
            .join("\n"),
        r#"kind: Kustomization
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: api
        namespace: shop
      spec:
        template:
          spec:
            containers:
              - name: app
                resources:
                  requests:
                    memory: 512Mi"#
    );
    assert!(out.refused["values"].contains("kube-prometheus-stack"));
    assert!(out.refused["prometheusrule"].contains("rules only"));
}

#[test]
fn several_containers_and_fields_are_one_patch() {
    let snapshot = with_workloads(vec![api("CronJob")]);
    let id = api("CronJob").id;
    let off = Edit::SetResources {
        container: ContainerRef {
            workload: id.clone(),
            container: "app".into(),
            init: false,
        },
        changes: vec![ResourceChange {
            field: ResourceField::LimitsCpu,
            from: Some("500m".into()),
            to: None,
        }],
    };
    let out = lowered(&snapshot, vec![set_memory(&id, "side", Some("1Gi")), off]);
    assert_eq!(
        patch_of(&out.texts["kubectl"]),
        json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [
            {"name": "side", "resources": {"requests": {"memory": "1Gi"}}},
            {"name": "app", "resources": {"limits": {"cpu": null}}},
        ]}}}}}})
    );
}

#[test]
fn init_containers_are_patched_in_their_own_list() {
    let mut api = api("StatefulSet");
    api.template = Arc::new(PodSpec {
        init_containers: vec![container("setup", None, None)],
        ..(*api.template).clone()
    });
    let mut edit = set_memory(&api.id, "setup", Some("64Mi"));
    if let Edit::SetResources { container, .. } = &mut edit {
        container.init = true;
    }
    let out = lowered(&with_workloads(vec![api]), vec![edit]);
    let patch = patch_of(&out.texts["kubectl"]);
    assert_eq!(
        patch["spec"]["template"]["spec"]["initContainers"][0]["name"],
        "setup"
    );
}

#[test]
fn a_rollout_is_patched_by_index_with_tests() {
    let snapshot = with_workloads(vec![api("Rollout")]);
    let id = api("Rollout").id;
    let out = lowered(
        &snapshot,
        vec![
            set_memory(&id, "side", Some("1Gi")),
            set_memory(&id, "app", Some("512Mi")),
        ],
    );
    assert!(out.texts["kubectl"].contains("rollouts.argoproj.io/api"));
    let at = "/spec/template/spec/containers";
    assert_eq!(
        patch_of(&out.texts["kubectl"]),
        json!([
            {"op": "test", "path": format!("{at}/0/name"), "value": "side"},
            {"op": "test", "path": format!("{at}/0/resources"), "value": null},
            {"op": "add", "path": format!("{at}/0/resources"), "value": {"requests": {"memory": "1Gi"}}},
            {"op": "test", "path": format!("{at}/1/name"), "value": "app"},
            {"op": "replace", "path": format!("{at}/1/resources/requests/memory"), "value": "512Mi"},
        ])
    );
    assert!(out.texts["kustomize"].contains("group: argoproj.io"));
    let mut seen = api("Rollout");
    seen.origin = Origin::Metrics;
    let out = lowered(
        &with_workloads(vec![seen]),
        vec![set_memory(&id, "app", Some("512Mi"))],
    );
    assert!(out.refused["kubectl"].contains("order of the containers"));
}

#[test]
fn what_would_not_last_or_cannot_be_done_is_refused() {
    let owned = |kind: &str, owner: (&str, &str)| Workload {
        owner: Some(Owner {
            kind: owner.0.into(),
            name: owner.1.into(),
        }),
        ..workload(
            kind,
            "api",
            vec![
                container("prometheus", None, None),
                container("app", Some(1), Some(512)),
            ],
        )
    };
    let mut addon = api("DaemonSet");
    addon.labels = crate::fix::testing::labels(&[("addonmanager.kubernetes.io/mode", "Reconcile")]);
    for (workload, name, because) in [
        (api("Job"), "app", "make the Job anew"),
        (api("Pod"), "app", "has to be made anew"),
        (
            owned("StatefulSet", ("Prometheus", "k8s")),
            "prometheus",
            "`spec.resources`",
        ),
        (
            owned("ReplicaSet", ("Deployment", "api")),
            "app",
            "made by Deployment/api",
        ),
        (api("Kafka"), "app", "only its operator knows"),
        (api("Node"), "app", "static pod"),
        (api("Deployment"), "istio-proxy", "injected"),
        (addon, "app", "add-on manager"),
    ] {
        let edit = set_memory(&workload.id, name, Some("300Mi"));
        let out = lowered(&with_workloads(vec![workload]), vec![edit]);
        assert!(
            out.refused["kubectl"].contains(because),
            "{because}: {out:#?}"
        );
    }
    let edit = set_memory(&api("Deployment").id, "app", Some("1Gi"));
    let out = lowered(&with_workloads(vec![api("Deployment")]), vec![edit]);
    assert!(
        out.refused["kubectl"].contains("above the limit"),
        "{out:#?}"
    );
    let out = lowered(
        &with_workloads(vec![]),
        vec![set_memory(&api("Deployment").id, "app", Some("1Gi"))],
    );
    assert!(out.refused["kubectl"].contains("not in the snapshot"));
}

#[test]
fn a_running_pod_is_resized_where_the_server_can() {
    let id = api("Pod").id;
    let mut snapshot = with_workloads(vec![api("Pod")]);
    let mut at = |version: &str, to: Option<&str>| {
        snapshot.cluster.as_mut().unwrap().server_version = Some(version.into());
        lowered(&snapshot, vec![set_memory(&id, "app", to)])
    };
    let out = at("v1.33.2-eks-1", Some("300Mi"));
    assert!(out.texts["kubectl"].contains("pod/api --namespace=shop --subresource=resize"));
    assert!(at("v1.32.9", Some("300Mi")).refused["kubectl"].contains("1.33"));
    assert!(at("v1.33.0", None).refused["kubectl"].contains("cannot lose"));
    let lone = workload("Pod", "lone", vec![container("app", Some(256), Some(512))]);
    let edit = set_memory(&lone.id, "app", Some("512Mi"));
    let mut snapshot = with_workloads(vec![lone]);
    snapshot.cluster.as_mut().unwrap().server_version = Some("v1.34.0".into());
    assert!(lowered(&snapshot, vec![edit]).refused["kubectl"].contains("quality-of-service"));
}

#[test]
fn hostile_names_never_reach_a_command() {
    for name in ["a;reboot", "$(id)", "-o", "a\nb", "a'b", "--kubeconfig=/x"] {
        for (namespace, object, container_name) in [
            ("shop", "api", name),
            ("shop", name, "app"),
            (name, "api", "app"),
        ] {
            let mut bad = workload(
                "Deployment",
                object,
                vec![container(container_name, Some(1), Some(2))],
            );
            bad.id.namespace = namespace.into();
            let edit = set_memory(&bad.id, container_name, Some("2Mi"));
            let out = lowered(&with_workloads(vec![bad]), vec![edit]);
            assert!(out.texts.is_empty(), "{out:#?}");
        }
    }
    let rule = alert("it's $(id)\n`x`", "up == 0", "critical");
    let snapshot = snapshot_of(vec![own_group("g'; reboot", std::slice::from_ref(&rule))]);
    let edit = Edit::SetRuleField {
        rule: rule_ref("g'; reboot", &rule.name, "up == 0"),
        field: RuleField::Annotation("summary".into()),
        value: Some("' && rm -rf / #\n'".into()),
    };
    let out = lowered(&snapshot, vec![edit]);
    assert_eq!(
        out.texts["kubectl"].lines().count(),
        4,
        "one command a line"
    );
    assert_eq!(
        patch_of(&out.texts["kubectl"])[3]["value"],
        "' && rm -rf / #\n'"
    );
    assert!(out.texts["prometheusrule"].contains("promtune-it-s"));
}
