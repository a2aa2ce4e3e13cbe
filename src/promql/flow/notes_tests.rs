//! What makes no sense in an expression, and what rules of the same run record.

use super::super::Query;
use super::tests::{analysis, branches, labels};
use super::*;

#[test]
fn notes_point_at_what_makes_no_sense() {
    let notes = |text: &str| -> Vec<(String, NoteKind)> {
        let found = analysis(text).notes;
        found
            .into_iter()
            .map(|n| (n.span.slice(text).to_owned(), n.kind))
            .collect()
    };
    let only = |text: &str| {
        let found = notes(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found[0].clone()
    };
    let (part, kind) = only("sum by (a) (sum by (b) (m))");
    assert_eq!(part, "a");
    let NoteKind::ImpossibleLabel { why, .. } = kind else {
        panic!()
    };
    assert_eq!(why.span.slice("sum by (a) (sum by (b) (m))"), "by (b)");
    assert_eq!(only("m * on (a) group_left (b) sum by (a) (n)").0, "b");
    assert_eq!(only("vector(1) or sum(m)").0, "sum(m)");
    assert_eq!(only(r#"sum(m) unless n{a="x"}"#).1, NoteKind::NoEffect);
    assert!(matches!(
        only("rate(sum(o_total)[5m:1m])").1,
        NoteKind::RateOfAggregate { metric: None }
    ));
    assert!(matches!(
        only("histogram_quantile(0.9, sum by (a) (rate(h_bucket[5m])))").1,
        NoteKind::QuantileWithoutLe { .. }
    ));
    assert!(matches!(
        only(r#"m{b="x"} * on (a) group_left (b) n{b="x"}"#).1,
        NoteKind::RedundantGroupLabel { .. }
    ));
    for text in [
        "sum by (a) (m) or vector(0)",
        "m * on (a) group_left (b) n",
        "sum(rate(o_total[5m]))",
        "sum by (a) (m or sum by (a) (n))",
    ] {
        assert_eq!(notes(text), [], "{text}");
    }
}

#[test]
fn recorded_metrics_bring_what_their_rule_gives() {
    let rule = branches("sum by (a) (rate(o_total[5m]))");
    let sums = branches("sum by (a) (o_total)");
    let lookup = move |name: &str| match name {
        "r" => Recorded::of(&rule, &[("b".to_owned(), "x".to_owned())]),
        "s" => Recorded::of(&sums, &[]),
        _ => None,
    };
    let flow = |text: &str| Query::parse(text).unwrap().analyse(&lookup);
    let found = &flow("r").branches[0];
    assert_eq!(labels(found, &["a", "b", "c", NAME]), "?a +b -c +__name__");
    assert_eq!(found.labels.value("b"), Some("x"));
    let why = found.labels.cannot_have("c").unwrap();
    assert_eq!(
        (why.reason.clone(), why.span),
        (Reason::Recorded("r".to_owned()), Span::new(0, 1))
    );
    assert!(matches!(
        flow(r#"r{c="x"}"#).branches[0]
            .dead
            .as_ref()
            .unwrap()
            .reason,
        DeadReason::RecordedWithout { .. }
    ));
    assert!(matches!(
        flow("rate(s[5m])").notes[0].kind,
        NoteKind::RateOfAggregate { metric: Some(_) }
    ));
    assert!(Recorded::of(&branches("vector(0) > 1"), &[]).is_none());
}
