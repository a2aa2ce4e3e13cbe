use super::*;

#[test]
fn an_alert_is_turned_off_by_its_name() {
    let snapshot = snapshot_of(vec![group("88.5.3")]);
    let out = lowered(&snapshot, vec![disable("Solo", "up == 0")]);
    assert_eq!(
        read(&out),
        json!({"defaultRules": {"disabled": {"Solo": true}}})
    );
    let out = lowered(
        &snapshot,
        vec![disable("Pair", "up == 0"), disable("Pair", "up == 1")],
    );
    assert_eq!(
        read(&out),
        json!({"defaultRules": {"disabled": {"Pair": true}}})
    );
    assert!(out.refused["prometheusrule"].contains("takes no rule out"));
}

#[test]
fn a_namesake_that_stays_is_added_again() {
    let out = lowered(
        &snapshot_of(vec![group("88.5.3")]),
        vec![disable("Pair", "up == 0")],
    );
    let values = read(&out);
    let groups = &values["additionalPrometheusRulesMap"]["promtune-pair"]["groups"];
    assert_eq!(groups[0]["name"], "g.tuned");
    assert_eq!(groups[0]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(groups[0]["rules"][0]["expr"], "up == 1");
    assert_eq!(groups[0]["rules"][0]["labels"]["severity"], "critical");
    assert_eq!(
        groups[0]["rules"][0]["annotations"]["summary"],
        "{{ $labels.pod }} is down"
    );
}

#[test]
fn times_and_severities_of_a_lone_alert_are_custom_rules() {
    let snapshot = snapshot_of(vec![group("88.5.3")]);
    let out = lowered(
        &snapshot,
        vec![
            field("Solo", RuleField::For, "30m"),
            field("Solo", RuleField::Label("severity".into()), "info"),
        ],
    );
    assert_eq!(
        read(&out),
        json!({"customRules": {"Solo": {"for": "30m", "severity": "info"}}})
    );
    assert!(out.texts["values"].contains("Needs chart 56.9.0"));
    let old = lowered(
        &snapshot_of(vec![group("56.8.0")]),
        vec![field("Solo", RuleField::For, "30m")],
    );
    assert_eq!(read(&old)["defaultRules"]["disabled"]["Solo"], json!(true));
    let mut at_once = group("88.5.3");
    at_once.rules[0].hold = None;
    let out = lowered(
        &snapshot_of(vec![at_once]),
        vec![field("Solo", RuleField::For, "30m")],
    );
    assert_eq!(
        read(&out)["customRules"],
        Value::Null,
        "the template has no `for` to change"
    );
    assert_eq!(
        read(&out)["additionalPrometheusRulesMap"]["promtune-solo"]["groups"][0]["rules"][0]["for"],
        "30m"
    );
}

#[test]
fn anything_else_is_a_full_copy_with_its_origin() {
    let edits = vec![
        Edit::ReplaceExpr {
            rule: rule_ref("g", "Solo", "up == 0"),
            expr: "up{job=\"x\"} == 0\n  or up == 7".into(),
        },
        field("Solo", RuleField::KeepFiringFor, "15m"),
    ];
    let out = lowered(&snapshot_of(vec![group("88.5.3")]), edits);
    let rule =
        &read(&out)["additionalPrometheusRulesMap"]["promtune-solo"]["groups"][0]["rules"][0];
    assert_eq!(rule["alert"], "Solo");
    assert_eq!(rule["expr"], "up{job=\"x\"} == 0\n  or up == 7");
    assert_eq!(rule["keep_firing_for"], "15m");
    assert_eq!(
        rule["annotations"]["promtune_why"],
        "do what the evidence says"
    );
    assert!(
        rule["annotations"]["promtune_replaces_expr"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    let object = document(&out.texts["prometheusrule"]);
    assert_eq!(
        object["metadata"],
        json!({"name": "promtune-solo", "namespace": "monitoring", "labels": {"release": "kps", "app": "x"}})
    );
    assert_eq!(&object["spec"]["groups"][0]["rules"][0], rule);
    assert!(
        out.texts["prometheusrule"]
            .starts_with("# Replaces Solo of the group g: set defaultRules.disabled.Solo: true")
    );
}

#[test]
fn a_reason_never_becomes_a_template() {
    let mut fix = fix(vec![field("Solo", RuleField::KeepFiringFor, "15m")]);
    fix.title = "look: {{ query \"secret\" }}\nx: y".into();
    let snapshot = snapshot_of(vec![group("88.5.3")]);
    let out = lower(&fix, &LowerContext::new(&snapshot, &[]));
    let rule =
        &read(&out)["additionalPrometheusRulesMap"]["promtune-solo"]["groups"][0]["rules"][0];
    assert_eq!(
        rule["annotations"]["promtune_why"],
        "look: { { query \"secret\" }} x: y"
    );
}

#[test]
fn old_charts_are_refused_where_they_cannot() {
    for (version, name, because) in [
        ("26.1.0", "Solo", "only from 26.2.0"),
        ("28.0.0", "Pair", "only the first of the 2 alerts"),
    ] {
        let out = lowered(
            &snapshot_of(vec![group(version)]),
            vec![disable(name, "up == 0")],
        );
        assert!(out.refused["values"].contains(because), "{out:#?}");
    }
}

#[test]
fn the_rest_of_a_guarded_group_is_added_again() {
    let rules = [
        alert("KubeProxyDown", "absent(up)", "critical"),
        alert("KubeProxyInstanceUnreachable", "up == 0", "warning"),
    ];
    let edit = || {
        vec![Edit::DisableRule {
            rule: rule_ref(
                "kubernetes-system-kube-proxy",
                "KubeProxyDown",
                "absent(up)",
            ),
        }]
    };
    let at = |version: &str| {
        lowered(
            &snapshot_of(vec![chart_group(
                "kubernetes-system-kube-proxy",
                version,
                &rules,
            )]),
            edit(),
        )
    };
    let values = read(&at("85.1.3"));
    let map = &values["additionalPrometheusRulesMap"]["promtune-kubeproxydown"];
    assert_eq!(
        map["groups"][0]["rules"][0]["alert"],
        "KubeProxyInstanceUnreachable"
    );
    assert_eq!(map["groups"][0]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(
        read(&at("85.1.2")),
        json!({"defaultRules": {"disabled": {"KubeProxyDown": true}}})
    );
    assert!(at("unknown").refused["values"].contains("which is not known"));
}

#[test]
fn rules_that_the_chart_does_not_render_are_refused() {
    let mut added = group("88.5.3");
    added.object.as_mut().unwrap().name = "kps-kube-prometheus-stack-extra".into();
    let snapshot = snapshot_of(vec![chart_group("other", "88.5.3", &[]), added]);
    let out = lowered(&snapshot, vec![disable("Solo", "up == 0")]);
    assert!(
        out.refused["values"].contains("additionalPrometheusRulesMap"),
        "{out:#?}"
    );
    let snapshot = snapshot_of(vec![
        chart_group("other", "88.5.3", &[]),
        own_group("g", &[alert("Solo", "up == 0", "x")]),
    ]);
    assert!(
        lowered(&snapshot, vec![disable("Solo", "up == 0")]).refused["values"]
            .contains("not a default rule")
    );
}
