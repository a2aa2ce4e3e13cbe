//! Aggregations.

use super::super::span::Span;
use super::super::tree::{Aggregate, Kind};
use super::eval::Eval;
use super::label::{Label, Presence, Reason};
use super::labels::NAME;
use super::{Bounds, Branch};

impl Eval<'_> {
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate, span: Span) -> Vec<Branch> {
        let mut branches = self.branches(&aggregate.operand);
        if let Some(param) = &aggregate.param {
            self.branches(param);
        }
        if let Some(grouping) = &aggregate.grouping {
            self.note_impossible(&grouping.labels, &branches);
        }
        let op = aggregate.name();
        // A group may have members of every branch, so the result lies within what all of them allow.
        let all = branches
            .iter()
            .filter(|b| b.is_alive())
            .map(|b| b.value)
            .reduce(Bounds::or);
        for branch in &mut branches {
            if !aggregate.chooses() {
                group(branch, aggregate);
                branch.value = value(&op, all.unwrap_or(Bounds::ANY));
            }
            branch.kind = branch.kind.aggregated(&op);
            if op == "count_values" {
                counted(branch, aggregate);
            }
            // Which of the elements are taken is not known, and with `topk(0, …)` none is.
            if aggregate.chooses() && branch.returns == super::Returns::Always {
                branch.returns = super::Returns::Sometimes;
            }
            branch.step(&op, span, true);
        }
        branches
    }
}

/// The labels of the groups.
fn group(branch: &mut Branch, aggregate: &Aggregate) {
    let op_span = aggregate.op.span;
    match &aggregate.grouping {
        None => {
            branch.labels = branch
                .labels
                .keep(std::iter::empty(), &Reason::Aggregated, op_span)
        }
        Some(grouping) if grouping.keyword == "without" => {
            for label in &grouping.labels {
                branch
                    .labels
                    .remove(&label.text, Reason::Without, label.span);
            }
            branch
                .labels
                .remove(NAME, Reason::Without, grouping.keyword_span);
        }
        Some(grouping) => {
            let kept = grouping.labels.iter().map(|l| l.text.as_str());
            branch.labels = branch.labels.keep(kept, &Reason::By, grouping.span);
        }
    }
}

/// `count_values("label", …)` writes the value into a label.
fn counted(branch: &mut Branch, aggregate: &Aggregate) {
    let label = aggregate.param.as_deref().map(|p| &p.bare().kind);
    if let Some(Kind::Text(label)) = label {
        let known = Label::new(
            Presence::Guaranteed,
            Reason::Function("count_values".to_owned()),
            aggregate.op.span,
        );
        branch.set_label(label, known);
    }
}

fn value(op: &str, members: Bounds) -> Bounds {
    let infinite = f64::INFINITY;
    match op {
        "count" | "count_values" => Bounds::between(1.0, infinite),
        "group" => Bounds::exactly(1.0),
        "stddev" | "stdvar" => Bounds::between(0.0, infinite).with_nan(true),
        "sum" => Bounds {
            // With members on one side of zero each adds to the sum.
            lo: if members.lo >= 0.0 {
                members.lo
            } else {
                -infinite
            },
            hi: if members.hi <= 0.0 {
                members.hi
            } else {
                infinite
            },
            nan: members.nan || members.lo.is_infinite() || members.hi.is_infinite(),
        },
        "avg" | "min" | "max" => members,
        _ => Bounds::ANY,
    }
}
