use super::*;
use crate::check::{Confidence, Draft, Evidence, Location, Meta, Severity, Sink, Status, Subject};
use crate::model::Span;

fn finding(check: &'static str, line: u32, end: u32) -> Finding {
    let meta = Meta {
        title: "t",
        severity: Severity::Info,
        status: Status::Stable,
        needs: &[],
        uses: &[],
        since: "0.1.0",
    };
    let mut sink = Sink::new(check, &meta);
    let span = Span {
        line,
        column: 1,
        end_line: end,
        end_column: 2,
    };
    let draft = Draft::new(
        Subject::alert("A", "g"),
        Confidence::high("x"),
        "a",
        "b",
        "c",
        Evidence::known("k", "u"),
    );
    sink.report(draft.at(Location::of("a.yaml", span)));
    sink.finish().0.remove(0)
}

const TEXT: &str = "groups:
- name: g
  rules:
  # ABOVE
  - alert: A
    expr: up == 0  # BESIDE
    # INSIDE
    for: 0s
  - alert: B
    expr: up
";
const RULES: &[(u32, u32)] = &[(1, 10), (2, 10), (5, 8), (9, 10)];

/// Lines, of 5 (name), 6 (expression), 8 (for) and 10 (another rule), at which findings are held back.
fn held(place: &str, comment: &str) -> Vec<u32> {
    let text = TEXT.replace(place, comment);
    let mut files = [Comments::read("a.yaml", &text, RULES.to_vec())];
    let findings = [5, 6, 8, 10]
        .map(|l| finding("alerts/zero-for", l, l))
        .to_vec();
    let (_, held, _) = hold_back_by_comments(findings, &mut files, Timestamp(0));
    held.iter()
        .map(|h| h.finding.location.as_ref().unwrap().line)
        .collect()
}

#[test]
fn a_comment_is_about_its_line_the_next_one_or_what_begins_there() {
    let ignore = "promtune: ignore[alerts/zero-for] meant";
    assert_eq!(held("ABOVE", ignore), [5, 6, 8]);
    assert_eq!(held("BESIDE", ignore), [6]);
    assert_eq!(held("INSIDE", ignore), [8]);
    assert_eq!(
        held("INSIDE", "promtune: ignore-file[alerts/*] meant"),
        [5, 6, 8, 10]
    );
    assert_eq!(
        held("INSIDE", "promtune: ignore[rules/schema] meant"),
        Vec::<u32>::new()
    );
    assert_eq!(
        held(
            "INSIDE",
            "promtune: snooze[alerts/zero-for] until 2027-01-31 meant"
        ),
        [8]
    );
}

#[test]
fn comments_of_pint_are_understood() {
    assert_eq!(held("ABOVE", "pint disable alerts/for"), [5, 6, 8]);
    assert_eq!(held("INSIDE", "pint disable alerts/for"), [5, 6, 8]);
    assert_eq!(
        held("INSIDE", "pint file/disable alerts/for"),
        [5, 6, 8, 10]
    );
    assert_eq!(held("INSIDE", "pint ignore/file"), [5, 6, 8, 10]);
    assert_eq!(held("INSIDE", "pint ignore/next-line"), [8]);
    assert_eq!(held("BESIDE", "pint ignore/line"), [6]);
    assert_eq!(
        held("INSIDE", "pint snooze 2030-01-01 alerts/for"),
        [5, 6, 8]
    );
    assert_eq!(
        held("INSIDE", "pint snooze 1969-01-01 alerts/for"),
        Vec::<u32>::new()
    );
    assert_eq!(
        held("INSIDE", "pint disable promql/series"),
        Vec::<u32>::new()
    );
    assert_eq!(held("INSIDE", "pint rule/owner me"), Vec::<u32>::new());
}

#[test]
fn blocks_of_pint_reach_from_begin_to_end() {
    let text = "# pint ignore/begin\na: 1\n# pint ignore/end\nb: 1\n";
    let mut files = [Comments::read("a.yaml", text, Vec::new())];
    let findings = vec![finding("rules/schema", 2, 2), finding("rules/schema", 4, 4)];
    assert_eq!(
        hold_back_by_comments(findings, &mut files, Timestamp(0))
            .0
            .len(),
        1
    );
}

#[test]
fn what_is_not_understood_unused_or_run_out_is_said() {
    let text = "# promtune: ignore alerts/x\n# promtune: ignore[alerts/x]\n# promtune: ignore[alerts/x] why\n\
                # promtune: snooze[alerts/x] until 2020-01-01 why\n# promtune: snooze[alerts/x] until soon why\n";
    let mut files = [Comments::read("a.yaml", text, Vec::new())];
    let (_, _, said) = hold_back_by_comments(Vec::new(), &mut files, Timestamp(1_900_000_000));
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(
        said.iter().any(|s| s.contains("run out"))
            && said.iter().any(|s| s.contains("has no reason"))
    );
}
