//! Kubernetes quantities: CPU in whole millicores, memory in whole bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// CPU in millicores; `Cpu(250)` prints as `250m`, `Cpu(2000)` as `2`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cpu(pub u64);

/// Memory in bytes; prints in the largest binary unit that divides it, as in `512Mi`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// A text that the Kubernetes quantity grammar does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Kubernetes quantity")]
pub struct QuantityError(pub String);

/// Reads a quantity (`<number><suffix>`, apimachinery `resource.Quantity`) into billionths of its base unit.
///
/// # Errors
/// When the text is not a number followed by one of `n u m k M G T P E Ki Mi Gi Ti Pi Ei` or a decimal exponent, or
/// when it does not fit.
pub fn parse_quantity_nanos(text: &str) -> Result<i128, QuantityError> {
    let bad = || QuantityError(text.to_owned());
    let trimmed = text.trim();
    let end = trimmed
        .char_indices()
        .find(|&(i, c)| !(c.is_ascii_digit() || c == '.' || (i == 0 && (c == '-' || c == '+'))))
        .map_or(trimmed.len(), |(i, _)| i);
    let (number, suffix) = trimmed.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let negative = whole.starts_with('-');
    let whole = whole.trim_start_matches(['-', '+']);
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(bad());
    }
    let digits = format!("{whole}{fraction}");
    let mantissa: i128 = digits.parse().map_err(|_| bad())?;
    let mantissa = if negative { -mantissa } else { mantissa };
    let scale = i32::try_from(fraction.len()).map_err(|_| bad())?;
    let binary = |power: u32| 1024_i128.checked_pow(power).map(|m| (m, 9));
    let decimal = |exponent: i32| Some((1_i128, 9 + exponent));
    let (multiplier, exponent) = match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        other => other
            .strip_prefix(['e', 'E'])
            .and_then(|e| e.parse::<i32>().ok())
            .filter(|e| (-30..=30).contains(e))
            .and_then(decimal),
    }
    .ok_or_else(bad)?;
    let scaled = mantissa.checked_mul(multiplier).ok_or_else(bad)?;
    shift_decimal(scaled, exponent - scale).ok_or_else(bad)
}

/// Multiplies by a power of ten, rounding up (away from zero) when digits are lost, as the API server does.
fn shift_decimal(value: i128, exponent: i32) -> Option<i128> {
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        return value.checked_mul(power);
    }
    let truncated = value / power;
    Some(if value % power == 0 {
        truncated
    } else {
        truncated + value.signum()
    })
}

fn positive_units(text: &str, nanos_per_unit: i128) -> Result<u64, QuantityError> {
    let nanos = parse_quantity_nanos(text)?;
    let units = nanos / nanos_per_unit + i128::from(nanos % nanos_per_unit > 0);
    u64::try_from(units).map_err(|_| QuantityError(text.to_owned()))
}

impl Cpu {
    /// Reads `250m`, `0.25`, `2`; parts of a millicore are rounded up.
    ///
    /// # Errors
    /// When the text is not a quantity, or negative.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        positive_units(text, 1_000_000).map(Self)
    }

    /// The value in cores.
    #[must_use]
    pub fn cores(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Whole millicores that hold `cores`, rounded up; negative or not finite gives zero.
    #[must_use]
    pub fn from_cores(cores: f64) -> Self {
        let millis = (cores * 1000.0 - 1e-6).ceil();
        Self(if millis.is_finite() && millis > 0.0 {
            millis as u64
        } else {
            0
        })
    }
}

impl Bytes {
    /// One kibibyte.
    pub const KI: u64 = 1024;
    /// One mebibyte.
    pub const MI: u64 = 1024 * Self::KI;
    /// One gibibyte.
    pub const GI: u64 = 1024 * Self::MI;

    /// Reads `512Mi`, `1G`, `1073741824`; parts of a byte are rounded up.
    ///
    /// # Errors
    /// When the text is not a quantity, or negative.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        positive_units(text, 1_000_000_000).map(Self)
    }

    /// The value as a floating-point number of bytes.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// Whole bytes that hold `bytes`, rounded up; negative or not finite gives zero.
    #[must_use]
    pub fn from_f64(bytes: f64) -> Self {
        let whole = bytes.ceil();
        Self(if whole.is_finite() && whole > 0.0 {
            whole as u64
        } else {
            0
        })
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) {
            write!(f, "{}", self.0 / 1000)
        } else {
            write!(f, "{}m", self.0)
        }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, suffix) in [(Self::GI, "Gi"), (Self::MI, "Mi"), (Self::KI, "Ki")] {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return write!(f, "{}{suffix}", self.0 / unit);
            }
        }
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_suffixes_of_the_api() {
        for (text, millis) in [("100m", 100), ("0.1", 100), ("2", 2000), ("1k", 1_000_000)] {
            assert_eq!(Cpu::parse(text), Ok(Cpu(millis)), "{text}");
        }
        assert_eq!(Cpu::parse("1u"), Ok(Cpu(1)), "rounded up to one millicore");
        for (text, bytes) in [
            ("512Mi", 512 << 20),
            ("1G", 1_000_000_000),
            ("1.5Gi", 3 << 29),
            ("1e3", 1000),
            ("128974848", 128_974_848),
            ("129e6", 129_000_000),
            ("400m", 1),
        ] {
            assert_eq!(Bytes::parse(text), Ok(Bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_api_refuses() {
        for text in [
            "", "m", "1Q", "-1", "1.2.3", "abc", "1 Gi", "1mi", "{{ x }}", "1e99",
        ] {
            assert!(Bytes::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(n in 0_u64..1 << 50) {
            prop_assert_eq!(Cpu::parse(&Cpu(n).to_string()), Ok(Cpu(n)));
            prop_assert_eq!(Bytes::parse(&Bytes(n).to_string()), Ok(Bytes(n)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _ = Cpu::parse(&text).map(|c| c.to_string());
        }
    }
}
