//! # Alert always fires
//!
//! ## What it finds
//! Alerts that have fired, without pause or nearly so, for as long as history tells.
//!
//! ## Why it hurts
//! An alert that always fires tells nobody anything. It hides behind silences, teaches people to look away, and when
//! the thing it watches really breaks, nothing changes.
//!
//! ## How we decide
//! Some instance of the alert fired at 95% or more of the grid points of the window at which Prometheus recorded
//! anything (`ALERTS{alertstate="firing"}`), it fires now, and there is at least a day of history. The grid is five
//! minutes or coarser, so shorter pauses are not seen.
//!
//! A warning, whatever the alert's own severity; an info alert that always fires is worth an info.
//!
//! Exempt by shape: expressions that read no series (`vector(1)`, as Watchdog has it) and expressions that read
//! `ALERTS` (inhibitors). Exempt by name: Watchdog, InfoInhibitor, DeadMansSwitch. Exempt by severity: `none`, which
//! says that the alert is for machines. Alerts about control-plane
//! components are explained by `platform/control-plane-not-scrapable` and left to it.
//!
//! ## When it is wrong
//! - A real fault that nobody has repaired for two weeks. Then the alert is right, and the fault is what needs work:
//!   the finding cannot tell, so its fixes are for review.
//! - Several instances that take turns: the finding says when no single instance fired throughout.
//! - Several rules of the same name and severity: recorded states do not tell them apart, so nothing is offered to
//!   apply.
//! - A severity that is a template cannot be looked up: nothing is said.
//!
//! ## Fix and its risk
//! Repair the cause, or leave out the instance that will not be repaired, or lower the severity so that nobody is
//! paged until then. Taking the alert out altogether loses what it covers.
//!
//! ## Example
//! `QueueBacklog` with a threshold from last year's traffic.
//!
//! ## Options
//! `alerts.always-firing`, `history.minimum` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://sre.google/workbook/alerting-on-slos/>

use crate::check::{
    Confidence, Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, Subject, Unit,
};
use crate::facts::AlertStats;
use crate::fix::{Applicability, Edit, Fix, RuleField, RuleRef};
use crate::model::{Rule, RuleGroup, RuleKind};
use crate::promql::Query;

pub const META: Meta = Meta {
    title: "The alert has fired all the time",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[
        Need::Rules,
        Need::Query("alert-firing-samples"),
        Need::Query("alerts-firing-now"),
        Need::Series("history-samples"),
    ],
    uses: &[
        Need::Query("alert-longest-instance"),
        Need::Query("alert-activations"),
    ],
    since: "0.1.0",
};

/// Alerts that are meant to fire always, under the names the community uses.
const BY_DESIGN: &[&str] = &[
    "Watchdog",
    "InfoInhibitor",
    "DeadMansSwitch",
    "DeadMansSnitch",
];

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let observed = cx.facts.alerts.observed;
    let window = cx.facts.snapshot.meta.window;
    if observed < cx.defaults().history_minimum.min(window) {
        let subject = Subject::cluster();
        out.not_evaluated(
            &subject,
            format!(
                "only {observed} of history, less than {}",
                cx.defaults().history_minimum
            ),
        );
        return;
    }
    let mut seen = Vec::new();
    for group in &cx.facts.snapshot.rules {
        for rule in group.rules.iter().filter(|r| r.kind == RuleKind::Alerting) {
            let severity = rule.labels.get("severity").cloned().unwrap_or_default();
            let Some(stats) = cx.facts.alerts.get(&rule.name, &severity) else {
                continue;
            };
            let key = (rule.name.clone(), severity.clone());
            let always =
                stats.firing_share >= cx.defaults().alerts_always_firing && stats.firing_now > 0.0;
            if always && !seen.contains(&key) && !exempt(cx, rule) {
                seen.push(key);
                let told = if severity == "info" {
                    Severity::Info
                } else {
                    META.severity
                };
                out.report_as(told, draft(cx, group, rule, &severity, stats));
            }
        }
    }
}

fn exempt(cx: &Context<'_>, rule: &Rule) -> bool {
    let severity = rule.labels.get("severity").map(String::as_str);
    if BY_DESIGN.contains(&rule.name.as_str()) || severity == Some("none") {
        return true;
    }
    let Ok(query) = Query::parse(&rule.expr) else {
        return false;
    };
    let about_component = || {
        let components = &cx.knowledge.components;
        query
            .up_tests()
            .iter()
            .any(|(_, selector)| components.iter().any(|c| c.is_meant_by(selector)))
    };
    query.is_constant() || query.reads_alerts() || about_component()
}

