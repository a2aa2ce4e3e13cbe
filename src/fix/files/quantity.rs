//! Quantities written the way the author of a file writes them.

use serde_json::Value;

use crate::fix::ResourceField;
use crate::model::{Bytes, Cpu};

/// `new` in the unit of `old` when that says exactly the same, else as it is.
pub(super) fn in_unit_of(field: ResourceField, old: &str, new: &str) -> String {
    let restated = match field.resource() {
        "cpu" => cpu(old, new),
        _ => memory(old, new),
    };
    restated
        .filter(|text| super::super::resources::same_amount(field, text, new))
        .unwrap_or_else(|| new.to_owned())
}

/// The value to set: a bare number stays a bare number.
pub(super) fn value(text: &str, was_bare_number: bool) -> Value {
    match text.parse::<u64>() {
        Ok(number) if was_bare_number => Value::from(number),
        _ => Value::from(text),
    }
}

fn cpu(old: &str, new: &str) -> Option<String> {
    let millis = Cpu::parse(new).ok()?.0;
    if old.ends_with('m') {
        return Some(format!("{millis}m"));
    }
    // Only who writes parts of cores gets parts of cores.
    if old.contains('.') && !millis.is_multiple_of(1000) {
        let text = format!("{}.{:03}", millis / 1000, millis % 1000);
        return Some(text.trim_end_matches('0').to_owned());
    }
    millis
        .is_multiple_of(1000)
        .then(|| (millis / 1000).to_string())
}

fn memory(old: &str, new: &str) -> Option<String> {
    const UNITS: [(&str, u64); 9] = [
        ("Ti", 1 << 40),
        ("Gi", 1 << 30),
        ("Mi", 1 << 20),
        ("Ki", 1 << 10),
        ("T", 1_000_000_000_000),
        ("G", 1_000_000_000),
        ("M", 1_000_000),
        ("k", 1_000),
        ("", 1),
    ];
    let bytes = Bytes::parse(new).ok()?.0;
    let suffix = old.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == suffix)?;
    bytes
        .is_multiple_of(*unit)
        .then(|| format!("{}{suffix}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_unit_stays_where_it_fits() {
        for (field, old, new, written) in [
            (ResourceField::LimitsMemory, "512Mi", "1Gi", "1024Mi"),
            (ResourceField::LimitsMemory, "1Gi", "1536Mi", "1536Mi"),
            (ResourceField::LimitsMemory, "1Gi", "2048Mi", "2Gi"),
            (ResourceField::LimitsMemory, "500M", "512Mi", "512Mi"),
            (ResourceField::LimitsMemory, "1.5Gi", "2Gi", "2Gi"),
            (
                ResourceField::LimitsMemory,
                "1073741824",
                "2Gi",
                "2147483648",
            ),
            (ResourceField::LimitsCpu, "0.5", "250m", "0.25"),
            (ResourceField::LimitsCpu, "500m", "1", "1000m"),
            (ResourceField::LimitsCpu, "1", "250m", "250m"),
            (ResourceField::LimitsCpu, "1", "2000m", "2"),
            (ResourceField::LimitsCpu, "{{ x }}", "2", "2"),
        ] {
            assert_eq!(in_unit_of(field, old, new), written, "{old} → {new}");
        }
        assert_eq!(value("2", true), Value::from(2));
        assert_eq!(value("2", false), Value::from("2"));
        assert_eq!(value("250m", true), Value::from("250m"));
    }
}
