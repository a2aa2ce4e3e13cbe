//! Finds the header and the content lines of a block scalar, which the parser reports from its
//! first content character to somewhere behind its end.

use std::ops::Range;

use super::text;
use super::tree::{BlockSpans, Node, Position};

/// A block scalar found in the source.
pub(super) struct Located {
    pub(super) spans: BlockSpans,
    /// The position of the header.
    pub(super) start: Position,
}

impl Located {
    /// The offset behind the last byte of the scalar.
    pub(super) fn end(&self) -> usize {
        self.spans.header.end.max(self.spans.content.end)
    }

    /// The position of [`Located::end`].
    pub(super) fn end_position(&self, source: &str) -> Position {
        let lines = text::line_number(&source[self.spans.header.start..self.end()], usize::MAX) - 1;
        Position {
            line: self.start.line + lines,
            column: text::column(source, self.end()) + 1,
        }
    }
}

/// Locates the block scalar that the parser reported as `node`; everything before `previous`
/// belongs to earlier tokens.
pub(super) fn locate(source: &str, previous: usize, node: &Node) -> Located {
    let header = header(source, previous, node);
    let start = Position {
        line: node.start.line - lines_between(source, header.start, node.span.start),
        column: text::column(source, header.start) + 1,
    };
    let first = text::next_line(source, header.end);
    let keep = source[header.clone()].contains('+');
    let end = content_end(source, first, node.span.end.max(first), keep);
    let content = if end > first || keep {
        first.min(end)..end
    } else {
        header.end..header.end
    };
    let indent = if content.is_empty() {
        0
    } else {
        text::column(source, node.span.start)
    };
    Located {
        spans: BlockSpans {
            header,
            content,
            indent,
        },
        start,
    }
}

fn lines_between(source: &str, from: usize, to: usize) -> usize {
    source.as_bytes()[from..to.max(from)]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// The header token: the first `|` or `>` behind everything that is known to precede it.
fn header(source: &str, previous: usize, node: &Node) -> Range<usize> {
    let properties = [&node.anchor, &node.tag]
        .into_iter()
        .flatten()
        .map(|it| it.span.end);
    let mut at = properties.fold(previous, usize::max);
    loop {
        at = text::skip_trivia(source, at);
        match source.as_bytes().get(at) {
            Some(b'|' | b'>') => break,
            // An anchor is reported after its node, so its token is still in the way.
            Some(b'&' | b'!') => {
                at += source[at..]
                    .find([' ', '\t', '\r', '\n'])
                    .unwrap_or(source.len() - at);
            }
            Some(_) => at += source[at..].chars().next().map_or(1, char::len_utf8),
            None => return node.span.start..node.span.start,
        }
    }
    let length = source[at + 1..]
        .bytes()
        .take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'))
        .count();
    at..at + 1 + length
}

/// The end of the last content line without its line break. Blank lines at the end are content
/// only when the header says keep (`+`).
fn content_end(source: &str, first: usize, reported: usize, keep: bool) -> usize {
    let reported = reported.min(source.len());
    let content = &source[first.min(reported)..reported];
    // The report may run into the indentation of the next token.
    let complete = match content.rfind('\n') {
        Some(newline) if content[newline + 1..].trim_matches([' ', '\t']).is_empty() => newline + 1,
        _ => content.len(),
    };
    let content = &content[..complete];
    let kept = if keep {
        let content = content.strip_suffix('\n').unwrap_or(content);
        content.strip_suffix('\r').unwrap_or(content)
    } else {
        let text = content.trim_end_matches([' ', '\t', '\r', '\n']);
        // Blanks that end a content line are part of the content.
        &content[..text::line_end(content, text.len())]
    };
    if kept.trim_matches([' ', '\t', '\r', '\n']).is_empty() && !keep {
        return first;
    }
    first + kept.len()
}
