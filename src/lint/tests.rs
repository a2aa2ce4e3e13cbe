use super::*;
use crate::model::{FaultKind, PromDuration, RuleKind, Span};

fn span_text(text: &str, span: Span) -> &str {
    let offset = |line: u32, column: u32| {
        let start: usize = text
            .split_inclusive('\n')
            .take(line as usize - 1)
            .map(str::len)
            .sum();
        let skip: usize = text[start..]
            .chars()
            .take(column as usize - 1)
            .map(char::len_utf8)
            .sum();
        start + skip
    };
    &text[offset(span.line, span.column)..offset(span.end_line, span.end_column)]
}

/// The place of `word` of the first rule's expression, as the file has it.
fn found<'t>(text: &'t str, word: &str) -> &'t str {
    let read = read_rules("a.yaml", text);
    assert_eq!(read.file.faults, [], "{text}");
    let rule = &read.groups[0].rules[0];
    let at = rule
        .expr
        .find(word)
        .unwrap_or_else(|| panic!("{word} in {:?}", rule.expr));
    let source = rule.source.as_ref().unwrap();
    span_text(text, source.expr.of(&rule.expr, at, at + word.len()))
}

fn faults(text: &str) -> Vec<(FaultKind, String, String)> {
    let read = read_rules("a.yaml", text);
    read.file
        .faults
        .iter()
        .map(|f| (f.kind, span_text(text, f.at).to_owned(), f.what.clone()))
        .collect()
}

#[test]
fn expressions_are_found_however_they_are_written() {
    for expr in [
        "up{job=\"é\"} == 0",
        "'up{job=~\"it''s\"} == 0'",
        "\"up{job=\\\"a\\\", x=\\\"\\u00e9\\\"} ==\\\n      0\"",
        "\"up\n\n      == 0\"",
        "|\n      # é\n      up{job=\"x\"}\n\n        == 0",
        "|2-\n        up\n      == 0",
        ">-\n      up{job=\"x\"}\n      == 0\n",
        ">\n      up\n\n        == 0",
        "up\n      == 0",
    ] {
        let text = format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {expr}\n");
        for word in ["up", "== ", "0"] {
            let word = word.trim();
            assert_eq!(found(&text, word), word, "{text}");
        }
        let windows = text.replace('\n', "\r\n");
        assert_eq!(found(&windows, "=="), "==", "{windows:?}");
    }
}

#[test]
fn objects_lists_config_maps_and_values_are_read() {
    let groups = "groups:\n- name: g\n  interval: 1m\n  rules:\n  - alert: A\n    expr: up == 0\n    for: 5m\n    labels: {severity: page}\n";
    let below = |n: usize| {
        groups
            .lines()
            .map(|l| format!("{}{l}\n", " ".repeat(n)))
            .collect::<String>()
    };
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x, namespace: n}\nspec:\n";
    let item: String = format!("{rule}{}", below(2))
        .lines()
        .map(|l| format!("  {l}\n"))
        .collect();
    for text in [
        groups.to_owned(),
        format!("namespace: tenant\n{groups}"),
        format!("{rule}{}", below(2)),
        format!("apiVersion: v1\nkind: List\nitems:\n-{}", &item[1..]),
        format!(
            "apiVersion: monitoring.googleapis.com/v1\nkind: Rules\nmetadata: {{name: x}}\nspec:\n{}",
            below(2)
        ),
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  note: 'groups: none'\n  a.yaml: |\n{}",
            below(4)
        ),
        format!("additionalPrometheusRulesMap:\n  mine:\n{}", below(4)),
        format!(
            "kube-prometheus-stack:\n  additionalPrometheusRules:\n  - name: mine\n{}",
            below(4)
        ),
        format!("a: 1\n---\n{groups}"),
    ] {
        let read = read_rules("a.yaml", &text);
        assert_eq!(read.file.faults, [], "{text}");
        assert_eq!(read.groups.len(), 1, "{text}");
        let rule = &read.groups[0].rules[0];
        assert_eq!(
            (rule.name.as_str(), rule.kind, rule.hold),
            ("A", RuleKind::Alerting, Some(PromDuration(300)))
        );
        let source = rule.source.as_ref().unwrap();
        assert_eq!(span_text(&text, source.expr.span), "up == 0", "{text}");
        assert_eq!(
            span_text(&text, source.fields["labels.severity"].value),
            "page"
        );
        assert!(
            span_text(&text, source.span).starts_with("alert: A"),
            "{text}"
        );
        assert_eq!(read.groups[0].interval, Some(PromDuration(60)));
    }
}

