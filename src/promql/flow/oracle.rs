//! Compares the flow of random expressions with what Prometheus returns for them, by `promtool test rules`.
//!
//! Each expression is evaluated over several small random databases. A result that no branch allows is a false proof:
//! a label said to be impossible is there, a guaranteed one is missing, a value lies outside its bounds.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::super::Query;
use super::super::testing::{promtool, run_promtool, vector};
use super::{Branch, NAME, Presence, Returns, nothing_recorded};

const WORLDS: usize = 24;
const EXPRESSIONS: usize = 90;

/// One element of a result: its labels and its value.
type Element = (BTreeMap<String, String>, f64);

#[test]
fn prometheus_returns_nothing_that_the_flow_rules_out() {
    let Some(tool) = promtool() else {
        eprintln!("skipped: promtool is not installed");
        return;
    };
    let mut runner = TestRunner::deterministic();
    let mut draw = || vector().new_tree(&mut runner).unwrap().current();
    let queries: Vec<Query> = std::iter::repeat_with(&mut draw)
        .filter_map(|text| Query::parse(&text).ok())
        .take(WORLDS * EXPRESSIONS)
        .collect();
    let flows: Vec<Vec<Branch>> = queries.iter().map(|q| q.flow(&nothing_recorded)).collect();
    let output = run_promtool(&tool, &["test", "rules"], &document(&queries));
    let results = results(&output);
    let mut elements = 0;
    let mut wrong = Vec::new();
    for (i, (query, branches)) in queries.iter().zip(&flows).enumerate() {
        match results.get(&i) {
            // An evaluation error, such as many-to-many matching, says nothing.
            Some(Err(())) => {}
            Some(Ok(found)) => {
                elements += found.len();
                let refused = found
                    .iter()
                    .find(|e| !branches.iter().any(|b| allows(b, e)));
                wrong.extend(refused.map(|e| format!("{} gives {e:?}", query.text())));
            }
            None if branches.iter().any(|b| b.returns == Returns::Always) => {
                wrong.push(format!("{} gives nothing", query.text()));
            }
            None => {}
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    eprintln!(
        "{} expressions, {elements} elements allowed by the flow",
        queries.len()
    );
    assert!(
        elements > 200,
        "too few results to prove anything: {elements}\n{output}"
    );
}

/// Whether the branch can give the element.
fn allows(branch: &Branch, (labels, value): &Element) -> bool {
    let labels_allowed = labels.iter().all(|(label, value)| {
        branch.labels.may_have(label) && branch.labels.value(label).is_none_or(|v| v == value)
    });
    let guaranteed_there = branch
        .labels
        .known()
        .filter(|(_, l)| l.presence == Presence::Guaranteed)
        .all(|(label, _)| labels.contains_key(label));
    let bounds = branch.value;
    let value_allowed = if value.is_nan() {
        bounds.nan
    } else {
        bounds.lo <= *value && *value <= bounds.hi
    };
    branch.is_alive() && labels_allowed && guaranteed_there && value_allowed
}

/// A file for `promtool test rules`: each world has its own series and its share of the expressions.
fn document(queries: &[Query]) -> String {
    let mut runner = TestRunner::deterministic();
    let mut text = "rule_files: []\nevaluation_interval: 1m\ntests:\n".to_owned();
    for (world, share) in queries.chunks(EXPRESSIONS).enumerate() {
        text += "  - interval: 1m\n    input_series:\n";
        let chosen = proptest::collection::btree_set(0..SERIES.len(), 4..9);
        for i in chosen.new_tree(&mut runner).unwrap().current() {
            let _ = write!(
                text,
                "      - series: '{}'\n        values: '{}'\n",
                SERIES[i],
                VALUES[(i + world) % VALUES.len()]
            );
        }
        text += "    promql_expr_test:\n";
        for (i, query) in share.iter().enumerate() {
            let number = world * EXPRESSIONS + i;
            let quoted = query.text().replace('\'', "''");
            let _ = write!(
                text,
                "      - expr: '{quoted} # {number}'\n        eval_time: 8m\n        exp_samples: []\n"
            );
        }
    }
    text
}

const SERIES: [&str; 12] = [
    r#"m{a="x"}"#,
    r#"m{a="y",b="x"}"#,
    r#"m{job="x",c="y"}"#,
    r#"m{a="x",b="y",c="x",job="y"}"#,
    r#"n{a="x"}"#,
    r#"n{b="x",job="x"}"#,
    r#"n{a="y",b="x",c="x"}"#,
    r#"o_total{a="x",job="x"}"#,
    r#"o_total{}"#,
    r#"h_bucket{le="1",a="x"}"#,
    r#"h_bucket{le="+Inf",a="x"}"#,
    r#"n{}"#,
];
const VALUES: [&str; 4] = ["0+1x12", "5+0x12", "1+2x12", "0+0x12"];

/// The results by the number of their expression; without an entry there was none.
fn results(output: &str) -> BTreeMap<usize, Result<Vec<Element>, ()>> {
    let mut found = BTreeMap::new();
    let mut current = None;
    for line in output.lines().map(str::trim) {
        if line.starts_with("expr: ") {
            let number = |rest: &str| rest.split('"').next()?.trim().parse::<usize>().ok();
            current = line.rsplit_once(" # ").and_then(|(_, rest)| number(rest));
            // The error may hold ` # ` itself; the expression's own comes first.
            let own = line.split_once("\", time:").map(|(expr, _)| expr);
            current = own
                .and_then(|e| e.rsplit_once(" # "))
                .and_then(|(_, n)| number(n))
                .or(current);
            if let (Some(n), true) = (current, line.contains(", err:")) {
                found.insert(n, Err(()));
            }
        } else if let (Some(list), Some(n)) = (line.strip_prefix("got: "), current) {
            found.insert(n, Ok(list.split(", {").map(element).collect()));
        }
    }
    found
}

fn element(text: &str) -> Element {
    let (labels, value) = text
        .trim_start_matches('{')
        .rsplit_once("} ")
        .unwrap_or(("", text));
    let pairs = labels.split(", ").filter_map(|pair| pair.split_once('='));
    let labels = pairs
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    let value = value
        .trim_end_matches(',')
        .parse()
        .unwrap_or_else(|e| panic!("{text}: {e}"));
    (labels, value)
}

#[test]
fn the_oracle_reads_what_promtool_prints() {
    let output = "FAILED:\n    expr: \"m # 3\", time: 5m,\n        exp: nil\n        got: {__name__=\"m\", a=\"x\"} 6E+00, {} NaN\n    \
                  expr: \"m + m # 4\", time: 5m, err: found # 9";
    let results = results(output);
    let found = results[&3].as_ref().unwrap();
    assert_eq!(found[0].0[NAME], "m");
    assert_eq!((found[0].0["a"].as_str(), found.len()), ("x", 2));
    assert!((found[0].1 - 6.0).abs() < 1e-9 && found[1].1.is_nan());
    assert!(results[&4].is_err() && results.len() == 2);
}
