//! The cases other editors get wrong, byte for byte.

use serde_json::json;

use super::super::Operation::{Append, Set};
use super::{check, check_set, edit};

#[test]
fn replaces_a_scalar_and_keeps_comment_and_spacing() {
    check_set(
        "a:\n  cpu:   \"2\"    # odd spacing\n",
        "a.cpu",
        json!("4"),
        "a:\n  cpu:   \"4\"    # odd spacing\n",
    );
}

#[test]
fn adds_a_nested_map_next_to_commented_keys() {
    check_set(
        "a:\n  # first\n  x: 1 # one\n  # last\nb: 2\n",
        "a.limits.memory",
        json!("1Gi"),
        "a:\n  # first\n  x: 1 # one\n  limits:\n    memory: 1Gi\n  # last\nb: 2\n",
    );
}

#[test]
fn adds_resources_to_a_container() {
    check_set(
        "spec:\n  containers:\n  - name: app\n    image: x # pinned\n  - name: side\n    image: y\n",
        "spec.containers[name=app].resources",
        json!({"requests": {"cpu": "100m", "memory": "1Gi"}}),
        "spec:\n  containers:\n  - name: app\n    image: x # pinned\n    resources:\n      requests:\n        cpu: 100m\n        memory: 1Gi\n  - name: side\n    image: y\n",
    );
}

#[test]
fn adds_before_a_blank_line_and_comment() {
    check_set(
        "a:\n  x: 1\n\n# about b\nb: 2\n",
        "a.w",
        json!(2),
        "a:\n  x: 1\n  w: 2\n\n# about b\nb: 2\n",
    );
}

#[test]
fn replaces_a_literal_block_scalar() {
    check_set(
        "expr: |  # why\n  old\n    more\nfor: 1m\n",
        "expr",
        json!("new\n  indented\n"),
        "expr: |  # why\n  new\n    indented\nfor: 1m\n",
    );
}

#[test]
fn adapts_the_chomping_of_a_block_scalar() {
    check_set(
        "e: |-\n    a\nb: 1\n",
        "e",
        json!("x\ny\n"),
        "e: |\n    x\n    y\nb: 1\n",
    );
    check_set(
        "e: |\n    a\nb: 1\n",
        "e",
        json!("x\ny"),
        "e: |-\n    x\n    y\nb: 1\n",
    );
    check_set(
        "e: |+\n    a\n\nb: 1\n",
        "e",
        json!("x\n\n"),
        "e: |+\n    x\n\nb: 1\n",
    );
}

#[test]
fn keeps_a_folded_block_scalar_folded() {
    check_set(
        "e: >-\n  a\n  b\nz: 1\n",
        "e",
        json!("c d\nsecond"),
        "e: >-\n  c d\n\n  second\nz: 1\n",
    );
}

#[test]
fn a_folded_block_scalar_turns_literal_when_lines_are_indented() {
    check_set(
        "e: >-\n  a\n  b\nz: 1\n",
        "e",
        json!("c\n  d"),
        "e: |-\n  c\n    d\nz: 1\n",
    );
}

#[test]
fn replaces_a_block_scalar_in_the_last_line_without_line_break() {
    check_set("e: |\n  a", "e", json!("b\n"), "e: |\n  b");
}

#[test]
fn replaces_a_block_scalar_by_what_it_cannot_hold() {
    check_set("e: |\n  a\n  b\nz: 1\n", "e", json!(5), "e: 5\nz: 1\n");
    check_set("e: |\n  a\nz: 1\n", "e", json!(" x"), "e: \" x\"\nz: 1\n");
}

#[test]
fn an_indentation_indicator_stays() {
    check_set(
        "e: |2\n    a\n  b\nz: 1\n",
        "e",
        json!("c\n"),
        "e: |2\n  c\nz: 1\n",
    );
}

#[test]
fn fills_an_empty_flow_map_in_block_style() {
    check_set(
        "c:\n    resources: {}   # none yet\n    x: 1\n",
        "c.resources.limits.memory",
        json!("1Gi"),
        "c:\n    resources:   # none yet\n        limits:\n            memory: 1Gi\n    x: 1\n",
    );
}

