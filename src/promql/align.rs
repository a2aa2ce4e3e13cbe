//! Whether the tree with places and the parser's tree are the same expression.
//!
//! Two grammars read every text. Where they agree node by node, the places of the one belong to the nodes of the other.

use std::time::{Duration, SystemTime};

use promql_parser::label::{MatchOp as Theirs, Matchers};
use promql_parser::parser::{
    AtModifier, BinModifier, Expr, LabelModifier, Offset, VectorMatchCardinality, VectorSelector,
};

use super::tree::{
    Aggregate, At, Binary, Grouping, Kind, Length, MatchOp, Named, Node, Selector, Subquery, When,
};

/// Compares the trees node by node.
pub(super) fn agrees(node: &Node, expr: &Expr) -> bool {
    match (&node.kind, expr) {
        // The parser drops a plus sign and folds a minus sign into a number.
        (
            Kind::Unary {
                minus: false,
                operand,
            },
            _,
        ) => agrees(operand, expr),
        (Kind::Unary { operand, .. }, Expr::Unary(u)) => agrees(operand, &u.expr),
        (Kind::Unary { .. }, Expr::NumberLiteral(n)) => {
            folded(node).is_some_and(|v| same(v, n.val))
        }
        (Kind::Number(value), Expr::NumberLiteral(n)) => same(*value, n.val),
        (Kind::Text(value), Expr::StringLiteral(s)) => *value == s.val,
        (Kind::Paren(inner), Expr::Paren(p)) => agrees(inner, &p.expr),
        (Kind::Selector(s), Expr::VectorSelector(v)) => s.range.is_none() && selectors(s, v),
        (Kind::Selector(s), Expr::MatrixSelector(m)) => {
            length(s.range, Some(m.range)) && selectors(s, &m.vs)
        }
        (Kind::Subquery(s), Expr::Subquery(_)) => subqueries(s, expr),
        (Kind::Call { function, args }, Expr::Call(c)) => {
            super::adapt::name_for_parser(&function.text) == c.func.name
                && args.len() == c.args.args.len()
                && args.iter().zip(&c.args.args).all(|(a, b)| agrees(a, b))
        }
        (Kind::Aggregate(a), Expr::Aggregate(_)) => aggregates(a, expr),
        (Kind::Binary(b), Expr::Binary(_)) => binaries(b, expr),
        _ => false,
    }
}

