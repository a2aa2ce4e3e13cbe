//! # Invalid names
//!
//! ## What it finds
//! Names of recording rules, labels and annotations that servers refuse.
//!
//! ## Why it hurts
//! Prometheus refuses the whole file. Prometheus 3 takes names in UTF-8, but such a metric or label must be quoted
//! wherever it is used, and older servers, Thanos and Mimir still refuse it.
//!
//! ## How we decide
//! Metric names are letters, digits, `_` and `:` without a digit first; names of labels and annotations the same
//! without `:`. Braces in the name of a recording rule, empty names and the label `__name__` are refused by every
//! version: critical. Other names are a warning.
//!
//! ## When it is wrong
//! - Where every server is Prometheus 3 and names in UTF-8 are wanted: ignore it in `promtune.yaml`.
//!
//! ## Fix and its risk
//! None: whatever reads the name has to change with it.
//!
//! ## Example
//! ```yaml
//! - record: job:up{env="prod"}:sum
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `yaml/parse`: <https://cloudflare.github.io/pint/checks/yaml/parse.html>
//! - <https://prometheus.io/docs/concepts/data_model/>

use crate::check::{Context, Meta, Severity, Sink, Status, fault};
use crate::model::FaultKind;

pub const META: Meta = Meta {
    title: "A name that servers refuse",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    fault(cx, out, FaultKind::Name, |fault| {
        if fault.newer_accept {
            "all but the newest Prometheus refuse the whole file, and those want the name in quotes wherever it is used"
        } else {
            "servers refuse the whole file: none of its rules is loaded"
        }
    });
}
