//! `and`, `or` and `unless`.

use super::super::tree::{Binary, Op};
use super::eval::Eval;
use super::vector::Matching;
use super::{Branch, DeadReason, Gate, Join, LabelSet, NoteKind, Returns};

impl Eval<'_> {
    pub(super) fn sets(&mut self, binary: &Binary) -> Vec<Branch> {
        let lhs = self.branches(&binary.lhs);
        let rhs = self.branches(&binary.rhs);
        let matching = Matching::of(binary);
        if let Some(clause) = binary.matching.as_ref().filter(|m| m.keyword == "on") {
            self.note_impossible(&clause.labels, &lhs);
            self.note_impossible(&clause.labels, &rhs);
        }
        match binary.op {
            Op::Or => self.or(binary, lhs, rhs, &matching),
            Op::And => lhs
                .into_iter()
                .map(|b| and(binary, b, &rhs, &matching))
                .collect(),
            _ => self.unless(binary, lhs, &rhs, &matching),
        }
    }

    fn or(
        &mut self,
        binary: &Binary,
        mut lhs: Vec<Branch>,
        mut rhs: Vec<Branch>,
        matching: &Matching<'_>,
    ) -> Vec<Branch> {
        for right in &mut rhs {
            let covered = |l: &Branch| l.returns == Returns::Always && matching.is_total(l, right);
            if right.is_alive() && lhs.iter().any(covered) {
                right.die(DeadReason::LeftAlways, binary.op_span);
                self.note(NoteKind::DeadArm(DeadReason::LeftAlways), binary.rhs.span);
            }
            right.displaced |= binary.matching.is_some();
        }
        lhs.append(&mut rhs);
        lhs
    }

    fn unless(
        &mut self,
        binary: &Binary,
        mut lhs: Vec<Branch>,
        rhs: &[Branch],
        matching: &Matching<'_>,
    ) -> Vec<Branch> {
        let meets = |l: &Branch, r: &Branch| {
            r.is_alive()
                && l.labels
                    .meet(&r.labels, matching.scope(), binary.op_span)
                    .is_ok()
        };
        if lhs.iter().any(Branch::is_alive) && !lhs.iter().any(|l| rhs.iter().any(|r| meets(l, r)))
        {
            self.note(NoteKind::NoEffect, binary.rhs.span);
            return lhs;
        }
        for left in &mut lhs {
            let removes = |r: &Branch| r.returns == Returns::Always && matching.is_total(left, r);
            if rhs.iter().any(removes) {
                left.die(DeadReason::UnlessAlways, binary.op_span);
            } else if rhs.iter().any(|r| meets(left, r)) {
                left.returns = left.returns.at_most_sometimes();
            }
            left.joins.push(join(binary, rhs));
        }
        lhs
    }
}

/// A branch of the left side, restricted to what the right side lets through.
fn and(binary: &Binary, mut left: Branch, rhs: &[Branch], matching: &Matching<'_>) -> Branch {
    let alive: Vec<&Branch> = rhs.iter().filter(|b| b.is_alive()).collect();
    if alive.is_empty() {
        left.die(DeadReason::OtherSideNever, binary.op_span);
        return left;
    }
    let mut met: Option<LabelSet> = None;
    let mut conflict = None;
    for right in &alive {
        match left
            .labels
            .meet(&right.labels, matching.scope(), binary.op_span)
        {
            Ok(labels) => met = Some(met.map_or_else(|| labels.clone(), |m| m.or(&labels))),
            Err(label) => conflict = Some(label),
        }
    }
    let certain = alive
        .iter()
        .any(|r| r.returns == Returns::Always && matching.is_total(&left, r));
    match (met, conflict) {
        (Some(labels), _) => left.labels = labels,
        (None, Some(label)) => left.die(DeadReason::NoMatch { label }, binary.op_span),
        (None, None) => {}
    }
    if !certain {
        left.returns = left.returns.at_most_sometimes();
    }
    left.conditions.extend(common_gates(&alive));
    left.joins.push(join(binary, rhs));
    left
}

/// The gates of the first branch, when every branch has some: then something is always tested.
fn common_gates(branches: &[&Branch]) -> Vec<Gate> {
    match branches {
        [first, ..] if branches.iter().all(|b| b.is_gated()) => first
            .gate
            .iter()
            .chain(&first.conditions)
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}

fn join(binary: &Binary, rhs: &[Branch]) -> Join {
    let labels = rhs.iter().map(|b| b.labels.clone()).reduce(|a, b| a.or(&b));
    let aggregated = |b: &Branch| b.steps.last().is_some_and(|s| s.aggregation);
    Join {
        op: binary.op,
        op_span: binary.op_span,
        other: binary.rhs.span,
        other_labels: labels.unwrap_or_else(|| LabelSet::open(binary.rhs.span)),
        adds: Vec::new(),
        other_aggregated: rhs.iter().all(aggregated),
    }
}
