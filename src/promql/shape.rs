//! The shapes of expressions that checks ask about.

use promql_parser::label::{MatchOp, Matchers};
use promql_parser::parser::token::{T_EQLC, T_NEQ};
use promql_parser::parser::{BinaryExpr, Expr};

use super::Query;

/// A label matcher of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    pub label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub op: &'static str,
    pub value: String,
}

/// A vector selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// Empty when the metric's name is not given.
    pub metric: String,
    pub matchers: Vec<Matcher>,
}

/// A test of whether targets answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpTest {
    /// `absent(up{…})`: true when there is no target at all.
    NoTarget,
    /// `absent(up{…} == 1)`: true when no target answers, whether there are any or not.
    NoneAnswers,
    /// `up{…} == 0` and its relatives: true when a target is there and does not answer.
    TargetDown,
}

impl Selector {
    /// Whether its matchers for `label` accept `value`. A selector without a matcher for the label accepts all.
    #[must_use]
    pub fn accepts(&self, label: &str, value: &str) -> bool {
        self.matchers
            .iter()
            .filter(|m| m.label == label)
            .all(|m| m.accepts(value))
    }

    /// Whether it restricts `label` at all.
    #[must_use]
    pub fn restricts(&self, label: &str) -> bool {
        self.matchers.iter().any(|m| m.label == label)
    }
}

impl Matcher {
    fn accepts(&self, value: &str) -> bool {
        let regex = || {
            regex::Regex::new(&format!("^(?s:{})$", self.value)).is_ok_and(|r| r.is_match(value))
        };
        match self.op {
            "=" => self.value == value,
            "!=" => self.value != value,
            "=~" => regex(),
            _ => !regex(),
        }
    }
}

impl Query {
    /// Every vector selector, from left to right.
    #[must_use]
    pub fn selectors(&self) -> Vec<Selector> {
        let mut found = Vec::new();
        walk(self.expr(), &mut |e| {
            if let Expr::VectorSelector(s) = e {
                found.push(selector(s.name.as_deref(), &s.matchers));
            }
        });
        found
    }

    /// Every test of `up`, with the selector it tests.
    #[must_use]
    pub fn up_tests(&self) -> Vec<(UpTest, Selector)> {
        let mut found = Vec::new();
        up_tests(self.expr(), None, &mut found);
        found
    }

    /// Whether the expression reads no series: `vector(1)` and its relatives fire always or never, by design.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.selectors().is_empty()
    }

    /// Whether the expression reads the state of other alerts (`ALERTS`), as inhibitors do.
    #[must_use]
    pub fn reads_alerts(&self) -> bool {
        self.selectors().iter().any(|s| s.metric == "ALERTS")
    }
}

/// Visits every expression, parents first.
pub(super) fn walk(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    for child in children(expr) {
        walk(child, visit);
    }
    // A matrix selector holds its vector selector by value, not as an expression.
    if let Expr::MatrixSelector(m) = expr {
        visit(&Expr::VectorSelector(m.vs.clone()));
    }
}

pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Aggregate(a) => std::iter::once(&*a.expr)
            .chain(a.param.as_deref())
            .collect(),
        Expr::Unary(u) => vec![&u.expr],
        Expr::Binary(b) => vec![&b.lhs, &b.rhs],
        Expr::Paren(p) => vec![&p.expr],
        Expr::Subquery(s) => vec![&s.expr],
        Expr::Call(c) => c.args.args.iter().map(|a| &**a).collect(),
        _ => Vec::new(),
    }
}

fn selector(name: Option<&str>, matchers: &Matchers) -> Selector {
    let all = matchers
        .matchers
        .iter()
        .chain(matchers.or_matchers.iter().flatten());
    let mut metric = name.unwrap_or_default().to_owned();
    let mut kept = Vec::new();
    for m in all {
        let op = match &m.op {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Re(_) => "=~",
            MatchOp::NotRe(_) => "!~",
        };
        if m.name == "__name__" && op == "=" {
            metric.clone_from(&m.value);
        } else {
            kept.push(Matcher {
                label: m.name.clone(),
                op,
                value: m.value.clone(),
            });
        }
    }
    Selector {
        metric,
        matchers: kept,
    }
}

fn up_tests(expr: &Expr, inside: Option<UpTest>, found: &mut Vec<(UpTest, Selector)>) {
    match expr {
        Expr::VectorSelector(s) => {
            let selector = selector(s.name.as_deref(), &s.matchers);
            if selector.metric == "up" {
                found.push((inside.unwrap_or(UpTest::TargetDown), selector));
            }
        }
        Expr::Call(c) if c.func.name.starts_with("absent") => {
            for argument in &c.args.args {
                up_tests(argument, Some(UpTest::NoTarget), found);
            }
        }
        Expr::Binary(b) if inside == Some(UpTest::NoTarget) && keeps_only_answering(b) => {
            up_tests(&b.lhs, Some(UpTest::NoneAnswers), found);
            up_tests(&b.rhs, Some(UpTest::NoneAnswers), found);
        }
        _ => {
            for child in children(expr) {
                up_tests(child, inside, found);
            }
        }
    }
}

/// `up == 1` and `up != 0`, as a filter.
fn keeps_only_answering(binary: &BinaryExpr) -> bool {
    let number = |e: &Expr| {
        if let Expr::NumberLiteral(n) = e {
            Some(n.val)
        } else {
            None
        }
    };
    let constant = number(&binary.rhs).or_else(|| number(&binary.lhs));
    match binary.op.id() {
        T_EQLC => constant.is_some_and(|c| (c - 1.0).abs() < f64::EPSILON),
        T_NEQ => constant.is_some_and(|c| c.abs() < f64::EPSILON),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_of(text: &str) -> Vec<UpTest> {
        Query::parse(text)
            .unwrap()
            .up_tests()
            .into_iter()
            .map(|t| t.0)
            .collect()
    }

    #[test]
    fn both_generations_of_down_alerts_are_told_apart() {
        assert_eq!(
            tests_of(r#"absent(up{job="kube-scheduler"})"#),
            [UpTest::NoTarget]
        );
        assert_eq!(
            tests_of(r#"absent(up{job="kube-scheduler"} == 1)"#),
            [UpTest::NoneAnswers]
        );
        assert_eq!(
            tests_of(r#"absent(1 == up{job="kube-scheduler"})"#),
            [UpTest::NoneAnswers]
        );
        assert_eq!(
            tests_of(r#"up{job="kube-scheduler"} == 0"#),
            [UpTest::TargetDown]
        );
        assert_eq!(tests_of("rate(http_requests_total[5m]) > 1"), []);
    }

    #[test]
    fn job_matchers_are_evaluated_not_compared() {
        let query = Query::parse(r#"sum(up{job=~".*etcd.*"} == bool 1)"#).unwrap();
        let (_, selector) = &query.up_tests()[0];
        assert!(selector.accepts("job", "kube-etcd") && !selector.accepts("job", "kubelet"));
        assert!(selector.restricts("job") && !selector.restricts("namespace"));
    }

    #[test]
    fn constants_and_inhibitors_are_recognised() {
        assert!(Query::parse("vector(1)").unwrap().is_constant());
        assert!(!Query::parse("vector(1) and on() up").unwrap().is_constant());
        assert!(
            Query::parse(r#"ALERTS{severity="info"} == 1"#)
                .unwrap()
                .reads_alerts()
        );
        assert!(Query::parse("rate(x[5m])").unwrap().selectors()[0].metric == "x");
    }
}