#[test]
fn fills_a_missing_value() {
    check_set(
        "c:\n  resources:\n  x: 1\n",
        "c.resources.limits.memory",
        json!("1Gi"),
        "c:\n  resources:\n    limits:\n      memory: 1Gi\n  x: 1\n",
    );
    check_set(
        "c:\n  resources:   # none\n",
        "c.resources.a",
        json!(1),
        "c:\n  resources:   # none\n    a: 1\n",
    );
    check_set(
        "c:\n  resources: null\n  x: 1\n",
        "c.resources.a",
        json!(1),
        "c:\n  resources:\n    a: 1\n  x: 1\n",
    );
    check_set(
        "c:\n  x:   # why\n",
        "c.x",
        json!("v"),
        "c:\n  x: v   # why\n",
    );
    check_set("c:\n  x: ", "c.x", json!("v"), "c:\n  x: v");
}

#[test]
fn adds_to_a_one_line_flow_map() {
    check_set(
        "r: {cpu: 100m, memory: \"1Gi\"}   # flow\n",
        "r.cpu",
        json!("250m"),
        "r: {cpu: 250m, memory: \"1Gi\"}   # flow\n",
    );
    check_set(
        "r: {cpu: 100m}\n",
        "r.memory",
        json!("1Gi"),
        "r: {cpu: 100m, memory: 1Gi}\n",
    );
    check_set(
        "r: { cpu: 100m, }\n",
        "r.memory",
        json!("1Gi"),
        "r: { cpu: 100m, memory: 1Gi, }\n",
    );
    check_set(
        "r: {limits: {}}\n",
        "r.limits.memory",
        json!("1Gi"),
        "r: {limits: {memory: 1Gi}}\n",
    );
    check_set("r: {a, b: }\n", "r.a", json!("x"), "r: {a: x, b: }\n");
    check_set("r: {a, b: }\n", "r.b", json!("x"), "r: {a, b: x}\n");
}

#[test]
fn adds_to_a_multi_line_flow_map() {
    check_set(
        "r: {\n  cpu: 100m # c\n}\nz: 1\n",
        "r.memory",
        json!("1Gi"),
        "r: {\n  cpu: 100m, # c\n  memory: 1Gi\n}\nz: 1\n",
    );
    check_set(
        "r: {\n  cpu: 100m,\n}\n",
        "r.memory",
        json!("1Gi"),
        "r: {\n  cpu: 100m,\n  memory: 1Gi,\n}\n",
    );
}

#[test]
fn edits_json() {
    check_set(
        "{\n  \"spec\": {\n    \"resources\": {},\n    \"n\": 1\n  }\n}\n",
        "spec.resources.limits.memory",
        json!("1Gi"),
        "{\n  \"spec\": {\n    \"resources\": {\"limits\": {\"memory\": \"1Gi\"}},\n    \"n\": 1\n  }\n}\n",
    );
    check_set("{\"a\":1}", "b", json!("x"), "{\"a\":1, \"b\": \"x\"}");
    check_set(
        "{\"a\":{\"b\":\"c\"}}",
        "a.b",
        json!("d"),
        "{\"a\":{\"b\":\"d\"}}",
    );
}

#[test]
fn edits_the_right_document() {
    check(
        "a: 1\n---\na: 1\n---\na: 1\n",
        &[edit(1, "a", Set(json!(2))), edit(2, "b", Set(json!(3)))],
        "a: 1\n---\na: 2\n---\na: 1\nb: 3\n",
    );
}

#[test]
fn edits_beside_a_broken_document() {
    check(
        "a: [\n---\na: 1\n",
        &[edit(1, "a", Set(json!(2)))],
        "a: [\n---\na: 2\n",
    );
}

#[test]
fn edits_items_of_a_list_object() {
    check_set(
        "kind: List\nitems:\n- kind: Pod\n  spec:\n    x: 1\n- kind: Pod\n  spec:\n    x: 1\n",
        "items[1].spec.w",
        json!(2),
        "kind: List\nitems:\n- kind: Pod\n  spec:\n    x: 1\n- kind: Pod\n  spec:\n    x: 1\n    w: 2\n",
    );
}

