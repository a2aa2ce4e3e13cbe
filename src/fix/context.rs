//! What lowering reads, and what it gives.

use std::collections::BTreeMap;

use super::ChartRelease;
use super::files::Index;
use crate::model::Snapshot;

/// A file of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    pub path: String,
    pub text: String,
}

/// What lowering reads besides the fix. Made once per run: it reads all files.
#[derive(Clone, Debug)]
pub struct LowerContext<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) documents: &'s [SourceText],
    pub(super) index: Index,
    pub(super) chart: Option<ChartRelease>,
}

impl<'s> LowerContext<'s> {
    /// A context of a snapshot and the user's own files; the chart's release is detected.
    #[must_use]
    pub fn new(snapshot: &'s Snapshot, documents: &'s [SourceText]) -> Self {
        Self {
            snapshot,
            documents,
            index: Index::new(documents),
            chart: ChartRelease::detect(snapshot),
        }
    }

    /// Takes `chart` for the release instead of what was detected, as when the user states its version.
    #[must_use]
    pub fn with_chart(mut self, chart: Option<ChartRelease>) -> Self {
        self.chart = chart;
        self
    }

    /// The chart's release.
    #[must_use]
    pub fn chart(&self) -> Option<&ChartRelease> {
        self.chart.as_ref()
    }
}

/// One fix written out: a text per output, and why the others are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// By output: `diff`, `values`, `kubectl`, `kustomize`, `prometheusrule`.
    pub texts: BTreeMap<&'static str, String>,
    /// By output, why it is not given.
    pub refused: BTreeMap<&'static str, String>,
}
