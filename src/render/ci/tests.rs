//! What hosts get, on two findings with everything in them that has to be escaped.

use std::io;

use crate::check::{Confidence, Draft, Evidence, Location, Meta, Severity, Sink, Status, Subject};
use crate::model::{PromDuration, Span, Timestamp};
use crate::render::{Options, ci, snippets};
use crate::report::{Report, Reported, Summary};

fn report(many: usize) -> Report {
    let meta = Meta {
        title: "t",
        severity: Severity::Critical,
        status: Status::Stable,
        needs: &[],
        uses: &[],
        since: "0.1.0",
    };
    let mut sink = Sink::new("promql/syntax", &meta);
    for line in 0..many {
        let span = Span {
            line: 3,
            column: 11,
            end_line: 3,
            end_column: 12,
        };
        let draft = Draft::new(
            Subject::alert(&format!("A{line}"), "g"),
            Confidence::high("x"),
            "a <b> & \"c\": 100%,\nnext]",
            "because",
            "this",
            Evidence::quoted("a, b.yaml", Some(3), "x"),
        );
        sink.report(draft.at(Location::of("./a, b.yaml", span)));
    }
    let subject = Subject::alert("B", "g");
    sink.report_as(
        Severity::Info,
        Draft::new(
            subject,
            Confidence::high("x"),
            "what",
            "why",
            "do",
            Evidence::known("k", "u"),
        ),
    );
    let findings = sink
        .finish()
        .0
        .into_iter()
        .map(|finding| Reported {
            finding,
            outputs: Vec::new(),
        })
        .collect();
    Report {
        captured_at: Timestamp(0),
        window: PromDuration(0),
        sources: Vec::new(),
        platform: None,
        summary: Summary {
            critical: many,
            info: 1,
            files: 1,
            rules: 2,
            ..Summary::default()
        },
        findings,
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        queries: Vec::new(),
        gaps: vec!["a.yaml:1: Helm template".to_owned()],
        excerpts: [(("./a, b.yaml".to_owned(), 3), "    expr: (é".to_owned())].into(),
    }
}

fn shown(render: impl Fn(&Report, &mut dyn io::Write) -> io::Result<()>, many: usize) -> String {
    let mut bytes = Vec::new();
    render(&report(many), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

const SAID: &str = "a <b> & \"c\": 100%, next]. Why: because. Do: this";

#[test]
fn github_commands_are_escaped_and_counted() {
    let text = shown(ci::github::render, 1);
    let first =
        "::error file=a%2C b.yaml,line=3,endLine=3,col=11,endColumn=12,title=promql/syntax A0::";
    assert_eq!(
        text.lines().next().unwrap(),
        format!("{first}{}", SAID.replace('%', "%25"))
    );
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "::notice title=promql/syntax B::what. Why: why. Do: do"
    );
    let many = shown(ci::github::render, 30);
    assert_eq!(
        many.lines().filter(|l| l.starts_with("::error")).count(),
        10
    );
    assert!(
        many.contains("::error title=promtune::21 more findings"),
        "{many}"
    );
    assert_eq!(many.lines().filter(|l| l.starts_with("- ")).count(), 21);
}

#[test]
fn azure_commands_are_escaped() {
    let text = shown(ci::azure::render, 1);
    let first = "##vso[task.logissue type=error;sourcepath=a, b.yaml;linenumber=3;columnnumber=11;code=promql/syntax;]";
    assert_eq!(
        text.lines().next().unwrap(),
        format!("{first}{}", SAID.replace('%', "%AZP25"))
    );
}

#[test]
fn gitlab_gets_unique_fingerprints_and_relative_paths() {
    let issues: Vec<serde_json::Value> =
        serde_json::from_str(&shown(ci::gitlab::render, 2)).unwrap();
    assert_eq!(issues.len(), 2);
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
    assert_eq!(issues[0]["location"]["path"], "a, b.yaml");
    assert_eq!(
        (
            &issues[0]["severity"],
            &issues[0]["location"]["lines"]["begin"]
        ),
        (&"critical".into(), &3.into())
    );
    assert_eq!(issues[0]["description"], SAID);
}

#[test]
fn xml_is_escaped() {
    let text = shown(ci::junit::render, 1);
    assert!(
        text.contains(r#"<testsuites name="promtune" tests="2" failures="1">"#),
        "{text}"
    );
    assert!(
        text.contains("a &lt;b&gt; &amp; &quot;c&quot;: 100%, next]"),
        "{text}"
    );
    assert!(
        text.contains(r#"<skipped message="what. Why: why. Do: do"/>"#),
        "{text}"
    );
    let text = shown(ci::checkstyle::render, 1);
    assert!(text.contains(r#"<file name="a, b.yaml">"#), "{text}");
    assert!(
        text.contains(r#"<error line="3" column="11" severity="error" message="a &lt;b&gt;"#),
        "{text}"
    );
}

#[test]
fn rdjson_has_ranges() {
    let document: serde_json::Value = serde_json::from_str(&shown(ci::rdjson::render, 1)).unwrap();
    let first = &document["diagnostics"][0];
    assert_eq!(
        first["location"]["range"]["start"],
        serde_json::json!({"line": 3, "column": 11})
    );
    assert_eq!(
        (&first["severity"], &first["code"]["value"]),
        (&"ERROR".into(), &"promql/syntax".into())
    );
}

#[test]
fn the_table_underlines_the_place() {
    let text = shown(|r, out| snippets::render(r, &Options::default(), out), 1);
    let expected = "\
critical[promql/syntax] A0: a <b> & \"c\": 100%, next]
  --> ./a, b.yaml:3:11
  3 |     expr: (é
    |           ^
  why  because
  do   this

info[promql/syntax] B: what
  why  why
  do   do

note: a.yaml:1: Helm template

1 critical, 0 warnings, 1 info in 1 file with 2 rules
";
    assert_eq!(text, expected);
}
