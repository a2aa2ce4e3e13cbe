//! # File cannot be read
//!
//! ## What it finds
//! Documents that are not YAML, aliases without an anchor, files that cannot be opened or are not text.
//!
//! ## Why it hurts
//! Whoever loads the file gets nothing of it: the rules in it do not exist, and until somebody looks at the log of
//! the server nobody knows.
//!
//! ## How we decide
//! The YAML reader stops in the document. The other documents of the file, and the other files, are still checked.
//! Template lines of a Helm chart are not a fault: they are noted, and the rules between them are read.
//!
//! ## When it is wrong
//! - A template language other than Helm's looks like broken YAML.
//!
//! ## Fix and its risk
//! None: what was meant is not known.
//!
//! ## Example
//! ```yaml
//! groups: [
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
    title: "The file cannot be read",
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
        FaultKind::Unreadable,
        |_| "what is not read does not exist: nothing in this document is loaded, and nothing in it was checked",
    );
}
