//! Edits inside an expression, proved.
//!
//! Bytes are replaced, nothing is printed: comments, line breaks and order stay. The result is parsed again and compared
//! with the tree before: only the part that was meant may differ.

use super::parse::{Query, SyntaxError};
use super::span::Span;
use super::tree::Node;

/// Why an edit was refused. The expression is left as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the span {0} is no part of the expression")]
    OutOfPlace(Span),
    /// It begins inside one operand and ends inside another.
    #[error("the span {0} cuts through an operand")]
    CutsThrough(Span),
    #[error("two edits overlap")]
    Overlap,
    #[error("the result is not PromQL: {0}")]
    NotPromQl(SyntaxError),
    /// The operands around it would belong together differently, or the replacement is not taken as a whole.
    #[error("more than the replaced part would change")]
    ChangesMore,
}

impl Query {
    /// Replaces the bytes of `span`: an operand as a whole, or words that belong to one operand (a matcher, a duration,
    /// a label, an operator). An empty span inserts.
    ///
    /// # Errors
    /// When the result is not PromQL, or when anything else would mean something else.
    pub fn replaced(&self, span: Span, replacement: &str) -> Result<Self, Refused> {
        let text = self.text();
        let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else {
            return Err(Refused::OutOfPlace(span));
        };
        let owner = self
            .root()
            .covering(span)
            .ok_or(Refused::OutOfPlace(span))?;
        let edited =
            Self::parse(&[before, replacement, after].concat()).map_err(Refused::NotPromQl)?;
        let proved = if owner.span == span {
            let meant = Self::parse(replacement).map_err(Refused::NotPromQl)?;
            differs_only_at(self.root(), edited.root(), owner, |new| {
                new.same_as(meant.root())
            })
        } else {
            if owner.children().iter().any(|c| overlap(c.span, span)) {
                return Err(Refused::CutsThrough(span));
            }
            differs_only_at(self.root(), edited.root(), owner, |new| {
                same_children(owner, new)
            })
        };
        if proved {
            Ok(edited)
        } else {
            Err(Refused::ChangesMore)
        }
    }

    /// Replaces several parts that do not overlap, each proved by itself.
    ///
    /// # Errors
    /// As [`Query::replaced`]; when one edit is refused, all are.
    pub fn replaced_all(&self, edits: &[(Span, &str)]) -> Result<Self, Refused> {
        let mut edits = edits.to_vec();
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
        if edits.windows(2).any(|pair| pair[1].0.end > pair[0].0.start) {
            return Err(Refused::Overlap);
        }
        // From the end to the start, so that the places of those to come stay right.
        edits
            .into_iter()
            .try_fold(self.clone(), |query, (span, text)| {
                query.replaced(span, text)
            })
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || b.is_empty() && a.start < b.start && b.start < a.end
}

/// Whether the trees are the same but for `part`, whose counterpart satisfies `meant`.
fn differs_only_at(old: &Node, new: &Node, part: &Node, meant: impl Fn(&Node) -> bool) -> bool {
    old.same_but(new, &mut |a, b| std::ptr::eq(a, part).then(|| meant(b)))
}

/// An edit of a node's own words leaves its kind and its operands alone.
fn same_children(old: &Node, new: &Node) -> bool {
    let (ours, theirs) = (old.children(), new.children());
    std::mem::discriminant(&old.kind) == std::mem::discriminant(&new.kind)
        && ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(a, b)| a.same_as(b))
}

#[cfg(test)]
mod tests {
    use super::super::testing::vector;
    use super::*;
    use proptest::prelude::*;

    fn replace(text: &str, part: &str, by: &str) -> Result<String, Refused> {
        let start = text.find(part).unwrap();
        let span = Span::new(start, start + part.len());
        Query::parse(text)
            .unwrap()
            .replaced(span, by)
            .map(|q| q.text().to_owned())
    }

