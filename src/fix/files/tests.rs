use super::{ChangedFile, apply_fixes, apply_to_documents};
use crate::fix::testing::{
    alert, container, fix, own_group, rule_ref, set_memory, snapshot_of, with_workloads, workload,
};
use crate::fix::{
    ContainerRef, Edit, LowerContext, Refusal, ResourceChange, ResourceField, RuleField,
    SourceText, lower,
};
use crate::model::{Origin, WorkloadRef};

fn file(path: &str, text: &str) -> SourceText {
    SourceText {
        path: path.into(),
        text: text.into(),
    }
}

fn id(kind: &str) -> WorkloadRef {
    workload(kind, "api", Vec::new()).id
}

fn set(kind: &str, field: ResourceField, from: Option<&str>, to: Option<&str>) -> Edit {
    Edit::SetResources {
        container: ContainerRef {
            workload: id(kind),
            container: "app".into(),
            init: false,
        },
        changes: vec![ResourceChange {
            field,
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        }],
    }
}

/// A Deployment whose container `app` ends with these lines, indented by eight spaces.
fn deployment(lines: &str) -> String {
    let lines: String = lines.lines().map(|l| format!("        {l}\n")).collect();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api # ours\n  namespace: shop\nspec:\n  \
         template:\n    spec:\n      containers:\n      - name: app\n{lines}      - name: side\n        image: s:1\n"
    )
}

fn changed(edits: &[Edit], source: &str) -> Result<String, Refusal> {
    let files = apply_to_documents(edits, &[file("a.yaml", source)])?;
    assert!(files.len() <= 1);
    Ok(files
        .into_iter()
        .next()
        .map_or_else(|| source.to_owned(), |c| c.new))
}

/// The memory limit goes from 512Mi to 1Gi in manifests of many styles, and nothing else moves.
#[test]
fn the_authors_style_stays() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsMemory,
        Some("512Mi"),
        Some("1Gi"),
    )];
    for (before, after) in [
        (
            "resources:\n  limits:\n    memory: 512Mi # enough?",
            "resources:\n  limits:\n    memory: 1024Mi # enough?",
        ),
        (
            "resources:\n    limits: {cpu: 1, memory: \"512Mi\"}",
            "resources:\n    limits: {cpu: 1, memory: \"1024Mi\"}",
        ),
        (
            "resources: {limits: {memory: '0.5Gi'}}",
            "resources: {limits: {memory: '1Gi'}}",
        ),
        (
            "resources:\n  limits:\n    memory: 536870912",
            "resources:\n  limits:\n    memory: 1073741824",
        ),
    ] {
        let (before, after) = (deployment(before), deployment(after));
        assert_eq!(changed(&edit, &before).unwrap(), after);
        assert_eq!(
            changed(&edit, &after).unwrap(),
            after,
            "a second run changes nothing"
        );
        let (before, after) = (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        assert_eq!(changed(&edit, &before).unwrap(), after, "CRLF");
        let (before, after) = (before.trim_end(), after.trim_end());
        assert_eq!(
            changed(&edit, before).unwrap(),
            after,
            "no line break at the end"
        );
    }
}

#[test]
fn what_is_missing_is_added_where_it_belongs() {
    let edit = [
        set(
            "Deployment",
            ResourceField::RequestsMemory,
            None,
            Some("1Gi"),
        ),
        set("Deployment", ResourceField::LimitsMemory, None, Some("1Gi")),
    ];
    for before in [
        "image: x",
        "resources: {}",
        "resources:",
        "resources: null",
        "resources:\n  requests:\n    cpu: 100m",
        "resources: # later\n  limits: {}",
        "resources: {requests: {cpu: 1}}",
    ] {
        let new = changed(&edit, &deployment(before)).unwrap();
        let stream = crate::yaml::Stream::parse(&new);
        let value = stream.documents[0].to_value().unwrap();
        let resources = &value["spec"]["template"]["spec"]["containers"][0]["resources"];
        assert_eq!(resources["requests"]["memory"], "1Gi", "{new}");
        assert_eq!(resources["limits"]["memory"], "1Gi", "{new}");
        assert!(
            new.contains("# ours") && new.ends_with("image: s:1\n"),
            "{new}"
        );
        assert_eq!(changed(&edit, &new).unwrap(), new);
    }
}

