//! Broken, odd and hostile input.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files it reads"
)]

use super::*;

#[test]
fn one_bad_object_is_one_gap() {
    let all = read(
        r#"{"kind": "List", "apiVersion": "v1", "items": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "s"}, "spec": {"template": {"spec": {"containers": "hunter2"}}}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "b", "namespace": "s"}, "spec": {"template": {"spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": "1 Gi"}}}]}}}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "s"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "c"}, "spec": {"replicas": 99999999999999999999999}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"replicas": -1}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": [1], "spec": 7},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "e", "namespace": null, "labels": null, "annotations": {"promtune.dev/x": null}, "ownerReferences": null, "creationTimestamp": null},
          "spec": {"replicas": null, "template": {"metadata": null, "spec": {"containers": [null, {"name": "app", "args": null, "resources": null}], "initContainers": null, "tolerations": null}}}, "status": null},
        {"apiVersion": 5, "kind": ["Deployment"]}, null, 3, "text", [] ]}"#,
    );
    let names: Vec<&str> = all
        .cluster
        .workloads
        .iter()
        .map(|w| w.id.name.as_str())
        .collect();
    assert_eq!(names, ["e"]);
    let gaps = gaps(&all);
    assert_eq!(gaps.len(), 7, "{gaps:#?}");
    assert!(gaps[0].contains("5 list items"), "{}", gaps[0]);
    assert!(gaps.iter().any(|g| g.contains("[s/a in -]")), "{gaps:#?}");
    assert!(
        gaps.iter().any(
            |g| g.contains("container app: limits.memory: `1 Gi` is not a Kubernetes quantity")
        )
    );
    assert!(!format!("{all:?}").contains("hunter2"));
}

#[test]
fn hostile_documents_cost_only_themselves() {
    let deep_json = format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p","x":{}{}}}}} {{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"n"}}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let all = read(&deep_json);
    assert_eq!(
        (all.cluster.workloads.len(), all.cluster.namespaces.len()),
        (1, 1)
    );
    let deep_yaml = format!(
        "a: {}\n---\n{{kind: Namespace, apiVersion: v1, metadata: {{name: n}}}}\n",
        "[".repeat(10_000)
    );
    let all = read(&deep_yaml);
    assert_eq!((all.cluster.namespaces.len(), all.gaps.len()), (1, 1));
    let level = |(name, next): (&str, &str)| {
        let alias = format!("*{name}");
        format!("{next}: &{next} [{}]\n", [alias.as_str(); 9].join(", "))
    };
    let levels = [
        ("a", "b"),
        ("b", "c"),
        ("c", "d"),
        ("d", "e"),
        ("e", "f"),
        ("f", "g"),
        ("g", "h"),
    ];
    let bomb = format!(
        "a: &a [x, x, x, x, x, x, x, x, x]\n{}",
        levels.map(level).concat()
    );
    let all = read(&bomb);
    assert_eq!(all.gaps.len(), 1, "{:?}", gaps(&all));
}

#[test]
fn a_broken_document_is_a_gap_with_its_line() {
    let all = read(
        "kind: Namespace\napiVersion: v1\nmetadata: {name: a}\n---\nx: [1\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: b}\n---\nkind: Deployment\nspec: {{ .Values.x }}\n",
    );
    assert_eq!(all.cluster.namespaces.len(), 2);
    let gaps = gaps(&all);
    assert_eq!(gaps.len(), 2, "{gaps:#?}");
    assert!(
        gaps[0].contains("document 1, line 5") || gaps[0].contains("document 1, line 6"),
        "{}",
        gaps[0]
    );
    assert!(gaps[1].contains("helm template"), "{}", gaps[1]);
    let cut = LIVE.find("\"lone\"").unwrap();
    let all = read(&LIVE[..cut]);
    assert_eq!(all.cluster.pods.len(), 2);
    assert!(
        all.gaps[0].because.contains("ends in the middle"),
        "{:?}",
        all.gaps
    );
    let all = read("{\"kind\": \"List\", \"items\": [}]");
    assert!(all.gaps[0].part.contains("line 1"), "{:?}", all.gaps);
}

#[test]
fn lists_of_other_shapes() {
    let one = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}"#;
    for text in [
        format!("[{one}]"),
        format!("{one}\n{one}"),
        format!("\u{feff}{one}"),
        r#"{"apiVersion": "v1", "kind": "NamespaceList", "items": [{"metadata": {"name": "n"}}]}"#.to_owned(),
        "apiVersion: v1\nkind: NamespaceList\nitems:\n- metadata: {name: n}\n".to_owned(),
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: n}\nkind: List\n".to_owned(),
    ] {
        let all = read(&text);
        assert_eq!(all.cluster.namespaces.len(), 1, "{text}");
        assert_eq!(gaps(&all), [""; 0], "{text}");
    }
    let all = read(
        r#"{"apiVersion": "v1", "items": [{"metadata": {"name": "n"}}], "kind": "NamespaceList"}"#,
    );
    assert!(
        all.gaps[0].because.contains("do not state their kind"),
        "{:?}",
        all.gaps
    );
    assert!(read(r#"{"apiVersion": "v1", "kind": "List", "items": null}"#).is_useless());
    assert!(
        read("replicaCount: 2\n").gaps[0]
            .because
            .contains("holds no Kubernetes object")
    );
}

#[test]
fn folders_are_read_in_order_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("sub/.git")).unwrap();
    let namespace =
        |name: &str| format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
    std::fs::write(root.join("b.yml"), namespace("b")).unwrap();
    std::fs::write(root.join("sub/a.YAML"), namespace("a")).unwrap();
    std::fs::write(root.join("sub/.git/no.yaml"), namespace("no")).unwrap();
    std::fs::write(root.join("notes.txt"), namespace("no")).unwrap();
    std::fs::write(root.join("utf16.json"), [0xff, 0xfe, b'{', 0]).unwrap();
    std::fs::write(root.join("latin.yaml"), b"a: \xe9\n").unwrap();
    let missing = root.join("missing.yaml");
    let all = read_dump(&[root.to_owned(), missing.clone(), root.join("b.yml")]).unwrap();
    let names: Vec<&str> = all.cluster.namespaces.iter().map(|n| &*n.name).collect();
    assert_eq!(names, ["a", "b"]);
    let gaps = gaps(&all);
    assert_eq!(gaps.len(), 3, "{gaps:#?}");
    assert!(
        gaps.iter().any(|g| g.contains("UTF-16"))
            && gaps.iter().any(|g| g.contains("no such file"))
    );
    let nothing = read_dump(&[missing]).unwrap_err().to_string();
    assert!(nothing.contains("missing.yaml: no such file"), "{nothing}");
    std::fs::create_dir(root.join("empty")).unwrap();
    assert!(read_dump(&[root.join("empty")]).is_err());
}

#[test]
fn the_order_of_objects_never_shows() {
    let documents = [
        "{apiVersion: v1, kind: Namespace, metadata: {name: b}}",
        "{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: x, namespace: s, uid: '1'}}",
        "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: o, namespace: s}, spec: {scaleTargetRef: {name: q}}}",
        "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: o, namespace: s}, spec: {maxReplicas: 2, scaleTargetRef: {name: q}}}",
        "{apiVersion: v1, kind: Node, metadata: {name: n}}",
    ];
    let forward = read(&documents.join("\n---\n"));
    let backward: Vec<&str> = documents.iter().rev().copied().collect();
    assert_eq!(read(&backward.join("\n---\n")), forward);
    let twice = [documents, documents].concat();
    assert_eq!(read(&twice.join("\n---\n")), forward);
}
