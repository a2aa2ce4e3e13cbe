//! What is refused, and how it is said.

use serde_json::json;

use super::super::Operation::{Remove, Set};
use super::super::apply;
use super::{edit, set};

#[track_caller]
fn refused(source: &str, path: &str, line: usize, words: &str) {
    let refusal = set(source, path, json!("new")).unwrap_err();
    assert!(refusal.reason.contains(words), "{}", refusal.reason);
    assert_eq!(refusal.line, line, "{}", refusal.reason);
    assert!(
        refusal.reason.contains(&format!("line {line}")),
        "{}",
        refusal.reason
    );
}

#[test]
fn an_alias() {
    refused("x: &r\n  m: 1\nz: *r\n", "z.m", 3, "the alias *r");
    refused("x: &r\n  m: 1\nz: *r\n", "z", 3, "the alias *r");
}

#[test]
fn an_anchor_that_aliases_refer_to() {
    refused("x: &r\n  m: 1\nz: *r\n", "x.m", 2, "the anchor &r");
    refused("a:\n  x: &r 1\nz: *r\n", "a", 2, "aliases refer to");
}

#[test]
fn a_merge_key() {
    refused(
        "b: &b\n  m: 1\nz:\n  <<: *b\n  k: 2\n",
        "z.m",
        4,
        "merge key",
    );
    refused(
        "b: &b\n  m: {n: 1}\nz:\n  <<: [*b]\n",
        "z.m.n",
        4,
        "merge key",
    );
}

#[test]
fn own_keys_beside_a_merge_key_are_fine() {
    let source = "b: &b\n  m: 1\nz:\n  <<: *b\n  k: 2\n";
    assert_eq!(
        set(source, "z.k", json!(3)).unwrap(),
        source.replace("k: 2", "k: 3")
    );
}

#[test]
fn helm_templates() {
    refused("a: {{ .Values.a }}\nb: 1\n", "b", 1, "Helm");
    refused(
        "a: 1\n{{- if .Values.x }}\nb: 1\n{{- end }}\n",
        "b",
        2,
        "Helm",
    );
    refused("a: \"{{ .Values.a }}\"\nb: 1\n", "a", 1, "Helm");
}

#[test]
fn broken_documents() {
    refused("a: 1\nb: [\n", "a", 2, "does not parse");
}

#[test]
fn duplicate_keys_on_the_path() {
    refused("a: 1\nb: 2\na: 3\n", "a", 3, "a second time");
}

#[test]
fn duplicate_keys_elsewhere_are_left_alone() {
    assert_eq!(
        set("a: 1\na: 2\nb: 1\n", "b", json!(2)).unwrap(),
        "a: 1\na: 2\nb: 2\n"
    );
}

#[test]
fn overlapping_edits() {
    let edits = [edit(0, "a.b", Set(json!(1))), edit(0, "a", Remove)];
    let refusal = apply("a:\n  b: 0\n", &edits).unwrap_err();
    assert!(refusal.reason.contains("overlap"), "{}", refusal.reason);
    let edits = [
        edit(0, "a[0]", Set(json!(1))),
        edit(0, "a[n=x].n", Set(json!(2))),
    ];
    assert!(
        apply("a:\n- n: x\n", &edits).is_err(),
        "the same item under two names"
    );
}

#[test]
fn the_same_edit_twice_is_one_edit() {
    let edits = [edit(0, "a", Set(json!(1))), edit(0, "a", Set(json!(1)))];
    assert_eq!(apply("a: 0\n", &edits).unwrap(), "a: 1\n");
}

#[test]
fn paths_that_lead_nowhere() {
    refused("a:\n- n: x\n", "a[n=y].b", 2, "no item");
    refused("a:\n- n: x\n- n: x\n", "a[n=x].b", 3, "second item");
    refused("a:\n  b: text\n", "a.b.c", 2, "single value");
    refused("a:\n- 1\n", "a.b", 2, "is a list");
}

#[test]
fn a_missing_document() {
    let refusal = apply("a: 1\n", &[edit(1, "a", Set(json!(2)))]).unwrap_err();
    assert!(
        refusal.reason.contains("no document 2"),
        "{}",
        refusal.reason
    );
}

#[test]
fn tags_and_explicit_keys() {
    refused("a: !!str 1\n", "a", 1, "carries the tag");
    refused("? a\n: 1\n", "a", 1, "not followed by");
}

#[test]
fn comments_inside_of_what_stays_are_never_lost() {
    // The comment sits between the key and a value on the next line.
    let refusal = set("a:\n  # about\n  5\n", "a", json!({"x": 1}));
    match refusal {
        Ok(text) => assert!(text.contains("# about"), "{text}"),
        Err(refusal) => assert!(refusal.reason.contains("proved"), "{refusal}"),
    }
}

#[test]
fn lone_carriage_returns() {
    refused("a: 1\rb: 2\n", "a", 1, "carriage return");
}
