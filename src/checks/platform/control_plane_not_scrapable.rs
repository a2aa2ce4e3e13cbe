//! # Control-plane component cannot be scraped
//!
//! ## What it finds
//! Alerts that say the scheduler, the controller manager, kube-proxy or etcd is down, where the truth is that
//! Prometheus cannot reach its metrics: because the platform's vendor runs it out of sight, because it listens on
//! 127.0.0.1 only, because the Service selects no pods, or because something else does its work.
//!
//! ## Why it hurts
//! These alerts are critical, they fire from the first day, and they are false. Silencing them by name, on every
//! platform, hides a real outage on clusters that run their own control plane.
//!
//! ## How we decide
//! An alert is read by its expression, not its name: `absent(up{job=…})` fires when there is **no target**,
//! `absent(up{job=…} == 1)` when **none answers**, `up{job=…} == 0` when a **target is down**. The `job` matcher tells
//! the component; a matcher that only leaves jobs out (`job!="batch"`) is about everything and is not read as one. The
//! alert is reported only when, by its expression and what is seen now, it has to fire, when it does fire (where the
//! alerts that fire now are known), and when the component has not answered once in the window. Then:
//!
//! | seen | verdict | fix |
//! |---|---|---|
//! | the vendor runs the control plane, no pod of the component, no target | false by construction | switch the component off in the chart: scrape and rules go together |
//! | pods of the component run, targets never answered: refused, or no error known | it listens on 127.0.0.1 | the bind address; a disable only as second choice, and it loses coverage |
//! | pods of the component run, targets never answered: any other error | Prometheus is not let in | what the error names |
//! | pods of the component run, no target | the Service selects nothing | the Service's selector and port |
//! | kube-proxy: its DaemonSet is gone and Cilium, Dataplane V2 or another does its work | false by construction | switch it off in the chart |
//! | kube-proxy: its DaemonSet is available, targets never answered | metricsBindAddress is 127.0.0.1 | the bind address |
//! | k3s: no pods (one process holds all), targets never answered or absent | false by construction | switch it off in the chart |
//!
//! Whether the vendor runs the control plane is decided over all nodes: no node with a control-plane role, no pod of
//! the scheduler, and the platform's own signals. Confidence is high with two independent signals of the platform.
//!
//! ## When it is wrong
//! - A component that answered within the window and is down now is never reported: that may be the outage.
//! - A connection that is refused although the component's own flags open another address is not explained: not
//!   evaluated.
//! - Where nothing names the platform, a control plane that a vendor runs cannot be told from one on machines that are
//!   not nodes: not evaluated.
//! - An expression that other jobs match as well (an application's own etcd): the switch would take their alert too, so
//!   it is shown and not applied.
//! - An alert that is still pending is not reported; nor is one whose severity is a template.
//! - Where neither pods nor DaemonSets of kube-system can be read, absence proves nothing: not evaluated.
//! - EKS 1.28 and newer serve scheduler and controller-manager metrics through the API server. Once they are scraped
//!   there, give that job the component's name and keep the alert.
//!
//! ## Fix and its risk
//! Switching a component off in kube-prometheus-stack removes its Service, ServiceMonitor, rules and dashboard
//! together. Disabling only the alert would leave the scrape and with it TargetDown. What stays covered is said with
//! each fix.
//!
//! ## Example
//! `KubeSchedulerDown` on EKS: fires always; `up{job="kube-scheduler"}` has no series; no node has the control-plane
//! role.
//!
//! ## Options
//! None.
//!
//! ## References
//! - <https://github.com/prometheus-community/helm-charts/issues/4106>
//! - <https://github.com/prometheus-operator/kube-prometheus/issues/718>
//! - <https://github.com/prometheus-community/helm-charts/issues/1966>
//! - <https://github.com/prometheus-community/helm-charts/issues/1718>

use std::collections::BTreeMap;

use crate::check::{
    Confidence, Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, Subject, SubjectKind,
    Unit,
};
use crate::facts::{ComponentState, Targets};
use crate::fix::{Applicability, Edit, Fix, RuleRef};
use crate::knowledge::Component;
use crate::model::{Rule, RuleGroup, RuleKind};
use crate::promql::{Query, Selector, UpTest};

