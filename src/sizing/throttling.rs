//! Why a container is throttled: a decision over period counters, use and specs.
//!
//! Facts it rests on (CFS bandwidth control): a container with a CPU limit L may run L × 100 ms in each period of
//! 100 ms. `periods` counts the periods in which it had something to run, `throttled` those in which it spent its quota
//! and had to wait. With U CPU seconds used, its mean share of the quota in active periods is
//! **fill = U / (L × periods × 0.1 s)**. Near 1 the amount is too low; far below 1 while throttled, several threads
//! spend the quota at once and then wait together.

use crate::knowledge::Defaults;
use crate::model::{Cpu, Throttling};

/// Length of a CFS period in seconds (kubelet `cpuCFSQuotaPeriod`, default 100 ms).
pub const PERIOD_SECONDS: f64 = 0.1;

/// Where the limit comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quota {
    /// The user's manifest.
    Manifest,
    /// A LimitRange of the namespace, by name.
    LimitRange(String),
    /// The pod as a whole.
    Pod,
    /// A webhook, a VPA or an older revision.
    Admission,
    /// Whatever put the whole container into the pod: a service mesh, an agent's webhook.
    Injected,
}

/// Why a container is throttled. The first that fits is the cause; the order is that of the checks' pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Too few active or throttled periods to matter.
    Negligible,
    /// A vendor owns the workload and puts its settings back.
    VendorManaged(&'static str),
    /// The limit is not in the user's manifest.
    NotInManifest,
    /// Most of it falls in the first minutes of a container's life.
    StartUp,
    /// The limit is so low that scheduler slices alone use it up.
    TinyLimit,
    /// The container uses most of its quota: the amount is too low.
    LimitTooLow,
    /// Short parallel bursts spend the quota at once.
    Bursty,
    /// Throttled, in between: neither the amount nor bursts alone explain it.
    Mixed,
}

/// What was concluded, with the numbers it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    pub cause: Cause,
    /// Share of active periods that were throttled over the window.
    pub ratio: f64,
    /// The same in the hot hours, where they are known.
    pub hot_ratio: Option<f64>,
    /// Share of all periods of the observed time in which the container had something to run.
    pub active: f64,
    /// Mean share of the quota used in active periods: in the hot hours where known, else over the window.
    pub fill: f64,
    /// Share of the throttled periods in the first ten minutes of a container's life.
    pub at_start: Option<f64>,
    /// Pod-hours in which more than a quarter of the periods were throttled, and pod-hours observed.
    pub hot_hours: Option<(f64, f64)>,
    pub limit: Cpu,
}

