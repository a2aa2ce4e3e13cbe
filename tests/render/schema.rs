//! `promtune.dev/report/v1` is frozen: reports are walked beside the example that defines it.

use promtune::render::{Format, Options};
use serde_json::{Value, json};

use crate::golden::rendered;
use crate::sample;

/// The example of the design, with every member there is. Members that came later stand in `ADDED`.
fn example() -> Value {
    json!({
        "schema": "promtune.dev/report/v1",
        "tool": {"name": "promtune", "version": "0.1.0"},
        "snapshot": {"captured_at": "…", "window": "14d", "sources": ["prometheus"],
            "platform": {"name": "eks", "managed_control_plane": true, "confidence": "high", "signals": ["…"]}},
        "summary": {"critical": 0, "warning": 0, "info": 0, "suppressed": 0, "not_evaluated": 0, "files": 0, "rules": 0, "workloads": 0},
        "findings": [{
            "check": "…", "fingerprint": "hex", "severity": "critical",
            "confidence": {"level": "high", "because": "…"},
            "subject": {"kind": "container", "namespace": "…", "workload": "…", "container": "app", "alert": "…", "group": "…", "source": "…"},
            "location": {"path": "…", "line": 1, "column": 1, "end_line": 1, "end_column": 9},
            "what": "…", "why": "…", "action": "…",
            "evidence": [{"kind": "…", "query": "…", "window": "14d", "value": 0.38, "unit": "ratio", "object": "…", "path": "…",
                "line": 3, "text": "…", "label": "…", "formula": "…", "result": 1, "entry": "…", "url": "…"}],
            "impact": {"notifications_per_week_before": 19, "notifications_per_week_after": 1, "cpu_cores": -1.2, "memory_bytes": -1_073_741_824},
            "fixes": [{"title": "…", "applicability": "safe", "expected": "…", "rollback": "…",
                "outputs": {"diff": "…", "values": "…", "kubectl": "…", "kustomize": "…", "prometheusrule": "…"}}],
        }],
        "not_evaluated": [{"check": "…", "subject": "…", "because": "…"}],
        "suppressed": [{"check": "…", "fingerprint": "…", "by": "comment", "reason": "…"}],
    })
}

const ADDED: [&str; 5] = [
    "/gaps",
    "/findings/fixes/preconditions",
    "/findings/fixes/refused",
    "/suppressed/subject",
    "/suppressed/severity",
];

/// Members that every object of their place has.
const ALWAYS: [(&str, &[&str]); 7] = [
    (
        "",
        &[
            "schema",
            "tool",
            "snapshot",
            "summary",
            "findings",
            "not_evaluated",
            "suppressed",
        ],
    ),
    ("/snapshot", &["captured_at", "window", "sources"]),
    (
        "/findings",
        &[
            "check",
            "fingerprint",
            "severity",
            "confidence",
            "subject",
            "what",
            "why",
            "action",
            "evidence",
        ],
    ),
    ("/findings/evidence", &["kind"]),
    (
        "/findings/fixes",
        &["title", "applicability", "expected", "rollback", "outputs"],
    ),
    ("/not_evaluated", &["check", "subject", "because"]),
    ("/suppressed", &["check", "fingerprint", "by", "reason"]),
];

fn walk(place: &str, example: &Value, actual: &Value) {
    match (example, actual) {
        (Value::Object(example), Value::Object(actual)) => {
            for (key, value) in actual {
                let place = format!("{place}/{key}");
                match example.get(key) {
                    Some(example) => walk(&place, example, value),
                    None => assert!(ADDED.contains(&place.as_str()), "a new member: {place}"),
                }
            }
            let required = ALWAYS.iter().find(|(p, _)| *p == place);
            for key in required.map(|(_, keys)| *keys).unwrap_or_default() {
                assert!(actual.contains_key(*key), "{place} has no {key}");
            }
        }
        (Value::Array(example), Value::Array(actual)) => {
            for value in actual {
                walk(place, &example[0], value);
            }
        }
        // A value of a field is a text, a measured one a number.
        (Value::Number(_), Value::String(_)) if place == "/findings/evidence/value" => {}
        (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => panic!("{place} is {actual}, not like {example}"),
    }
}

fn parsed(report: &promtune::report::Report) -> Value {
    let text = rendered(Format::Json, report, &Options::default());
    serde_json::from_str(&text).expect("a report is JSON")
}

#[test]
fn reports_have_the_frozen_shape() {
    for report in [
        sample::full(),
        sample::empty(),
        sample::nothing(),
        sample::report_of(&sample::HOSTILE),
    ] {
        walk("", &example(), &parsed(&report));
    }
}

#[test]
fn evidence_has_the_members_of_its_kind() {
    let report = parsed(&sample::full());
    let findings = report["findings"].as_array().expect("a list");
    let mut kinds: Vec<&str> = Vec::new();
    for evidence in findings
        .iter()
        .flat_map(|f| f["evidence"].as_array().expect("a list"))
    {
        let kind = evidence["kind"].as_str().expect("a text");
        let members: &[&str] = match kind {
            "measured" => &["query", "window", "value", "unit", "label"],
            "field" => &["object", "path", "value"],
            "quoted" => &["path", "line", "text"],
            "computed" => &["label", "formula", "result", "unit"],
            "known" => &["entry", "url"],
            other => panic!("an unknown kind: {other}"),
        };
        for member in members {
            assert!(evidence.get(member).is_some(), "{kind} has no {member}");
        }
        kinds.push(kind);
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["computed", "field", "known", "measured", "quoted"]);
}

#[test]
fn numbers_are_finite_and_whole_ones_are_whole() {
    let hostile = parsed(&sample::report_of(&["x"]));
    let evidence = &hostile["findings"][0]["evidence"][0];
    assert!(evidence.get("value").is_none(), "NaN is absent");
    let full = parsed(&sample::full());
    let peak = &full["findings"][0]["evidence"][0]["value"];
    assert_eq!(peak.as_u64(), Some(498 * 1024 * 1024));
    assert_eq!(full["snapshot"]["captured_at"], "2026-03-01T12:00:00Z");
    assert_eq!(full["snapshot"]["window"], "14d");
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let options = Options::default();
    for format in Format::ALL {
        assert_eq!(
            rendered(format, &sample::full(), &options),
            rendered(format, &sample::full(), &options),
            "{}",
            format.as_str()
        );
    }
}
