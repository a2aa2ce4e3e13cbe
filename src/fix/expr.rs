//! Expressions: whether they can be used, and whether two texts say the same.

use super::refusal::{Refusal, refuse};
use crate::promql::Query;

/// Refuses an expression that does not parse and type-check.
pub(super) fn check(expr: &str) -> Result<(), Refusal> {
    match Query::parse(expr) {
        Ok(_) => Ok(()),
        Err(error) => refuse(format!("the new expression is not PromQL: {error}")),
    }
}

/// Whether two expressions are the same query, however they are laid out. Prometheus prints what it loaded in its own
/// layout and drops comments, so the text in a file rarely equals the text of its API.
pub(super) fn same(a: &str, b: &str) -> bool {
    match (a == b, Query::parse(a), Query::parse(b)) {
        (true, ..) => true,
        (_, Ok(a), Ok(b)) => a.same_as(&b),
        // Newer syntax than the parser knows: only the layout may differ.
        _ => squeeze(a) == squeeze(b),
    }
}

fn squeeze(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_do_not_matter() {
        let file = "# why\nsum(rate(x{a=\"b\"}[5m]))  by (job)\n  > 1";
        assert!(same(file, "sum by (job) (rate(x{a=\"b\"}[5m])) > 1"));
        assert!(!same(file, "sum by (job) (rate(x{a=\"b\"}[5m])) > 2"));
        assert!(same("not promql ((", "not  promql (("));
        assert!(
            !same("x{a=\"b  c\"}", "x{a=\"b c\"}"),
            "blanks within a text do matter"
        );
    }

    #[test]
    fn what_does_not_parse_is_refused() {
        assert!(check("up == 0").is_ok());
        assert!(check("up ==").is_err());
        assert!(check("rate(up)").is_err());
    }
}
