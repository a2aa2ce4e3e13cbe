//! # Negligible throttling that still alerts
//!
//! ## What it finds
//! Containers that are hardly ever active, for which CPUThrottlingHigh fires all the same.
//!
//! ## Why it hurts
//! The alert divides two counters. A container that runs in 20 of 3000 periods and waits in 10 of them is "throttled
//! in 50%": nobody waits for it, and somebody reads the alert.
//!
//! ## How we decide
//! The container had something to run in fewer than 2% of the periods of the time it was observed (60 of 3000 in five
//! minutes), the throttled share is above the alert's threshold, and CPUThrottlingHigh fired for a live pod of it in
//! the window. Without the alert there is nothing to silence, and nothing is said.
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - A container that does one short burst of work that someone waits for (a webhook, a cron endpoint). Look at its
//!   latency before you leave it out.
//!
//! ## Fix and its risk
//! Give the alert a floor: only containers with at least 300 active periods in five minutes (10%). What stays covered:
//! every container that is active enough to be slowed down.
//!
//! ## Example
//! A node agent that wakes up once a minute.
//!
//! ## Options
//! `throttling.negligible-active` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://github.com/kubernetes-monitoring/kubernetes-mixin/issues/108>
//! - <https://github.com/prometheus-operator/prometheus-operator/issues/2063>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, Throttled, Unit,
    throttled,
};
use crate::fix::{Applicability, Edit, Fix, RuleRef};
use crate::model::RuleKind;
use crate::promql::Query;
use crate::sizing::Cause;

pub const META: Meta = Meta {
    title: "CPUThrottlingHigh fires for a container that hardly runs",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[
        Need::Workloads,
        Need::Series("cpu-periods"),
        Need::Query("cpu-throttled-periods"),
        Need::Query("cpu-seconds"),
        Need::Query("container-samples"),
        Need::Query("throttling-alert-samples"),
        Need::Series("history-samples"),
    ],
    uses: THROTTLED_USES,
    since: "0.1.0",
};

/// Active periods in five minutes below which a ratio says nothing: 10% of 3000.
const FLOOR: u32 = 300;

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::Negligible)
    {
        let Some(share) = case.alert_share.filter(|s| *s > 0.0) else {
            continue;
        };
        let name = &case.container.name;
        let draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("CPUThrottlingHigh fires for {name}, which runs in {} of the periods", Unit::Ratio.show(case.diagnosis.active)),
            format!(
                "the alert fired in {} of the window; the container is {}, but those are few: nobody waits for it",
                Unit::Ratio.show(share),
                case.how_much()
            ),
            format!("give the alert a floor of {FLOOR} active periods in five minutes"),
            Evidence::computed("active periods in five minutes that the alert should ask for", "10% of 3000 periods of 100 ms", f64::from(FLOOR), Unit::Count),
        )
        .evidence(case.evidence(cx))
        .fix(fix(cx, &case));
        out.report(draft);
    }
}

/// The live rule with a floor on the number of active periods, when the rule is the mixin's.
fn fix(cx: &Context<'_>, _case: &Throttled<'_>) -> Option<Fix> {
    let (group, rule) = cx
        .facts
        .snapshot
        .rules
        .iter()
        .flat_map(|g| g.rules.iter().map(move |r| (g, r)))
        .find(|(_, r)| r.kind == RuleKind::Alerting && r.name == "CPUThrottlingHigh")?;
    let query = Query::parse(&rule.expr).ok()?;
    let reads_periods = query
        .selectors()
        .into_iter()
        .find(|s| s.metric == "container_cpu_cfs_periods_total")?;
    let joined: Vec<&str> = ["cluster", "namespace", "pod", "container"]
        .into_iter()
        .filter(|l| *l != "cluster" || rule.expr.contains("cluster"))
        .collect();
    let matchers: Vec<String> = reads_periods
        .matchers
        .iter()
        .map(|m| {
            format!(
                "{}{}\"{}\"",
                m.label,
                m.op,
                m.value.replace('\\', "\\\\").replace('"', "\\\"")
            )
        })
        .collect();
    let labels = joined.join(", ");
    let expr = format!(
        "({})\nand on ({labels})\n  sum by ({labels}) (increase(container_cpu_cfs_periods_total{{{}}}[5m])) > {FLOOR}",
        rule.expr.trim(),
        matchers.join(", ")
    );
    Query::parse(&expr).ok()?;
    Some(Fix {
        title: format!("give CPUThrottlingHigh a floor of {FLOOR} active periods in five minutes"),
        applicability: Applicability::Review,
        edits: vec![Edit::ReplaceExpr {
            rule: RuleRef { group: group.name.clone(), file: group.file.clone(), name: rule.name.clone(), expr: rule.expr.clone() },
            expr,
        }],
        expected: "the alert no longer fires for containers that hardly run; every other one is covered as before".to_owned(),
        rollback: "put the old expression back".to_owned(),
        preconditions: Vec::new(),
    })
}
