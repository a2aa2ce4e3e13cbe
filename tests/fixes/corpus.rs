//! Public manifests.

use promtune::fix::{
    ContainerRef, Edit, ResourceChange, ResourceField, SourceText, apply_to_documents,
};
use promtune::model::WorkloadRef;
use promtune::yaml::Stream;
use serde_json::Value;

use super::support::{corpus, files};

const KINDS: [&str; 7] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "Pod",
];

fn pod_spec(object: &Value) -> &Value {
    match object["kind"].as_str() {
        Some("Pod") => &object["spec"],
        Some("CronJob") => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => &object["spec"]["template"]["spec"],
    }
}

/// Every container of every workload in a text: reference, memory request as written.
fn containers(text: &str) -> Vec<(ContainerRef, Option<String>)> {
    let mut out = Vec::new();
    for document in Stream::parse(text)
        .documents
        .iter()
        .filter(|d| d.faults.is_empty())
    {
        let Ok(object) = document.to_value() else {
            continue;
        };
        let kind = object["kind"].as_str().unwrap_or_default();
        if !KINDS.contains(&kind) {
            continue;
        }
        let field = |name: &str| {
            object["metadata"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let id = WorkloadRef {
            namespace: field("namespace"),
            kind: kind.into(),
            name: field("name"),
        };
        for (list, init) in [("containers", false), ("initContainers", true)] {
            for container in pod_spec(&object)[list].as_array().into_iter().flatten() {
                let now = &container["resources"]["requests"]["memory"];
                let now = now
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| now.as_u64().map(|n| n.to_string()));
                out.push((
                    ContainerRef {
                        workload: id.clone(),
                        container: container["name"].as_str().unwrap_or_default().to_owned(),
                        init,
                    },
                    now,
                ));
            }
        }
    }
    out
}

#[test]
fn every_container_of_the_corpus_can_be_given_a_memory_request() {
    let Some(corpus) = corpus() else { return };
    let (mut edited, mut refused) = (0, Vec::new());
    for path in files(&corpus.join("manifests"), &[".yaml", ".yml"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path
            .strip_prefix(&corpus)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let source = [SourceText {
            path: path.clone(),
            text: text.clone(),
        }];
        for (container, from) in containers(&text) {
            let change = ResourceChange {
                field: ResourceField::RequestsMemory,
                from,
                to: Some("3Mi".into()),
            };
            let edit = Edit::SetResources {
                container: container.clone(),
                changes: vec![change],
            };
            match apply_to_documents(&[edit], &source) {
                Ok(files) => {
                    assert_eq!(files.len(), 1, "{path} {container:?}");
                    let now = containers(&files[0].new);
                    let found = now.iter().find(|(c, _)| *c == container).unwrap();
                    assert!(
                        ["3Mi", "3072Ki", "3145728"].contains(&found.1.as_deref().unwrap()),
                        "{path}: {found:?}"
                    );
                    edited += 1;
                }
                Err(refusal) => refused.push(format!("{path} {}: {refusal}", container.container)),
            }
        }
    }
    assert!(edited > 400, "only {edited} edited; refused: {refused:#?}");
    assert!(
        refused.len() * 20 < edited,
        "{} refused: {refused:#?}",
        refused.len()
    );
}
