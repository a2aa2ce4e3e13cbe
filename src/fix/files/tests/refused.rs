use super::*;

#[test]
fn what_cannot_be_proved_is_refused_with_the_reason() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsMemory,
        Some("512Mi"),
        Some("1Gi"),
    )];
    let template =
        "kind: Deployment\nmetadata:\n  name: api\nspec:\n  replicas: {{ .Values.replicas }}\n";
    let alias = "kind: Deployment\nmetadata: {name: api}\nx: &r {limits: {memory: 512Mi}}\nspec: {template: {spec: {containers: [{name: app, resources: *r}]}}}\n";
    let merged = "kind: Deployment\nmetadata: {name: api}\nx: &r {limits: {memory: 512Mi}}\nspec: {template: {spec: {containers: [{name: app, resources: {<<: *r}}]}}}\n";
    for (path, text, because) in [
        (
            "charts/api/templates/deployment.yaml",
            template,
            "templates are never edited",
        ),
        ("a.yaml", alias, "alias"),
        ("a.yaml", merged, "merge key"),
        (
            "a.yaml",
            "kind: Deployment\nmetadata: {name: other}\n",
            "not in the files",
        ),
        (
            "a.yaml",
            &deployment("resources: {limits: {memory: 2Gi}}"),
            "line 11 says 2Gi where the cluster has 512Mi",
        ),
        (
            "a.yaml",
            &deployment("resources: {requests: {memory: 2Gi}}"),
            "above the limit",
        ),
    ] {
        let refused = apply_to_documents(&edit, &[file(path, text)]).unwrap_err();
        assert!(refused.because.contains(because), "{because}: {refused}");
    }
    let refused = apply_to_documents(&edit, &[]).unwrap_err();
    assert!(refused.because.contains("no files"), "{refused}");
}

#[test]
fn shared_and_repeated_manifests_are_not_guessed_at() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsMemory,
        Some("512Mi"),
        Some("1Gi"),
    )];
    let text = deployment("resources: {limits: {memory: 512Mi}}");
    let overlay = file(
        "k8s/overlays/prod/kustomization.yaml",
        "kind: Kustomization\nresources: [../../base, x.yaml]\n",
    );
    let own = file("k8s/base/kustomization.yaml", "resources:\n- api.yaml\n");
    let base = file("k8s/base/api.yaml", &text);
    let refused = apply_to_documents(&edit, &[overlay, own.clone(), base.clone()]).unwrap_err();
    assert!(
        refused
            .because
            .contains("base of k8s/overlays/prod/kustomization.yaml"),
        "{refused}"
    );
    assert_eq!(
        apply_to_documents(&edit, &[own, base.clone()])
            .unwrap()
            .len(),
        1
    );
    let both = [file("dev.yaml", &text), file("prod.yaml", &text)];
    let refused = apply_to_documents(&edit, &both).unwrap_err();
    assert!(
        refused.because.contains("dev.yaml and prod.yaml"),
        "{refused}"
    );
    let mut known = workload("Deployment", "api", vec![container("app", None, Some(512))]);
    known.origin = Origin::File {
        path: "prod.yaml".into(),
        document: 0,
    };
    let snapshot = with_workloads(vec![known]);
    let out = lower(&fix(edit.to_vec()), &LowerContext::new(&snapshot, &both));
    assert!(
        out.texts["diff"].starts_with("--- a/prod.yaml\n+++ b/prod.yaml\n"),
        "{out:#?}"
    );
}

#[test]
fn several_fixes_are_written_together_and_the_rest_is_told() {
    let memory = |to| fix(vec![set_memory(&id("Deployment"), "app", to)]);
    let mut side = fix(vec![set_memory(&id("Deployment"), "side", Some("64Mi"))]);
    side.title = "side".into();
    let mut gone = fix(vec![set_memory(&id("Deployment"), "gone", Some("64Mi"))]);
    gone.title = "gone".into();
    let mut other = memory(Some("2Gi"));
    other.title = "other".into();
    let source = [file("a.yaml", &deployment("image: x"))];
    let applied = apply_fixes(&[memory(Some("1Gi")), side, other, gone], &source);
    assert_eq!(applied.applied.len(), 2);
    assert!(!applied.is_complete());
    let refused: Vec<(&str, &str)> = applied
        .refused
        .iter()
        .map(|(t, b)| (t.as_str(), b.as_str()))
        .collect();
    assert!(
        matches!(refused.as_slice(), [("other", a), ("gone", b)] if a.contains("is set to 1Gi and to 2Gi") && b.contains("injected")),
        "{refused:?}"
    );
    let [ChangedFile { new, .. }] = applied.files.as_slice() else {
        panic!("{applied:?}")
    };
    assert!(
        new.contains("memory: 1Gi") && new.contains("memory: 64Mi"),
        "{new}"
    );
}
