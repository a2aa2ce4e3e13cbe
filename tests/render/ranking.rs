//! Which finding comes first, and which are told together.

use std::cmp::Ordering;

use promtune::check::{Confidence, Finding, Impact, Severity};
use promtune::report::{Summary, compare, group};

use crate::sample;

fn finding(change: impl FnOnce(&mut Finding)) -> Finding {
    let mut finding = sample::filled_with("x", Severity::Warning).finding;
    finding.impact = None;
    change(&mut finding);
    finding
}

fn saves(before: f64, after: f64) -> Option<Impact> {
    Some(Impact {
        notifications_per_week_before: Some(before),
        notifications_per_week_after: Some(after),
        ..Impact::default()
    })
}

#[test]
fn severity_then_confidence_then_impact_then_names() {
    let in_order = [
        finding(|f| f.severity = Severity::Critical),
        finding(|f| f.confidence = Confidence::high("h")),
        finding(|f| f.confidence = Confidence::medium("m")),
        finding(|f| f.impact = saves(19.0, 1.0)),
        finding(|f| f.impact = saves(5.0, 1.0)),
        // More memory or less: what counts is how much moves.
        finding(|f| {
            f.impact = Some(Impact {
                memory_bytes: Some(-16 << 30),
                ..Impact::default()
            });
        }),
        finding(|f| {
            f.impact = Some(Impact {
                cpu_cores: Some(2.0),
                ..Impact::default()
            });
        }),
        finding(|f| f.check = "a/first".to_owned()),
        finding(|f| f.impact = saves(f64::NAN, f64::INFINITY)),
        finding(|f| f.discriminator = "y".to_owned()),
        finding(|f| f.severity = Severity::Info),
    ];
    for (i, a) in in_order.iter().enumerate() {
        for (j, b) in in_order.iter().enumerate() {
            assert_eq!(compare(a, b), i.cmp(&j), "{i} and {j}");
        }
    }
}

#[test]
fn only_equal_findings_rank_equal() {
    let a = finding(|f| f.what = "one".to_owned());
    let b = finding(|f| f.what = "two".to_owned());
    assert_ne!(compare(&a, &b), Ordering::Equal);
    assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
    assert_eq!(compare(&a, &a.clone()), Ordering::Equal);
}

#[test]
fn groups_keep_rank_and_lose_nothing() {
    let report = sample::full();
    let groups = group(&report.findings);
    let total: usize = groups.iter().map(|g| 1 + g.more.len()).sum();
    assert_eq!(total, report.findings.len());
    let memory: Vec<usize> = groups
        .iter()
        .filter(|g| g.first.finding.check == "requests/memory-request-not-limit")
        .map(|g| g.more.len())
        .collect();
    assert_eq!(memory, [0, 6], "severities are not mixed");
}

#[test]
fn counting_keeps_what_was_looked_at() {
    let report = sample::full();
    let expected = Summary {
        critical: 1,
        warning: 11,
        info: 3,
        suppressed: 2,
        not_evaluated: 3,
        files: 0,
        rules: 212,
        workloads: 148,
    };
    assert_eq!(report.summary, expected);
}
