//! Comments of pint, as they are, so that a team can switch without editing its rules.

use super::comments::{Comment, Place, Reach};
use super::file::day;

/// Checks of pint and what answers to them here. Those that need a server have no answer yet and are left alone.
const CHECKS: &[(&str, &[&str])] = &[
    (
        "yaml/parse",
        &[
            "rules/schema",
            "rules/duplicate-group",
            "rules/invalid-name",
            "rules/for-on-recording-rule",
            "files/unreadable",
        ],
    ),
    ("promql/syntax", &["promql/syntax"]),
    (
        "alerts/comparison",
        &["alerts/missing-comparison", "promql/bool-at-root"],
    ),
    ("alerts/for", &["alerts/zero-for", "rules/invalid-duration"]),
    ("alerts/annotation", &["alerts/missing-annotation"]),
    ("rule/label", &["alerts/severity-missing"]),
    (
        "rule/for",
        &["alerts/missing-for", "alerts/for-below-interval"],
    ),
    ("rule/duplicate", &["rules/duplicate-rule"]),
    ("group/interval", &["rules/group-interval-too-long"]),
];

/// Reads what follows `# pint`. `begun` is the line of an `ignore/begin` that has not ended.
pub(super) fn read(words: &str, place: &Place, begun: &mut Option<u32>) -> Vec<Comment> {
    let mut words = words.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let all = || vec!["*".to_owned()];
    let comment = |reach, checks: Vec<String>, until| {
        let reason = format!("# pint {verb}");
        Comment {
            line: place.number,
            reach,
            checks,
            until,
            reason,
            ours: false,
        }
    };
    let rule = Reach::Rule(place.target());
    match verb {
        "ignore/file" => vec![comment(Reach::File, all(), None)],
        "ignore/line" => vec![comment(
            Reach::Lines(place.number, place.number),
            all(),
            None,
        )],
        "ignore/next-line" => vec![comment(Reach::Lines(place.next, place.next), all(), None)],
        "ignore/begin" => {
            *begun = Some(place.number);
            Vec::new()
        }
        "ignore/end" => begun
            .take()
            .map(|from| comment(Reach::Lines(from, place.number), all(), None))
            .into_iter()
            .collect(),
        "disable" | "file/disable" => {
            let reach = if verb == "disable" { rule } else { Reach::File };
            known(words.next(), |checks| comment(reach, checks, None))
        }
        "snooze" | "file/snooze" => {
            let reach = if verb == "snooze" { rule } else { Reach::File };
            let date = words.next().unwrap_or_default();
            let until = day(date.split('T').next().unwrap_or(date));
            known(words.next().filter(|_| until.is_some()), |checks| {
                comment(reach, checks, until)
            })
        }
        // Owners and settings of checks that need a server: nothing to hold back.
        _ => Vec::new(),
    }
}

/// The comment, when the check has an answer here. Parameters, as in `promql/series(up)`, are left off.
fn known(check: Option<&str>, make: impl Fn(Vec<String>) -> Comment) -> Vec<Comment> {
    let name = check
        .unwrap_or_default()
        .split('(')
        .next()
        .unwrap_or_default();
    let found = CHECKS.iter().find(|c| c.0 == name);
    found
        .map(|c| make(c.1.iter().map(|id| (*id).to_owned()).collect()))
        .into_iter()
        .collect()
}