#[test]
fn keeps_crlf() {
    check_set(
        "a:\r\n  b: 1\r\nc: 2\r\n",
        "a.d.e",
        json!("x"),
        "a:\r\n  b: 1\r\n  d:\r\n    e: x\r\nc: 2\r\n",
    );
    check_set(
        "e: |\r\n  a\r\nz: 1\r\n",
        "e",
        json!("b\nc\n"),
        "e: |\r\n  b\r\n  c\r\nz: 1\r\n",
    );
}

#[test]
fn keeps_a_byte_order_mark() {
    check_set("\u{feff}a: 1\n", "a", json!(2), "\u{feff}a: 2\n");
    check_set("\u{feff}a: 1\n", "b", json!(2), "\u{feff}a: 1\nb: 2\n");
}

#[test]
fn keeps_the_quotes() {
    check_set("a: '1Gi'\n", "a", json!("2Gi"), "a: '2Gi'\n");
    check_set("a: \"1Gi\"\n", "a", json!("2Gi"), "a: \"2Gi\"\n");
    check_set("a: 'x'\n", "a", json!("it's"), "a: 'it''s'\n");
    check_set("a: 'x'\n", "a", json!("a\nb"), "a: \"a\\nb\"\n");
}

#[test]
fn quotes_where_a_plain_scalar_would_change_its_type() {
    for text in [
        "1",
        "yes",
        "null",
        "1e3",
        "",
        "~",
        "0x1F",
        "0o7",
        "012",
        "1_000",
        "1:30",
        "2024-01-01",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "{a",
        "[a",
        "a:",
        " a",
        "a ",
        "?",
        "? a",
        "<<",
        "=",
        ".5",
        ".inf",
        "+1",
        "---",
        "'a",
        "\"a",
        "n",
        "off",
    ] {
        check_set(
            "k: v\n",
            "k",
            json!(text),
            &format!("k: {}\n", serde_json::to_string(text).unwrap()),
        );
    }
}

#[test]
fn leaves_safe_texts_plain() {
    for text in [
        "100m",
        "1Gi",
        "15m",
        "0.5Gi",
        "nginx:1.2",
        "-a",
        "a-b",
        "a#b",
        "http://x/y",
        "5d",
        "1h30m",
        "it's",
        "a\"b",
        "é",
        "x=y",
        "sum(rate(a[5m])) > 1",
    ] {
        check_set("k: v\n", "k", json!(text), &format!("k: {text}\n"));
    }
}

#[test]
fn writes_a_new_text_of_several_lines_as_a_block() {
    check_set(
        "k: v # c\nz: 1\n",
        "k",
        json!("a\nb\n"),
        "k: | # c\n  a\n  b\nz: 1\n",
    );
    check_set(
        "k:\n    z: 1\n",
        "k.e",
        json!("a\nb"),
        "k:\n    z: 1\n    e: |-\n        a\n        b\n",
    );
    check_set("- v\n- w\n", "[0]", json!("a\nb"), "- |-\n  a\n  b\n- w\n");
}

#[test]
fn replaces_a_plain_scalar_of_several_lines() {
    check_set(
        "e: a\n  + b\n  + c # why\nz: 1\n",
        "e",
        json!("d"),
        "e: d # why\nz: 1\n",
    );
}

#[test]
fn uses_the_indentation_of_the_file() {
    check_set(
        "a:\n    b:\n        c: 1\n",
        "a.d.e",
        json!(1),
        "a:\n    b:\n        c: 1\n    d:\n        e: 1\n",
    );
    check_set(
        "a:\n  - x: 1\nb:\n",
        "b",
        json!([1, {"c": 2, "d": 3}]),
        "a:\n  - x: 1\nb:\n  - 1\n  - c: 2\n    d: 3\n",
    );
    check_set("a:\n- x: 1\nb:\n", "b", json!([1]), "a:\n- x: 1\nb:\n- 1\n");
}

#[test]
fn keeps_a_missing_final_line_break() {
    check_set("a: 1", "a", json!(2), "a: 2");
    check_set("a: 1", "b.c", json!(2), "a: 1\nb:\n  c: 2");
    check_set("a:\n  b: 1", "a", json!(2), "a: 2");
    check_set("a:", "a.b", json!(2), "a:\n  b: 2");
}