    #[test]
    fn only_the_meant_part_changes() {
        for (text, part, by, result) in [
            (
                "rate(x[5m]) # why\n > 0.5",
                "0.5",
                "0.75",
                "rate(x[5m]) # why\n > 0.75",
            ),
            ("rate(x[5m]) > 1", "5m", "15m", "rate(x[15m]) > 1"),
            (
                "up{job=~\"a\",b=\"c\"}",
                "job=~\"a\"",
                "job=\"a\"",
                "up{job=\"a\",b=\"c\"}",
            ),
            (
                "up{a=\"b\", job=~\".*\"}",
                ", job=~\".*\"",
                "",
                "up{a=\"b\"}",
            ),
            ("sum(x) > bool 1", " bool", "", "sum(x) > 1"),
            (
                "holt_winters(x[5m],.1,.1)",
                "holt_winters",
                "double_exponential_smoothing",
                "double_exponential_smoothing(x[5m],.1,.1)",
            ),
            ("sum by (a, b) (x)", "a, b", "a", "sum by (a) (x)"),
            ("a * (b + c)", "(b + c)", "d", "a * d"),
            ("a > 1", ">", ">=", "a >= 1"),
            (
                "up == 0",
                "up",
                "max_over_time(up[5m])",
                "max_over_time(up[5m]) == 0",
            ),
            (
                "é{a=\"b\"}".trim_start_matches('é'),
                "\"b\"",
                "\"é\"",
                "{a=\"é\"}",
            ),
        ] {
            assert_eq!(replace(text, part, by).as_deref(), Ok(result), "{text}");
        }
    }

    #[test]
    fn what_would_change_more_is_refused() {
        assert_eq!(replace("a * b", "b", "c + d"), Err(Refused::ChangesMore));
        assert_eq!(
            replace("a * b", "b", "b) # "),
            Err(Refused::NotPromQl(Query::parse("a * b) # ").unwrap_err()))
        );
        assert_eq!(
            replace("a * b + c", "*", "> bool"),
            Err(Refused::ChangesMore)
        );
        assert!(matches!(
            replace("rate(x[5m])", "x[5m]", "x"),
            Err(Refused::NotPromQl(_))
        ));
        assert!(matches!(
            replace("a + b * c", "a + b", "d"),
            Err(Refused::CutsThrough(_))
        ));
        assert!(replace("a + b", "b", "b # ").is_ok());
        assert!(matches!(
            replace("a > 1 or b", "1", "1 # "),
            Err(Refused::ChangesMore)
        ));
        let query = Query::parse("a + b").unwrap();
        assert!(matches!(
            query.replaced(Span::new(3, 99), "c"),
            Err(Refused::OutOfPlace(_))
        ));
        let twice = [(Span::new(0, 1), "x"), (Span::new(0, 5), "y")];
        assert_eq!(query.replaced_all(&twice).unwrap_err(), Refused::Overlap);
    }

    #[test]
    fn several_edits_are_made_from_the_end() {
        let query = Query::parse("rate(x[1m]) / rate(y[1m])").unwrap();
        let edits = [(Span::new(7, 9), "10m"), (Span::new(21, 23), "10m")];
        assert_eq!(
            query.replaced_all(&edits).unwrap().text(),
            "rate(x[10m]) / rate(y[10m])"
        );
    }

    proptest! {
        #[test]
        fn any_operand_can_be_replaced_by_itself_in_parentheses(text in vector(), pick in 0_usize..40) {
            let Ok(query) = Query::parse(&text) else { return Ok(()) };
            let mut nodes = Vec::new();
            query.root().walk(&mut |n| nodes.push(n.span));
            let span = nodes[pick % nodes.len()];
            let slice = span.slice(&text);
            let unchanged = query.replaced(span, slice).unwrap();
            prop_assert_eq!(unchanged.text(), text.as_str());
            if let Ok(wrapped) = query.replaced(span, &format!("({slice})")) {
                prop_assert_eq!(wrapped.text().len(), text.len() + 2);
            }
        }

        #[test]
        fn no_edit_panics(text in vector(), start in 0_usize..60, len in 0_usize..20, by in "[ -~é]{0,6}") {
            if let Ok(query) = Query::parse(&text) {
                let _ = query.replaced(Span::new(start, start + len), &by);
            }
        }
    }
}