#[test]
fn other_files_are_none_of_our_business() {
    for text in [
        "a: 1\n",
        "groups: [a, b]\nother: 1\n",
        "kind: Foo\ngroups:\n- rules: []\n",
        "- a\n",
        "",
        "groups:\n",
    ] {
        let read = read_rules("a.yaml", text);
        assert_eq!(
            (read.groups.len(), read.file.faults.len()),
            (0, 0),
            "{text}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let text = "groups:\n- name: g\n  intervall: 1m\n  rules:\n  - alert: A\n    record: b\n    expr: up\n  - expr: up\n  - record: a b\n    for: 5m\n    expr: up\n  - alert: B\n    expr: up\n    for: 5\n    severity: page\n    labels: {\"a-b\": c, __name__: d}\n  - alert: C\n";
    let kinds: Vec<_> = faults(text).into_iter().map(|(k, at, _)| (k, at)).collect();
    let expected = [
        (FaultKind::Schema, "intervall"),
        (FaultKind::Schema, "record"),
        (FaultKind::Schema, "expr: up"),
        (FaultKind::Name, "a b"),
        (FaultKind::ForOnRecording, "for"),
        (FaultKind::Duration, "5"),
        (FaultKind::Schema, "severity"),
        (FaultKind::Name, "\"a-b\""),
        (FaultKind::Name, "__name__"),
        (FaultKind::Schema, "C"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(k, t)| (*k, (*t).to_owned()))
        .collect();
    assert_eq!(kinds, expected);
}

#[test]
fn a_broken_document_does_not_hide_its_neighbours() {
    let text = "a: [\n---\ngroups:\n- name: g\n  rules:\n  - {record: a, expr: up}\n";
    let read = read_rules("a.yaml", text);
    assert_eq!(read.groups.len(), 1);
    assert_eq!(read.file.faults[0].kind, FaultKind::Unreadable);
}

#[test]
fn charts_are_read_between_their_actions() {
    let text = "{{- if .Values.x }}\ngroups:\n- name: {{ .Values.name }}\n  interval: {{ .Values.interval }}\n  rules:\n  - alert: A\n    expr: up == {{ .Values.y }}\n    annotations:\n      summary: '{{ $labels.pod }} {{`{{ $value }}`}}'\n  - alert: B\n    expr: up == 0\n{{- end }}\n";
    let read = read_rules("a.yaml", text);
    assert_eq!(read.file.faults, []);
    assert_eq!(read.file.notes.len(), 1);
    let rules = &read.groups[0].rules;
    assert_eq!(rules.len(), 2);
    assert!(
        rules[0].source.as_ref().unwrap().templated && !rules[1].source.as_ref().unwrap().templated
    );
    assert_eq!(
        span_text(text, rules[1].source.as_ref().unwrap().expr.span),
        "up == 0"
    );
}

#[test]
fn containers_are_found_by_object_and_name() {
    let text = "kind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        resources:\n          limits: {memory: 1Gi}\n      - name: b\n";
    let at = |c| locate(text, 0, "Deployment/api", c).map(|s| span_text(text, s).to_owned());
    assert_eq!(
        at(Some("a")).as_deref(),
        Some("resources:\n          limits: {memory: 1Gi}")
    );
    assert_eq!(at(Some("b")).as_deref(), Some("b"));
    assert_eq!(at(None).as_deref(), Some("api"));
    assert_eq!(at(Some("c")), None);
    assert_eq!(extents(text, &[]).len(), 3);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "[-a-z:{}'\"\\\\|> \n\u{e9}#&*\\[\\]]{0,80}") {
        let _ = read_rules("a.yaml", &format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {text}\n"));
        let _ = read_rules("a.yaml", &text);
    }
}
