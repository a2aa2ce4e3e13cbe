//! Evidence of what was measured, of how much history it is, or why there is no number.

use super::{Context, Evidence, Unit};
use crate::facts::{ContainerFacts, WorkloadFacts};
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

/// The memory that a container was seen to use, as far as it was measured.
#[must_use]
pub fn memory_evidence(
    cx: &Context<'_>,
    workload: &WorkloadFacts<'_>,
    container: &ContainerFacts,
) -> Vec<Evidence> {
    let Some(memory) = &container.usage.memory else {
        return Vec::new();
    };
    let window = Some(cx.facts.snapshot.meta.window);
    [
        ("highest working set", "memory-working-set-max", memory.peak),
        (
            "95th percentile of the working set",
            "memory-working-set-p95",
            memory.p95,
        ),
        ("highest RSS", "memory-rss-max", memory.rss_peak),
    ]
    .into_iter()
    .filter_map(|(label, id, value)| {
        let query = cx.facts.container_query(id, &workload.id, &container.name);
        Some(Evidence::measured(
            label,
            query,
            window,
            value?,
            Unit::Bytes,
        ))
    })
    .collect()
}
