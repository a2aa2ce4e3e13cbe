//! What a document's own indentation looks like.

use super::emit::Layout;
use super::text;
use super::tree::{Document, Kind, Node};

/// Counts how children are indented and takes the most frequent habit.
#[derive(Default)]
struct Census {
    steps: [usize; 9],
    dashes: [usize; 9],
}

impl Layout {
    /// The habits around `near`: those of `near` itself where it shows any, else the most
    /// frequent ones of the document, else two spaces.
    pub(super) fn of(source: &str, document: &Document, near: Option<&Node>) -> Self {
        let mut whole = Census::default();
        if let Some(root) = &document.root {
            root.walk(&mut |node| whole.count(source, node));
        }
        let mut local = Census::default();
        if let Some(near) = near {
            local.count(source, near);
        }
        let step = mode(&local.steps)
            .or_else(|| mode(&whole.steps))
            .unwrap_or(2)
            .max(1);
        let dash = mode(&local.dashes)
            .or_else(|| mode(&whole.dashes))
            .unwrap_or(step);
        Self { step, dash }
    }
}

impl Census {
    fn count(&mut self, source: &str, node: &Node) {
        let Kind::Mapping(mapping) = &node.kind else {
            return;
        };
        if mapping.flow {
            return;
        }
        for entry in &mapping.entries {
            if !entry.value.is_block_collection() {
                continue;
            }
            let (column, counts) = match &entry.value.kind {
                Kind::Sequence(_) => (dash_column(source, entry.key.span.end), &mut self.dashes),
                _ => (Some(entry.value.start.column), &mut self.steps),
            };
            let offset = column.and_then(|it| it.checked_sub(entry.key.start.column));
            if let Some(count) = offset.and_then(|it| counts.get_mut(it)) {
                *count += 1;
            }
        }
    }
}

fn dash_column(source: &str, key_end: usize) -> Option<usize> {
    let dash = first_dash(source, key_end)?;
    Some(text::column(source, dash) + 1)
}

/// The first dash of the list that is the value of the key that ends at `key_end`.
fn first_dash(source: &str, key_end: usize) -> Option<usize> {
    let colon = text::skip_blanks(source, key_end);
    let mut at = text::skip_trivia(source, colon + 1);
    while matches!(source.as_bytes().get(at), Some(b'&' | b'!')) {
        at += source[at..].find(char::is_whitespace)?;
        at = text::skip_trivia(source, at);
    }
    (source.as_bytes().get(at) == Some(&b'-')).then_some(at)
}

/// The most frequent index; the smaller one of equals.
fn mode(counts: &[usize]) -> Option<usize> {
    let best = counts.iter().copied().max().filter(|it| *it > 0)?;
    counts.iter().position(|it| *it == best)
}
