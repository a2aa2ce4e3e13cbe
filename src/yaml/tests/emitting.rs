//! Writing documents and diffs.

use serde_json::{Value, json};

use super::super::{Stream, to_yaml, unified_diff};

#[track_caller]
fn round_trips(value: &Value) {
    let text = to_yaml(value);
    let stream = Stream::parse(&text);
    assert_eq!(stream.documents[0].to_value().as_ref(), Ok(value), "{text}");
    assert!(text.ends_with('\n'));
}

#[test]
fn writes_block_style_in_the_given_order() {
    let value =
        json!({"b": {"x": [1, {"w": "2", "z": [[3, 4], {}]}]}, "a": null, "e": [], "t": "a\nb\n"});
    assert_eq!(
        to_yaml(&value),
        "b:\n  x:\n    - 1\n    - w: \"2\"\n      z:\n        - - 3\n          - 4\n        - {}\na: null\ne: []\nt: |\n  a\n  b\n"
    );
    round_trips(&value);
}

#[test]
fn texts_of_several_lines_round_trip() {
    for text in [
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "a\n\n\n",
        "\na",
        "\n",
        "\n\n",
        " a\nb",
        "a\n b",
        "a \nb ",
        "a\n \nb",
        "a\n\tb",
        "\ta\nb",
        "a\r\nb",
        "a\n# b\n",
        "a\n---\nb",
        "a: b\nc: d\n",
        "é\nü",
        "a\u{2028}b\nc",
        "a\u{85}\nb",
        "\u{feff}a\nb",
        "a\n  \n",
        "a\n ",
        "a\tb\nc\t",
    ] {
        round_trips(&json!({"k": text, "l": [text, {"m": text}]}));
        round_trips(&json!([text, text]));
        round_trips(&json!(text));
    }
}

#[test]
fn scalars_round_trip() {
    for value in [
        json!(null),
        json!(true),
        json!(-3),
        json!(1.0),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.1),
        json!("1.0"),
        json!("\u{1}\u{7f}"),
        json!("\u{1f600}"),
    ] {
        round_trips(&value);
        round_trips(&json!({"k": value.clone(), "l": [value]}));
    }
    round_trips(&json!({"": 1, "yes": 2, "1": 3, "a: b": 4, "#": 5, "- x": 6, "a\nb": 7}));
}

#[test]
fn a_diff_has_git_headers() {
    assert_eq!(
        unified_diff("a\nb\nc\n", "a\nB\nc\n", "./dir/x.yaml"),
        "--- a/dir/x.yaml\n+++ b/dir/x.yaml\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
    );
    assert_eq!(unified_diff("a\n", "a\n", "x"), "");
}

#[test]
fn a_diff_marks_a_missing_final_line_break() {
    assert_eq!(
        unified_diff("a: 1", "a: 2", "x.yaml"),
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1 +1 @@\n-a: 1\n\\ No newline at end of file\n+a: 2\n\\ No newline at end of file\n"
    );
}

#[test]
fn a_diff_keeps_crlf() {
    let diff = unified_diff("a\r\nb\r\n", "a\r\nc\r\n", "x");
    assert_eq!(
        diff,
        "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"
    );
}
