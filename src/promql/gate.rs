//! What decides whether an expression returns anything: the question of alerts.

use promql_parser::parser::{BinaryExpr, Expr};

use super::Query;
use super::shape::{children, walk};

/// What keeps an expression from returning something for every series it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// A comparison, `absent`, `unless` or `and` on the way.
    Filters,
    /// The comparison at the root has `bool`: it returns 0 or 1, and something in any case.
    Bool,
    /// Nothing.
    Open,
}

impl Query {
    /// What keeps the expression from always returning something.
    #[must_use]
    pub fn gate(&self) -> Gate {
        let mut root = self.expr();
        while let Expr::Paren(paren) = root {
            root = &paren.expr;
        }
        match root {
            Expr::Binary(b) if b.op.is_comparison_operator() && b.return_bool() && !compared(b) => {
                Gate::Bool
            }
            _ if filters(root) => Gate::Filters,
            _ => Gate::Open,
        }
    }

    /// Whether it reads more than one sample of a series: a range, a subquery.
    #[must_use]
    pub fn has_window(&self) -> bool {
        let mut found = false;
        walk(self.expr(), &mut |e| {
            found |= matches!(e, Expr::MatrixSelector(_) | Expr::Subquery(_))
        });
        found
    }

    /// Whether it calls one of the functions.
    #[must_use]
    pub fn calls(&self, names: &[&str]) -> bool {
        let mut found = false;
        walk(self.expr(), &mut |e| {
            found |= matches!(e, Expr::Call(c) if names.contains(&c.func.name));
        });
        found
    }
}

/// Whether a side of a comparison filters already, so that the `bool` is part of something larger.
fn compared(binary: &BinaryExpr) -> bool {
    filters(&binary.lhs) || filters(&binary.rhs)
}

fn filters(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(b) if b.op.is_comparison_operator() && !b.return_bool() => true,
        Expr::Binary(b) if b.op.is_set_operator() => match b.op.to_string().as_str() {
            "or" => filters(&b.lhs) && filters(&b.rhs),
            // What the other side lacks, or has, decides.
            _ => true,
        },
        Expr::Binary(b) => compared(b),
        Expr::Call(c) if c.func.name.starts_with("absent") => true,
        // `scalar` gives NaN where there is nothing, and a vector made of it is always there.
        Expr::Call(c) if matches!(c.func.name, "scalar" | "vector") => false,
        _ => children(expr).into_iter().any(filters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_told_apart() {
        for (text, gate) in [
            ("up == 0", Gate::Filters),
            ("(sum(up) by (job) < 1)", Gate::Filters),
            ("sum(up == 0)", Gate::Filters),
            ("absent(up)", Gate::Filters),
            ("a unless b", Gate::Filters),
            ("a > 0 or b", Gate::Open),
            ("a > 0 or b > 0", Gate::Filters),
            ("up", Gate::Open),
            ("rate(x[5m]) * 100", Gate::Open),
            ("up == bool 0", Gate::Bool),
            ("(up == bool 0)", Gate::Bool),
            ("(up == bool 0) > 0", Gate::Filters),
            ("(a > 0) == bool 1", Gate::Filters),
            ("max_over_time((up == 0)[5m:])", Gate::Filters),
            ("vector(scalar(a > 1))", Gate::Open),
        ] {
            assert_eq!(Query::parse(text).unwrap().gate(), gate, "{text}");
        }
    }

    #[test]
    fn windows_and_calls_are_seen() {
        assert!(Query::parse("sum(rate(x[5m]))").unwrap().has_window());
        assert!(
            Query::parse("max_over_time(x[5m:1m])")
                .unwrap()
                .has_window()
        );
        assert!(!Query::parse("x > 1").unwrap().has_window());
        assert!(Query::parse("time() - x > 1").unwrap().calls(&["time"]));
    }
}
