//! # Group interval too long
//!
//! ## What it finds
//! Groups that are evaluated less often than every five minutes.
//!
//! ## Why it hurts
//! Prometheus shows a sample for five minutes (`--query.lookback-delta`). A recorded series that is written less
//! often has gaps, and whatever reads it in a gap, an alert for instance, sees nothing. An alert of such a group
//! keeps its state, but `ALERTS` has gaps, and it is noticed late.
//!
//! ## How we decide
//! `interval` of the group is longer than `rules.longest-interval`. With recording rules in it, it is a warning.
//! With alerts only, it is information, and alerts with a `keep_firing_for` of at least the interval are fine.
//!
//! ## When it is wrong
//! - Series that are only read with `last_over_time` over a longer window.
//! - A server with a longer lookback.
//! - Nothing over the corpus of public rule files.
//!
//! ## Fix and its risk
//! None: a shorter interval costs evaluations, and only the author knows what they cost. A recorded series can be
//! read with `last_over_time(x[2 × interval])`.
//!
//! ## Example
//! ```yaml
//! - name: daily
//!   interval: 1h
//! ```
//!
//! ## Options
//! `rules.longest-interval`
//!
//! ## References
//! - pint `group/interval`: <https://cloudflare.github.io/pint/checks/group/interval.html>
//! - <https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness>

use crate::check::{
    Confidence, Context, Draft, Evidence, Location, Meta, Severity, Sink, Status, Subject, Unit,
};
use crate::model::RuleKind;

pub const META: Meta = Meta {
    title: "A group is evaluated too seldom",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let longest = cx.defaults().rules_longest_interval;
    for group in &cx.facts.snapshot.rules {
        let Some((at, interval)) = group.source.as_deref().zip(group.interval) else {
            continue;
        };
        let records = group.rules.iter().any(|r| r.kind == RuleKind::Recording);
        let kept = group
            .rules
            .iter()
            .all(|r| r.keep_firing_for.is_some_and(|k| k >= interval));
        if interval <= longest || group.rules.is_empty() || (!records && kept) {
            continue;
        }
        let place = at.fields.get("interval").map_or(at.span, |f| f.value);
        let (severity, why) = if records {
            (
                Severity::Warning,
                "a sample is shown for five minutes: what the group records has gaps, and what reads it there sees nothing",
            )
        } else {
            (
                Severity::Info,
                "a sample is shown for five minutes: ALERTS of the group has gaps, and its alerts are late by up to the interval",
            )
        };
        let draft = Draft::new(
            Subject::group(&group.name),
            Confidence::high("the file says so"),
            format!("the group {} is evaluated every {interval}, less often than every {longest}", group.name),
            why,
            format!("evaluate it every {longest} or more often, or read what it records with last_over_time over two intervals"),
            Evidence::quoted(at.path.clone(), Some(place.line), format!("interval: {interval}")),
        )
        .evidence([
            Evidence::computed("interval", "interval of the group", interval.seconds(), Unit::Seconds),
            Evidence::computed("longest interval", "rules.longest-interval", longest.seconds(), Unit::Seconds),
        ]);
        out.report_as(severity, draft.at(Location::of(&at.path, place)));
    }
}
