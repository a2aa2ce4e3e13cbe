//! # Invalid durations
//!
//! ## What it finds
//! `for`, `keep_firing_for`, `interval` and their relatives with a text that is not a duration.
//!
//! ## Why it hurts
//! Prometheus refuses the whole file.
//!
//! ## How we decide
//! A duration is numbers with units, the largest unit first, each unit once: `ms s m h d w y`. A bare `0` is one
//! too.
//!
//! ## When it is wrong
//! - Parts of a chart that are filled in later are left out.
//!
//! ## Fix and its risk
//! None: `5` may mean seconds or minutes.
//!
//! ## Example
//! ```yaml
//! for: 5
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `alerts/for`: <https://cloudflare.github.io/pint/checks/alerts/for.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status, fault};
use crate::model::FaultKind;

pub const META: Meta = Meta {
    title: "A text that is not a duration",
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
        FaultKind::Duration,
        |_| "servers refuse the whole file: none of its rules is loaded",
    );
}
