//! Values for the kube-prometheus-stack chart: the smallest file that does what is meant.

mod alerts;
#[cfg(test)]
mod tests;
mod tree;
mod workloads;

use std::collections::BTreeMap;

use serde_json::Value;

use self::tree::Tree;
use super::lower::Job;
use super::refusal::{Refusal, refuse};
use super::{ChartRelease, ChartVersion, Edit, LowerContext, names};

/// The newest chart whose templates were read for this module; later ones are taken to be like it.
const KNOWN: ChartVersion = ChartVersion(88, 5, 3);

/// A values file that does all of the edits.
pub(super) fn lower(job: &Job<'_>, cx: &LowerContext<'_>) -> Result<String, Refusal> {
    let Some(chart) = &cx.chart else {
        return refuse("no release of kube-prometheus-stack was found");
    };
    let mut tree = Tree::default();
    for edit in job.edits {
        match edit {
            Edit::SetChartValues { values, reason } => set_values(values, reason, &mut tree)?,
            Edit::SetResources { container, changes } => {
                workloads::set(container, changes, job, chart, cx, &mut tree)?;
            }
            Edit::SetLimitRange { name, .. } => {
                return refuse(format!(
                    "LimitRange/{name} is not rendered by kube-prometheus-stack"
                ));
            }
            _ => {}
        }
    }
    alerts::set(job, chart, cx, &mut tree)?;
    tree.write(chart.wrapping_key.as_deref(), &header(chart, &tree))
}

fn set_values(
    values: &BTreeMap<String, String>,
    reason: &str,
    tree: &mut Tree,
) -> Result<(), Refusal> {
    for (path, value) in values {
        let read: Value = serde_json::from_str(value)
            .map_err(|_| Refusal::new(format!("the value of {path} is not JSON")))?;
        let keys: Vec<&str> = path.split('.').collect();
        if keys.iter().any(|k| k.is_empty()) {
            return refuse(format!("{path:?} is not a path of values"));
        }
        if read.is_array() {
            tree.note(
                keys[0],
                "Helm replaces lists whole: this list stands for all of the chart's own.",
            );
        }
        tree.set(&keys, read, reason)?;
    }
    Ok(())
}

/// Says which release the file is for.
fn header(chart: &ChartRelease, tree: &Tree) -> String {
    let mut text = format!(
        "Values for kube-prometheus-stack, release {}",
        chart.release
    );
    if let Some(namespace) = &chart.namespace {
        text = format!("{text} in {namespace}");
    }
    text = match chart.version {
        Some(version) if version > KNOWN => {
            format!(
                "{text}, chart {version}. Chart {KNOWN} is the newest one promtune knows: look at a diff first."
            )
        }
        Some(version) => format!("{text}, chart {version}."),
        None => format!("{text}. The chart's version is not known: written for {KNOWN}."),
    };
    if let Some(least) = tree.least {
        text = format!("{text} Needs chart {least} or later.");
    }
    names::comment("", &text)
}
