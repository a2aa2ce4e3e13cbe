//! Objects of the Prometheus Operator.

use super::super::kind::Kind;
use super::super::wire::{self, Object};
use super::{Shared, name_of};
use crate::model::{
    Gap, Monitor, MonitorKind, PromDuration, Rule, RuleGroup, RuleKind, RuleObject,
};

/// The groups of a PrometheusRule. A rule that cannot be read is a gap; its group keeps the others.
pub(super) fn rule_groups(
    shared: &mut Shared,
    object: &Object<wire::RulesSpec>,
    file: &str,
) -> Result<(Vec<RuleGroup>, Vec<Gap>), String> {
    let meta = &object.metadata;
    let name = name_of(meta)?;
    let mut gaps = Vec::new();
    let mut gap = |group: &str, because: String| {
        let part = format!("{}/{name}, group {group}", meta.namespace);
        gaps.push(Gap::new("kubernetes:prometheusrules", because).in_part(part));
    };
    let mut groups = Vec::new();
    for group in &object.spec.groups {
        let mut rules = Vec::new();
        for written in &group.rules {
            match rule(written) {
                Ok((rule, doubts)) => {
                    doubts.into_iter().for_each(|doubt| gap(&group.name, doubt));
                    rules.push(rule);
                }
                Err(because) => gap(&group.name, because),
            }
        }
        let (interval, doubt) = duration("interval", &group.interval);
        doubt.into_iter().for_each(|doubt| gap(&group.name, doubt));
        groups.push(RuleGroup {
            source: None,
            name: group.name.clone(),
            file: file.to_owned(),
            interval,
            object: Some(RuleObject {
                namespace: meta.namespace.clone(),
                name: name.to_owned(),
                labels: shared.labels(&meta.labels),
            }),
            rules,
        });
    }
    Ok((groups, gaps))
}

/// One rule, and what is doubtful about it.
fn rule(written: &wire::RuleSpec) -> Result<(Rule, Vec<String>), String> {
    let (kind, name) = match (written.alert.as_str(), written.record.as_str()) {
        ("", "") => return Err("a rule has neither alert nor record".to_owned()),
        (alert, "") => (RuleKind::Alerting, alert),
        ("", record) => (RuleKind::Recording, record),
        (alert, _) => return Err(format!("rule {alert} has both alert and record")),
    };
    if written.expr.trim().is_empty() {
        return Err(format!("rule {name} has no expr"));
    }
    let (hold, first) = duration("for", &written.hold);
    let (keep_firing_for, second) = duration("keep_firing_for", &written.keep_firing_for);
    let doubts = [first, second].into_iter().flatten();
    let rule = Rule {
        kind,
        name: name.to_owned(),
        expr: written.expr.clone(),
        hold,
        keep_firing_for,
        labels: written.labels.clone(),
        annotations: written.annotations.clone(),
        health: String::new(),
        last_error: String::new(),
        source: None,
    };
    Ok((rule, doubts.map(|d| format!("rule {name}: {d}")).collect()))
}

/// A duration, or why it is taken as absent.
fn duration(field: &str, text: &str) -> (Option<PromDuration>, Option<String>) {
    if text.is_empty() {
        return (None, None);
    }
    match PromDuration::parse(text) {
        Some(duration) => (Some(duration), None),
        None => (
            None,
            Some(format!("`{field}: {text}` is not a duration, as in 5m")),
        ),
    }
}

/// A ServiceMonitor or PodMonitor.
pub(super) fn monitor(
    shared: &mut Shared,
    kind: Kind,
    object: &Object<wire::MonitorSpec>,
) -> Result<Monitor, String> {
    let (meta, spec) = (&object.metadata, &object.spec);
    let (kind, endpoints) = if kind == Kind::PodMonitor {
        (MonitorKind::PodMonitor, &spec.pod_metrics_endpoints)
    } else {
        (MonitorKind::ServiceMonitor, &spec.endpoints)
    };
    let ports = endpoints.iter().map(|e| e.port.clone());
    Ok(Monitor {
        kind,
        namespace: shared.text(&meta.namespace),
        name: shared.text(name_of(meta)?),
        labels: shared.labels(&meta.labels),
        selector: shared.labels(&spec.selector.match_labels),
        job_label: (!spec.job_label.is_empty()).then(|| spec.job_label.clone()),
        ports: ports.filter(|port| !port.is_empty()).collect(),
    })
}
