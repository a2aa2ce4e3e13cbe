//! The proof notices what an editor could get wrong.

use serde_json::json;

use super::super::edit::Planned;
use super::super::proof::{prove, prove_comments};
use super::super::{Operation, Stream};

const OLD: &str = "a: 1 # one\nb: {x: &n 2, y: *n}\nc: 3\n---\nd: 4\n";

/// Whether the proof of "set `c` in document 0 to 5" accepts `new`.
fn accepts(new: &str) -> bool {
    let plan = [Planned {
        document: 0,
        path: "c".parse().unwrap(),
        operation: Operation::Set(json!(5)),
    }];
    let (before, after) = (Stream::parse(OLD), Stream::parse(new));
    prove((OLD, &before), (new, &after), &plan).is_ok()
}

#[test]
fn accepts_exactly_the_wanted_change() {
    assert!(accepts(&OLD.replace("c: 3", "c: 5")));
    assert!(!accepts(OLD), "not made");
    assert!(!accepts(&OLD.replace("c: 3", "c: 6")), "another value");
}

#[test]
fn notices_other_changes() {
    let good = OLD.replace("c: 3", "c: 5");
    for (from, to, what) in [
        ("a: 1", "a: 2", "a value"),
        ("a: 1", "a: \"1\"", "a type"),
        ("a: 1", "a: 1.0", "a number type"),
        ("a: 1 # one\n", "", "a missing key"),
        ("c: 5\n", "c: 5\ne: 6\n", "a new key"),
        ("y: *n", "y: 2", "an alias written out"),
        ("&n", "&m", "an anchor's name"),
        ("d: 4", "d: 5", "another document"),
        ("d: 4", "d: 4 # new", "another document's bytes"),
        ("---\nd: 4\n", "", "a missing document"),
        ("d: 4", "d: [", "a broken document"),
        ("c: 5", "c: 5\nc: 5", "a key twice"),
        ("c: 5", "c: !!int 5", "a tag"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{what}");
        assert!(!accepts(&bad), "{what}: {bad}");
    }
    let swapped = "b: {x: &n 2, y: *n}\na: 1 # one\nc: 5\n---\nd: 4\n";
    assert!(!accepts(swapped), "the order of keys");
}

#[test]
fn notices_lost_comments() {
    let before = Stream::parse(OLD);
    let check = |new: &str, dropped: &[std::ops::Range<usize>]| {
        prove_comments((OLD, &before), (new, &Stream::parse(new)), dropped).is_ok()
    };
    let first_line = 0..OLD.find('\n').unwrap();
    assert!(check(OLD, &[]));
    let lost = OLD.replace(" # one", "");
    assert!(!check(&lost, &[]));
    assert!(
        check(&lost, std::slice::from_ref(&first_line)),
        "dropped on purpose"
    );
    assert!(
        !check(&OLD.replace("c: 3", "c: 3 # two"), &[]),
        "a comment from nowhere"
    );
    assert!(
        !check(&OLD.replace(" # one", "# one"), &[]),
        "a comment that became text"
    );
}
