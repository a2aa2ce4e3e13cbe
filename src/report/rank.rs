//! Which finding comes first, and which belong together.

use std::cmp::Ordering;

use super::{Reported, Summary, Suppressed};
use crate::check::{Finding, Impact, NotEvaluated, Severity};

/// Memory that costs about as much as one core on general-purpose nodes: 4 GiB.
const BYTES_PER_CORE: f64 = 4.0 * 1024.0 * 1024.0 * 1024.0;

/// Puts the most important finding first: severity, then confidence, then impact, then names. The order is total: it
/// does not depend on the order of arrival.
pub fn rank(findings: &mut [Reported]) {
    findings.sort_by(|a, b| {
        compare(&a.finding, &b.finding)
            .then_with(|| format!("{:?}", a.outputs).cmp(&format!("{:?}", b.outputs)))
    });
}

/// The order of two findings; equal only for findings that are alike in every member.
#[must_use]
pub fn compare(a: &Finding, b: &Finding) -> Ordering {
    (b.severity.cmp(&a.severity))
        .then_with(|| b.confidence.level.cmp(&a.confidence.level))
        .then_with(|| by_impact(b.impact.as_ref(), a.impact.as_ref()))
        .then_with(|| a.check.cmp(&b.check))
        .then_with(|| a.subject.cmp(&b.subject))
        .then_with(|| a.discriminator.cmp(&b.discriminator))
        .then_with(|| a.location.cmp(&b.location))
        .then_with(|| {
            if a == b {
                Ordering::Equal
            } else {
                // Rare: one check said two things about one subject. Any total order will do.
                format!("{a:?}").cmp(&format!("{b:?}"))
            }
        })
}

/// Fewer pages at night count before money, money before nothing known.
fn by_impact(a: Option<&Impact>, b: Option<&Impact>) -> Ordering {
    let key = |impact: Option<&Impact>| {
        impact.map_or((0.0, 0.0), |i| (notifications_saved(i), resources_moved(i)))
    };
    let ((a_pages, a_cost), (b_pages, b_cost)) = (key(a), key(b));
    a_pages
        .total_cmp(&b_pages)
        .then_with(|| a_cost.total_cmp(&b_cost))
}

fn notifications_saved(impact: &Impact) -> f64 {
    let before = impact.notifications_per_week_before.unwrap_or(0.0);
    let after = impact.notifications_per_week_after.unwrap_or(before);
    finite(before - after)
}

/// Resources requested more or less, in cores' worth. Both directions matter: less saves money, more prevents harm.
fn resources_moved(impact: &Impact) -> f64 {
    let memory = impact.memory_bytes.unwrap_or(0) as f64 / BYTES_PER_CORE;
    finite(impact.cpu_cores.unwrap_or(0.0).abs() + memory.abs())
}

fn finite(value: f64) -> f64 {
    // `+ 0.0` turns -0.0 into 0.0, which `total_cmp` would tell apart.
    if value.is_finite() { value + 0.0 } else { 0.0 }
}

/// Findings that say the same of several subjects, the most important one first.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The one that is told in full.
    pub first: &'a Reported,
    /// The others, in rank order.
    pub more: Vec<&'a Reported>,
}

/// Groups findings of one check, severity, kind of subject and discriminator, each group where its first finding
/// stands.
#[must_use]
pub fn group(findings: &[Reported]) -> Vec<Group<'_>> {
    let mut places = std::collections::BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for reported in findings {
        let f = &reported.finding;
        let key = (&f.check, f.severity, f.subject.kind, &f.discriminator);
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.more.push(reported),
            None => groups.push(Group {
                first: reported,
                more: Vec::new(),
            }),
        }
    }
    groups
}

impl Summary {
    /// Counts what a run said; what it looked at (files, rules, workloads) stays.
    #[must_use]
    pub fn counting(
        self,
        findings: &[Reported],
        suppressed: &[Suppressed],
        not_evaluated: &[NotEvaluated],
    ) -> Self {
        let of = |severity: Severity| {
            findings
                .iter()
                .filter(|r| r.finding.severity == severity)
                .count()
        };
        Self {
            critical: of(Severity::Critical),
            warning: of(Severity::Warning),
            info: of(Severity::Info),
            suppressed: suppressed.len(),
            not_evaluated: not_evaluated.len(),
            ..self
        }
    }
}