pub const META: Meta = Meta {
    title: "An alert says a control-plane component is down that cannot be scraped",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[
        Need::Rules,
        Need::Nodes,
        Need::Series("targets-by-job"),
        Need::Query("targets-up-by-job"),
        Need::Query("targets-ever-up-by-job"),
    ],
    uses: &[
        Need::Query("daemonsets"),
        Need::Query("control-plane-pods"),
        Need::Query("kube-state-metrics"),
        Need::Query("alerts-firing-now"),
        Need::Query("alert-firing-samples"),
        Need::Query("history-samples"),
    ],
    since: "0.1.0",
};

/// Platforms for development, where the control plane always listens on 127.0.0.1 and nobody is on call.
const DEVELOPMENT: &[&str] = &["kind", "minikube", "docker-desktop"];

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for component in &cx.knowledge.components {
        let state = cx.facts.component_state(component);
        let alerts = firing_alerts(cx, component, &state);
        if alerts.is_empty() {
            continue;
        }
        match verdict(cx, component, &state) {
            Ok(verdict) => {
                let pages =
                    |rule: &Rule| rule.labels.get("severity").is_some_and(|s| s == "critical");
                let severity = if alerts.iter().any(|a| pages(a.1)) {
                    Severity::Critical
                } else {
                    Severity::Warning
                };
                out.report_as(severity, draft(cx, component, &state, &alerts, verdict));
            }
            Err(because) => {
                let subject = Subject::named(SubjectKind::Target, &component.id);
                out.not_evaluated(&subject, because);
            }
        }
    }
}

/// Alerts about the component that have to fire, by their expression and what is seen.
fn firing_alerts<'a>(
    cx: &Context<'a>,
    component: &Component,
    state: &ComponentState,
) -> Vec<(&'a RuleGroup, &'a Rule, UpTest)> {
    let mut found = Vec::new();
    for group in &cx.facts.snapshot.rules {
        for rule in group.rules.iter().filter(|r| r.kind == RuleKind::Alerting) {
            let Ok(query) = Query::parse(&rule.expr) else {
                continue;
            };
            let about = query.up_tests().into_iter().find(|(test, selector)| {
                component.is_meant_by(selector)
                    && fires(*test, state.targets)
                    && !satisfied_by_others(cx, *test, selector)
            });
            let severity = rule.labels.get("severity").map_or("", String::as_str);
            let silent = cx.facts.alerts.fires_now(&rule.name, severity) == Some(false);
            if let Some((test, _)) = about.filter(|_| !silent) {
                found.push((group, rule, test));
            }
        }
    }
    found
}

/// Whether other jobs that the matcher accepts keep the alert from firing: an application's own etcd answers to
/// `job=~".*etcd.*"` as well.
fn satisfied_by_others(cx: &Context<'_>, test: UpTest, selector: &Selector) -> bool {
    match test {
        UpTest::NoTarget => cx.facts.targets_accepted("targets-by-job", selector) > 0.0,
        UpTest::NoneAnswers => cx.facts.targets_accepted("targets-up-by-job", selector) > 0.0,
        UpTest::TargetDown => false,
    }
}

