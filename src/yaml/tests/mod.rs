//! Tests of the module as a whole; properties over random documents are in `tests/yaml_edit.rs`.

mod editing;
mod emitting;
mod proving;
mod reading;
mod refusing;
mod removing;
mod spans;

use serde_json::Value;

use super::{Edit, Operation, Refusal, apply};

pub(super) fn edit(document: usize, path: &str, operation: Operation) -> Edit {
    Edit {
        document,
        path: path.parse().unwrap(),
        operation,
    }
}

/// Sets one value in document 0.
pub(super) fn set(source: &str, path: &str, value: Value) -> Result<String, Refusal> {
    apply(source, &[edit(0, path, Operation::Set(value))])
}

/// Applies edits, checks the exact result, and that a second time changes nothing.
#[track_caller]
pub(super) fn check(source: &str, edits: &[Edit], expected: &str) {
    let result = match apply(source, edits) {
        Ok(result) => result,
        Err(refusal) => panic!("refused: {refusal}"),
    };
    assert_eq!(
        result, expected,
        "\n--- got\n{result}\n--- expected\n{expected}"
    );
    match apply(&result, edits) {
        Ok(again) => assert_eq!(again, result, "the second time changes something"),
        Err(refusal) => panic!("refused the second time: {refusal}"),
    }
}

#[track_caller]
pub(super) fn check_set(source: &str, path: &str, value: Value, expected: &str) {
    check(source, &[edit(0, path, Operation::Set(value))], expected);
}

#[track_caller]
pub(super) fn check_remove(source: &str, path: &str, expected: &str) {
    check(source, &[edit(0, path, Operation::Remove)], expected);
}
