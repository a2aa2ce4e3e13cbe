//! Parsing, bounded.

use promql_parser::parser::{self, Expr};

/// Expressions longer than this are not parsed: real ones stay below 10 kB.
const MAX_LENGTH: usize = 100_000;

/// A parsed expression with its text.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    expr: Expr,
}

/// Why an expression could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SyntaxError(pub String);

impl Query {
    /// Parses an expression.
    ///
    /// # Errors
    /// When it is not PromQL, newer than the parser knows, or longer than 100 kB.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > MAX_LENGTH {
            return Err(SyntaxError(format!("longer than {MAX_LENGTH} bytes")));
        }
        let expr = parser::parse(text).map_err(SyntaxError)?;
        Ok(Self {
            text: text.to_owned(),
            expr,
        })
    }

    /// The text as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether two texts mean the same tree: equal but for white space and comments.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_and_comments_do_not_matter() {
        let a = Query::parse("sum by (job) (up) > 0").unwrap();
        let b = Query::parse("sum by(job)(up)   # all\n > 0").unwrap();
        assert!(a.same_as(&b));
        assert!(!a.same_as(&Query::parse("sum by (job) (up) > 1").unwrap()));
    }

    #[test]
    fn what_is_not_promql_is_an_error() {
        for text in ["", "sum(", "rate(up)", "{{ $x }}", "a b"] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
        assert!(Query::parse(&"(".repeat(200_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,60}") {
            let _ = Query::parse(&text).map(|q| (q.selectors(), q.up_tests(), q.is_constant()));
        }
    }
}
