use proptest::prelude::*;
use regex::Regex;

use super::*;

const ALL: MayHalve = MayHalve {
    spaces: true,
    pods: true,
    time_first: false,
};

fn names(count: usize) -> Vec<Text> {
    (0..count)
        .map(|i| Text::from(format!("team.{i}")))
        .collect()
}

/// Whether the text of the matchers selects a series, as Prometheus would read it.
fn selects(matchers: &str, namespace: &str, pod: &str) -> bool {
    let one = Regex::new(r#",(namespace|pod)(=~|!~)"((?:[^"\\]|\\.)*)""#).unwrap();
    let unquote = |text: &str| {
        text.replace("\\\"", "\"")
            .replace("\\n", "\n")
            .replace("\\\\", "\\")
    };
    let read: usize = one.find_iter(matchers).map(|m| m.len()).sum();
    assert_eq!(read, matchers.len(), "{matchers}");
    one.captures_iter(matchers).all(|m| {
        let anchored = format!("^(?s:{})$", unquote(&m[3]));
        let value = if &m[1] == "pod" { pod } else { namespace };
        Regex::new(&anchored).unwrap().is_match(value) == (&m[2] == "=~")
    })
}

/// Halves pieces chosen by `choices` again and again.
fn pieces(start: Shard, may: MayHalve, choices: &[usize]) -> Vec<Shard> {
    let mut pieces = vec![start];
    for choice in choices {
        let at = choice % pieces.len();
        if let Some(halves) = pieces[at].halve(may) {
            pieces.splice(at..=at, halves);
        }
    }
    pieces
}

#[test]
fn matchers_stand_where_the_expression_wants_them() {
    let shard = Shard::of(Spaces::In(vec!["a".into(), "b.c".into()]), None);
    let label = Some("namespace");
    assert_eq!(
        shard.apply(r#"max(x{c!=""$shard}) / y{$shard}"#, label),
        r#"max(x{c!="",namespace=~"a|b\\.c"}) / y{namespace=~"a|b\\.c"}"#
    );
    assert_eq!(shard.apply("x{$shard}", None), "x{}");
    let whole = Shard::whole(names(3), None);
    assert_eq!(
        whole.apply(r#"x{a="b"$shard} + y{$shard}"#, label),
        r#"x{a="b"} + y{}"#
    );
}

#[test]
fn the_last_piece_holds_what_nobody_listed() {
    let whole = Shard::whole(names(2), None);
    let [left, right] = whole.halve(ALL).unwrap();
    assert_eq!(left.matchers("namespace"), r#",namespace=~"team\\.0""#);
    assert_eq!(right.matchers("namespace"), r#",namespace!~"team\\.0""#);
    assert_eq!(right.describe(), "namespace team.1 and those not listed");
    let [named, rest] = right.halve(ALL).unwrap();
    assert_eq!(named.describe(), "namespace team.1");
    assert_eq!(rest.describe(), "all but namespaces team.0, team.1");
}

#[test]
fn pods_then_time_are_halved_when_namespaces_are_single() {
    let one = Shard::of(Spaces::In(names(1)), Some((0, 9)));
    let [left, _] = one.halve(ALL).unwrap();
    assert_eq!(
        left.matchers("exported_namespace"),
        r#",exported_namespace=~"team\\.0",exported_pod!~".*[i-z]""#
    );
    let no_pods = MayHalve { pods: false, ..ALL };
    let halves = one.halve(no_pods).unwrap();
    assert_eq!(halves.map(|h| h.steps), [Some((0, 4)), Some((5, 9))]);
    let instant = Shard::of(Spaces::In(names(1)), None);
    assert_eq!(instant.halve(no_pods), None);
}

proptest! {
    // Every piece compiles patterns: a case is not cheap.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_are_disjoint_and_leave_nothing_out(
        count in 0_usize..9,
        choices in prop::collection::vec(0_usize..64, 0..40),
        namespace in prop_oneof!["team\\.[0-9]", ".*", Just(String::new())],
        pod in prop_oneof!["[a-z]{1,4}-[a-z0-9]{5}", "(?s:.*)", Just(String::new())],
    ) {
        let pieces = pieces(Shard::whole(names(count), None), ALL, &choices);
        let holding = pieces.iter().filter(|p| selects(&p.matchers("namespace"), &namespace, &pod));
        prop_assert_eq!(holding.count(), 1, "{:?} {:?}", namespace, pod);
    }

    #[test]
    fn pods_of_one_namespace_are_covered_over_all_characters(
        choices in prop::collection::vec(0_usize..512, 0..40),
        pod in "(?s:.{0,12})",
    ) {
        let whole = Shard::of(Spaces::In(names(1)), None);
        let pieces = pieces(whole, ALL, &choices);
        let holding = pieces.iter().filter(|p| selects(&p.matchers("namespace"), "team.0", &pod));
        prop_assert_eq!(holding.count(), 1, "{:?}", pod);
    }

    #[test]
    fn time_is_cut_without_gap_or_overlap(last in 0_u32..500, choices in prop::collection::vec(0_usize..64, 0..40)) {
        let may = MayHalve { time_first: true, ..MayHalve::default() };
        let pieces = pieces(Shard::whole(vec![], Some((0, last))), may, &choices);
        let steps: Vec<u32> = pieces.iter().flat_map(|p| {
            let (first, last) = p.steps.unwrap();
            first..=last
        }).collect();
        prop_assert_eq!(steps, (0..=last).collect::<Vec<_>>());
    }

    #[test]
    fn any_name_is_matched_as_itself(name in "(?s:.{1,8})", other in "(?s:.{0,8})") {
        let shard = Shard::of(Spaces::In(vec![name.as_str().into()]), None);
        let matchers = shard.matchers("namespace");
        prop_assert!(selects(&matchers, &name, ""));
        prop_assert_eq!(selects(&matchers, &other, ""), name == other);
    }
}

#[test]
fn pieces_of_pods_are_described_by_how_names_end() {
    let one = Shard::of(Spaces::In(names(1)), None);
    let [left, right] = one.halve(ALL).unwrap();
    assert_eq!(left.describe(), "namespace team.0, pods that end in [0-h]");
    assert_eq!(right.describe(), "namespace team.0, pods that end in [i-z]");
}
