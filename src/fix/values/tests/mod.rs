mod alerts;

use serde_json::{Value, json};

use crate::fix::testing::{
    alert, chart_group, container, fix, labels, own_group, rule_ref, set_memory, snapshot_of,
    with_workloads, workload,
};
use crate::fix::{
    ChartRelease, Edit, LowerContext, Lowered, RuleField, Together, lower, lower_together,
};
use crate::model::{RuleGroup, Snapshot};
use crate::yaml::Stream;

pub(super) fn lowered(snapshot: &Snapshot, edits: Vec<Edit>) -> Lowered {
    lower(&fix(edits), &LowerContext::new(snapshot, &[]))
}

pub(super) fn document(text: &str) -> Value {
    Stream::parse(text).documents[0].to_value().unwrap()
}

pub(super) fn read(out: &Lowered) -> Value {
    document(
        out.texts
            .get("values")
            .unwrap_or_else(|| panic!("{:#?}", out.refused)),
    )
}

pub(super) fn field(name: &str, field: RuleField, value: &str) -> Edit {
    Edit::SetRuleField {
        rule: rule_ref("g", name, "up == 0"),
        field,
        value: Some(value.into()),
    }
}

pub(super) fn group(version: &str) -> RuleGroup {
    chart_group(
        "g",
        version,
        &[
            alert("Solo", "up == 0", "warning"),
            alert("Pair", "up == 0", "warning"),
            alert("Pair", "up == 1", "critical"),
        ],
    )
}

pub(super) fn disable(name: &str, expr: &str) -> Edit {
    Edit::DisableRule {
        rule: rule_ref("g", name, expr),
    }
}

#[test]
fn a_component_is_turned_off_with_the_reason_above_it() {
    let edit = Edit::SetChartValues {
        values: [("kubeScheduler.enabled".into(), "false".into())].into(),
        reason: "EKS runs the scheduler itself.\nkubeProxy: {enabled: false}".into(),
    };
    let out = lowered(&snapshot_of(vec![group("88.5.3")]), vec![edit]);
    assert_eq!(
        out.texts["values"],
        "# Values for kube-prometheus-stack, release kps in monitoring, chart 88.5.3.\n\
         # EKS runs the scheduler itself. kubeProxy: {enabled: false}\n\
         kubeScheduler:\n  enabled: false\n"
    );
}

#[test]
fn values_of_a_subchart_stand_under_its_key() {
    let snapshot = snapshot_of(vec![group("99.0.0")]);
    let chart = ChartRelease::detect(&snapshot).map(|c| ChartRelease {
        wrapping_key: Some("kube-prometheus-stack".into()),
        ..c
    });
    let cx = LowerContext::new(&snapshot, &[]).with_chart(chart);
    let out = lower(&fix(vec![field("Pair", RuleField::For, "1h")]), &cx);
    assert_eq!(
        read(&out)["kube-prometheus-stack"]["defaultRules"]["disabled"]["Pair"],
        json!(true)
    );
    assert!(out.texts["values"].contains("88.5.3 is the newest"));
}

#[test]
fn faulty_values_are_refused() {
    let snapshot = snapshot_of(vec![group("88.5.3")]);
    for values in [
        vec![("a.b", "nope")],
        vec![("a..b", "1")],
        vec![("a", "1"), ("a.b", "1")],
        vec![("a.b", "1"), ("a", "1")],
    ] {
        let edits = values.iter().map(|(path, value)| Edit::SetChartValues {
            values: [((*path).to_owned(), (*value).to_owned())].into(),
            reason: "r".into(),
        });
        let out = lowered(&snapshot, edits.collect());
        assert!(out.refused.contains_key("values"), "{values:?}");
    }
}

#[test]
fn resources_of_the_charts_own_workloads_are_values() {
    for (kind, name, app, container_name, path) in [
        (
            "DaemonSet",
            "kps-prometheus-node-exporter",
            "prometheus-node-exporter",
            "node-exporter",
            "/prometheus-node-exporter/resources",
        ),
        (
            "Deployment",
            "kps-grafana",
            "grafana",
            "grafana-sc-dashboard",
            "/grafana/sidecar/resources",
        ),
        (
            "Deployment",
            "kps-kube-prometheus-stack-operator",
            "kube-prometheus-stack-operator",
            "kube-prometheus-stack",
            "/prometheusOperator/resources",
        ),
        (
            "StatefulSet",
            "prometheus-kps-kube-prometheus-stack-prometheus",
            "prometheus",
            "prometheus",
            "/prometheus/prometheusSpec/resources",
        ),
        (
            "StatefulSet",
            "alertmanager-kps-kube-prometheus-stack-alertmanager",
            "alertmanager",
            "config-reloader",
            "/prometheusOperator/prometheusConfigReloader/resources",
        ),
    ] {
        let mut own = workload(
            kind,
            name,
            vec![container(container_name, Some(64), Some(512))],
        );
        own.id.namespace = "monitoring".into();
        own.labels = labels(&[
            ("app.kubernetes.io/name", app),
            ("app.kubernetes.io/instance", "kps"),
        ]);
        let edit = set_memory(&own.id, container_name, Some("256Mi"));
        let mut snapshot = with_workloads(vec![own.clone()]);
        snapshot.rules = vec![group("88.5.3")];
        let values = read(&lowered(&snapshot, vec![edit.clone()]));
        assert_eq!(
            values.pointer(path),
            Some(&json!({"requests": {"memory": "256Mi"}})),
            "{name}"
        );
        own.annotations = labels(&[("meta.helm.sh/release-name", "other")]);
        let mut snapshot = with_workloads(vec![own]);
        snapshot.rules = vec![group("88.5.3")];
        assert!(
            lowered(&snapshot, vec![edit]).refused["values"].contains("not rendered"),
            "{name}"
        );
    }
}

#[test]
fn many_fixes_are_one_file() {
    let snapshot = snapshot_of(vec![group("88.5.3")]);
    let cx = LowerContext::new(&snapshot, &[]);
    let titled = |title: &str, edits| crate::fix::Fix {
        title: title.into(),
        ..fix(edits)
    };
    let fixes = [
        titled("hold solo", vec![field("Solo", RuleField::For, "30m")]),
        titled("hold solo less", vec![field("Solo", RuleField::For, "20m")]),
        titled("pair off", vec![disable("Pair", "up == 0")]),
        titled(
            "critical pair waits",
            vec![Edit::SetRuleField {
                rule: rule_ref("g", "Pair", "up == 1"),
                field: RuleField::For,
                value: Some("1h".into()),
            }],
        ),
        titled(
            "by hand",
            vec![Edit::Instruct {
                steps: vec!["x".into()],
            }],
        ),
    ];
    let out = lower_together(&fixes, "values", &cx);
    assert_eq!(
        out.applied,
        ["hold solo", "pair off", "critical pair waits"]
    );
    let refused: Vec<&str> = out
        .refused
        .iter()
        .map(|(title, _)| title.as_str())
        .collect();
    assert_eq!(refused, ["hold solo less", "by hand"]);
    let values = document(&out.text.unwrap());
    assert_eq!(values["customRules"], json!({"Solo": {"for": "30m"}}));
    let rules = &values["additionalPrometheusRulesMap"]["promtune-pair"]["groups"][0]["rules"];
    assert_eq!(rules.as_array().unwrap().len(), 1);
    assert_eq!(rules[0]["for"], "1h");
    assert_eq!(
        rules[0]["annotations"]["promtune_why"],
        "critical pair waits"
    );
    assert_eq!(lower_together(&fixes, "nonsense", &cx), Together::default());
}