/// Signs over a number, without parentheses in between.
fn folded(node: &Node) -> Option<f64> {
    match &node.kind {
        Kind::Number(value) => Some(*value),
        Kind::Unary { minus, operand } => folded(operand).map(|v| if *minus { -v } else { v }),
        _ => None,
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan() || (a - b).abs() <= a.abs() * 1e-12
}

fn selectors(ours: &Selector, theirs: &VectorSelector) -> bool {
    let quoted = ours.name.as_ref().filter(|n| inside(ours, n));
    let name_agrees = match quoted {
        Some(_) => theirs.name.is_none(),
        None => ours.name.as_ref().map(|n| &n.text) == theirs.name.as_ref(),
    };
    name_agrees
        && matchers(ours, quoted, &theirs.matchers)
        && times(&ours.when, theirs.offset.as_ref(), theirs.at.as_ref())
}

fn inside(selector: &Selector, name: &Named) -> bool {
    selector.braces.is_some_and(|b| b.contains(name.span))
}

fn matchers(ours: &Selector, quoted: Option<&Named>, theirs: &Matchers) -> bool {
    let mut expected: Vec<(usize, &str, MatchOp, &str)> = ours
        .matchers
        .iter()
        .map(|m| {
            (
                m.span.start,
                m.label.text.as_str(),
                m.op,
                m.value.text.as_str(),
            )
        })
        .collect();
    if let Some(name) = quoted {
        expected.push((name.span.start, "__name__", MatchOp::Equal, &name.text));
        expected.sort_by_key(|m| m.0);
    }
    theirs.or_matchers.is_empty()
        && expected.len() == theirs.matchers.len()
        && expected
            .iter()
            .zip(&theirs.matchers)
            .all(|((_, label, op, value), m)| {
                let their_op = match m.op {
                    Theirs::Equal => MatchOp::Equal,
                    Theirs::NotEqual => MatchOp::NotEqual,
                    Theirs::Re(_) => MatchOp::Regex,
                    Theirs::NotRe(_) => MatchOp::NotRegex,
                };
                m.name == *label && *op == their_op && m.value == *value
            })
}

fn length(ours: Option<Length>, theirs: Option<Duration>) -> bool {
    match (ours, theirs) {
        (None, None) => true,
        (Some(a), Some(b)) => same_seconds(a.seconds, b.as_secs_f64()),
        _ => false,
    }
}

fn same_seconds(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.001 + b.abs() * 1e-9
}

fn times(ours: &When, offset: Option<&Offset>, at: Option<&AtModifier>) -> bool {
    let offset_agrees = match (ours.offset, offset) {
        (None, None) => true,
        (Some(a), Some(Offset::Pos(b))) => same_seconds(a.seconds, b.as_secs_f64()),
        (Some(a), Some(Offset::Neg(b))) => same_seconds(-a.seconds, b.as_secs_f64()),
        _ => false,
    };
    let at_agrees = match (ours.at, at) {
        (None, None) => true,
        (Some((At::Start, _)), Some(AtModifier::Start))
        | (Some((At::End, _)), Some(AtModifier::End)) => true,
        (Some((At::Seconds(a), _)), Some(AtModifier::At(b))) => same_seconds(a, seconds(*b)),
        _ => false,
    };
    offset_agrees && at_agrees
}

fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

fn subqueries(ours: &Subquery, expr: &Expr) -> bool {
    let Expr::Subquery(theirs) = expr else {
        return false;
    };
    length(Some(ours.range), Some(theirs.range))
        && length(ours.step, theirs.step)
        && times(&ours.when, theirs.offset.as_ref(), theirs.at.as_ref())
        && agrees(&ours.operand, &theirs.expr)
}

fn aggregates(ours: &Aggregate, expr: &Expr) -> bool {
    let Expr::Aggregate(theirs) = expr else {
        return false;
    };
    let params_agree = match (&ours.param, &theirs.param) {
        (None, None) => true,
        (Some(a), Some(b)) => agrees(a, b),
        _ => false,
    };
    ours.name() == theirs.op.to_string()
        && grouping(ours.grouping.as_ref(), theirs.modifier.as_ref(), "by")
        && params_agree
        && agrees(&ours.operand, &theirs.expr)
}

fn grouping(ours: Option<&Grouping>, theirs: Option<&LabelModifier>, include: &str) -> bool {
    match (ours, theirs) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            (a.keyword == include) == b.is_include() && labels(&a.labels, &b.labels().labels)
        }
        _ => false,
    }
}

fn labels(ours: &[Named], theirs: &[String]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| a.text == *b)
}

fn binaries(ours: &Binary, expr: &Expr) -> bool {
    let Expr::Binary(theirs) = expr else {
        return false;
    };
    let absent = BinModifier::default();
    let modifier = theirs.modifier.as_ref().unwrap_or(&absent);
    let group_agrees = match (&ours.group, &modifier.card) {
        (None, VectorMatchCardinality::OneToOne | VectorMatchCardinality::ManyToMany) => true,
        (Some(g), VectorMatchCardinality::ManyToOne(l)) => {
            g.keyword == "group_left" && labels(&g.labels, &l.labels)
        }
        (Some(g), VectorMatchCardinality::OneToMany(l)) => {
            g.keyword == "group_right" && labels(&g.labels, &l.labels)
        }
        _ => false,
    };
    ours.op.text() == theirs.op.to_string()
        && ours.bool_span.is_some() == modifier.return_bool
        && grouping(ours.matching.as_ref(), modifier.matching.as_ref(), "on")
        && group_agrees
        && agrees(&ours.lhs, &theirs.lhs)
        && agrees(&ours.rhs, &theirs.rhs)
}
