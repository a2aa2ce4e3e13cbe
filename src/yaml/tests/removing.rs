//! Removing keys and items.

use super::super::Operation::Remove;
use super::super::apply;
use super::{check, check_remove, edit};

#[test]
fn removes_a_key_with_its_own_comment_only() {
    check_remove(
        "a: 1\n# about b\nb: 2 # own\n# about c\nc: 3\n",
        "b",
        "a: 1\n# about b\n# about c\nc: 3\n",
    );
}

#[test]
fn removes_a_key_with_a_deep_value() {
    check_remove(
        "a: 1\nb:\n  c:\n  - 1\n  - d: |\n      x\n\n      y\ne: 2\n",
        "b",
        "a: 1\ne: 2\n",
    );
}

#[test]
fn removes_the_last_key_at_the_end_of_the_file() {
    check_remove("a: 1\nb: 2", "b", "a: 1");
    check_remove("a: 1\r\nb: 2\r\n", "b", "a: 1\r\n");
}

#[test]
fn an_emptied_map_or_list_is_written_as_such() {
    check_remove(
        "a: # why\n  b: 1 # own\nc: 2\n",
        "a.b",
        "a: {} # why\nc: 2\n",
    );
    check_remove("a:\n- 1\nc: 2\n", "a[0]", "a: []\nc: 2\n");
    check_remove("a: 1\n", "a", "{}\n");
    check_remove("- a: 1 # x\n- b\n", "[0].a", "- {}\n- b\n");
}

#[test]
fn removes_the_first_key_of_an_item() {
    check_remove("- a: 1 # one\n  b: 2\n- c\n", "[0].a", "- b: 2\n- c\n");
    check_remove(
        "- a: 1 # one\n  # about b\n  b: 2\n",
        "[0].a",
        "-\n  # about b\n  b: 2\n",
    );
}

#[test]
fn removes_items() {
    let first = edit(0, "a[0]", Remove);
    let result = apply("a:\n- x: 1\n  y: 2\n- z\n", std::slice::from_ref(&first)).unwrap();
    assert_eq!(result, "a:\n- z\n");
    check_remove("a:\n  - x\n  - z # last\n", "a[1]", "a:\n  - x\n");
}

#[test]
fn removes_several_items_at_once() {
    let source = "a:\n- n: 0\n- n: 1\n- n: 2\n";
    let edits = [edit(0, "a[n=0]", Remove), edit(0, "a[n=2]", Remove)];
    check(source, &edits, "a:\n- n: 1\n");
}

#[test]
fn removes_from_flow_collections() {
    check_remove("a: {x: 1, y: 2, z: 3}\n", "a.x", "a: {y: 2, z: 3}\n");
    check_remove("a: {x: 1, y: 2, z: 3}\n", "a.y", "a: {x: 1, z: 3}\n");
    check_remove("a: {x: 1, y: 2, z: 3}\n", "a.z", "a: {x: 1, y: 2}\n");
    check_remove("a: { x: 1 }\n", "a.x", "a: {}\n");
    check_remove(
        "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n",
        "b",
        "{\n  \"a\": 1,\n  \"c\": 3\n}\n",
    );
    check_remove("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "{\n  \"a\": 1\n}\n");
    check_remove(
        "{\n  a: 1, # one\n  b: 2 # two\n}\n",
        "b",
        "{\n  a: 1 # one\n}\n",
    );
}

#[test]
fn removing_nothing_is_nothing() {
    check_remove("a: 1\n", "b.c", "a: 1\n");
    check_remove("a: [1]\n", "a[7]", "a: [1]\n");
}
