//! What promtune writes is taken by the real API server and by promtool, and does what it says.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::world::{audit, found, metrics, snapshot};
use crate::support::{self, ApiServer, Version, apiserver, need, promtune};

/// Runs lines of a report as a user would paste them: by a shell, with kubectl as the cluster's admin.
fn paste(api: &ApiServer, lines: &str) -> Output {
    let path = std::env::join_paths([
        support::find::cache().join("bin"),
        "/usr/bin".into(),
        "/bin".into(),
    ])
    .unwrap();
    Command::new("/bin/sh")
        .args(["-e", "-c", lines])
        .env_clear()
        .env("PATH", path)
        .env("HOME", api.dir())
        .env("KUBECONFIG", api.kubeconfig(apiserver::ADMIN))
        .output()
        .unwrap()
}

/// The `kubectl patch` commands of an output: (those that only ask, those that do).
fn commands(output: &str) -> (Vec<&str>, Vec<&str>) {
    let patches = output.lines().filter(|line| line.starts_with("kubectl "));
    patches.partition(|line| line.contains("--dry-run=server"))
}

/// All outputs of a kind: the finding's line of [`found`], and the text.
fn outputs<'a>(report: &'a Value, kind: &str) -> Vec<(String, &'a str)> {
    let mut texts = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        let name = format!(
            "{} {}",
            finding["check"].as_str().unwrap(),
            super::world::subject(&finding["subject"])
        );
        let fixes = finding["fixes"].as_array().into_iter().flatten();
        texts.extend(fixes.filter_map(|fix| Some((name.clone(), fix["outputs"][kind].as_str()?))));
    }
    texts
}

/// What the controllers of a cluster do after a change of a template: here nothing else would.
fn roll_out(api: &ApiServer) {
    let list: Value = serde_json::from_str(&api.kubectl(&[
        "get",
        "deployments,statefulsets",
        "-A",
        "-o",
        "json",
    ]))
    .unwrap();
    let templates: Vec<(Value, Value, &Value)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| {
            (
                w["metadata"]["namespace"].clone(),
                w["metadata"]["name"].clone(),
                &w["spec"]["template"]["spec"],
            )
        })
        .collect();
    api.etcd.rewrite(|object| {
        let (namespace, app) = (
            &object["metadata"]["namespace"],
            &object["metadata"]["labels"]["app"],
        );
        let Some((_, _, template)) = templates
            .iter()
            .find(|(ns, name, _)| ns == namespace && name == app)
        else {
            return;
        };
        // What the template leaves out, the LimitRange of this namespace gives.
        let range = namespace == "dev";
        let spec = match object["kind"].as_str() {
            Some("Pod") => &mut object["spec"],
            Some("ReplicaSet") => &mut object["spec"]["template"]["spec"],
            _ => return,
        };
        for container in spec["containers"].as_array_mut().into_iter().flatten() {
            let same = template["containers"]
                .as_array()
                .unwrap()
                .iter()
                .find(|c| c["name"] == container["name"]);
            let Some(same) = same else { continue };
            if range {
                merge(&mut container["resources"], &same["resources"]);
            } else if same["resources"] != json!({}) {
                container["resources"] = same["resources"].clone();
            }
        }
    });
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten() {
        if value.is_object() {
            merge(&mut into[key], value);
        } else {
            into[key] = value.clone();
        }
    }
}

