//! Constructs one by one, with expectations written by hand.

use super::super::Query;
use super::*;

fn analysis(text: &str) -> Analysis {
    Query::parse(text)
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .analyse(&nothing_recorded)
}

fn branches(text: &str) -> Vec<Branch> {
    analysis(text).branches
}

/// `+a` guaranteed, `-a` impossible, `?a` possible, `*` open, in the order asked.
fn labels(branch: &Branch, asked: &[&str]) -> String {
    let mut shown: Vec<String> = asked
        .iter()
        .map(|label| {
            let sign = match branch.labels.get(label).presence {
                Presence::Guaranteed => '+',
                Presence::Possible => '?',
                Presence::Impossible => '-',
            };
            format!("{sign}{label}")
        })
        .collect();
    if !branch.labels.is_closed() {
        shown.push("*".to_owned());
    }
    shown.join(" ")
}

#[track_caller]
fn gives(text: &str, expected: &[&str]) {
    let found: Vec<String> = branches(text)
        .iter()
        .map(|b| labels(b, &["a", "b", "c", NAME]))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn matchers_decide_over_labels() {
    gives("m", &["?a ?b ?c +__name__ *"]);
    gives(r#"m{a="x",b="",c!=""}"#, &["+a -b +c +__name__ *"]);
    gives(r#"m{a=~"x|y",b=~".*",c!~".+"}"#, &["+a ?b -c +__name__ *"]);
    gives(r#"m{a!="x",b!~"|x",c=~"|x"}"#, &["?a +b ?c +__name__ *"]);
    let found = branches(r#"m{a="x"}"#);
    assert_eq!(found[0].labels.value("a"), Some("x"));
    assert_eq!(found[0].labels.value(NAME), Some("m"));
}

#[test]
fn aggregations_keep_what_they_name() {
    gives("sum(m)", &["-a -b -c -__name__"]);
    gives(r#"sum by (a, b) (m{a="x"})"#, &["+a ?b -c -__name__"]);
    gives("max without (a) (m)", &["-a ?b ?c -__name__ *"]);
    gives("sum by (a) (sum without (a) (m))", &["-a -b -c -__name__"]);
    gives("topk by (a) (2, m)", &["?a ?b ?c +__name__ *"]);
    gives("limitk(2, m)", &["?a ?b ?c +__name__ *"]);
    gives(r#"count_values("a", m)"#, &["+a -b -c -__name__"]);
    gives("count by (__name__) (m)", &["-a -b -c +__name__"]);
}

#[test]
fn functions_drop_names_and_buckets() {
    gives("rate(m[5m])", &["?a ?b ?c -__name__ *"]);
    gives("last_over_time(m[5m])", &["?a ?b ?c +__name__ *"]);
    gives(
        "max_over_time(sum by (a) (m)[5m:1m])",
        &["?a -b -c -__name__"],
    );
    gives("sort_desc(m)", &["?a ?b ?c +__name__ *"]);
    gives("vector(1)", &["-a -b -c -__name__"]);
    gives("time()", &["-a -b -c -__name__"]);
    gives("hour()", &["-a -b -c -__name__"]);
    let quantile = branches("histogram_quantile(0.9, sum by (le, a) (rate(h_bucket[5m])))");
    assert_eq!(labels(&quantile[0], &["le", "a", "b"]), "-le ?a -b");
    gives("info(sum by (a) (m))", &["?a ?b ?c ?__name__ *"]);
    gives(r#"info(sum by (a) (m), {b="x"})"#, &["?a ?b -c -__name__"]);
}

#[test]
fn label_functions_write_labels() {
    gives(
        r#"label_replace(sum(m), "a", "x", "", "")"#,
        &["+a -b -c -__name__"],
    );
    gives(
        r#"label_replace(m, "a", "", "b", ".*")"#,
        &["-a ?b ?c +__name__ *"],
    );
    gives(
        r#"label_replace(m{b="y"}, "a", "$1", "b", "(.*)")"#,
        &["+a +b ?c +__name__ *"],
    );
    gives(
        r#"label_replace(sum(m), "a", "$1", "b", "(.+)")"#,
        &["-a -b -c -__name__"],
    );
    gives(
        r#"label_replace(sum by (b) (m), "a", "$1", "b", "(.+)")"#,
        &["?a ?b -c -__name__"],
    );
    gives(
        r#"label_replace(m{a="x"}, "a", "", "b", "y")"#,
        &["?a ?b ?c +__name__ *"],
    );
    gives(
        r#"label_replace(m, "a", "$1x", "b", "(.*)")"#,
        &["?a ?b ?c +__name__ *"],
    );
    gives(
        r#"label_replace(m, "a", "x$1", "b", "(.*)")"#,
        &["+a ?b ?c +__name__ *"],
    );
    gives(
        r#"label_join(sum by (b) (m), "a", "-", "b", "c")"#,
        &["+a ?b -c -__name__"],
    );
    gives(
        r#"label_join(sum(m), "a", "", "b")"#,
        &["-a -b -c -__name__"],
    );
}

#[test]
fn absent_gives_the_labels_of_equality_matchers() {
    gives(r#"absent(m{a="x",b=~"y"})"#, &["+a -b -c -__name__"]);
    gives(r#"absent_over_time(m{a="x"}[5m])"#, &["+a -b -c -__name__"]);
    gives(r#"absent(sum(m{a="x"}))"#, &["-a -b -c -__name__"]);
    gives(r#"absent(m{a="x",a="y"})"#, &["?a -b -c -__name__"]);
    let dead = &branches("absent(vector(1))")[0];
    assert_eq!(
        dead.dead.as_ref().unwrap().reason,
        DeadReason::ArgumentAlways
    );
    assert_eq!(
        branches("absent(vector(1) > 2)")[0].returns,
        Returns::Always
    );
}

#[test]
fn matching_decides_over_labels() {
    gives(
        "sum by (a, b) (m) / on (a) sum by (a) (n)",
        &["?a -b -c -__name__"],
    );
    gives(r#"m{a="x"} / ignoring (b) n"#, &["+a -b ?c -__name__ *"]);
    gives("m * on (a) group_left (b) n", &["?a ?b ?c -__name__ *"]);
    gives(
        "m * on (a) group_left (b) sum by (a) (n)",
        &["?a -b ?c -__name__ *"],
    );
    gives(
        "sum by (a) (m) * on (a) group_right () n",
        &["?a ?b ?c -__name__ *"],
    );
    gives("m > n", &["?a ?b ?c +__name__ *"]);
    gives("m > bool n", &["?a ?b ?c -__name__ *"]);
    gives("m > on (a) n", &["?a -b -c -__name__"]);
    // Equal in all labels: what one side lacks the other cannot have.
    gives("m / sum by (a) (n)", &["?a -b -c -__name__"]);
    gives("m > 1", &["?a ?b ?c +__name__ *"]);
    gives("m * 2", &["?a ?b ?c -__name__ *"]);
    gives("-m", &["?a ?b ?c -__name__ *"]);
}

#[test]
fn sets_make_and_restrict_branches() {
    gives(
        "sum by (a) (m) or vector(0)",
        &["?a -b -c -__name__", "-a -b -c -__name__"],
    );
    gives(r#"m and on (a) n{a="x"}"#, &["+a ?b ?c +__name__ *"]);
    gives("m and sum by (a) (n)", &["?a -b -c +__name__"]);
    gives(r#"m unless on (a) n{a="x"}"#, &["?a ?b ?c +__name__ *"]);
    gives(
        "(m or n) and on (a) sum(o)",
        &["-a ?b ?c +__name__ *", "-a ?b ?c +__name__ *"],
    );
}

#[test]
fn what_can_never_match_is_dead() {
    let dead = |text: &str| {
        let found = branches(text);
        assert!(found.iter().all(|b| b.returns == Returns::Never), "{text}");
        found[0].dead.clone().unwrap().reason
    };
    let label = || "a".to_owned();
    let no_match = || DeadReason::NoMatch { label: label() };
    assert_eq!(dead(r#"m{a="x"} / on (a) n{a="y"}"#), no_match());
    assert_eq!(dead(r#"m{a="x"} and sum(n)"#), no_match());
    assert_eq!(
        dead(r#"m{a="x"} * on (a) group_left () sum(n)"#),
        no_match()
    );
    assert_eq!(dead("vector(0) > 1"), DeadReason::Comparison);
    assert_eq!(dead("count(m) < 1"), DeadReason::Comparison);
    assert_eq!(dead("m > 5 < 3"), DeadReason::Comparison);
    assert_eq!(dead("up > 1"), DeadReason::Comparison);
    assert_eq!(dead("m unless on () vector(1)"), DeadReason::UnlessAlways);
    assert_eq!(dead("m and (vector(1) > 2)"), DeadReason::OtherSideNever);
    assert_eq!(
        dead(r#"m{a="x",a!="x"}"#),
        DeadReason::Matchers { label: label() }
    );
    assert_eq!(
        dead(r#"m{a="x",a=~"y|z"}"#),
        DeadReason::Matchers { label: label() }
    );
}

#[test]
fn certainty_survives_only_what_cannot_stop_it() {
    let returns = |text: &str| branches(text)[0].returns;
    for text in [
        "vector(1)",
        "time()",
        "vector(1) > 0",
        "sum(vector(1))",
        "vector(scalar(m))",
        "1 > bool 2",
        "vector(2) and on () vector(1)",
        "vector(1) * 2",
        "vector(1) + vector(2)",
        "absent(vector(0) > 1)",
    ] {
        assert_eq!(returns(text), Returns::Always, "{text}");
    }
    for text in [
        "m",
        "vector(1) and m",
        "vector(1) > on () m",
        "vector(time()) > 5",
        "max_over_time(vector(1)[5m:])",
        "topk(0, vector(1))",
        "vector(1) unless m",
        "absent(m)",
    ] {
        assert_eq!(returns(text), Returns::Sometimes, "{text}");
    }
}

#[test]
fn gates_say_what_is_compared() {
    let gate = |text: &str| branches(text)[0].gate.clone().unwrap();
    let simple = gate("rate(m[5m]) > 0.5");
    assert_eq!(
        (simple.op, simple.constant, simple.constant_left),
        (Op::Gt, Some(0.5), false)
    );
    let mirrored = gate("0.5 < rate(m[5m])");
    assert_eq!(
        (mirrored.op, mirrored.constant, mirrored.constant_left),
        (Op::Gt, Some(0.5), true)
    );
    assert_eq!(gate("m > 60 * 60").constant, Some(3600.0));
    assert!(gate("m > bool 1").is_bool && !branches("m > bool 1")[0].is_gated());
    assert_eq!(gate("count(m) > 0").verdict, Some(true));
    assert_eq!(gate("m > n").constant, None);
    let found = branches("(m > 1) * on (a) (n == 2)");
    assert_eq!(found[0].gate.as_ref().unwrap().op, Op::Gt);
    assert_eq!(found[0].conditions[0].op, Op::Eq);
    assert!(branches("m and n > 1")[0].is_gated());
    assert!(!branches("m and n")[0].is_gated());
    assert!(branches("sum(m > 1)")[0].is_gated());
}

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

#[test]
fn branches_stay_few() {
    let wide = ["(m or n)"; 12].join(" * ");
    assert!(branches(&wide).len() <= 48);
    let gated = ["(m > 1 or n)"; 12].join(" * ");
    assert!(!branches(&gated).is_empty());
}
