//! What the rules of [`super::rules`] did in the window: ALERTS and ALERTS_FOR_STATE, and the team's own gauges.

use std::io::{self, Write};

use super::metrics::{Out, Times};
use super::model::{Cluster, DAY, END, FIRST, START, hash, mix, noise};

/// Rules are evaluated every minute, this many seconds into it, twelve after the gauges are scraped.
const EVALUATED: i64 = 29;
const SCRAPED: i64 = 17;
/// When Prometheus was started: what fires all the time has been active since.
const SINCE: i64 = START - 9 * DAY;

struct Alert {
    labels: Vec<(&'static str, String)>,
    /// Of the rule, in seconds.
    hold: i64,
    /// Per evaluation.
    present: Vec<bool>,
}

fn times() -> Times {
    Times::new(FIRST, END, 60, EVALUATED)
}

fn alert(
    name: &str,
    severity: &str,
    labels: &[(&'static str, &str)],
    hold: i64,
    present: impl Fn(i64) -> bool,
) -> Alert {
    let mut all = vec![
        ("alertname", name.to_owned()),
        ("severity", severity.to_owned()),
    ];
    all.extend(
        labels
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned())),
    );
    Alert {
        labels: all,
        hold,
        present: times().map(present).collect(),
    }
}

impl Alert {
    /// Since when it is active and whether it fires, per evaluation.
    fn states(&self) -> Vec<Option<(i64, bool)>> {
        let mut active: Option<i64> = None;
        times()
            .zip(&self.present)
            .enumerate()
            .map(|(number, (time, present))| {
                let first = if number == 0 { SINCE } else { time };
                active = present.then(|| active.unwrap_or(first));
                active.map(|since| (since, time - since >= self.hold))
            })
            .collect()
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.labels.iter().any(|(k, v)| *k == key && v == value)
    }
}

pub fn write<W: Write>(cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
    gauges(out)?;
    let mut alerts = vec![
        alert("Watchdog", "none", &[], 0, |_| true),
        alert(
            "KubeSchedulerDown",
            "critical",
            &[("job", "kube-scheduler")],
            900,
            |_| true,
        ),
        alert(
            "KubeControllerManagerDown",
            "critical",
            &[("job", "kube-controller-manager")],
            900,
            |_| true,
        ),
        alert(
            "PaymentsQueueBacklog",
            "warning",
            &[
                ("namespace", "payments"),
                ("queue", "settlement"),
                ("team", "payments"),
            ],
            600,
            |time| queue_depth(scraped(time)) > 100.0,
        ),
        alert(
            "CheckoutErrorRateHigh",
            "critical",
            &[
                ("namespace", "shop"),
                ("service", "checkout"),
                ("job", "checkout"),
                ("team", "storefront"),
            ],
            300,
            |time| error_ratio(scraped(time)) > 0.05,
        ),
        alert(
            "RecommenderLatencyHigh",
            "warning",
            &[
                ("namespace", "shop"),
                ("service", "recommender"),
                ("job", "recommender"),
                ("team", "storefront"),
            ],
            120,
            |time| latency(scraped(time)) > 0.5,
        ),
    ];
    for (workload, pod) in cluster.pods().filter(|(_, pod)| pod.live()) {
        for container in workload.running() {
            let labels = [
                ("container", container.name),
                ("namespace", workload.namespace),
                ("pod", pod.name.as_str()),
            ];
            if container.throttling_alert {
                alerts.push(alert("CPUThrottlingHigh", "info", &labels, 900, |_| true));
            } else if container.cpu.startup.is_some() {
                // Above the threshold for some minutes after each start: pending, never firing.
                let lives = container.lives(&pod);
                let starting = |time: i64| {
                    lives
                        .iter()
                        .skip(1)
                        .any(|life| (life.0 + 130..life.0 + 500).contains(&time))
                };
                alerts.push(alert("CPUThrottlingHigh", "info", &labels, 900, starting));
            }
        }
    }
    alerts.extend(inhibitors(&alerts));
    alerts.iter().try_for_each(|alert| history(alert, out))
}

/// InfoInhibitor: per namespace, while an alert of severity info fires there and nothing worse does.
fn inhibitors(alerts: &[Alert]) -> Vec<Alert> {
    let fires = |namespace: &str, severities: &[&str]| -> Vec<bool> {
        let mut any = vec![false; times().count()];
        let chosen = alerts.iter().filter(|alert| {
            alert.is("namespace", namespace) && severities.iter().any(|s| alert.is("severity", s))
        });
        for states in chosen.map(Alert::states) {
            for (cell, state) in any.iter_mut().zip(states) {
                *cell |= state.is_some_and(|(_, firing)| firing);
            }
        }
        any
    };
    ["dev", "kube-system", "payments", "shop"]
        .map(|namespace| {
            let worse = fires(namespace, &["warning", "critical"]);
            let present: Vec<bool> = fires(namespace, &["info"])
                .iter()
                .zip(worse)
                .map(|(info, worse)| *info && !worse)
                .collect();
            let mut inhibitor = alert(
                "InfoInhibitor",
                "none",
                &[("namespace", namespace)],
                0,
                |_| false,
            );
            inhibitor.present = present;
            inhibitor
        })
        .into_iter()
        .filter(|inhibitor| inhibitor.present.contains(&true))
        .collect()
}

fn history<W: Write>(alert: &Alert, out: &mut Out<W>) -> io::Result<()> {
    let states = alert.states();
    let labels: Vec<(&str, &str)> = alert
        .labels
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    for (name, firing) in [("pending", false), ("firing", true)] {
        if states.iter().flatten().any(|state| state.1 == firing) {
            let mut with = labels.clone();
            with.push(("alertstate", name));
            let mut cells = states.iter();
            out.series("ALERTS", &with, times(), |_| {
                cells
                    .next()
                    .and_then(|state| state.filter(|state| state.1 == firing))
                    .map(|_| 1.0)
            })?;
        }
    }
    let mut cells = states.iter();
    out.series("ALERTS_FOR_STATE", &labels, times(), |_| {
        cells
            .next()
            .and_then(|state| state.map(|state| state.0 as f64))
    })
}

fn gauges<W: Write>(out: &mut Out<W>) -> io::Result<()> {
    let times = Times::new(FIRST, END, 60, SCRAPED);
    let queue = [
        ("namespace", "payments"),
        ("queue", "settlement"),
        ("job", "ledger"),
    ];
    out.series("payments_queue_depth", &queue, times, |time| {
        Some(queue_depth(time))
    })?;
    let checkout = [
        ("namespace", "shop"),
        ("service", "checkout"),
        ("job", "checkout"),
    ];
    out.series("shop_checkout_error_ratio", &checkout, times, |time| {
        Some(error_ratio(time))
    })?;
    let recommender = [
        ("namespace", "shop"),
        ("service", "recommender"),
        ("job", "recommender"),
    ];
    out.series(
        "shop_recommender_latency_seconds",
        &recommender,
        times,
        |time| Some(latency(time)),
    )
}

/// The scrape an evaluation sees.
fn scraped(time: i64) -> i64 {
    time - (time - SCRAPED).rem_euclid(60)
}

/// Never empty: the threshold of 100 was right for a smaller business.
fn queue_depth(time: i64) -> f64 {
    (260.0 + 110.0 * noise(hash(&["queue"]), time / 900)).round()
}

/// Three real incidents in two weeks.
fn error_ratio(time: i64) -> f64 {
    let incidents = [
        (START + 2 * DAY + 40_000, 1_500),
        (START + 7 * DAY + 71_000, 2_400),
        (START + 11 * DAY + 9_000, 900),
    ];
    let broken = incidents
        .iter()
        .any(|(from, seconds)| (*from..from + seconds).contains(&time));
    let level = if broken { 0.09 } else { 0.004 };
    ((level + 0.002 * noise(hash(&["errors"]), time)) * 1e5).round() / 1e5
}

/// Flaps: three dozen humps of a few minutes.
fn latency(time: i64) -> f64 {
    let seed = hash(&["latency"]);
    let flapping = (0..38).any(|number: i64| {
        let random = mix(seed ^ number.cast_unsigned());
        let from = START + number * (14 * DAY / 38) + (random % 20_000).cast_signed();
        (from..from + 240 + (random >> 32 & 0xff).cast_signed()).contains(&time)
    });
    let level = if flapping { 0.62 } else { 0.31 };
    ((level + 0.04 * noise(seed, time)) * 1e4).round() / 1e4
}
