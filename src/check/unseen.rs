//! What to do about a component that is not seen: the ways out that checks of platforms share.

use std::collections::BTreeMap;

use super::Context;
use crate::facts::{DownAlert, Unseen};
use crate::fix::{Applicability, Edit, Fix, RuleRef};
use crate::knowledge::Component;

/// Names of alerts, each once.
pub fn alert_names(alerts: &[DownAlert<'_>]) -> String {
    let mut names: Vec<&str> = alerts.iter().map(|a| a.1.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}

fn open_metrics(component: &Component, platform: &str) -> Fix {
    Fix {
        title: format!("let {} serve its metrics on the node's address", component.id),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct { steps: vec![component.open_metrics_on(platform).to_owned()] }],
        expected: "its targets answer, and the alert tells the truth from then on".to_owned(),
        rollback: "set the bind address back to 127.0.0.1".to_owned(),
        preconditions: vec!["the port is closed to the outside: with 0.0.0.0 it is open on every interface of the node".to_owned()],
    }
}

/// The usual reasons for which a scrape fails after the connection was made, or is not even refused.
fn let_in(component: &Component) -> Fix {
    let switch = switch_key(component);
    Fix {
        title: format!("remove what the scrape error of {} names", component.id),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct {
            steps: vec![
                "401 or 403: the scrape needs a bearer token, and its ServiceAccount a ClusterRole with get on the nonResourceURL /metrics".to_owned(),
                format!("x509: set {switch}.serviceMonitor.insecureSkipVerify: true in the values, or give the certificate's serverName"),
                format!("a plain answer to an encrypted request, or the other way round: set {switch}.serviceMonitor.https"),
                format!("a timeout: open port {} of the nodes to Prometheus (firewall, security group, NetworkPolicy)", component.metrics_port),
            ],
        }],
        expected: "its targets answer, and the alert tells the truth from then on".to_owned(),
        rollback: "undo what was changed".to_owned(),
        preconditions: Vec::new(),
    }
}

/// What takes an alert away from other jobs too is not for applying.
fn with_others(mut fixes: Vec<Fix>, others: &[String]) -> Vec<Fix> {
    if !others.is_empty() {
        for fix in fixes
            .iter_mut()
            .filter(|f| f.applicability != Applicability::DisplayOnly)
        {
            fix.applicability = Applicability::DisplayOnly;
            fix.preconditions.push(format!(
                "nobody needs the alert for {}, which it watches too",
                others.join(", ")
            ));
        }
    }
    fixes
}

fn switch_key(component: &Component) -> &str {
    component
        .chart_switch
        .split('.')
        .next()
        .unwrap_or(&component.chart_switch)
}

/// The right way where the component is out of reach for good: scrape, Service, rules and dashboard go together.
fn switch_off(component: &Component, applicability: Applicability) -> Fix {
    let loses = applicability == Applicability::DisplayOnly;
    Fix {
        title: format!(
            "set {}: false in the values of kube-prometheus-stack{}",
            component.chart_switch,
            if loses { " (loses coverage)" } else { "" }
        ),
        applicability,
        edits: vec![Edit::SetChartValues {
            values: BTreeMap::from([(component.chart_switch.clone(), "false".to_owned())]),
            reason: format!(
                "{} cannot be scraped here. {}",
                component.id, component.stays_covered
            ),
        }],
        expected: format!(
            "the scrape, its rules and its dashboard go together. What stays covered: {}",
            component.stays_covered
        ),
        rollback: format!("set {}: true", component.chart_switch),
        preconditions: if loses {
            vec!["nobody can change the bind address".to_owned()]
        } else {
            Vec::new()
        },
    }
}

/// For Prometheus without the chart.
fn take_out(component: &Component, alerts: &[DownAlert<'_>], applicability: Applicability) -> Fix {
    let edits = alerts
        .iter()
        .map(|(group, rule, _)| Edit::DisableRule {
            rule: RuleRef {
                group: group.name.clone(),
                file: group.file.clone(),
                name: rule.name.clone(),
                expr: rule.expr.clone(),
            },
        })
        .collect();
    Fix {
        title: format!(
            "without the chart: take {} out, and the scrape job of {} with it",
            alert_names(alerts),
            component.id
        ),
        applicability,
        edits,
        expected: format!(
            "the false alert ends. What stays covered: {}",
            component.stays_covered
        ),
        rollback: "put the rule back".to_owned(),
        preconditions: vec!["rules are not managed by kube-prometheus-stack".to_owned()],
    }
}

/// The ways out, the recommended one first.
pub fn unseen_fixes(
    cx: &Context<'_>,
    component: &Component,
    alerts: &[DownAlert<'_>],
    unseen: Unseen,
) -> Vec<Fix> {
    let platform = cx.facts.platform.id.as_deref().unwrap_or_default();
    let fixes = match unseen {
        Unseen::OutOfSight if platform == "k3s" => vec![
            switch_off(component, Applicability::Review),
            open_metrics(component, platform),
        ],
        Unseen::OutOfSight | Unseen::Replaced | Unseen::Development => {
            vec![
                switch_off(component, Applicability::Review),
                take_out(component, alerts, Applicability::Review),
            ]
        }
        Unseen::Loopback => vec![
            open_metrics(component, platform),
            switch_off(component, Applicability::DisplayOnly),
        ],
        Unseen::ShutOut => vec![let_in(component)],
        Unseen::NoSelection => vec![Fix {
            title: format!("make the Service of {} select its pods", component.id),
            applicability: Applicability::DisplayOnly,
            edits: vec![Edit::Instruct {
                steps: vec![
                    format!(
                        "compare `kubectl -n kube-system get svc -o wide | grep {}` with `kubectl -n kube-system get pods --show-labels | grep {}`",
                        component.id, component.id
                    ),
                    format!(
                        "set {}.service.selector in the values to the labels of the pods, and {}.service.port and targetPort to {}",
                        switch_key(component),
                        switch_key(component),
                        component.metrics_port
                    ),
                ],
            }],
            expected: "Prometheus finds its targets, and the alert tells the truth from then on"
                .to_owned(),
            rollback: "take the selector out of the values".to_owned(),
            preconditions: Vec::new(),
        }],
    };
    with_others(fixes, &cx.facts.jobs_watched_too(component, alerts))
}
