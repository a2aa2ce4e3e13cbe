//! One distribution out of many: percentiles pooled over replicas.
//!
//! A server-side quantile gives each replica's points; the maximum over replicas would let one hot or short-lived pod
//! decide, the mean would hide it. Each replica is taken as a piecewise-linear distribution through its known points,
//! weighted by the time it was observed; the pooled percentile is read off the weighted mixture.

use crate::model::Percentiles;

/// Pools replicas; each comes with its weight (samples or hours observed). Replicas without any point are left out.
#[must_use]
pub fn pool(replicas: &[(Percentiles, f64)]) -> Percentiles {
    let curves: Vec<(Vec<(f64, f64)>, f64)> = replicas
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(p, weight)| (curve(p), *weight))
        .filter(|(points, _)| points.len() > 1)
        .collect();
    if curves.is_empty() {
        return Percentiles::default();
    }
    let at = |q: f64| Some(invert(&curves, q));
    Percentiles {
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1.0),
    }
}

/// Points (value, share at or below it), rising in both. The lowest value is not known; the median stands in for it,
/// which can only raise the pooled result.
fn curve(p: &Percentiles) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (value, share) in [(p.p50, 0.5), (p.p95, 0.95), (p.p99, 0.99), (p.max, 1.0)] {
        let Some(value) = value.filter(|v| v.is_finite()) else {
            continue;
        };
        // Different queries see slightly different samples: keep the curve rising.
        let value = points.last().map_or(value, |last| value.max(last.0));
        if points.is_empty() {
            points.push((value, 0.0));
        }
        points.push((value, share));
    }
    if let Some(last) = points.last_mut() {
        last.1 = 1.0;
    }
    points
}

fn share_at_or_below(points: &[(f64, f64)], value: f64) -> f64 {
    let mut below = 0.0;
    for pair in points.windows(2) {
        let ((v0, s0), (v1, s1)) = (pair[0], pair[1]);
        if value >= v1 {
            below = s1;
        } else if value >= v0 {
            return s0 + (s1 - s0) * (value - v0) / (v1 - v0);
        } else {
            break;
        }
    }
    below
}

/// The smallest value whose mixture share reaches `q`, by bisection to a relative error of 1e-9.
fn invert(curves: &[(Vec<(f64, f64)>, f64)], q: f64) -> f64 {
    let ends =
        |pick: fn(&Vec<(f64, f64)>) -> Option<f64>| curves.iter().filter_map(move |(c, _)| pick(c));
    let mut low = ends(|c| c.first().map(|p| p.0)).fold(f64::INFINITY, f64::min);
    let mut high = ends(|c| c.last().map(|p| p.0)).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = curves.iter().map(|(_, w)| w).sum();
    let share = |v: f64| {
        curves
            .iter()
            .map(|(c, w)| w * share_at_or_below(c, v))
            .sum::<f64>()
            / total
    };
    if share(low) >= q {
        return low;
    }
    for _ in 0..200 {
        if high - low <= 1e-9 * high.abs().max(1e-12) {
            break;
        }
        let middle = low + (high - low) / 2.0;
        if share(middle) >= q - 1e-12 {
            high = middle
        } else {
            low = middle
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(p50: f64, p95: f64, p99: f64, max: f64) -> Percentiles {
        Percentiles {
            p50: Some(p50),
            p95: Some(p95),
            p99: Some(p99),
            max: Some(max),
        }
    }

    #[test]
    fn one_replica_keeps_its_own_percentiles() {
        let own = points(0.1, 0.5, 0.7, 1.0);
        let pooled = pool(&[(own, 100.0)]);
        for (a, b) in [
            (own.p50, pooled.p50),
            (own.p95, pooled.p95),
            (own.p99, pooled.p99),
            (own.max, pooled.max),
        ] {
            assert!((a.unwrap() - b.unwrap()).abs() < 1e-6, "{own:?} {pooled:?}");
        }
    }

    #[test]
    fn a_short_lived_hot_pod_does_not_decide() {
        let steady = (points(0.1, 0.2, 0.25, 0.3), 336.0);
        let canary = (points(2.0, 2.0, 2.0, 2.0), 0.1);
        let pooled = pool(&[steady, canary]);
        assert!(pooled.p95.unwrap() < 0.21, "{pooled:?}");
        assert!(
            (pooled.max.unwrap() - 2.0).abs() < 1e-6,
            "the maximum is still the maximum"
        );
    }

    #[test]
    fn nothing_known_gives_nothing() {
        assert_eq!(pool(&[]), Percentiles::default());
        assert_eq!(
            pool(&[(Percentiles::default(), 5.0)]),
            Percentiles::default()
        );
    }

    proptest! {
        #[test]
        fn pooled_percentiles_rise_and_stay_within_the_replicas(
            raw in prop::collection::vec((prop::array::uniform4(0.0_f64..10.0), 0.01_f64..500.0), 1..8),
        ) {
            let replicas: Vec<_> = raw.iter().map(|(v, w)| {
                let mut v = *v;
                v.sort_by(f64::total_cmp);
                (points(v[0], v[1], v[2], v[3]), *w)
            }).collect();
            let p = pool(&replicas);
            let [p50, p95, p99, max] = [p.p50, p.p95, p.p99, p.max].map(Option::unwrap);
            prop_assert!(p50 <= p95 && p95 <= p99 && p99 <= max, "{:?}", p);
            let least = replicas.iter().filter_map(|r| r.0.p95).fold(f64::INFINITY, f64::min);
            let most = replicas.iter().filter_map(|r| r.0.p95).fold(0.0, f64::max);
            prop_assert!(p95 >= least - 1e-6, "{} < {}", p95, least);
            prop_assert!(p95 <= replicas.iter().filter_map(|r| r.0.max).fold(most, f64::max) + 1e-6);
        }
    }
}
