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

use crate::check::{
    Confidence, Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, Subject, SubjectKind,
    Unit, alert_names, unseen_fixes,
};
use crate::facts::{ComponentState, DownAlert, Targets, Unseen};
use crate::knowledge::Component;
use crate::model::Rule;
use crate::promql::UpTest;

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

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for component in &cx.knowledge.components {
        let state = cx.facts.component_state(component);
        let alerts = cx.facts.down_alerts(component, &state);
        if alerts.is_empty() {
            continue;
        }
        match cx.facts.unseen(component, &state) {
            Ok(unseen) => {
                let pages =
                    |rule: &Rule| rule.labels.get("severity").is_some_and(|s| s == "critical");
                let severity = if alerts.iter().any(|a| pages(a.1)) {
                    Severity::Critical
                } else {
                    Severity::Warning
                };
                out.report_as(severity, draft(cx, component, &state, &alerts, unseen));
            }
            Err(because) => {
                let subject = Subject::named(SubjectKind::Target, &component.id);
                out.not_evaluated(&subject, because);
            }
        }
    }
}

fn draft(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
    alerts: &[DownAlert<'_>],
    unseen: Unseen,
) -> Draft {
    let (group, rule, test) = alerts[0];
    let names = alert_names(alerts);
    let platform = &cx.facts.platform;
    let (what, why) = words(cx, component, state, &names, unseen);
    let fixes = unseen_fixes(cx, component, alerts, unseen);
    let action = fixes.first().map_or_else(String::new, |f| f.title.clone());
    let mut draft = Draft::new(
        Subject::alert(&rule.name, &group.name),
        confidence(cx, state, unseen),
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
        .filter(|s| s.firing_share > 0.0)
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

fn words(
    cx: &Context<'_>,
    component: &Component,
    state: &ComponentState,
    names: &str,
    unseen: Unseen,
) -> (String, String) {
    let id = &component.id;
    let platform = &cx.facts.platform;
    let (is, fires) = match names.contains(", ") {
        true => ("are", "fire"),
        false => ("is", "fires"),
    };
    let error = state
        .errors
        .first()
        .map(|e| format!(" ({e})"))
        .unwrap_or_default();
    match unseen {
        Unseen::OutOfSight if platform.is("k3s") => (
            format!("{names} {is} false by construction here: {id} is a part of the k3s process"),
            format!(
                "k3s runs the control plane in one process: no pod of {id} exists, and its metrics come with those of the kubelet and the API server"
            ),
        ),
        Unseen::OutOfSight => (
            format!(
                "{names} {is} false by construction here: {id} cannot be seen from inside this cluster"
            ),
            format!(
                "{}; no pod of {id} exists, so its metrics can never be scraped",
                platform.managed_because
            ),
        ),
        Unseen::Replaced => (
            format!("{names} {is} false by construction here: nothing runs {id}"),
            format!(
                "DaemonSet {} does its work, and no pod of {id} exists",
                state.replacement.as_deref().unwrap_or("another")
            ),
        ),
        Unseen::Loopback => (
            format!("{names} {fires} because {id} cannot be scraped, not because it is down"),
            format!(
                "{}, but its metrics have not answered once{error}: it listens on 127.0.0.1 only",
                running(component, state)
            ),
        ),
        Unseen::ShutOut => (
            format!(
                "{names} {fires} because Prometheus is not let in to {id}, not because it is down"
            ),
            format!(
                "{}, but every scrape of its metrics has failed{error}",
                running(component, state)
            ),
        ),
        Unseen::NoSelection => (
            format!(
                "{names} {fires} because Prometheus has no target for {id}, not because it is down"
            ),
            format!(
                "{}, but there is no target: the Service's selector or port does not match its pods",
                running(component, state)
            ),
        ),
        Unseen::Development => (
            format!(
                "{names} {fires} because {id} listens on 127.0.0.1 on {}",
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

fn confidence(cx: &Context<'_>, state: &ComponentState, unseen: Unseen) -> Confidence {
    let platform = &cx.facts.platform;
    let certain = !state.errors.is_empty() || !state.addresses.is_empty();
    match (unseen, platform.confidence()) {
        (Unseen::Loopback | Unseen::Development, _)
            if !certain && state.targets != Targets::None =>
        {
            Confidence::medium(
                "its pods run and its targets never answered, but why they do not is not known",
            )
        }
        (Unseen::Replaced, _) => Confidence::high("the DaemonSets of kube-system were read"),
        (Unseen::Loopback | Unseen::ShutOut | Unseen::NoSelection | Unseen::Development, _) => {
            Confidence::high("its pods run, and its targets are known")
        }
        (Unseen::OutOfSight, "high") => Confidence::high(format!(
            "{} independent signals name {}, and nothing of the component is seen",
            platform.independent, platform.name
        )),
        (Unseen::OutOfSight, _) => Confidence::medium(format!(
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