#[test]
fn appends_to_lists() {
    check(
        "a:\n- 1 # one\n# end\n",
        &[edit(0, "a", Append(json!(2)))],
        "a:\n- 1 # one\n- 2\n# end\n",
    );
    check(
        "a: [1]\n",
        &[edit(0, "a", Append(json!("x: y")))],
        "a: [1, \"x: y\"]\n",
    );
    check(
        "a: []\nb: 1\n",
        &[edit(0, "a", Append(json!({"k": 1, "l": 2})))],
        "a:\n  - k: 1\n    l: 2\nb: 1\n",
    );
    check(
        "b: 1\n",
        &[edit(0, "a", Append(json!(1)))],
        "b: 1\na:\n  - 1\n",
    );
    check(
        "a:\n- 1\n",
        &[
            edit(0, "a", Append(json!(2))),
            edit(0, "a", Append(json!(3))),
        ],
        "a:\n- 1\n- 2\n- 3\n",
    );
}

#[test]
fn sets_a_map_over_a_map_key_by_key() {
    check_set(
        "a:\n  # keep\n  x: 1 # one\n  gone: 2\n  y: '3'\n",
        "a",
        json!({"y": "4", "x": 1, "z": 5}),
        "a:\n  # keep\n  x: 1 # one\n  y: '4'\n  z: 5\n",
    );
}

#[test]
fn replaces_collections() {
    check_set("a:\n  b: 1\nc: 2\n", "a", json!("x"), "a: x\nc: 2\n");
    check_set("a:\n- 1\n- 2\nc: 2\n", "a", json!([3]), "a:\n- 3\nc: 2\n");
    check_set("a: [1, 2] # c\n", "a", json!([3]), "a: [3] # c\n");
    check_set(
        "a: 5 # c\nb: 1\n",
        "a",
        json!({"x": 1}),
        "a: # c\n  x: 1\nb: 1\n",
    );
    check_set("- a: 1\n  b: 2\n- c\n", "[0]", json!("x"), "- x\n- c\n");
}

#[test]
fn makes_several_edits_at_once() {
    check(
        "c:\n  resources: {}\n",
        &[
            edit(0, "c.resources.limits.memory", Set(json!("1Gi"))),
            edit(0, "c.resources.limits.cpu", Set(json!("1"))),
            edit(0, "c.resources.requests.cpu", Set(json!("1"))),
        ],
        "c:\n  resources:\n    limits:\n      memory: 1Gi\n      cpu: \"1\"\n    requests:\n      cpu: \"1\"\n",
    );
}

#[test]
fn adds_to_an_empty_document() {
    check_set(
        "---\n# nothing yet\n",
        "a.b",
        json!(1),
        "---\n# nothing yet\na:\n  b: 1\n",
    );
    check_set("{}\n", "a.b", json!(1), "a:\n  b: 1\n");
}

#[test]
fn leaves_alert_templates_alone() {
    check_set(
        "a:\n  summary: Pod {{ $labels.pod }} is down\n  d: \"{{ $value }}\"\n",
        "a.d",
        json!("{{ $value }}%"),
        "a:\n  summary: Pod {{ $labels.pod }} is down\n  d: \"{{ $value }}%\"\n",
    );
}

#[test]
fn an_anchor_without_aliases_does_not_matter() {
    check_set(
        "a: &x {b: 1}\nc: &y 5\n",
        "a.b",
        json!(2),
        "a: &x {b: 2}\nc: &y 5\n",
    );
    check_set("c: &y 5\n", "c", json!(6), "c: &y 6\n");
}

#[test]
fn aliases_elsewhere_do_not_matter() {
    check_set(
        "a: &x 1\nb: *x\nc: 2\n",
        "c",
        json!(3),
        "a: &x 1\nb: *x\nc: 3\n",
    );
}

#[test]
fn keys_with_dots() {
    check_set(
        "a:\n  prometheus.io/scrape: \"true\"\n",
        "a[\"prometheus.io/scrape\"]",
        json!("false"),
        "a:\n  prometheus.io/scrape: \"false\"\n",
    );
}
