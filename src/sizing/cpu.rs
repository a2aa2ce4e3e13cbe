//! How much CPU a container needs.

use crate::knowledge::Defaults;
use crate::model::{Cpu, CpuUsage, WorkloadKind};

use super::round_cpu_up;

/// A recommended amount of CPU.
#[derive(Clone, Debug, PartialEq)]
pub struct CpuNeed {
    /// For the request, rounded up to a quantity people write.
    pub request: Cpu,
    /// For a limit that has to stay; absent when the 99th percentile is unknown.
    pub limit: Option<Cpu>,
    /// Before rounding, in cores.
    pub exact_request: f64,
    /// Whether one replica is much hotter than the rest.
    pub skewed: bool,
    /// The arithmetic in words, for evidence.
    pub formula: String,
}

/// The hottest replica counts as skewed from one and a half times the pooled 95th percentile.
const SKEW: f64 = 1.5;

/// The CPU that fits what was measured; absent when nothing was.
///
/// The request is the 95th percentile pooled over the replicas: work behind a load balancer moves between them. Replicas
/// with an identity of their own (StatefulSets) cannot share, so there the hottest one leads.
#[must_use]
pub fn cpu_need(usage: &CpuUsage, kind: &WorkloadKind, defaults: &Defaults) -> Option<CpuNeed> {
    let pooled = usage.pooled.p95?;
    let hottest = usage.hottest_p95.unwrap_or(pooled);
    let skewed = hottest > SKEW * pooled.max(0.001);
    let own_identity = *kind == WorkloadKind::StatefulSet;
    let (exact, formula) = if own_identity && skewed {
        (hottest, "95th percentile of the busiest replica".to_owned())
    } else {
        (
            pooled,
            "95th percentile, pooled over the replicas".to_owned(),
        )
    };
    let limit = usage.pooled.p99.map(|p99| {
        let wanted =
            p99.max(if own_identity { hottest } else { p99 }) * (1.0 + defaults.cpu_margin);
        round_cpu_up(Cpu::from_cores(wanted))
    });
    let request = round_cpu_up(Cpu::from_cores(exact)).max(defaults.cpu_minimum_request);
    Some(CpuNeed {
        request,
        limit: limit.map(|l| l.max(request)),
        exact_request: exact,
        skewed,
        formula,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::model::Percentiles;

    fn usage(p95: f64, p99: f64, hottest: f64) -> CpuUsage {
        let pooled = Percentiles {
            p50: Some(p95 / 2.0),
            p95: Some(p95),
            p99: Some(p99),
            max: Some(p99),
        };
        CpuUsage {
            pooled,
            hottest_p95: Some(hottest),
        }
    }

    #[test]
    fn deployments_pool_and_stateful_sets_do_not() {
        let defaults = Knowledge::embedded().unwrap().defaults;
        let of = |kind: &str| cpu_need(&usage(0.2, 0.4, 0.9), &kind.into(), &defaults).unwrap();
        assert_eq!(of("Deployment").request.to_string(), "200m");
        assert_eq!(of("StatefulSet").request.to_string(), "900m");
        assert!(of("Deployment").skewed);
        assert_eq!(
            of("Deployment").limit.map(|l| l.to_string()),
            Some("520m".into()),
            "0.4 × 1.3"
        );
    }

    #[test]
    fn idle_containers_keep_a_minimum() {
        let defaults = Knowledge::embedded().unwrap().defaults;
        let need = cpu_need(
            &usage(0.0001, 0.0001, 0.0001),
            &"Deployment".into(),
            &defaults,
        )
        .unwrap();
        assert_eq!(need.request.to_string(), "10m");
    }
}
