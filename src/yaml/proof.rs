//! The proof behind every edit: the new text is parsed again, and its documents must be the old
//! ones with exactly the wanted paths changed.
//!
//! What is expected is worked out on plain value trees, without any of the byte positions that the
//! edit was made with, so a mistake in the editor cannot hide here.

use std::ops::Range;

use super::edit::Refusal;
use super::shape::Shape;
use super::text;
use super::tree::{FaultKind, Stream};

use super::edit::Planned;

/// A text and what it parses to.
type Parsed<'t> = (&'t str, &'t Stream);

/// Compares the documents of the new text with what `plan` should make of the old ones.
pub(super) fn prove(old: Parsed<'_>, new: Parsed<'_>, plan: &[Planned]) -> Result<(), Refusal> {
    let ((source, old), (changed, new)) = (old, new);
    if new.documents.len() != old.documents.len() {
        return Err(failed(0, "the number of documents changed"));
    }
    for (index, (before, after)) in old.documents.iter().zip(&new.documents).enumerate() {
        let line = before.start.line;
        let is_broken = |it: &FaultKind| *it != FaultKind::DuplicateKey;
        let kinds = |faults: &[super::tree::Fault]| -> Vec<FaultKind> {
            faults.iter().map(|it| it.kind).filter(is_broken).collect()
        };
        if kinds(&before.faults) != kinds(&after.faults) {
            return Err(failed(line, "the result does not parse as before"));
        }
        let mine: Vec<&Planned> = plan.iter().filter(|it| it.document == index).collect();
        if mine.is_empty() && source[before.span.clone()] != changed[after.span.clone()] {
            return Err(failed(line, "a document without an edit changed"));
        }
        let (Some(before), Some(after)) = (&before.root, &after.root) else {
            continue;
        };
        if mine.is_empty() {
            continue;
        }
        let mut expected = Shape::of(before);
        for planned in mine {
            expected = expected.changed(&planned.path.segments, &planned.operation);
        }
        if expected != Shape::of(after) {
            return Err(failed(line, "a value that should stay would change"));
        }
    }
    Ok(())
}

/// Checks that no comment got lost, doubled or became part of a value, except those in the
/// `dropped` ranges of the old text.
pub(super) fn prove_comments(
    old: Parsed<'_>,
    new: Parsed<'_>,
    dropped: &[Range<usize>],
) -> Result<(), Refusal> {
    let ((source, old), (changed, new)) = (old, new);
    let is_dropped = |it: &Range<usize>| {
        dropped
            .iter()
            .any(|range| range.start <= it.start && it.end <= range.end)
    };
    let kept: Vec<&Range<usize>> = old.comments.iter().filter(|it| !is_dropped(it)).collect();
    let mut before: Vec<&str> = kept.iter().map(|it| &source[(**it).clone()]).collect();
    let mut after: Vec<&str> = new.comments.iter().map(|it| &changed[it.clone()]).collect();
    before.sort_unstable();
    after.sort_unstable();
    if before == after {
        return Ok(());
    }
    let lost = kept.iter().find(|it| {
        let text = &source[(***it).clone()];
        let count = |list: &[&str]| list.iter().filter(|it| **it == text).count();
        count(&before) != count(&after)
    });
    let line = lost.map_or(0, |it| text::line_number(source, it.start));
    Err(failed(line, "a comment would get lost"))
}

fn failed(line: usize, what: &str) -> Refusal {
    let place = if line == 0 {
        String::new()
    } else {
        format!(" (from line {line} on)")
    };
    Refusal::new(
        line,
        format!("the edit could not be proved{place}: {what}; make it by hand"),
    )
}
