//! From findings to a report: each fix written out, everything ranked and counted.

use super::{FixOutputs, Report, Reported, Summary, Suppressed, rank::rank};
use crate::check::{Finding, NotEvaluated};
use crate::fix::{LowerContext, lower};

impl Report {
    /// Puts findings into the report, with each of their fixes lowered to every output, and counts.
    #[must_use]
    pub fn with(
        mut self,
        findings: Vec<Finding>,
        not_evaluated: Vec<NotEvaluated>,
        suppressed: Vec<Suppressed>,
        lowering: &LowerContext<'_>,
    ) -> Self {
        self.findings = findings
            .into_iter()
            .map(|finding| {
                let outputs = finding.fixes.iter().map(|fix| {
                    let lowered = lower(fix, lowering);
                    FixOutputs {
                        texts: lowered.texts,
                        refused: lowered.refused,
                    }
                });
                Reported {
                    outputs: outputs.collect(),
                    finding,
                }
            })
            .collect();
        rank(&mut self.findings);
        self.not_evaluated = not_evaluated;
        self.not_evaluated.sort();
        self.not_evaluated.dedup();
        self.suppressed = suppressed;
        self.suppressed
            .sort_by(|a, b| (&a.check, &a.fingerprint).cmp(&(&b.check, &b.fingerprint)));
        let looked_at: Summary = self.summary;
        self.summary = looked_at.counting(&self.findings, &self.suppressed, &self.not_evaluated);
        self
    }
}
