//! Whether two trees say the same, wherever their parts stand.

use super::tree::{Aggregate, Binary, Grouping, Kind, Length, Named, Node, Selector, When};

impl Node {
    /// Whether both are the same expression: equal but for white space, comments, and how numbers, durations and
    /// strings are written. The order of matchers and labels counts.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.same_but(other, &mut |_, _| None)
    }

    /// The same, but `decide` may answer for a pair of nodes.
    pub(super) fn same_but(
        &self,
        other: &Self,
        decide: &mut dyn FnMut(&Self, &Self) -> Option<bool>,
    ) -> bool {
        if let Some(decided) = decide(self, other) {
            return decided;
        }
        let (ours, theirs) = (self.children(), other.children());
        own_parts(&self.kind, &other.kind)
            && ours.len() == theirs.len()
            && ours
                .into_iter()
                .zip(theirs)
                .all(|(a, b)| a.same_but(b, decide))
    }
}

/// Whether two nodes are alike, their children aside.
fn own_parts(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Number(a), Kind::Number(b)) => {
            a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
        }
        (Kind::Text(a), Kind::Text(b)) => a == b,
        (Kind::Selector(a), Kind::Selector(b)) => selectors(a, b),
        (Kind::Subquery(a), Kind::Subquery(b)) => {
            length(Some(a.range), Some(b.range)) && length(a.step, b.step) && when(&a.when, &b.when)
        }
        (Kind::Call { function: a, .. }, Kind::Call { function: b, .. }) => a.text == b.text,
        (Kind::Aggregate(a), Kind::Aggregate(b)) => aggregates(a, b),
        (Kind::Binary(a), Kind::Binary(b)) => binaries(a, b),
        (Kind::Unary { minus: a, .. }, Kind::Unary { minus: b, .. }) => a == b,
        (Kind::Paren(_), Kind::Paren(_)) => true,
        _ => false,
    }
}

fn selectors(a: &Selector, b: &Selector) -> bool {
    a.metric() == b.metric()
        && a.matchers.len() == b.matchers.len()
        && a.matchers.iter().zip(&b.matchers).all(|(a, b)| {
            a.label.text == b.label.text && a.op == b.op && a.value.text == b.value.text
        })
        && length(a.range, b.range)
        && when(&a.when, &b.when)
}

fn length(a: Option<Length>, b: Option<Length>) -> bool {
    a.map(|l| l.seconds.to_bits()) == b.map(|l| l.seconds.to_bits())
}

fn when(a: &When, b: &When) -> bool {
    length(a.offset, b.offset) && a.at.map(|at| at.0) == b.at.map(|at| at.0)
}

fn aggregates(a: &Aggregate, b: &Aggregate) -> bool {
    a.name() == b.name()
        && a.param.is_some() == b.param.is_some()
        && groupings(a.grouping.as_ref(), b.grouping.as_ref())
}

fn groupings(a: Option<&Grouping>, b: Option<&Grouping>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.keyword == b.keyword && names(&a.labels, &b.labels),
        _ => false,
    }
}

fn names(a: &[Named], b: &[Named]) -> bool {
    a.iter().map(|n| &n.text).eq(b.iter().map(|n| &n.text))
}

fn binaries(a: &Binary, b: &Binary) -> bool {
    let fill = |x: &Binary| -> Vec<(String, u64)> {
        x.fill
            .iter()
            .map(|(word, value)| (word.text.to_ascii_lowercase(), value.to_bits()))
            .collect()
    };
    a.op == b.op
        && a.bool_span.is_some() == b.bool_span.is_some()
        && groupings(a.matching.as_ref(), b.matching.as_ref())
        && groupings(a.group.as_ref(), b.group.as_ref())
        && fill(a) == fill(b)
}
