//! Instants and durations as Prometheus writes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds from `earlier` to this instant; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> PromDuration {
        PromDuration(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A duration in whole seconds, written the way Prometheus writes one (`14d`, `1h30m`, `90s` as `1m30s`).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PromDuration(pub u64);

impl PromDuration {
    /// One hour.
    pub const HOUR: Self = Self(3600);
    /// One day.
    pub const DAY: Self = Self(24 * 3600);

    /// The length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64
    }

    /// The length in hours.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.seconds() / 3600.0
    }

    /// Reads `14d`, `1h30m`, `90s`, `2w`; units must come in falling order (prometheus/common `ParseDuration`).
    /// `ms` is rounded up to a whole second. A bare number other than `0` is refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self(0));
        }
        let units = [
            ("y", 31_536_000_000),
            ("w", 604_800_000),
            ("d", 86_400_000),
            ("h", 3_600_000),
        ];
        let units = units
            .iter()
            .chain(&[("m", 60_000_u64), ("s", 1_000), ("ms", 1)]);
        let mut rest = text;
        let mut millis = 0_u64;
        for &(unit, size) in units {
            let digits = rest.chars().take_while(char::is_ascii_digit).count();
            let after = rest.get(digits..)?.strip_prefix(unit);
            // `m` must not take the first letter of `ms`.
            let Some(after) = after.filter(|a| !(unit == "m" && a.starts_with('s'))) else {
                continue;
            };
            let count: u64 = rest.get(..digits)?.parse().ok()?;
            millis = millis.checked_add(count.checked_mul(size)?)?;
            rest = after;
        }
        (rest.is_empty() && !text.is_empty()).then_some(Self(millis.div_ceil(1000)))
    }
}

impl fmt::Display for PromDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_prometheus_reads() {
        for (text, seconds) in [
            ("14d", 1_209_600),
            ("1h30m", 5400),
            ("90s", 90),
            ("2w", 1_209_600),
            ("0", 0),
            ("500ms", 1),
        ] {
            assert_eq!(
                PromDuration::parse(text),
                Some(PromDuration(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "5",
            "m",
            "1m1h",
            "-5m",
            "1.5h",
            "5 m",
            "99999999999999999999d",
        ] {
            assert_eq!(PromDuration::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(n in 0_u64..10_000_000_000) {
            prop_assert_eq!(PromDuration::parse(&PromDuration(n).to_string()), Some(PromDuration(n)));
        }
    }
}
