//! Tests over whole expressions: places, corpus, hostile input.

use promql_parser::parser;
use proptest::prelude::*;

use super::testing::{corpus, vector};
use super::tree::{Kind, Node};
use super::{Query, Span, SyntaxError, adapt, align, token};

fn parse(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// Each node's slice of the text, parsed by itself by the other parser, is that node.
fn assert_slices_agree(query: &Query) {
    query.root().walk(&mut |node| {
        let slice = node.span.slice(query.text());
        let adapted = adapt::for_parser(slice, &token::tokens(slice).0).into_owned();
        let alone =
            parser::parse(&adapted).unwrap_or_else(|e| panic!("{slice}: {e} in {}", query.text()));
        assert!(align::agrees(node, &alone), "{slice} in {}", query.text());
        assert_tokens_in_place(node, query.text());
    });
}

/// The words a check underlines are those of the text.
fn assert_tokens_in_place(node: &Node, text: &str) {
    let is =
        |span: Span, word: &str| assert_eq!(span.slice(text).to_ascii_lowercase(), word, "{text}");
    match &node.kind {
        Kind::Selector(s) => {
            for m in &s.matchers {
                is(m.op_span, m.op.text());
                assert!(m.label.span.slice(text).contains(m.label.text.as_str()));
                assert!(s.braces.unwrap().contains(m.span) && m.span.contains(m.value.span));
            }
        }
        Kind::Binary(b) => {
            is(b.op_span, b.op.text());
            for g in b.matching.iter().chain(&b.group) {
                is(g.keyword_span, g.keyword);
            }
            b.bool_span.into_iter().for_each(|s| is(s, "bool"));
        }
        Kind::Aggregate(a) => {
            is(a.op.span, &a.name());
            for label in a.grouping.iter().flat_map(|g| &g.labels) {
                assert!(label.span.slice(text).contains(label.text.as_str()));
            }
        }
        Kind::Call { function, .. } => is(function.span, &function.text),
        _ => {}
    }
}

fn error(text: &str) -> SyntaxError {
    Query::parse(text).expect_err(text)
}

#[test]
fn every_part_knows_its_place() {
    for text in [
        r#"sum by (job, "a.b") (rate(http_requests_total{code=~"5..", job!='x'}[5m] offset 1h @ 100)) # why"#,
        "topk(3, x) without (a,)",
        "a + on (x) group_left (y) b * -c ^ 2 ^ d",
        "- 1 ^ 2 + - min_over_time(foo[5m:1m] @ end() offset -5m)",
        "a > bool on() b or c unless ignoring (x) d and e",
        "a + fill(0) b + on(x) fill_left(-1) fill_right(+2) c",
        r#"{"metric.name", "quoted label"="x"} > 1"#,
        r#"{a="b", "m",}"#,
        "start() + end() + time()",
        "label_replace(up, \"a\", `\\d$1`, 'b', \"(.*)\")",
        "holt_winters(x[5m], 0.1, 0.1)",
        "quantile_over_time(0.9, (sum(x))[1h30m:])",
        "SUM BY (x) (Y) OR vector(NaN) == INF",
        "sum + by + avg",
        "rate(foo[300]) == 1m",
        "x atan2 y % z / 0x1F",
        "min without () (x)",
    ] {
        assert_slices_agree(&parse(text));
    }
}

#[test]
fn signs_and_powers_bind_as_in_prometheus() {
    let root = |text: &str| parse(text).root().clone();
    assert!(matches!(root("-a ^ 2").kind, Kind::Unary { .. }));
    assert!(matches!(root("-a * 2").kind, Kind::Binary(_)));
    let Kind::Binary(b) = root("a ^ b ^ c").kind else {
        panic!()
    };
    assert!(matches!(b.rhs.kind, Kind::Binary(_)));
    let Kind::Binary(b) = root("a - b - c").kind else {
        panic!()
    };
    assert!(matches!(b.lhs.kind, Kind::Binary(_)));
    assert_eq!(root("-(-(3))").number(), Some(3.0));
}

#[test]
fn newer_syntax_and_other_languages_are_no_errors() {
    for text in [
        "rate(x[5m] smoothed)",
        "increase(x[5m] anchored) > 0",
        "rate(x[5m*2])",
        "rate(x[step()])",
        "x offset (5m + 1m)",
        "x > 1_000",
        "x > 0b11",
        "h </ 5",
        "h >/ 5",
    ] {
        assert!(
            matches!(error(text), SyntaxError::Newer { .. }),
            "{text}: {:?}",
            error(text)
        );
    }
    assert!(matches!(
        error(r#"{a="b"} |= "x""#),
        SyntaxError::Foreign(_)
    ));
    assert!(matches!(
        error(r#"up{a="b" or c="d"}"#),
        SyntaxError::Foreign(_)
    ));
    assert!(matches!(
        error(&"(".repeat(5_000)),
        SyntaxError::TooComplex(_)
    ));
    assert!(matches!(
        error(&"a+".repeat(5_000)),
        SyntaxError::TooComplex(_)
    ));
    assert!(matches!(
        error(&"-".repeat(99_000)),
        SyntaxError::TooComplex(_)
    ));
    assert!(matches!(
        error(&" ".repeat(200_000)),
        SyntaxError::TooComplex(_)
    ));
}

#[test]
fn errors_point_at_what_is_wrong() {
    for (text, wrong) in [
        ("sum(rate(up)) > 1", "rate(up)"),
        ("a + rat(x[5m])", "rat"),
        ("a ++ ) b", ")"),
        ("sum by (job (x)", "("),
        ("up{job=\"a\", 5}", "5"),
        ("up > 5q", "5q"),
        ("x[5m", ""),
        ("1 > 2", ">"),
        ("up{a=~\"(\"}", "up{a=~\"(\"}"),
        ("foo[1e30]", "1e30"),
        ("foo offset Inf", "Inf"),
        ("info(x, target)", "target"),
        ("x > 1e999", "1e999"),
        ("rate(x[5m]) + \"a", "\""),
        ("", ""),
    ] {
        match error(text) {
            SyntaxError::Wrong { span, message } => {
                assert_eq!(span.slice(text), wrong, "{text}: {message}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn the_corpus_is_read_and_every_part_of_it_is_in_its_place() {
    let Some(expressions) = corpus() else {
        eprintln!("skipped: no corpus at PROMTUNE_CORPUS");
        return;
    };
    let mut parsed = Vec::new();
    let mut skipped = 0;
    for text in &expressions {
        match Query::parse(text) {
            Ok(query) => parsed.push(query),
            // Templates of Helm and shell variables are not PromQL; LogQL is another language.
            Err(SyntaxError::Foreign(_)) => skipped += 1,
            Err(e) => {
                assert!(
                    text.contains("{{") || text.contains("${") || text.contains('$'),
                    "{text}: {e:?}"
                );
                skipped += 1;
            }
        }
    }
    let mut nodes = 0;
    for query in &parsed {
        assert_slices_agree(query);
        query.root().walk(&mut |_| nodes += 1);
    }
    eprintln!(
        "{} expressions, {nodes} parts in place, {skipped} not PromQL",
        parsed.len()
    );
    assert!(parsed.len() > 1_000 && skipped * 10 < parsed.len());
}

proptest! {
    #[test]
    fn random_expressions_are_in_place(text in vector()) {
        let query = Query::parse(&text);
        let query = match query {
            Ok(query) => query,
            // The generator may overlap `on` and group labels; the parser says so.
            Err(e) => { prop_assert!(e.to_string().contains("ON and GROUP"), "{text}: {e:?}"); return Ok(()); }
        };
        assert_slices_agree(&query);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = Query::parse(&text);
    }

    #[test]
    fn any_tokens_are_read_or_refused(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "(", ")", "{", "}", "[", "]", ",", "+", "-", "^", "==", "!~", "=", "@", "offset", "by", "on", "sum",
                "rate", "x", "5m", "1", "inf", "nan", "1e30", "\"s\"", "`r\\`", "bool", "group_left", ":", "and", "é",
                "end", "fill", "=~", "\\", "'", "info", "topk",
            ]), 0..25),
        glue in proptest::sample::select(vec!["", " "]),
    ) {
        if let Ok(query) = Query::parse(&parts.join(glue)) {
            assert_slices_agree(&query);
        }
    }
}
