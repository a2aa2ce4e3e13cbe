//! Evidence of how much history a number rests on, or why there is no number.

use super::{Evidence, Unit};
use crate::knowledge::Defaults;
use crate::model::ContainerUsage;
use crate::sizing::History;

/// What made the history too short or too thin; nothing where it was enough.
#[must_use]
pub fn history_evidence(
    history: &History,
    usage: &ContainerUsage,
    defaults: &Defaults,
) -> Vec<Evidence> {
    if !matches!(history, History::TooShort(_)) {
        return Vec::new();
    }
    vec![
        Evidence::computed(
            "history",
            "last sample − first sample, by the hour",
            usage.span.seconds(),
            Unit::Seconds,
        ),
        Evidence::field(
            "rulesets/defaults.yaml",
            "history.minimum",
            defaults.history_minimum.to_string(),
        ),
        Evidence::computed(
            "samples that were there",
            "samples / samples expected in that time",
            usage.coverage,
            Unit::Ratio,
        ),
    ]
}