fn draft(
    cx: &Context<'_>,
    group: &RuleGroup,
    rule: &Rule,
    severity: &str,
    stats: &AlertStats,
) -> Draft {
    let observed = cx.facts.alerts.observed;
    let window = Some(cx.facts.snapshot.meta.window);
    let one_instance = stats
        .longest_instance_share
        .map(|s| s >= cx.defaults().alerts_always_firing);
    let who = match one_instance {
        Some(true) => "; one instance fired throughout",
        Some(false) => "; no single instance fired throughout: several take turns",
        None => "",
    };
    let alike = group_rules(cx)
        .filter(|r| r.name == rule.name && severity_of(r) == severity)
        .count();
    let confidence = if observed >= cx.defaults().history_full {
        Confidence::high("a week or more of recorded alert states")
    } else {
        Confidence::medium(format!(
            "{observed} of history, less than {}",
            cx.defaults().history_full
        ))
    };
    let selector = format!(
        "ALERTS{{alertname=\"{}\",severity=\"{severity}\",alertstate=\"firing\"}}",
        rule.name
    );
    Draft::new(
        Subject::alert(&rule.name, &group.name),
        confidence,
        format!(
            "{} has fired in {} of the last {observed}",
            rule.name,
            Unit::Ratio.show(stats.firing_share)
        ),
        format!(
            "an alert that always fires tells nobody anything{who}; instances that fire now: {}",
            Unit::Count.show(stats.firing_now)
        ),
        format!(
            "{}{}",
            match one_instance {
                Some(true) => "repair what it reports, or leave that instance out",
                _ => "raise the threshold or repair what it reports",
            },
            if pages(severity) {
                "; until then lower its severity so that it pages nobody"
            } else {
                ""
            }
        ),
        Evidence::measured(
            "share of the time in which it fired",
            cx.facts.query("alert-firing-samples"),
            window,
            stats.firing_share,
            Unit::Ratio,
        ),
    )
    .about(severity)
    .evidence([
        Evidence::computed(
            "time with history",
            "points with samples × step",
            observed.seconds(),
            Unit::Seconds,
        ),
        Evidence::measured(
            "instances firing now",
            format!("count({selector})"),
            None,
            stats.firing_now,
            Unit::Count,
        ),
        Evidence::quoted(group.file.clone(), None, rule.expr.clone()),
    ])
    .evidence(stats.longest_instance_share.map(|share| {
        let query = cx.facts.query("alert-longest-instance");
        Evidence::measured(
            "share of the longest-firing instance",
            query,
            window,
            share,
            Unit::Ratio,
        )
    }))
    .evidence(Some(stats.activations).filter(|n| *n > 0.0).map(|n| {
        Evidence::measured(
            "activations",
            cx.facts.query("alert-activations"),
            window,
            n,
            Unit::Count,
        )
    }))
    // Of several rules with the same name and severity, nothing tells which one fires.
    .fix(lower_severity(group, rule, severity).filter(|_| alike == 1))
    .fix(Some(take_out(group, rule)).filter(|_| alike == 1))
    .fix((alike > 1).then(|| look_at_all(rule)))
}

fn group_rules<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Rule> {
    cx.facts.snapshot.rules.iter().flat_map(|g| &g.rules)
}

fn severity_of(rule: &Rule) -> &str {
    rule.labels.get("severity").map_or("", String::as_str)
}

fn look_at_all(rule: &Rule) -> Fix {
    Fix {
        title: format!("find out which of the rules named {} it is", rule.name),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct {
            steps: vec![
                format!("several rules are named {} and have the same severity; recorded alert states do not tell them apart", rule.name),
                "evaluate each expression in Prometheus: the one that gives something now is the one to repair".to_owned(),
            ],
        }],
        expected: "the right rule is changed, the others are left alone".to_owned(),
        rollback: "nothing is changed".to_owned(),
        preconditions: Vec::new(),
    }
}

fn rule_ref(group: &RuleGroup, rule: &Rule) -> RuleRef {
    RuleRef {
        group: group.name.clone(),
        file: group.file.clone(),
        name: rule.name.clone(),
        expr: rule.expr.clone(),
    }
}

/// Whether somebody is told of alerts of this severity.
fn pages(severity: &str) -> bool {
    !matches!(severity, "" | "info" | "none")
}

/// Until the cause is repaired, nobody should be paged. An alert that already pages nobody stays as it is.
fn lower_severity(group: &RuleGroup, rule: &Rule, severity: &str) -> Option<Fix> {
    pages(severity).then(|| Fix {
        title: "lower the severity to info until the cause is repaired".to_owned(),
        applicability: Applicability::Review,
        edits: vec![Edit::SetRuleField {
            rule: rule_ref(group, rule),
            field: RuleField::Label("severity".to_owned()),
            value: Some("info".to_owned()),
        }],
        expected: "it stays visible and pages nobody; changing a label ends the present alert and starts a new one".to_owned(),
        rollback: format!("set the severity back to {severity}"),
        preconditions: vec!["nothing else routes on its severity".to_owned()],
    })
}

fn take_out(group: &RuleGroup, rule: &Rule) -> Fix {
    Fix {
        title: format!("take {} out", rule.name),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::DisableRule {
            rule: rule_ref(group, rule),
        }],
        expected: "nothing reports this condition any more: only when nobody will ever act on it"
            .to_owned(),
        rollback: "put the rule back".to_owned(),
        preconditions: vec!["nobody needs to know of this condition".to_owned()],
    }
}
