//! Units of measured and computed values, and the one way each is shown to people.

use crate::model::{Bytes, Cpu, PromDuration};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, 1 is all; shown in percent.
    Ratio,
    /// CPU cores; shown in millicores below ten cores.
    Cores,
    /// Memory; shown in binary units with three significant digits.
    Bytes,
    /// Seconds; shown as a Prometheus duration.
    Seconds,
    /// How many.
    Count,
}

impl Unit {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Cores => "cores",
            Self::Bytes => "bytes",
            Self::Seconds => "seconds",
            Self::Count => "count",
        }
    }

    /// The value as people read it. Every number in a finding's words is written by this function, so that words and
    /// evidence cannot differ.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        if !value.is_finite() {
            return "unknown".to_owned();
        }
        match self {
            Self::Ratio => show_percent(value * 100.0),
            Self::Cores if value.abs() < 10.0 => Cpu::from_cores(value).to_string(),
            Self::Cores => format!("{value:.1} cores"),
            Self::Bytes => show_bytes(value),
            Self::Seconds if value >= 1.0 => PromDuration(value.round() as u64).to_string(),
            Self::Seconds => format!("{}ms", (value * 1000.0).round()),
            Self::Count if value >= 10_000.0 => show_thousands(value.round() as u64),
            Self::Count => trim_zeros(format!("{value:.1}")),
        }
    }
}

fn show_percent(percent: f64) -> String {
    match percent.abs() {
        p if p > 0.0 && p < 0.1 => "less than 0.1%".to_owned(),
        p if p < 10.0 => format!("{}%", trim_zeros(format!("{percent:.1}"))),
        _ => format!("{percent:.0}%"),
    }
}

fn show_bytes(value: f64) -> String {
    for (size, suffix) in [(Bytes::GI, "Gi"), (Bytes::MI, "Mi"), (Bytes::KI, "Ki")] {
        let scaled = value / size as f64;
        if scaled.abs() >= 1.0 {
            let digits = if scaled.abs() < 10.0 {
                2
            } else {
                usize::from(scaled.abs() < 100.0)
            };
            return format!("{}{suffix}", trim_zeros(format!("{scaled:.digits$}")));
        }
    }
    format!("{value:.0}")
}

fn show_thousands(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|g| std::str::from_utf8(g).ok())
        .collect();
    groups.join(",")
}

fn trim_zeros(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_people_write_them() {
        for (unit, value, shown) in [
            (Unit::Ratio, 0.382, "38%"),
            (Unit::Ratio, 0.0123, "1.2%"),
            (Unit::Ratio, 0.000_01, "less than 0.1%"),
            (Unit::Ratio, 0.0, "0%"),
            (Unit::Cores, 0.2501, "251m"),
            (Unit::Cores, 2.0, "2"),
            (Unit::Cores, 12.34, "12.3 cores"),
            (Unit::Bytes, 1.5 * 1024.0 * 1024.0 * 1024.0, "1.5Gi"),
            (Unit::Bytes, 512.0 * 1024.0 * 1024.0, "512Mi"),
            (Unit::Bytes, 12.0, "12"),
            (Unit::Seconds, 1_209_600.0, "14d"),
            (Unit::Seconds, 0.25, "250ms"),
            (Unit::Count, 19.0, "19"),
            (Unit::Count, 2.25, "2.2"),
            (Unit::Count, 1_209_600.0, "1,209,600"),
            (Unit::Count, f64::NAN, "unknown"),
        ] {
            assert_eq!(unit.show(value), shown, "{value} {unit:?}");
        }
    }
}
