//! kubectl and its Kustomize do what our own model of them says.

use promtune::fix::{LowerContext, Lowered, ResourceField, lower};
use serde_json::{Value, json};

use super::support::{fix, has, run, set, snapshot, workload};

fn container(name: &str, resources: Value) -> Value {
    json!({"name": name, "image": "image:1", "env": [{"name": "A", "value": "b"}], "resources": resources})
}

/// The object as the server has it, with more in it than a snapshot knows.
fn object(kind: &str, app: Value, side: Value, setup: Value) -> Value {
    let pod = json!({
        "containers": [container("side", side), container("app", app)],
        "initContainers": [container("setup", setup)],
        "volumes": [{"name": "v", "emptyDir": {}}],
    });
    let template = json!({"metadata": {"labels": {"app": "api"}}, "spec": pod});
    let (api, spec) = match kind {
        "CronJob" => (
            "batch/v1",
            json!({"schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}}}),
        ),
        "Rollout" => (
            "argoproj.io/v1alpha1",
            json!({"replicas": 2, "template": template}),
        ),
        _ => (
            "apps/v1",
            json!({"selector": {"matchLabels": {"app": "api"}}, "template": template}),
        ),
    };
    json!({"apiVersion": api, "kind": kind, "metadata": {"name": "api", "namespace": "shop"}, "spec": spec})
}

const KINDS: [&str; 6] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "CronJob",
    "Rollout",
];

/// Before, after, and what is printed for it.
fn case(kind: &str) -> (Value, Value, Lowered) {
    let both = |memory: &str| json!({"requests": {"cpu": "100m", "memory": memory}, "limits": {"cpu": "100m", "memory": memory}});
    let before = object(kind, both("512Mi"), json!({}), both("64Mi"));
    let after = object(
        kind,
        json!({"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}),
        json!({"requests": {"memory": "32Mi"}}),
        json!({"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}}),
    );
    let id = workload(kind).id;
    let edits = vec![
        set(
            &id,
            "app",
            &[
                (ResourceField::RequestsMemory, Some("1Gi")),
                (ResourceField::LimitsMemory, Some("1Gi")),
                (ResourceField::LimitsCpu, None),
            ],
        ),
        set(
            &id,
            "side",
            &[(ResourceField::RequestsMemory, Some("32Mi"))],
        ),
        set(&id, "setup", &[(ResourceField::RequestsCpu, Some("50m"))]),
    ];
    let snapshot = snapshot(vec![workload(kind)]);
    let lowered = lower(&fix(edits), &LowerContext::new(&snapshot, &[]));
    // A Rollout's patch stops at resources that it did not see; there, `{}` is something.
    let before = match kind {
        "Rollout" => {
            serde_json::from_str(&before.to_string().replace(r#","resources":{}"#, "")).unwrap()
        }
        _ => before,
    };
    (before, after, lowered)
}

#[test]
fn kubectl_patches_as_meant() {
    if !has("kubectl") {
        return;
    }
    for kind in KINDS {
        let (before, after, lowered) = case(kind);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("object.json"), before.to_string()).unwrap();
        let command = lowered.texts["kubectl"].lines().last().unwrap();
        // The words of our own command, as a shell reads them, on a file instead of a cluster.
        let words = command
            .strip_prefix("kubectl patch ")
            .unwrap()
            .split_once(" --type")
            .unwrap()
            .1;
        let script = format!("kubectl patch --local -o json -f object.json --type{words}");
        let printed = run(folder.path(), "sh", &["-c", &script])
            .unwrap_or_else(|e| panic!("{kind}: {e}\n{script}"));
        assert_eq!(
            serde_json::from_str::<Value>(&printed).unwrap(),
            after,
            "{kind}"
        );
    }
}

#[test]
fn kustomize_patches_as_meant() {
    if !has("kubectl") {
        return;
    }
    for kind in KINDS {
        let (before, after, lowered) = case(kind);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("object.json"), before.to_string()).unwrap();
        let overlay = format!("{}resources:\n- object.json\n", lowered.texts["kustomize"]);
        std::fs::write(folder.path().join("kustomization.yaml"), overlay).unwrap();
        let printed = run(folder.path(), "kubectl", &["kustomize", "."])
            .unwrap_or_else(|e| panic!("{kind}: {e}"));
        let read = promtune::yaml::Stream::parse(&printed).documents[0]
            .to_value()
            .unwrap();
        assert_eq!(read, after, "{kind}");
    }
}

#[test]
fn a_kustomize_patch_that_meets_nothing_is_an_error() {
    if !has("kubectl") {
        return;
    }
    let (before, _, lowered) = case("Deployment");
    let folder = tempfile::tempdir().unwrap();
    let other = before
        .to_string()
        .replace(r#""name":"api""#, r#""name":"other""#);
    std::fs::write(folder.path().join("object.json"), other).unwrap();
    let overlay = format!("{}resources:\n- object.json\n", lowered.texts["kustomize"]);
    std::fs::write(folder.path().join("kustomization.yaml"), overlay).unwrap();
    assert!(run(folder.path(), "kubectl", &["kustomize", "."]).is_err());
}
