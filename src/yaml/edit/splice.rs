//! Byte-range replacements.

use std::ops::Range;

use super::super::text;
use super::Refusal;

/// Replaces the bytes of `range` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// What one edit does to the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) splices: Vec<Splice>,
    /// Where values go away; the comments in there go with them.
    pub(super) dropped: Vec<Range<usize>>,
}

impl Change {
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.splices.push(Splice {
            range,
            text: text.into(),
        });
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Puts whole lines below the line that holds `at`. The end of the file keeps its habit of
    /// ending with or without a line break.
    pub(super) fn insert_below(&mut self, source: &str, at: usize, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let eol = text::line_break(source, at);
        let next = text::next_line(source, at);
        if source[..next].ends_with('\n') {
            self.insert(next, terminated(lines, eol));
        } else {
            self.insert(next, preceded(lines, eol));
        }
    }

    /// Replaces the whole lines from the one that holds `first` to the one that holds `last`.
    pub(super) fn replace_lines(
        &mut self,
        source: &str,
        first: usize,
        last: usize,
        lines: &[String],
    ) {
        let eol = text::line_break(source, last);
        let mut start = text::line_start(source, first);
        let end = text::next_line(source, last);
        let mut text = terminated(lines, eol);
        if !source[..end].ends_with('\n') {
            // No final line break: the text before must not end with one either.
            if lines.is_empty() {
                start = without_line_break(source, start);
            } else {
                text.truncate(text.len() - eol.len());
            }
        }
        self.replace(start..end, text);
    }
}

fn without_line_break(source: &str, at: usize) -> usize {
    let before = &source[..at];
    let before = before.strip_suffix('\n').unwrap_or(before);
    before.strip_suffix('\r').unwrap_or(before).len()
}

fn terminated(lines: &[String], eol: &str) -> String {
    lines.iter().flat_map(|line| [line.as_str(), eol]).collect()
}

fn preceded(lines: &[String], eol: &str) -> String {
    lines.iter().flat_map(|line| [eol, line.as_str()]).collect()
}

/// Applies splices that do not overlap; those at the same place in the order given.
pub(super) fn apply(source: &str, mut splices: Vec<Splice>) -> Result<String, Refusal> {
    splices.sort_by_key(|splice| splice.range.start);
    let mut result = String::with_capacity(source.len());
    let mut at = 0;
    for splice in splices {
        let Some(kept) = source.get(at..splice.range.start) else {
            let line = text::line_number(source, splice.range.start);
            return Err(Refusal::new(
                line,
                format!("the layout of line {line} is not one that can be edited; edit it by hand"),
            ));
        };
        result.push_str(kept);
        result.push_str(&splice.text);
        at = splice.range.end;
    }
    result.push_str(source.get(at..).unwrap_or_default());
    Ok(result)
}
