//! # for shorter than the interval
//!
//! ## What it finds
//! Alerts whose `for` is shorter than the interval of their group.
//!
//! ## Why it hurts
//! The alert is looked at once per interval. Pending in one round, it fires in the next one at the earliest: a
//! `for` of 30s in a group of 5m is a `for` of 5m. Whoever counts on the 30s is told late.
//!
//! ## How we decide
//! `for` is above zero and below the group's own `interval`. Groups without an interval have that of the server,
//! which a file does not tell.
//!
//! ## When it is wrong
//! - Never known to be: the next evaluation is an interval away.
//! - Nothing over the corpus of public rule files.
//!
//! ## Fix and its risk
//! None: shorten the interval or write the `for` that it is.
//!
//! ## Example
//! ```yaml
//! - name: slow
//!   interval: 5m
//!   rules:
//!   - alert: Down
//!     expr: up == 0
//!     for: 1m
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - promruval `forIsNotLongerThan`, `evaluationIntervalShorterThanFor`: <https://github.com/FUSAKLA/promruval>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use crate::check::{Context, Evidence, Meta, Severity, Sink, Status, Unit};
use crate::model::RuleKind;

pub const META: Meta = Meta {
    title: "A for that is shorter than the evaluation interval",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for rule in cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting)
    {
        let Some((hold, interval)) = rule.rule.hold.zip(rule.group.interval) else {
            continue;
        };
        if hold.0 == 0 || hold >= interval {
            continue;
        }
        let draft = rule.draft(
            rule.at.value("for"),
            format!(
                "{} has a for of {hold} in a group that is evaluated every {interval}",
                rule.rule.name
            ),
            format!("it is looked at again after {interval}: it fires no earlier than that"),
            format!(
                "evaluate the group every {hold}, or write `for: {interval}`, which is what it does"
            ),
        );
        out.report(draft.evidence([
            Evidence::computed("for", "for of the rule", hold.seconds(), Unit::Seconds),
            Evidence::computed(
                "interval",
                "interval of the group",
                interval.seconds(),
                Unit::Seconds,
            ),
        ]));
    }
}
