//! # for of zero
//!
//! ## What it finds
//! `for: 0s` or `keep_firing_for: 0s`.
//!
//! ## Why it hurts
//! It says what is so without it. Whoever reads it wonders what was meant.
//!
//! ## How we decide
//! The duration is zero.
//!
//! ## When it is wrong
//! - As a reminder that no `for` is wanted. A comment says that better.
//! - 247 findings over the corpus of public rule files; 12 of 12 sampled say `for: 0m` and no more.
//!
//! ## Fix and its risk
//! Taking it out changes nothing.
//!
//! ## Example
//! ```yaml
//! for: 0m
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `alerts/for`: <https://cloudflare.github.io/pint/checks/alerts/for.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::fix::{Applicability, Edit, Fix, RuleField, RuleRef};
use crate::model::{PromDuration, RuleKind};

pub const META: Meta = Meta {
    title: "A for of zero says nothing",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let zero = Some(PromDuration(0));
    for rule in cx
        .facts
        .written
        .iter()
        .filter(|r| r.rule.kind == RuleKind::Alerting)
    {
        let fields = [
            ("for", rule.rule.hold, RuleField::For),
            (
                "keep_firing_for",
                rule.rule.keep_firing_for,
                RuleField::KeepFiringFor,
            ),
        ];
        for (key, _, field) in fields.into_iter().filter(|f| f.1 == zero) {
            let draft = rule.draft(
                rule.at.value(key),
                format!("{} has a `{key}` of zero", rule.rule.name),
                "that is so without it",
                format!("take `{key}` out"),
            );
            let variant = format!("{key} {}", rule.variant());
            out.report(
                draft
                    .about(variant.trim_end())
                    .fix(take_out(rule, key, field)),
            );
        }
    }
}

fn take_out(rule: &WrittenRule<'_>, key: &str, field: RuleField) -> Fix {
    let reference = RuleRef {
        group: rule.group.name.clone(),
        file: rule.group.file.clone(),
        name: rule.rule.name.clone(),
        expr: rule.rule.expr.clone(),
    };
    Fix {
        title: format!("take `{key}` out of {}", rule.rule.name),
        applicability: Applicability::Safe,
        edits: vec![Edit::SetRuleField {
            rule: reference,
            field,
            value: None,
        }],
        expected: "nothing changes but the text".to_owned(),
        rollback: format!("put `{key}: 0s` back"),
        preconditions: Vec::new(),
    }
}