#[test]
fn kubectl_commands_are_taken_and_end_their_findings() {
    // An API of its own: it is changed.
    let api = need!(support::demo::api());
    let sources = [
        need!(metrics(Version::V3)),
        vec![
            "--kubeconfig".to_owned(),
            api.kubeconfig(apiserver::READER).display().to_string(),
        ],
    ]
    .concat();
    let before = audit(&sources);
    let outputs = outputs(&before, "kubectl");
    assert!(outputs.len() >= 15, "{outputs:#?}");
    for (finding, output) in &outputs {
        let (ask, act) = commands(output);
        assert_eq!((ask.len(), act.len()), (1, 1), "{finding}: {output}");
        let answer = paste(&api, ask[0]);
        let said = String::from_utf8_lossy(&answer.stdout);
        let error = String::from_utf8_lossy(&answer.stderr);
        assert!(
            answer.status.success() && said.contains("patched") && error.is_empty(),
            "{finding}: {said}{error}"
        );
    }
    assert_eq!(
        found(&audit(&sources)),
        found(&before),
        "asking changes nothing"
    );

    // All that `fix` recommends, as one script.
    let script = promtune(["fix", "--as", "kubectl"])
        .args(&sources)
        .run()
        .exits(0)
        .text();
    let answer = paste(&api, &script);
    assert!(
        answer.status.success(),
        "{}\n{script}",
        String::from_utf8_lossy(&answer.stderr)
    );
    roll_out(&api);
    let after = found(&audit(&sources));
    let gone = |line: &str| {
        assert!(
            !after.iter().any(|found| found == line),
            "{line} is still there: {after:#?}"
        )
    };
    for name in [
        "shop/Deployment/checkout/checkout",
        "batch/Deployment/analytics/analytics",
        "shop/Deployment/catalog/catalog",
    ] {
        gone(&format!("requests/memory-request-not-limit {name}"));
    }
    gone("requests/memory-request-not-limit shop/Deployment/wishlist/wishlist");
    gone("requests/memory-limit-missing data/StatefulSet/search/search");
    gone("requests/memory-limit-missing batch/Deployment/scratchpad/scratchpad");
    gone("requests/request-missing batch/Deployment/scratchpad/scratchpad");
    gone("throttling/limit-too-low payments/Deployment/ledger/ledger");
    gone("throttling/tiny-limit shop/Deployment/feature-flags/feature-flags");
    gone("throttling/no-quota data/Deployment/transcoder/transcoder");
    gone("throttling/limit-not-in-manifest dev/Deployment/build-agent/build-agent");
    // The limit is the manifest's now; the two weeks before it still show what a lower one did.
    let changed = "throttling/limit-too-low dev/Deployment/build-agent/build-agent";
    let (told, rest): (Vec<String>, Vec<String>) =
        after.into_iter().partition(|line| line == changed);
    assert_eq!(told, [changed]);
    assert!(rest.contains(&"throttling/bursty shop/Deployment/recommender/recommender".to_owned()));
    let mut stays = found(&before);
    stays.retain(|line| rest.contains(line));
    assert_eq!(
        stays, rest,
        "what was not touched is still found, and nothing new is"
    );
}

#[test]
fn prometheus_rules_are_taken_by_the_api_and_by_promtool() {
    let api = need!(super::world::api());
    let promtools = [need!(Version::V2.promtool()), need!(Version::V3.promtool())];
    let report = promtune(["audit", "--format", "json", "--snapshot"])
        .args([need!(snapshot())])
        .run()
        .json();
    let rules = outputs(&report, "prometheusrule");
    assert!(rules.len() >= 2, "{rules:#?}");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    for (finding, text) in rules {
        let manifest = file("rule.yaml", text);
        let object = api.kubectl(&["apply", "--dry-run=server", "-o", "json", "-f", &manifest]);
        let object: Value = serde_json::from_str(&object).unwrap();
        assert!(
            object["spec"]["groups"][0]["rules"][0]["expr"].is_string(),
            "{finding}: {object}"
        );
        let groups = file(
            "groups.yaml",
            &json!({"groups": object["spec"]["groups"]}).to_string(),
        );
        for promtool in &promtools {
            let output = Command::new(promtool)
                .args(["check", "rules", &groups])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{finding}: {said}\n{text}");
        }
    }
    // All of them in one stream, as `fix` writes it.
    let stream = promtune(["fix", "--as", "prometheusrule", "--snapshot"])
        .args([need!(snapshot())])
        .run()
        .exits(0)
        .text();
    let created = api.kubectl(&[
        "apply",
        "--dry-run=server",
        "-f",
        &file("all.yaml", &stream),
    ]);
    assert_eq!(created.lines().count(), 2, "{created}");
}
