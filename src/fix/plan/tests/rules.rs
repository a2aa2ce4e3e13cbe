use super::*;

fn two_rules() -> Snapshot {
    snapshot_of(vec![
        own_group(
            "one",
            &[
                alert("A", "up == 0", "warning"),
                alert("A", "up == 1", "critical"),
            ],
        ),
        own_group("two", &[alert("B", "up == 2", "warning")]),
    ])
}

#[test]
fn rules_are_patched_with_tests_of_what_they_are() {
    let rule = rule_ref("one", "A", "up == 1");
    let edits = vec![
        Edit::SetRuleField {
            rule: rule.clone(),
            field: RuleField::For,
            value: Some("30m".into()),
        },
        Edit::SetRuleField {
            rule: rule.clone(),
            field: RuleField::KeepFiringFor,
            value: Some("5m".into()),
        },
        Edit::DisableRule {
            rule: rule_ref("one", "A", "up == 0"),
        },
    ];
    let out = lowered(&two_rules(), edits.clone());
    assert_eq!(
        patch_of(&out.texts["kubectl"]),
        json!([
            {"op": "test", "path": "/spec/groups/0/name", "value": "one"},
            {"op": "test", "path": "/spec/groups/0/rules/1/alert", "value": "A"},
            {"op": "test", "path": "/spec/groups/0/rules/1/expr", "value": "up == 1"},
            {"op": "test", "path": "/spec/groups/0/rules/1/labels/severity", "value": "critical"},
            {"op": "replace", "path": "/spec/groups/0/rules/1/for", "value": "30m"},
            {"op": "add", "path": "/spec/groups/0/rules/1/keep_firing_for", "value": "5m"},
            {"op": "test", "path": "/spec/groups/0/name", "value": "one"},
            {"op": "test", "path": "/spec/groups/0/rules/0/alert", "value": "A"},
            {"op": "test", "path": "/spec/groups/0/rules/0/expr", "value": "up == 0"},
            {"op": "test", "path": "/spec/groups/0/rules/0/labels/severity", "value": "warning"},
            {"op": "remove", "path": "/spec/groups/0/rules/0"},
        ])
    );
    let mut live = two_rules();
    live.meta.sources = vec![SourceKind::Prometheus];
    let out = lowered(&live, edits);
    assert!(out.texts["kubectl"].contains("# The object has several groups"));
    assert!(
        !out.texts["kubectl"].contains("/expr"),
        "Prometheus prints another layout than the object has"
    );
}

#[test]
fn rules_that_something_keeps_are_refused() {
    let edit = |group: &str| Edit::DisableRule {
        rule: rule_ref(group, "A", "up == 0"),
    };
    let rules = [
        alert("A", "up == 0", "warning"),
        alert("B", "up == 0", "warning"),
    ];
    let chart = snapshot_of(vec![chart_group("g", "88.5.3", &rules)]);
    assert!(
        lowered(&chart, vec![edit("g")]).refused["kubectl"].contains("next upgrade would undo")
    );
    let mut own = own_group("g", &rules);
    own.object.as_mut().unwrap().namespace = "openshift-monitoring".into();
    assert!(
        lowered(&snapshot_of(vec![own]), vec![edit("g")]).refused["kubectl"].contains("operator")
    );
    let mut file = own_group("g", &rules);
    file.object = None;
    assert!(
        lowered(&snapshot_of(vec![file]), vec![edit("g")]).refused["kubectl"].contains("rule file")
    );
    let lone = snapshot_of(vec![own_group("g", &rules[..1])]);
    assert!(lowered(&lone, vec![edit("g")]).refused["kubectl"].contains("without rules"));
    let keep = Edit::SetRuleField {
        rule: rule_ref("g", "A", "up == 0"),
        field: RuleField::For,
        value: Some("900s".into()),
    };
    let own = snapshot_of(vec![own_group("g", &rules)]);
    assert!(lowered(&own, vec![keep]).refused["kubectl"].contains("already"));
}

fn with_range(min: u64) -> Snapshot {
    let amounts = |mi: u64| Amounts {
        memory: Some(Bytes(mi << 20)),
        ..Amounts::default()
    };
    let mut snapshot = with_workloads(Vec::new());
    snapshot.cluster.as_mut().unwrap().limit_ranges = vec![LimitRange {
        namespace: "shop".into(),
        name: "defaults".into(),
        items: vec![
            LimitRangeItem {
                kind: "Pod".into(),
                max: amounts(4096),
                ..LimitRangeItem::default()
            },
            LimitRangeItem {
                kind: "Container".into(),
                default: amounts(512),
                min: amounts(min),
                ..LimitRangeItem::default()
            },
        ],
    }];
    snapshot
}

#[test]
fn a_limit_range_is_patched_at_its_container_item() {
    let edit = |to: &str| Edit::SetLimitRange {
        namespace: "shop".into(),
        name: "defaults".into(),
        changes: vec![ResourceChange {
            field: ResourceField::RequestsMemory,
            from: None,
            to: Some(to.into()),
        }],
    };
    let out = lowered(&with_range(64), vec![edit("128Mi")]);
    assert_eq!(
        patch_of(&out.texts["kubectl"]),
        json!([
            {"op": "test", "path": "/spec/limits/1/type", "value": "Container"},
            {"op": "test", "path": "/spec/limits/1/defaultRequest", "value": null},
            {"op": "add", "path": "/spec/limits/1/defaultRequest", "value": {"memory": "128Mi"}},
        ])
    );
    assert!(
        lowered(&with_range(256), vec![edit("128Mi")]).refused["kubectl"].contains("min and max")
    );
    assert!(
        lowered(&with_range(64), vec![edit("1Gi")]).refused["kubectl"].contains("above the limit")
    );
}

#[test]
fn other_kinds_of_fixes_say_where_to_look() {
    let snapshot = two_rules();
    let values = Edit::SetChartValues {
        values: [("kubeProxy.enabled".into(), "false".into())].into(),
        reason: "r".into(),
    };
    let out = lowered(&snapshot, vec![values]);
    assert!(out.refused["kubectl"].contains("values output"));
    let out = lowered(
        &snapshot,
        vec![Edit::Instruct {
            steps: vec!["edit kubeadm".into()],
        }],
    );
    assert!(out.texts.is_empty() && out.refused["kubectl"].contains("by hand"));
    let contrary = ["30m", "40m"].map(|value| Edit::SetRuleField {
        rule: rule_ref("two", "B", "up == 2"),
        field: RuleField::For,
        value: Some(value.into()),
    });
    let out = lowered(&snapshot, contrary.to_vec());
    assert!(out.texts.is_empty() && out.refused["kubectl"].contains("contradicts itself"));
}
