//! Comparisons: the gates of a branch.

use super::super::span::Span;
use super::super::tree::{Binary, Op};
use super::label::Reason;
use super::{Bounds, Branch, DeadReason, Gate, ValueKind};

/// A value compared with another one.
pub(super) struct Comparison<'a> {
    pub binary: &'a Binary,
    pub span: Span,
    /// The operator with the compared value on the left.
    pub op: Op,
    pub other: Bounds,
    /// Whether the other side is a number, and stands on the left.
    pub scalar: bool,
    pub scalar_left: bool,
}

impl Comparison<'_> {
    /// Lets a branch pass the comparison.
    pub(super) fn apply(&self, branch: &mut Branch) {
        let is_bool = self.binary.bool_span.is_some();
        let verdict = branch.value.compare(self.op, self.other);
        let gate = Gate {
            op: self.op,
            constant: self.other.constant().filter(|_| self.scalar),
            constant_left: self.scalar_left,
            is_bool,
            verdict,
            span: self.span,
            op_span: self.binary.op_span,
        };
        if let Some(inner) = branch.gate.replace(gate) {
            branch.conditions.push(inner);
        }
        if is_bool {
            branch.drop_name(Reason::Operator, self.binary.op_span);
            branch.kind = ValueKind::Flag;
            branch.value = match verdict {
                Some(holds) => Bounds::exactly(f64::from(u8::from(holds))),
                None => Bounds::between(0.0, 1.0),
            };
            return;
        }
        match verdict {
            Some(true) => {}
            Some(false) => branch.die(DeadReason::Comparison, self.binary.op_span),
            None => {
                branch.returns = branch.returns.at_most_sometimes();
                branch.value = branch.value.passed(self.op, self.other);
            }
        }
    }
}

impl super::Returns {
    /// What is left of a certainty once something may stand in the way.
    pub(super) const fn at_most_sometimes(self) -> Self {
        match self {
            Self::Never => Self::Never,
            _ => Self::Sometimes,
        }
    }
}
