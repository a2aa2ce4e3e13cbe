use super::*;

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