/// Decides. `observed_hours` are container-hours with samples; `vendor` names the manager of the workload if it is not
/// the user. Absent when there is nothing to explain: no quota, no counters, a hole in the data, or throttling that is
/// rare and short.
#[must_use]
pub fn diagnose(
    counters: &Throttling,
    limit: Cpu,
    quota: &Quota,
    vendor: Option<&'static str>,
    observed_hours: f64,
    defaults: &Defaults,
) -> Option<Diagnosis> {
    if counters.periods <= 0.0 || counters.throttled <= 0.0 || limit.0 == 0 {
        return None;
    }
    // Throttling without use is a hole in the data, and without the time observed nobody can tell busy from idle.
    if counters.cpu_seconds <= 0.0 || observed_hours <= 0.0 {
        return None;
    }
    let ratio = (counters.throttled / counters.periods).min(1.0);
    let hot = counters.hot.filter(|h| h.periods > 0.0);
    let all_periods = observed_hours * 3600.0 / PERIOD_SECONDS;
    let active = (counters.periods / all_periods).min(1.0);
    let fill_of = |seconds: f64, periods: f64| seconds / (limit.cores() * periods * PERIOD_SECONDS);
    let fill = match hot {
        Some(h) => fill_of(h.cpu_seconds, h.periods),
        None => fill_of(counters.cpu_seconds, counters.periods),
    };
    let at_start = counters
        .throttled_at_start
        .map(|s| (s / counters.throttled).min(1.0));
    let hot_ratio = hot.map(|h| h.throttled / h.periods);
    // The alert looks at five minutes at a time: an hour above the threshold is what can make it fire.
    let noticeable = ratio >= defaults.throttling_ratio
        || hot_ratio.is_some_and(|r| r >= defaults.throttling_ratio);
    if !noticeable {
        return None;
    }
    let cause = if active < defaults.throttling_negligible_active {
        Cause::Negligible
    } else if let Some(vendor) = vendor {
        Cause::VendorManaged(vendor)
    } else if !matches!(quota, Quota::Manifest) {
        Cause::NotInManifest
    } else if at_start.is_some_and(|s| s >= defaults.throttling_startup_share) {
        Cause::StartUp
    } else if limit <= defaults.throttling_tiny_limit {
        Cause::TinyLimit
    } else if fill >= defaults.throttling_sustained_fill {
        Cause::LimitTooLow
    } else if fill < defaults.throttling_bursty_fill {
        Cause::Bursty
    } else {
        Cause::Mixed
    };
    Some(Diagnosis {
        cause,
        ratio,
        hot_ratio,
        active,
        fill,
        at_start,
        hot_hours: counters.hot.map(|h| (h.hours, h.observed)),
        limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::model::HotHours;

    /// A container seen for 336 hours, active all the time.
    const HOURS: f64 = 336.0;
    const PERIODS: f64 = HOURS * 36_000.0;

    fn counters(ratio: f64, fill: f64, limit: Cpu) -> Throttling {
        Throttling {
            periods: PERIODS,
            throttled: PERIODS * ratio,
            cpu_seconds: fill * limit.cores() * PERIODS * PERIOD_SECONDS,
            throttled_at_start: Some(0.0),
            hot: None,
            pods: 1,
        }
    }

    fn cause(
        c: &Throttling,
        limit: Cpu,
        quota: Quota,
        vendor: Option<&'static str>,
    ) -> Option<Cause> {
        let defaults = Knowledge::embedded().unwrap().defaults;
        diagnose(c, limit, &quota, vendor, HOURS, &defaults).map(|d| d.cause)
    }

    #[test]
    fn fill_separates_too_low_from_bursty() {
        let limit = Cpu(500);
        let of = |fill| cause(&counters(0.5, fill, limit), limit, Quota::Manifest, None);
        assert_eq!(of(0.95), Some(Cause::LimitTooLow));
        assert_eq!(of(0.65), Some(Cause::Mixed));
        assert_eq!(of(0.2), Some(Cause::Bursty));
    }

    #[test]
    fn rare_throttling_is_nothing_to_explain() {
        let limit = Cpu(500);
        assert_eq!(
            cause(&counters(0.1, 0.9, limit), limit, Quota::Manifest, None),
            None
        );
        assert_eq!(
            cause(&counters(0.0, 0.9, limit), limit, Quota::Manifest, None),
            None
        );
    }

    #[test]
    fn a_few_active_periods_are_negligible_whatever_their_ratio() {
        let limit = Cpu(500);
        let mut c = counters(0.9, 0.9, limit);
        c.periods *= 0.01;
        c.throttled *= 0.01;
        assert_eq!(
            cause(&c, limit, Quota::Manifest, None),
            Some(Cause::Negligible)
        );
    }

    #[test]
    fn who_sets_the_limit_comes_before_how_high_it_is() {
        let limit = Cpu(50);
        let c = counters(0.5, 0.9, limit);
        assert_eq!(
            cause(&c, limit, Quota::LimitRange("d".into()), None),
            Some(Cause::NotInManifest)
        );
        assert_eq!(
            cause(&c, limit, Quota::Manifest, Some("GKE")),
            Some(Cause::VendorManaged("GKE"))
        );
        assert_eq!(
            cause(&c, limit, Quota::Manifest, None),
            Some(Cause::TinyLimit)
        );
    }

    #[test]
    fn start_up_is_told_from_steady_throttling() {
        let limit = Cpu(500);
        let mut c = counters(0.3, 0.9, limit);
        c.throttled_at_start = Some(c.throttled * 0.9);
        assert_eq!(
            cause(&c, limit, Quota::Manifest, None),
            Some(Cause::StartUp)
        );
    }

    #[test]
    fn a_busy_hour_is_seen_in_a_quiet_fortnight() {
        let limit = Cpu(500);
        let mut c = counters(0.02, 0.1, limit);
        let periods = 36_000.0 * 14.0;
        c.hot = Some(HotHours {
            hours: 14.0,
            observed: HOURS,
            periods,
            throttled: periods * 0.6,
            cpu_seconds: 0.95 * limit.cores() * periods * PERIOD_SECONDS,
        });
        assert_eq!(
            cause(&c, limit, Quota::Manifest, None),
            Some(Cause::LimitTooLow)
        );
    }
}
