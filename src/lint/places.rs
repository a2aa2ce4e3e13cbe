//! From bytes to lines and columns, through values that hold texts of their own.

use crate::model::{Run, Span, TextPlace};
use crate::yaml::{Node, ScalarStyle};

/// Where the bytes of a text stand in the file.
pub(super) enum Places<'s> {
    /// The text is the file.
    File { text: &'s str, lines: Vec<usize> },
    /// The text is a value in another one: pairs of offsets in both, each the start of bytes that go together.
    Value {
        pairs: Vec<(usize, usize)>,
        outer: &'s Self,
    },
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'s> Places<'s> {
    pub(super) fn of_file(text: &'s str) -> Self {
        let breaks = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .map(|(at, _)| at + 1);
        let first = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self::File {
            text,
            lines: std::iter::once(first).chain(breaks).collect(),
        }
    }

    /// The places of the text that `node`, a scalar of `source`, holds.
    pub(super) fn of_value(source: &str, node: &Node, outer: &'s Self) -> Self {
        Self::Value {
            pairs: aligned(source, node),
            outer,
        }
    }

    /// Line and column of a byte.
    fn at(&self, byte: usize) -> (u32, u32) {
        match self {
            Self::File { text, lines } => {
                let line = lines.partition_point(|start| *start <= byte).max(1);
                let start = lines.get(line - 1).copied().unwrap_or_default();
                let column = text.get(start..byte).map_or(0, |t| t.chars().count());
                (number(line), number(column + 1))
            }
            Self::Value { pairs, outer } => {
                let before = pairs.partition_point(|pair| pair.0 <= byte);
                let pair = before
                    .checked_sub(1)
                    .and_then(|i| pairs.get(i))
                    .or(pairs.first());
                outer.at(pair.map_or(0, |(inner, out)| out + byte.saturating_sub(*inner)))
            }
        }
    }

    /// The place of a stretch of bytes.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let (line, column) = self.at(from);
        let last = to.saturating_sub(1).max(from);
        let (end_line, end_column) = self.at(last);
        Span {
            line,
            column,
            end_line,
            end_column: end_column + u32::from(to > from),
        }
    }

    /// The place of a node; of a block scalar its content.
    pub(super) fn node(&self, source: &str, node: &Node) -> Span {
        let content = node
            .as_scalar()
            .and_then(|s| s.block.as_ref())
            .map(|b| b.content.clone());
        let range = content
            .filter(|c| !c.is_empty())
            .unwrap_or_else(|| node.span.clone());
        let text = source.get(range.clone()).unwrap_or_default();
        let start = range.start + (text.len() - text.trim_start_matches(BLANKS).len());
        let end = range.end - (text.len() - text.trim_end_matches(BLANKS).len());
        if start >= end {
            self.span(range.start, range.end)
        } else {
            self.span(start, end)
        }
    }

    /// The place of every character of a scalar.
    pub(super) fn text(&self, source: &str, node: &Node) -> TextPlace {
        let runs = aligned(source, node).into_iter().map(|(text, byte)| {
            let (line, column) = self.at(byte);
            Run {
                text: number(text),
                line,
                column,
            }
        });
        TextPlace {
            span: self.node(source, node),
            runs: runs.collect(),
        }
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Pairs of offsets, in the value and in the source, from which on both go on byte by byte.
fn aligned(source: &str, node: &Node) -> Vec<(usize, usize)> {
    let Some(scalar) = node.as_scalar() else {
        return Vec::new();
    };
    match scalar.style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inside = node.span.start + 1..node.span.end.saturating_sub(1);
            let written = source.get(inside.clone()).unwrap_or_default();
            quoted(
                &scalar.text,
                written,
                inside.start,
                scalar.style == ScalarStyle::DoubleQuoted,
            )
        }
        _ => {
            let range = scalar
                .block
                .as_ref()
                .map_or(node.span.clone(), |b| b.content.clone());
            let written = source.get(range.clone()).unwrap_or_default();
            by_lines(&scalar.text, written, range.start)
        }
    }
}

/// Block and plain scalars: folding and indentation change nothing but blanks, so that each line's words are found
/// in the value one after the other.
fn by_lines(text: &str, written: &str, offset: usize) -> Vec<(usize, usize)> {
    let (mut pairs, mut at, mut start) = (Vec::new(), 0, offset);
    for line in written.split_inclusive('\n') {
        let words = line.trim_matches(BLANKS);
        let here = start + (line.len() - line.trim_start_matches(BLANKS).len());
        start += line.len();
        if words.is_empty() {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        at += rest.len() - rest.trim_start_matches(BLANKS).len();
        if !text.get(at..).is_some_and(|rest| rest.starts_with(words)) {
            break;
        }
        pairs.push((at, here));
        at += words.len();
    }
    pairs
}

/// Quoted scalars, character by character.
fn quoted(text: &str, written: &str, offset: usize, double: bool) -> Vec<(usize, usize)> {
    let (mut pairs, mut at, mut i) = (vec![(0, offset)], 0, 0);
    let char_at = |at: usize| {
        text.get(at..)
            .and_then(|t| t.chars().next())
            .map_or(0, char::len_utf8)
    };
    while let Some(c) = written.get(i..).and_then(|w| w.chars().next()) {
        let rest = written.get(i..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches(BLANKS).len();
        if blanks > 0 && rest.get(..blanks).is_some_and(|b| b.contains('\n')) {
            // A folded line break: however it is written, it is blanks in the value too.
            i += blanks;
            let value = text.get(at..).unwrap_or_default();
            at += value.len() - value.trim_start_matches(BLANKS).len();
        } else if double && c == '\\' {
            let next = rest.chars().nth(1);
            if matches!(next, Some('\n' | '\r')) {
                let after = rest.get(1..).unwrap_or_default();
                i += 1 + after.len() - after.trim_start_matches(BLANKS).len();
            } else {
                let digits = match next {
                    Some('x') => 2,
                    Some('u') => 4,
                    Some('U') => 8,
                    _ => 0,
                };
                i += 1 + next.map_or(0, char::len_utf8) + digits;
                at += char_at(at);
            }
        } else if !double && rest.starts_with("''") {
            i += 2;
            at += 1;
        } else {
            i += c.len_utf8();
            at += c.len_utf8();
            continue;
        }
        pairs.push((at, offset + i));
    }
    pairs
}
