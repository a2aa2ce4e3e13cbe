//! # Duplicate rule
//!
//! ## What it finds
//! Rules that do what another one does: the same kind, name, labels and expression.
//!
//! ## Why it hurts
//! The work is done twice. Two recording rules that write the same series fight over it (`duplicate sample for
//! timestamp`), and two alerts notify twice, or hide each other, when only one of them is changed later.
//!
//! ## How we decide
//! Expressions are compared as they are parsed: white space and comments do not count. Labels include those of the
//! group. Within one file it is a warning. In two files it is information, because the files may be meant for
//! different servers.
//!
//! ## When it is wrong
//! - Files of one folder that are deployed to different clusters: information only.
//! - Rules with the same expression and different `for` are reported: only one of them can be meant.
//! - Over the corpus of public rule files, which holds several copies of the same mixins: 40 findings, all between
//!   files and so information; 12 of 12 sampled were the same rule.
//!
//! ## Fix and its risk
//! None yet: take one of the two out.
//!
//! ## Example
//! ```yaml
//! - record: job:up:sum
//!   expr: sum by (job) (up)
//! - record: job:up:sum
//!   expr: sum(up) by (job)
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `rule/duplicate`: <https://cloudflare.github.io/pint/checks/rule/duplicate.html>
//! - promtool `check rules` (`duplicate-rules`), which does not compare expressions

use std::collections::BTreeMap;

use crate::check::{Context, Evidence, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::model::RuleKind;

pub const META: Meta = Meta {
    title: "A rule does what another one does",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

/// Kind, name and sorted labels.
type Identity<'r> = (RuleKind, &'r str, Vec<(&'r str, &'r str)>);

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let mut seen: BTreeMap<Identity<'_>, Vec<&WrittenRule<'_>>> = BTreeMap::new();
    for rule in cx.facts.written.iter().filter(|r| !r.at.templated) {
        let own = rule.rule.labels.iter();
        let added = rule
            .group_at
            .labels
            .iter()
            .filter(|(k, _)| !rule.rule.labels.contains_key(*k));
        let mut labels: Vec<(&str, &str)> = own
            .chain(added)
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        labels.sort_unstable();
        let alike = seen
            .entry((rule.rule.kind, rule.rule.name.as_str(), labels))
            .or_default();
        let earlier = |other: &&&WrittenRule<'_>| same(other, rule);
        let here = alike
            .iter()
            .filter(earlier)
            .find(|o| o.at.path == rule.at.path);
        if let Some(first) = here.or_else(|| alike.iter().find(earlier)) {
            report(first, rule, out);
        }
        alike.push(rule);
    }
}

fn same(a: &WrittenRule<'_>, b: &WrittenRule<'_>) -> bool {
    match (&a.query, &b.query) {
        (Ok(a), Ok(b)) => a.same_as(b),
        _ => a.rule.expr == b.rule.expr,
    }
}

fn report(first: &WrittenRule<'_>, rule: &WrittenRule<'_>, out: &mut Sink) {
    let same_file = first.at.path == rule.at.path;
    let place = if same_file {
        format!("on line {}", first.at.span.line)
    } else {
        format!("in {} on line {}", first.at.path, first.at.span.line)
    };
    let why = match rule.rule.kind {
        RuleKind::Recording => {
            "both write the same series, and the server warns of duplicate samples in every round"
        }
        RuleKind::Alerting => {
            "both fire together: whoever changes one of them later believes to have changed the alert"
        }
    };
    let draft = rule
        .draft(
            rule.at.value("alert"),
            format!(
                "{} is there twice, with the same labels and expression; the first one is {place}",
                rule.rule.name
            ),
            why,
            "take one of the two out",
        )
        .evidence([Evidence::quoted(
            first.at.path.clone(),
            Some(first.at.span.line),
            first.rule.expr.trim(),
        )]);
    out.report_as(
        if same_file {
            Severity::Warning
        } else {
            Severity::Info
        },
        draft,
    );
}
