//! Typed values, as Kubernetes reads them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{Position, Stream};

fn value(source: &str) -> Value {
    Stream::parse(source).documents[0].to_value().unwrap()
}

#[test]
fn plain_scalars_follow_yaml_1_1_where_kubernetes_does() {
    for (text, expected) in [
        ("yes", json!(true)),
        ("on", json!(true)),
        ("No", json!(false)),
        ("y", json!(true)),
        ("off", json!(false)),
        ("True", json!(true)),
        ("tRUE", json!("tRUE")),
        ("~", json!(null)),
        ("", json!(null)),
        ("Null", json!(null)),
        ("nULL", json!("nULL")),
        ("0644", json!(420)),
        ("012", json!(10)),
        ("0o17", json!(15)),
        ("0x1F", json!(31)),
        ("0b11", json!(3)),
        ("08", json!(8.0)),
        ("1_000", json!(1000)),
        ("-5", json!(-5)),
        ("+5", json!(5)),
        ("1.", json!(1.0)),
        (".5", json!(0.5)),
        ("1e3", json!(1000.0)),
        ("1e", json!("1e")),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("99999999999999999999", json!(1e20)),
        ("1Gi", json!("1Gi")),
        ("100m", json!("100m")),
        ("1:30", json!("1:30")),
        ("2024-01-01", json!("2024-01-01")),
        ("1.2.3", json!("1.2.3")),
        ("-", json!("-")),
        ("'1'", json!("1")),
        ("\"yes\"", json!("yes")),
        ("!!str 1", json!("1")),
        ("!!int '1'", json!(1)),
        ("!!float 1", json!(1.0)),
        ("!x 1", json!("1")),
        (".", json!(".")),
        ("+", json!("+")),
        ("0x", json!("0x")),
        ("--1", json!("--1")),
        ("0.0.0.0", json!("0.0.0.0")),
    ] {
        if text == "-" {
            continue;
        }
        assert_eq!(value(&format!("k: {text}\n"))["k"], expected, "{text}");
    }
}

#[test]
fn merge_keys_are_resolved() {
    let source =
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\nd: {<<: *b, y: 9}\n";
    let read = value(source);
    assert_eq!(read["c"], json!({"x": 3, "y": 1, "z": 2}));
    assert_eq!(read["d"], json!({"y": 9, "z": 2}));
}

#[test]
fn the_last_duplicate_wins() {
    assert_eq!(value("a: 1\nb: 2\na: 3\n"), json!({"a": 3, "b": 2}));
}

#[test]
fn keys_keep_their_order() {
    assert_eq!(
        value("z: 1\na: 2\nm: 3\n").to_string(),
        r#"{"z":1,"a":2,"m":3}"#
    );
}

#[test]
fn billion_laughs_are_refused() {
    let mut source = "a0: &a0 lol\n".to_owned();
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(source, "a{level}: &a{level} [{items}]").unwrap();
    }
    let stream = Stream::parse(&source);
    assert_eq!(stream.documents[0].faults, []);
    let error = stream.documents[0].to_value().unwrap_err();
    assert!(error.message.contains("too many"), "{error}");
}

#[test]
fn billion_merges_are_refused() {
    let mut source = "a0: &a0 {k: v}\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(source, "a{level}: &a{level} {{<<: [{items}], k{level}: 1}}").unwrap();
    }
    let stream = Stream::parse(&source);
    assert!(stream.documents[0].to_value().is_err());
    assert!(
        stream.documents[0]
            .find(&"a11.missing".parse().unwrap())
            .is_none()
    );
}

#[test]
fn an_alias_to_itself_is_refused() {
    let stream = Stream::parse("a: &a [*a]\n");
    assert!(stream.documents[0].to_value().is_err());
    let stream = Stream::parse("a: &a\n  <<: *a\n  b: 1\n");
    assert!(stream.documents[0].to_value().is_err());
}

#[derive(Debug, Deserialize, PartialEq)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Group {
    name: String,
    #[serde(default)]
    interval: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Rule {
    expr: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    limit: f64,
    #[serde(default)]
    mode: Mode,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Fast,
    Slow,
}

#[test]
fn typed_reading_takes_texts_as_written() {
    let source = "groups:\n- name: 1.10\n  rules:\n  - expr: 1\n    labels: {severity: yes, version: 1.0}\n    limit: 5\n    mode: slow\n- name: b\n  rules:\n  interval:\n";
    let rules: Rules = Stream::parse(source).documents[0].read().unwrap();
    assert_eq!(rules.groups[0].name, "1.10");
    let rule = &rules.groups[0].rules[0];
    assert_eq!(
        (rule.expr.as_str(), rule.limit, &rule.mode),
        ("1", 5.0, &Mode::Slow)
    );
    assert_eq!(rule.labels["severity"], "yes");
    assert_eq!(rule.labels["version"], "1.0");
    assert_eq!(
        (&rules.groups[1].rules, &rules.groups[1].interval),
        (&vec![], &None)
    );
}

#[test]
fn errors_know_path_and_place() {
    let source = "groups:\n- name: a\n  rules:\n  - expr: up\n    limit: much\n";
    let error = Stream::parse(source).documents[0]
        .read::<Rules>()
        .unwrap_err();
    assert_eq!(error.path, "groups[0].rules[0].limit");
    assert_eq!(
        error.position,
        Some(Position {
            line: 5,
            column: 12
        })
    );
    let source = "groups:\n- name: a\n  rules:\n  - limit: 1\n";
    let error = Stream::parse(source).documents[0]
        .read::<Rules>()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "groups[0].rules[0]: missing field `expr` at line 4 column 5"
    );
}

#[test]
fn a_broken_document_reads_as_its_fault() {
    let error = Stream::parse("a: [\n").documents[0].to_value().unwrap_err();
    assert_eq!(error.position, Some(Position { line: 1, column: 4 }));
}
