//! Why a control-plane component is not seen, and which alerts take that for an outage.

use super::{ComponentState, Facts, Targets};
use crate::knowledge::Component;
use crate::model::{Rule, RuleGroup, RuleKind};
use crate::promql::{Query, Selector, UpTest};

/// An alert that says a component is down, with what its expression tests.
pub type DownAlert<'s> = (&'s RuleGroup, &'s Rule, UpTest);

/// Platforms for development, where the control plane always listens on 127.0.0.1 and nobody is on call.
const DEVELOPMENT: &[&str] = &["kind", "minikube", "docker-desktop"];

/// Why a component that may well run is not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
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

impl<'s> Facts<'s> {
    /// Alerts about the component that have to fire, by their expression and what is seen.
    #[must_use]
    pub fn down_alerts(&self, component: &Component, state: &ComponentState) -> Vec<DownAlert<'s>> {
        let mut found = Vec::new();
        for group in &self.snapshot.rules {
            for rule in group.rules.iter().filter(|r| r.kind == RuleKind::Alerting) {
                let Ok(query) = Query::parse(&rule.expr) else {
                    continue;
                };
                let about = query.up_tests().into_iter().find(|(test, selector)| {
                    component.is_meant_by(selector)
                        && fires(*test, state.targets)
                        && !self.satisfied_by_others(*test, selector)
                });
                let severity = rule.labels.get("severity").map_or("", String::as_str);
                let silent = self.alerts.fires_now(&rule.name, severity) == Some(false);
                if let Some((test, _)) = about.filter(|_| !silent) {
                    found.push((group, rule, test));
                }
            }
        }
        found
    }

    /// Whether other jobs that the matcher accepts keep the alert from firing: an application's own etcd answers to
    /// `job=~".*etcd.*"` as well.
    fn satisfied_by_others(&self, test: UpTest, selector: &Selector) -> bool {
        match test {
            UpTest::NoTarget => self.targets_accepted("targets-by-job", selector) > 0.0,
            UpTest::NoneAnswers => self.targets_accepted("targets-up-by-job", selector) > 0.0,
            UpTest::TargetDown => false,
        }
    }

    /// Decides, or says what is missing for a decision.
    ///
    /// # Errors
    /// When what is seen does not suffice; the text says what is missing.
    pub fn unseen(&self, component: &Component, state: &ComponentState) -> Result<Unseen, String> {
        let platform = &self.platform;
        let development = platform
            .id
            .as_deref()
            .is_some_and(|id| DEVELOPMENT.contains(&id));
        let runs = !state.pods.is_empty() || state.daemonset_available.is_some_and(|n| n > 0);
        let no_target = state.targets == Targets::None;
        match (runs, no_target) {
            (true, _) if development => Ok(Unseen::Development),
            (true, false) => reached(component, state),
            (true, true) => Ok(Unseen::NoSelection),
            (false, _) if !state.pods_readable => Err(format!(
                "pods of kube-system could not be read, so the absence of {} proves nothing",
                component.id
            )),
            (false, _) if state.replacement.is_some() => Ok(Unseen::Replaced),
            (false, _) if platform.is("k3s") => Ok(Unseen::OutOfSight),
            (false, true) if platform.managed_control_plane && component.vendor_runs_it => {
                // A control plane on machines of one's own that are not nodes looks the same.
                if platform.id.is_none() {
                    return Err(format!(
                        "nothing names the platform, so whether a vendor runs {} or you do outside of the cluster is not known",
                        component.id
                    ));
                }
                Ok(Unseen::OutOfSight)
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

    /// Jobs with targets, other than the component's, that the alerts watch too.
    #[must_use]
    pub fn jobs_watched_too(&self, component: &Component, alerts: &[DownAlert<'_>]) -> Vec<String> {
        let queries = alerts.iter().filter_map(|a| Query::parse(&a.1.expr).ok());
        let selectors: Vec<Selector> = queries
            .flat_map(|q| q.up_tests())
            .map(|t| t.1)
            .filter(|s| component.is_meant_by(s))
            .collect();
        let known = self
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
}

fn fires(test: UpTest, targets: Targets) -> bool {
    match targets {
        Targets::None => matches!(test, UpTest::NoTarget | UpTest::NoneAnswers),
        Targets::NeverAnswered { .. } => matches!(test, UpTest::NoneAnswers | UpTest::TargetDown),
        // It answered in the window: what the alert says may be true.
        Targets::WentDown { .. } | Targets::Answering => false,
    }
}

/// What keeps Prometheus from a component that runs: the errors of its scrapes tell.
fn reached(component: &Component, state: &ComponentState) -> Result<Unseen, String> {
    let refused = state
        .errors
        .iter()
        .any(|e| e.contains("connection refused"));
    if !state.errors.is_empty() && !refused {
        return Ok(Unseen::ShutOut);
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
        _ => Ok(Unseen::Loopback),
    }
}