fn fires(test: UpTest, targets: Targets) -> bool {
    match targets {
        Targets::None => matches!(test, UpTest::NoTarget | UpTest::NoneAnswers),
        Targets::NeverAnswered { .. } => matches!(test, UpTest::NoneAnswers | UpTest::TargetDown),
        // It answered in the window: what the alert says may be true.
        Targets::WentDown { .. } | Targets::Answering => false,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The vendor runs it, or nothing runs it.
    OutOfSight,
    /// Another DaemonSet does its work.
    Replaced,
    /// It runs and listens on 127.0.0.1.
    Loopback,
    /// It runs and serves, and Prometheus is not let in.
    ShutOut,
    /// It runs and the Service selects nothing.
    NoSelection,
    /// A development cluster.
    Development,
}

/// Decides, or says what is missing for a decision.
fn verdict(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
) -> Result<Verdict, String> {
    let platform = &cx.facts.platform;
    let development = platform
        .id
        .as_deref()
        .is_some_and(|id| DEVELOPMENT.contains(&id));
    let runs = !state.pods.is_empty() || state.daemonset_available.is_some_and(|n| n > 0);
    let no_target = state.targets == Targets::None;
    match (runs, no_target) {
        (true, _) if development => Ok(Verdict::Development),
        (true, false) => reached(component, state),
        (true, true) => Ok(Verdict::NoSelection),
        (false, _) if !state.pods_readable => Err(format!(
            "pods of kube-system could not be read, so the absence of {} proves nothing",
            component.id
        )),
        (false, _) if state.replacement.is_some() => Ok(Verdict::Replaced),
        (false, _) if platform.is("k3s") => Ok(Verdict::OutOfSight),
        (false, true) if platform.managed_control_plane && component.vendor_runs_it => {
            // A control plane on machines of one's own that are not nodes looks the same.
            if platform.id.is_none() {
                return Err(format!(
                    "nothing names the platform, so whether a vendor runs {} or you do outside of the cluster is not known",
                    component.id
                ));
            }
            Ok(Verdict::OutOfSight)
        }
        (false, false) if platform.managed_control_plane => Err(format!(
            "the platform runs {} but targets for it exist and do not answer",
            component.id
        )),
        _ => Err(format!(
            "no pod of {} is visible although this cluster runs its own control plane: look at it",
            component.id
        )),
    }
}

/// What keeps Prometheus from a component that runs: the errors of its scrapes tell.
fn reached(component: &Component, state: &ComponentState) -> Result<Verdict, String> {
    let refused = state
        .errors
        .iter()
        .any(|e| e.contains("connection refused"));
    if !state.errors.is_empty() && !refused {
        return Ok(Verdict::ShutOut);
    }
    // Not `--listen-client-urls`: only addresses of metrics are kept. A wildcard or a node's own address is open.
    let loopback = |a: &String| {
        ["127.0.0.1", "localhost", "[::1]"]
            .iter()
            .any(|l| a.contains(l))
    };
    match state.addresses.first() {
        Some(address) if !state.addresses.iter().any(loopback) => Err(format!(
            "{} runs with {address}, and its targets do not answer all the same: look at its port and at what is between",
            component.id
        )),
        _ => Ok(Verdict::Loopback),
    }
}

fn draft(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
    alerts: &[(&RuleGroup, &Rule, UpTest)],
    verdict: Verdict,
) -> Draft {
    let (group, rule, test) = alerts[0];
    let names = alert_names(alerts);
    let platform = &cx.facts.platform;
    let (what, why) = words(cx, component, state, &names, verdict);
    let fixes = with_others(
        fixes(cx, component, alerts, verdict),
        &other_jobs(cx, component, alerts),
    );
    let action = fixes.first().map_or_else(String::new, |f| f.title.clone());
    let mut draft = Draft::new(
        Subject::alert(&rule.name, &group.name),
        confidence(cx, state, verdict),
        what,
        why,
        action,
        Evidence::quoted(group.file.clone(), None, rule.expr.clone()),
    )
    .about(component.id.clone())
    .evidence(evidence(cx, component, state, test))
    .evidence(platform.signals.iter().filter(|s| s.strong).map(|s| {
        Evidence::field(
            format!("platform {}", platform.name),
            s.field,
            s.text.clone(),
        )
    }))
    .evidence([Evidence::known(
        component.known.entry.clone(),
        component.known.url.clone(),
    )]);
    if let Some(stats) = rule
        .labels
        .get("severity")
        .and_then(|s| cx.facts.alerts.get(&rule.name, s))
    {
        let window = Some(cx.facts.snapshot.meta.window);
        draft = draft.evidence([Evidence::measured(
            "share of the time in which it fired",
            cx.facts.query("alert-firing-samples"),
            window,
            stats.firing_share,
            Unit::Ratio,
        )]);
    }
    for fix in fixes {
        draft = draft.fix(fix);
    }
    draft
}

fn alert_names(alerts: &[(&RuleGroup, &Rule, UpTest)]) -> String {
    let mut names: Vec<&str> = alerts.iter().map(|a| a.1.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}

fn words(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
    names: &str,
    verdict: Verdict,
) -> (String, String) {
    let id = &component.id;
    let platform = &cx.facts.platform;
    let error = state
        .errors
        .first()
        .map(|e| format!(" ({e})"))
        .unwrap_or_default();
    match verdict {
        Verdict::OutOfSight if platform.is("k3s") => (
            format!("{names} is false by construction here: {id} is a part of the k3s process"),
            format!(
                "k3s runs the control plane in one process: no pod of {id} exists, and its metrics come with those of the kubelet and the API server"
            ),
        ),
        Verdict::OutOfSight => (
            format!(
                "{names} is false by construction here: {id} cannot be seen from inside this cluster"
            ),
            format!(
                "{}; no pod of {id} exists, so its metrics can never be scraped",
                platform.managed_because
            ),
        ),
        Verdict::Replaced => (
            format!("{names} is false by construction here: nothing runs {id}"),
            format!(
                "DaemonSet {} does its work, and no pod of {id} exists",
                state.replacement.as_deref().unwrap_or("another")
            ),
        ),
        Verdict::Loopback => (
            format!("{names} fires because {id} cannot be scraped, not because it is down"),
            format!(
                "{}, but its metrics have not answered once{error}: it listens on 127.0.0.1 only",
                running(component, state)
            ),
        ),
        Verdict::ShutOut => (
            format!(
                "{names} fires because Prometheus is not let in to {id}, not because it is down"
            ),
            format!(
                "{}, but every scrape of its metrics has failed{error}",
                running(component, state)
            ),
        ),
        Verdict::NoSelection => (
            format!(
                "{names} fires because Prometheus has no target for {id}, not because it is down"
            ),
            format!(
                "{}, but there is no target: the Service's selector or port does not match its pods",
                running(component, state)
            ),
        ),
        Verdict::Development => (
            format!(
                "{names} fires because {id} listens on 127.0.0.1 on {}",
                platform.name
            ),
            format!(
                "{}; on a development cluster its metrics stay closed{error}",
                running(component, state)
            ),
        ),
    }
}

fn running(component: &Component, state: &ComponentState) -> String {
    match (
        state.pods.first(),
        &component.daemonset,
        state.daemonset_available,
    ) {
        (Some(pod), _, _) => format!("pod kube-system/{pod} runs"),
        (None, Some(daemonset), Some(n)) => {
            format!("DaemonSet kube-system/{daemonset} has {n} available pods")
        }
        _ => format!("{} runs", component.id),
    }
}

fn confidence(cx: &Context<'_>, state: &ComponentState, verdict: Verdict) -> Confidence {
    let platform = &cx.facts.platform;
    let certain = !state.errors.is_empty() || !state.addresses.is_empty();
    match (verdict, platform.confidence()) {
        (Verdict::Loopback | Verdict::Development, _)
            if !certain && state.targets != Targets::None =>
        {
            Confidence::medium(
                "its pods run and its targets never answered, but why they do not is not known",
            )
        }
        (Verdict::Replaced, _) => Confidence::high("the DaemonSets of kube-system were read"),
        (Verdict::Loopback | Verdict::ShutOut | Verdict::NoSelection | Verdict::Development, _) => {
            Confidence::high("its pods run, and its targets are known")
        }
        (Verdict::OutOfSight, "high") => Confidence::high(format!(
            "{} independent signals name {}, and nothing of the component is seen",
            platform.independent, platform.name
        )),
        (Verdict::OutOfSight, _) => Confidence::medium(format!(
            "one kind of signal names {}, and nothing of the component is seen",
            platform.name
        )),
    }
}

fn evidence(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
    test: UpTest,
) -> Vec<Evidence> {
    let job = component.jobs.join("|");
    let (targets, text) = match state.targets {
        Targets::None => (0.0, "fires when there is no target"),
        Targets::NeverAnswered { targets } | Targets::WentDown { targets } => {
            (f64::from(targets), "fires when no target answers")
        }
        Targets::Answering => (1.0, ""),
    };
    let shape = match test {
        UpTest::NoTarget => "absent(up): fires when there is no target",
        UpTest::NoneAnswers => "absent(up == 1): fires when no target answers, or there is none",
        UpTest::TargetDown => "up == 0: fires when a target does not answer",
    };
    let mut found = vec![
        Evidence::measured(
            "targets",
            format!("count(up{{job=~\"{job}\"}})"),
            None,
            targets,
            Unit::Count,
        ),
        Evidence::field(
            "expression",
            "shape",
            if text.is_empty() { text } else { shape },
        ),
    ];
    if state.targets != Targets::None {
        let window = Some(cx.facts.snapshot.meta.window);
        let query = format!(
            "max_over_time(sum(up{{job=~\"{job}\"}})[{}:1h])",
            cx.facts.snapshot.meta.window
        );
        found.push(Evidence::measured(
            "targets that ever answered in the window",
            query,
            window,
            0.0,
            Unit::Count,
        ));
    }
    if let Some(pod) = state.pods.first() {
        found.push(Evidence::field(
            "Pod in kube-system",
            "metadata.name",
            pod.clone(),
        ));
    }
    if let (Some(daemonset), Some(n)) = (&component.daemonset, state.daemonset_available) {
        let query = format!(
            "kube_daemonset_status_number_available{{namespace=\"kube-system\",daemonset=\"{daemonset}\"}}"
        );
        found.push(Evidence::measured(
            "available pods of its DaemonSet",
            query,
            None,
            f64::from(n),
            Unit::Count,
        ));
    }
    for address in &state.addresses {
        found.push(Evidence::field(
            "Pod in kube-system",
            "command",
            address.clone(),
        ));
    }
    if let Some(error) = state.errors.first() {
        found.push(Evidence::field("scrape target", "lastError", error.clone()));
    }
    found
}

fn fixes(
    cx: &Context<'_>,
    component: &Component,
    alerts: &[(&RuleGroup, &Rule, UpTest)],
    verdict: Verdict,
) -> Vec<Fix> {
    let platform = cx.facts.platform.id.as_deref().unwrap_or_default();
    match verdict {
        Verdict::OutOfSight if platform == "k3s" => vec![
            switch_off(component, Applicability::Review),
            open_metrics(component, platform),
        ],
        Verdict::OutOfSight | Verdict::Replaced | Verdict::Development => {
            vec![
                switch_off(component, Applicability::Review),
                take_out(component, alerts, Applicability::Review),
            ]
        }
        Verdict::Loopback => vec![
            open_metrics(component, platform),
            switch_off(component, Applicability::DisplayOnly),
        ],
        Verdict::ShutOut => vec![let_in(component)],
        Verdict::NoSelection => vec![Fix {
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
    }
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

/// Jobs with targets, other than the component's, that the alerts watch too.
fn other_jobs(
    cx: &Context<'_>,
    component: &Component,
    alerts: &[(&RuleGroup, &Rule, UpTest)],
) -> Vec<String> {
    let queries = alerts.iter().filter_map(|a| Query::parse(&a.1.expr).ok());
    let selectors: Vec<Selector> = queries
        .flat_map(|q| q.up_tests())
        .map(|t| t.1)
        .filter(|s| component.is_meant_by(s))
        .collect();
    let known = cx
        .facts
        .snapshot
        .queries
        .get("targets-by-job")
        .into_iter()
        .flat_map(|r| &r.rows);
    let mut jobs: Vec<String> = known
        .filter_map(|r| r.0.first())
        .filter(|j| !component.jobs.iter().any(|c| **c == ***j))
        .filter(|j| selectors.iter().any(|s| s.accepts("job", j)))
        .map(ToString::to_string)
        .collect();
    jobs.sort();
    jobs
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
fn take_out(
    component: &Component,
    alerts: &[(&RuleGroup, &Rule, UpTest)],
    applicability: Applicability,
) -> Fix {
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