#[test]
fn a_value_is_removed() {
    let edit = [set(
        "Deployment",
        ResourceField::LimitsCpu,
        Some("500m"),
        None,
    )];
    let before = deployment("resources:\n  limits:\n    cpu: 0.5\n    memory: 1Gi");
    assert_eq!(
        changed(&edit, &before).unwrap(),
        deployment("resources:\n  limits:\n    memory: 1Gi")
    );
}

#[test]
fn the_right_object_is_found() {
    let app = "containers: [{name: app, resources: {limits: {memory: 512Mi}}}]";
    let edit = |kind| {
        [set(
            kind,
            ResourceField::LimitsMemory,
            Some("512Mi"),
            Some("1Gi"),
        )]
    };
    for (kind, text) in [
        (
            "CronJob",
            format!(
                "kind: CronJob\nmetadata: {{name: api}}\nspec: {{jobTemplate: {{spec: {{template: {{spec: {{{app}}}}}}}}}}}\n"
            ),
        ),
        (
            "Pod",
            format!("kind: Pod\nmetadata: {{name: api, namespace: shop}}\nspec: {{{app}}}\n"),
        ),
        (
            "Rollout",
            format!(
                "kind: Rollout\nmetadata: {{name: api}}\nspec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
        (
            "Deployment",
            format!(
                "kind: List\nitems:\n- kind: Service\n  metadata: {{name: api}}\n- kind: Deployment\n  metadata: {{name: api}}\n  spec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
        (
            "StatefulSet",
            format!(
                "# one\nkind: Service\nmetadata: {{name: api}}\n---\n# two\nkind: StatefulSet\nmetadata: {{name: api}}\nspec: {{template: {{spec: {{{app}}}}}}}\n---\nbroken: [\n"
            ),
        ),
        (
            "DaemonSet",
            format!(
                "kind: DaemonSet\nmetadata: {{name: api, namespace: shop}}\nspec: {{template: {{spec: {{{app}}}}}}}\n---\nkind: DaemonSet\nmetadata: {{name: api, namespace: other}}\nspec: {{template: {{spec: {{{app}}}}}}}\n"
            ),
        ),
    ] {
        let new = changed(&edit(kind), &text).unwrap();
        assert_eq!(new, text.replacen("512Mi", "1024Mi", 1), "{kind}");
    }
    let mut init = set("Deployment", ResourceField::LimitsMemory, None, Some("1Gi"));
    if let Edit::SetResources { container, .. } = &mut init {
        container.init = true;
    }
    let text = "kind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: app\n      containers:\n      - name: app\n";
    let new = changed(&[init], text).unwrap();
    assert!(new.contains("initContainers:\n      - name: app\n        resources:\n          limits:\n            memory: 1Gi\n      containers:\n      - name: app\n"), "{new}");
}

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

const RULES: &str = "groups:
- name: one
  interval: 1m
  rules:
  # the api is gone
  - alert: Down
    expr: |
      up{job=\"api\"}   # why
        == 0
    for: 5m
    labels: {severity: 'critical'}
  - alert: Down
    expr: up{job=\"api\"} == 1
- name: two
  rules:
  - record: a:b
    expr: sum(a) by (b)
";

fn rule(name: &str, expr: &str) -> crate::fix::RuleRef {
    rule_ref(if name == "Down" { "one" } else { "two" }, name, expr)
}

#[test]
fn rules_are_edited_where_they_stand() {
    let down = rule("Down", "up{job=\"api\"} == 0");
    let field = |field, value: Option<&str>| Edit::SetRuleField {
        rule: down.clone(),
        field,
        value: value.map(str::to_owned),
    };
    let edits = [
        field(RuleField::For, Some("15m")),
        field(RuleField::KeepFiringFor, Some("10m")),
        field(RuleField::Label("severity".into()), Some("warning")),
        field(
            RuleField::Annotation("runbook_url".into()),
            Some("https://runbooks/x#y: z"),
        ),
        Edit::ReplaceExpr {
            rule: down.clone(),
            expr: "up{job=\"api\"} == 0\n  and on () vector(1)".into(),
        },
        Edit::DisableRule {
            rule: rule("a:b", "sum by (b) (a)"),
        },
    ];
    let new = changed(&edits, RULES).unwrap();
    let value = crate::yaml::Stream::parse(&new).documents[0]
        .to_value()
        .unwrap();
    let rule = &value["groups"][0]["rules"][0];
    assert_eq!(rule["for"], "15m");
    assert_eq!(rule["keep_firing_for"], "10m");
    assert_eq!(rule["labels"]["severity"], "warning");
    assert_eq!(
        rule["annotations"]["runbook_url"],
        "https://runbooks/x#y: z"
    );
    assert_eq!(
        rule["expr"].as_str().unwrap().trim_end(),
        "up{job=\"api\"} == 0\n  and on () vector(1)"
    );
    assert_eq!(
        value["groups"].as_array().unwrap().len(),
        1,
        "the group without rules is gone: {new}"
    );
    assert!(
        new.contains("# the api is gone") && new.contains("'warning'"),
        "{new}"
    );
    assert!(
        new.contains("  - alert: Down\n    expr: up{job=\"api\"} == 1\n"),
        "{new}"
    );
    let again = changed(&[edits[4].clone()], &new).unwrap();
    assert_eq!(again, new);
}

#[test]
fn rules_in_objects_and_values_are_found() {
    let indented = |by: usize| {
        RULES
            .replace("groups:\n", "")
            .lines()
            .map(|l| format!("{}{l}\n", " ".repeat(by)))
            .collect::<String>()
    };
    let object = format!(
        "kind: PrometheusRule\nmetadata: {{name: x}}\nspec:\n  groups:\n{}",
        indented(2)
    );
    let values = format!(
        "additionalPrometheusRulesMap:\n  mine:\n    groups:\n{}",
        indented(4)
    );
    let edit = [Edit::SetRuleField {
        rule: rule("Down", "up{job=\"api\"}==0"),
        field: RuleField::For,
        value: Some("15m".into()),
    }];
    for text in [object, values] {
        assert_eq!(
            changed(&edit, &text).unwrap(),
            text.replace("for: 5m", "for: 15m")
        );
    }
}

#[test]
fn rules_that_are_not_sure_are_refused() {
    let hold = |rule, value: &str| {
        [Edit::SetRuleField {
            rule,
            field: RuleField::For,
            value: Some(value.into()),
        }]
    };
    let down = || rule("Down", "up{job=\"api\"} == 0");
    for (edits, because) in [
        (hold(rule("Down", "up == 7"), "1m"), "not in the files"),
        (hold(down(), "soon"), "not a duration"),
        (hold(rule("a:b", "sum by (b) (a)"), "1m"), "recording rule"),
    ] {
        let refused = changed(&edits, RULES).unwrap_err();
        assert!(refused.because.contains(because), "{because}: {refused}");
    }
    let both = [file("x.yaml", RULES), file("y.yaml", RULES)];
    assert!(
        apply_to_documents(&hold(down(), "1m"), &both)
            .unwrap_err()
            .because
            .contains("stands 2 times")
    );
    let mut named = down();
    named.file = "y.yaml".into();
    assert_eq!(
        apply_to_documents(&hold(named, "1m"), &both).unwrap()[0].path,
        "y.yaml"
    );
}

#[test]
fn a_limit_range_is_edited() {
    let text = "kind: LimitRange\nmetadata: {name: defaults, namespace: shop}\nspec:\n  limits:\n  - type: Pod\n  - type: Container\n    default:\n      memory: 512Mi\n";
    let edit = [Edit::SetLimitRange {
        namespace: "shop".into(),
        name: "defaults".into(),
        changes: vec![ResourceChange {
            field: ResourceField::RequestsMemory,
            from: None,
            to: Some("128Mi".into()),
        }],
    }];
    let new = changed(&edit, text).unwrap();
    assert_eq!(
        new,
        format!("{text}    defaultRequest:\n      memory: 128Mi\n")
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

#[test]
fn the_diff_of_a_live_rule_finds_the_file() {
    let snapshot = snapshot_of(vec![own_group(
        "one",
        &[alert("Down", "up{job=\"api\"} == 0", "critical")],
    )]);
    let edit = Edit::SetRuleField {
        rule: rule("Down", "up{job=\"api\"} == 0"),
        field: RuleField::For,
        value: Some("15m".into()),
    };
    let source = [file("./rules/a.yaml", RULES)];
    let out = lower(&fix(vec![edit]), &LowerContext::new(&snapshot, &source));
    assert_eq!(
        out.texts["diff"]
            .lines()
            .filter(|l| l.starts_with(['+', '-']))
            .collect::<Vec<_>>(),
        [
            "--- a/rules/a.yaml",
            "+++ b/rules/a.yaml",
            "-    for: 5m",
            "+    for: 15m"
        ]
    );
    let out = lower(
        &fix(vec![set_memory(&id("Deployment"), "app", None)]),
        &LowerContext::new(&snapshot, &[]),
    );
    assert!(out.refused["diff"].contains("no files"));
}
