//! # for on a recording rule
//!
//! ## What it finds
//! `for` or `keep_firing_for` on a rule with `record`.
//!
//! ## Why it hurts
//! Recording rules do not fire: Prometheus refuses the whole file. Whoever wrote it expected the value to be
//! delayed, which nothing does.
//!
//! ## How we decide
//! The key is there.
//!
//! ## When it is wrong
//! - Never known to be.
//!
//! ## Fix and its risk
//! None yet. Taking the key out changes nothing about the value.
//!
//! ## Example
//! ```yaml
//! - record: job:up:sum
//!   expr: sum by (job) (up)
//!   for: 5m
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `yaml/parse`: <https://cloudflare.github.io/pint/checks/yaml/parse.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status, fault};
use crate::model::FaultKind;

pub const META: Meta = Meta {
    title: "A recording rule has for",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    fault(
        cx,
        out,
        FaultKind::ForOnRecording,
        |_| "recording rules do not fire: servers refuse the whole file, and none of its rules is loaded",
    );
}
