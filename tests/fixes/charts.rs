//! Every rendered version of kube-prometheus-stack.

use std::collections::BTreeSet;

use promtune::fix::{
    ChartRelease, ChartVersion, Edit, LowerContext, RuleField, RuleRef, lower, lower_together,
};
use promtune::model::{PromDuration, Rule, RuleGroup, RuleKind, RuleObject, Snapshot, Timestamp};
use promtune::yaml::{Stream, to_yaml};
use serde_json::Value;

use super::support::{corpus, files, fix, has, run};

fn rule(value: &Value) -> Rule {
    let texts = |key: &str| {
        let map = value[key].as_object().into_iter().flatten();
        map.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let (kind, name) = match text("alert") {
        Some(name) => (RuleKind::Alerting, name),
        None => (RuleKind::Recording, text("record").unwrap_or_default()),
    };
    Rule {
        kind,
        name,
        expr: text("expr").unwrap_or_default(),
        hold: text("for").and_then(|f| PromDuration::parse(&f)),
        keep_firing_for: None,
        labels: texts("labels"),
        annotations: texts("annotations"),
        health: String::new(),
        last_error: String::new(),
        source: None,
    }
}

/// The rules of a rendered chart, as a snapshot of a release of it.
fn rendered(text: &str, version: &str) -> Snapshot {
    let value = Stream::parse(text).documents[0].to_value().unwrap();
    let chart = format!("kube-prometheus-stack-{version}");
    let labels = [
        ("chart", chart.as_str()),
        ("release", "kps"),
        ("heritage", "Helm"),
    ];
    let mut snapshot = Snapshot::empty(Timestamp(0), PromDuration(0));
    for group in value["groups"].as_array().unwrap() {
        let name = group["name"].as_str().unwrap();
        snapshot.rules.push(RuleGroup {
            source: None,
            name: name.to_owned(),
            file: format!("/rules/{name}.yaml"),
            interval: None,
            object: Some(RuleObject {
                namespace: "monitoring".into(),
                name: format!("kps-kube-prometheus-stack-{}", name.replace('_', "-"))
                    .chars()
                    .take(63)
                    .collect(),
                labels: labels.iter().map(|&(k, v)| (k.into(), v.into())).collect(),
            }),
            rules: group["rules"]
                .as_array()
                .unwrap()
                .iter()
                .map(rule)
                .collect(),
        });
    }
    snapshot
}

/// Turning off, retiming and rewriting every alert of every version: the values name alerts that exist, and the copies
/// together with what stays loaded are all alerts of before.
#[test]
fn values_name_what_every_chart_version_has() {
    let Some(corpus) = corpus() else { return };
    let mut seen = 0;
    for path in files(&corpus.join("kps-versions"), &[".yaml"]) {
        let version = path.file_stem().unwrap().to_string_lossy().into_owned();
        let snapshot = rendered(&std::fs::read_to_string(&path).unwrap(), &version);
        let cx = LowerContext::new(&snapshot, &[]);
        assert_eq!(
            cx.chart().and_then(|c| c.version),
            ChartVersion::parse(&version)
        );
        let names: BTreeSet<&str> = snapshot
            .rules
            .iter()
            .flat_map(|g| &g.rules)
            .map(|r| r.name.as_str())
            .collect();
        for group in &snapshot.rules {
            for rule in group.rules.iter().filter(|r| r.kind == RuleKind::Alerting) {
                let at = RuleRef {
                    group: group.name.clone(),
                    file: group.file.clone(),
                    name: rule.name.clone(),
                    expr: rule.expr.clone(),
                };
                for edit in [
                    Edit::DisableRule { rule: at.clone() },
                    Edit::SetRuleField {
                        rule: at.clone(),
                        field: RuleField::For,
                        value: Some("47m".into()),
                    },
                    Edit::ReplaceExpr {
                        rule: at.clone(),
                        expr: "vector(47) > 1".into(),
                    },
                ] {
                    check(edit, rule, &snapshot, &names, &cx, &version);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen}");
}

fn check(
    edit: Edit,
    rule: &Rule,
    snapshot: &Snapshot,
    names: &BTreeSet<&str>,
    cx: &LowerContext<'_>,
    version: &str,
) {
    let out = lower(&fix(vec![edit.clone()]), cx);
    let what = format!("{version} {} {edit:?}", rule.name);
    let Some(text) = out.texts.get("values") else {
        let old = ChartVersion::parse(version) < Some(ChartVersion(28, 0, 1));
        assert!(old, "{what}: {:?}", out.refused);
        return;
    };
    let values = Stream::parse(text).documents[0].to_value().unwrap();
    let keys = |path: &str| -> Vec<String> {
        values
            .pointer(path)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|m| m.keys().cloned())
            .collect()
    };
    let disabled = keys("/defaultRules/disabled");
    let custom = keys("/customRules");
    assert!(
        disabled
            .iter()
            .chain(&custom)
            .all(|n| names.contains(n.as_str())),
        "{what}"
    );
    assert_eq!(disabled.len() + custom.len(), 1, "{what}");
    let groups = values["additionalPrometheusRulesMap"]
        .as_object()
        .into_iter()
        .flatten();
    let copies: Vec<&Value> = groups
        .flat_map(|(key, map)| {
            assert!(key.len() <= 36, "{key}");
            map["groups"].as_array().into_iter().flatten()
        })
        .flat_map(|g| g["rules"].as_array().into_iter().flatten())
        .collect();
    let twins = snapshot
        .rules
        .iter()
        .flat_map(|g| &g.rules)
        .filter(|r| r.name == rule.name)
        .count();
    let of_name = copies
        .iter()
        .filter(|c| c["alert"] == rule.name.as_str())
        .count();
    let expected = match (&edit, disabled.is_empty()) {
        (_, true) => 0,
        (Edit::DisableRule { .. }, _) => twins - 1,
        _ => twins,
    };
    assert_eq!(of_name, expected, "{what}\n{text}");
    if let Edit::ReplaceExpr { expr, .. } = &edit {
        assert_eq!(
            copies.iter().filter(|c| c["expr"] == expr.as_str()).count(),
            1,
            "{what}"
        );
    }
    assert!(ChartRelease::detect(snapshot).is_some());
}

/// One values file that rewrites every alert of the newest chart: what it adds is what Prometheus loads.
#[test]
fn tuned_copies_are_rules_that_prometheus_loads() {
    let Some(corpus) = corpus() else { return };
    if !has("promtool") {
        return;
    }
    let text = std::fs::read_to_string(corpus.join("kps-versions/88.5.3.yaml")).unwrap();
    let snapshot = rendered(&text, "88.5.3");
    let alerts = snapshot
        .rules
        .iter()
        .flat_map(|g| g.rules.iter().map(move |r| (g, r)));
    let alerts = alerts.filter(|(_, r)| r.kind == RuleKind::Alerting);
    let fixes: Vec<_> = alerts
        .map(|(group, rule)| {
            let rule = RuleRef {
                group: group.name.clone(),
                file: group.file.clone(),
                name: rule.name.clone(),
                expr: rule.expr.clone(),
            };
            fix(vec![Edit::SetRuleField {
                rule,
                field: RuleField::KeepFiringFor,
                value: Some("15m".into()),
            }])
        })
        .collect();
    let together = lower_together(&fixes, "values", &LowerContext::new(&snapshot, &[]));
    assert_eq!(
        (together.applied.len(), together.refused.len()),
        (155, 0),
        "{:?}",
        together.refused
    );
    let values = Stream::parse(&together.text.unwrap()).documents[0]
        .to_value()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["check".to_owned(), "rules".to_owned()];
    for (key, map) in values["additionalPrometheusRulesMap"].as_object().unwrap() {
        let path = folder.path().join(format!("{key}.yaml"));
        std::fs::write(&path, to_yaml(map)).unwrap();
        arguments.push(path.to_string_lossy().into_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = run(folder.path(), "promtool", &arguments).unwrap_or_else(|e| panic!("{e}"));
    let loaded: usize = said
        .lines()
        .filter_map(|l| {
            l.trim()
                .strip_prefix("SUCCESS: ")?
                .strip_suffix(" rules found")?
                .parse::<usize>()
                .ok()
        })
        .sum();
    assert_eq!(loaded, 155, "{said}");
}
