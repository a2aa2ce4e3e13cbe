//! How much memory a container needs.

use crate::knowledge::Defaults;
use crate::model::{Bytes, MemoryUsage};

use super::round_memory_up;

/// What a recommended amount of memory rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryBasis {
    /// The highest working set plus a margin.
    Peak,
    /// Most of the working set is page cache: the highest anonymous memory plus a margin, or the 95th percentile of
    /// the working set, whichever is more.
    Cache,
    /// It was killed for memory: the limit that was too low plus a quarter, or the peak plus a margin.
    OomKilled,
}

/// A recommended amount of memory.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryNeed {
    /// Rounded up to a quantity people write.
    pub bytes: Bytes,
    /// Before rounding.
    pub exact: f64,
    pub basis: MemoryBasis,
    /// The arithmetic in words, for evidence.
    pub formula: String,
}

/// The memory that fits what was measured; absent when no peak is known.
///
/// The working set still holds active page cache and tmpfs, and the kernel kills only after reclaiming: where the
/// working set is far above the anonymous memory and nothing was killed, the anonymous memory leads.
#[must_use]
pub fn memory_need(
    usage: &MemoryUsage,
    limit: Option<Bytes>,
    defaults: &Defaults,
) -> Option<MemoryNeed> {
    let peak = usage.peak?;
    let margin = 1.0 + defaults.memory_margin;
    let (exact, basis, formula) = match (limit, usage.rss_peak, usage.p95) {
        (Some(limit), _, _) if usage.was_killed() => {
            let growth = 1.0 + defaults.memory_oom_growth;
            let formula = format!("max(limit × {growth:.2}, peak working set × {margin:.2})");
            (
                (limit.as_f64() * growth).max(peak * margin),
                MemoryBasis::OomKilled,
                formula,
            )
        }
        (_, Some(rss), Some(p95)) if rss > 0.0 && peak / rss > defaults.memory_cache_ratio => {
            let formula = "max(peak RSS × 1.20, 95th percentile of the working set)".to_owned();
            ((rss * 1.2).max(p95), MemoryBasis::Cache, formula)
        }
        _ => (
            peak * margin,
            MemoryBasis::Peak,
            format!("peak working set × {margin:.2}"),
        ),
    };
    Some(MemoryNeed {
        bytes: round_memory_up(Bytes::from_f64(exact)),
        exact,
        basis,
        formula,
    })
}

/// What to set a limit to; absent when it is not worth a change: a need at most a tenth above the limit, or less than a
/// third (and 64Mi) below it. One change takes away half of a limit at most: the window may not have seen everything.
#[must_use]
pub fn resize_memory(need: &MemoryNeed, limit: Bytes) -> Option<Bytes> {
    if need.exact > 1.1 * limit.as_f64() {
        return Some(need.bytes);
    }
    let to = need.bytes.max(round_memory_up(Bytes(limit.0 / 2)));
    let worth = to.0.saturating_mul(3) <= limit.0.saturating_mul(2)
        && limit.0.saturating_sub(to.0) >= 64 * Bytes::MI;
    worth.then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    fn need(peak: f64, rss: f64, p95: f64, oom: u32, limit: Option<u64>) -> MemoryNeed {
        let mi = Bytes::MI as f64;
        let usage = MemoryUsage {
            peak: Some(peak * mi),
            rss_peak: Some(rss * mi),
            p95: Some(p95 * mi),
            oom_killed_pods: oom,
            ..MemoryUsage::default()
        };
        let limit = limit.map(|l| Bytes(l * Bytes::MI));
        memory_need(&usage, limit, &Knowledge::embedded().unwrap().defaults).unwrap()
    }

    #[test]
    fn the_peak_leads() {
        let n = need(400.0, 380.0, 390.0, 0, Some(1024));
        assert_eq!(
            (n.basis, n.bytes.to_string()),
            (MemoryBasis::Peak, "512Mi".into()),
            "400 × 1.15 = 460"
        );
    }

    #[test]
    fn page_cache_does_not_lead() {
        let n = need(900.0, 200.0, 300.0, 0, Some(1024));
        assert_eq!(
            (n.basis, n.bytes.to_string()),
            (MemoryBasis::Cache, "320Mi".into())
        );
    }

    #[test]
    fn an_oom_kill_grows_the_limit_even_when_the_peak_looks_low() {
        let n = need(300.0, 290.0, 295.0, 2, Some(512));
        assert_eq!(
            (n.basis, n.bytes.to_string()),
            (MemoryBasis::OomKilled, "640Mi".into())
        );
    }

    #[test]
    fn small_differences_change_nothing_and_large_ones_come_in_steps() {
        let resized = |peak: f64, limit: u64| {
            let limit = Bytes(limit * Bytes::MI);
            let need = need(peak, peak, peak, 0, Some(limit.0 / Bytes::MI));
            resize_memory(&need, limit).map(|b| b.to_string())
        };
        assert_eq!(resized(930.0, 1024), None, "4% above the limit");
        assert_eq!(resized(1000.0, 1024).as_deref(), Some("1280Mi"));
        assert_eq!(resized(700.0, 1024), None, "a fifth below it");
        assert_eq!(resized(500.0, 1024).as_deref(), Some("576Mi"));
        assert_eq!(
            resized(100.0, 1024).as_deref(),
            Some("512Mi"),
            "half at most"
        );
        assert_eq!(resized(10.0, 96), None, "48Mi are not worth it");
    }

    #[test]
    fn without_a_peak_there_is_no_number() {
        let defaults = Knowledge::embedded().unwrap().defaults;
        assert_eq!(memory_need(&MemoryUsage::default(), None, &defaults), None);
    }
}
