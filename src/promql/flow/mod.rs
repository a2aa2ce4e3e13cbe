//! Label flow: what an expression can return, without asking a server.
//!
//! An abstract interpretation. Each [`Branch`] is one way in which the expression gives results: `a or b` has two. What
//! is said of a branch holds for all its results in every possible database: "guaranteed" and "impossible" are proofs,
//! "possible" is the absence of one. The tests compare them with what Prometheus itself returns.

mod aggregate;
mod bounds;
mod call;
mod compare;
mod eval;
mod kind;
mod label;
mod labels;
mod replace;
mod selector;
mod sets;
mod vector;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

use super::Query;
use super::span::Span;
use super::tree::Op;

pub use bounds::Bounds;
pub use kind::{ValueKind, counter_like, gauge_like};
pub use label::{Label, Presence, Reason, Why};
pub use labels::{LabelSet, NAME};

/// Whether a branch returns something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Whatever the database holds.
    Always,
    /// Whatever the database holds, it returns nothing.
    Never,
    Sometimes,
}

/// One way in which an expression gives results.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The part of the expression it comes from: for `a or b` the arm.
    pub span: Span,
    pub labels: LabelSet,
    /// The outermost comparison that lets only some elements pass, or (with `bool`) marks them.
    pub gate: Option<Gate>,
    /// The other comparisons that must hold: inner ones, and those of sides joined by operators.
    pub conditions: Vec<Gate>,
    pub returns: Returns,
    /// Why it never returns.
    pub dead: Option<Dead>,
    pub value: Bounds,
    pub kind: ValueKind,
    /// Functions and aggregations passed through, the innermost first.
    pub steps: Vec<Step>,
    /// What it was matched with, the innermost first.
    pub joins: Vec<Join>,
    /// The right arm of an `or` that compares some labels only: in its place something with other labels may return.
    displaced: bool,
}

/// A comparison, read with the compared value on the left.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub op: Op,
    /// The number compared with, when it is one.
    pub constant: Option<f64>,
    /// Whether the number was written on the left.
    pub constant_left: bool,
    pub is_bool: bool,
    /// Whether the comparison holds for every value (or for none) that can reach it.
    pub verdict: Option<bool>,
    pub span: Span,
    pub op_span: Span,
}

/// Why a branch never returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    pub reason: DeadReason,
    /// The operator, function or matcher that ends it.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadReason {
    /// The comparison never holds.
    Comparison,
    /// The sides can never be equal in this label.
    NoMatch { label: String },
    /// The other side of `and` or of a calculation never returns.
    OtherSideNever,
    /// The left side of `or` always returns all there can be.
    LeftAlways,
    /// The right side of `unless` always returns what removes it.
    UnlessAlways,
    /// The argument of `absent` always returns.
    ArgumentAlways,
    /// No value satisfies all matchers of this label.
    Matchers { label: String },
    /// The rule that records the metric never gives this label.
    RecordedWithout { label: String },
}

/// A function or aggregation a value passed through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In lower case.
    pub name: String,
    pub span: Span,
    pub aggregation: bool,
}

/// An operation with another vector.
#[derive(Clone, Debug)]
pub struct Join {
    pub op: Op,
    pub op_span: Span,
    /// The other side.
    pub other: Span,
    pub other_labels: LabelSet,
    /// The labels that `group_left` or `group_right` brings from the other side.
    pub adds: Vec<String>,
    /// Whether the other side is an aggregation.
    pub other_aggregated: bool,
}

/// Something about the expression that makes no sense, found on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A label is named that the vector cannot have.
    ImpossibleLabel { label: String, why: Why },
    /// `group_left` copies a label that this side always has.
    RedundantGroupLabel { label: String },
    /// This part never contributes.
    DeadArm(DeadReason),
    /// This part has no effect: what it would remove is never there.
    NoEffect,
    /// `rate` and its relatives over a sum of counters: resets of one member look like a drop of the sum.
    RateOfAggregate { metric: Option<String> },
    /// `histogram_quantile` over a vector that cannot have `le`.
    QuantileWithoutLe { why: Why },
}

/// What a rule of the same run records under a name.
#[derive(Clone, Debug)]
pub struct Recorded {
    labels: LabelSet,
    value: Bounds,
    kind: ValueKind,
}

/// Finds what a rule of the same run records.
pub type Lookup<'a> = dyn Fn(&str) -> Option<Recorded> + 'a;

/// All that is known of an expression.
#[derive(Clone, Debug)]
pub struct Analysis {
    pub branches: Vec<Branch>,
    pub notes: Vec<Note>,
}

impl Query {
    /// The ways in which the expression gives results.
    #[must_use]
    pub fn flow(&self, lookup: &Lookup<'_>) -> Vec<Branch> {
        self.analyse(lookup).branches
    }

    /// The ways in which the expression gives results, and what makes no sense in it.
    #[must_use]
    pub fn analyse(&self, lookup: &Lookup<'_>) -> Analysis {
        eval::analyse(self.root(), lookup)
    }
}

/// A lookup for an expression by itself.
#[must_use]
pub fn nothing_recorded(_: &str) -> Option<Recorded> {
    None
}

impl Branch {
    /// Whether a comparison decides over the results; `bool` decides nothing.
    #[must_use]
    pub fn is_gated(&self) -> bool {
        self.gate.iter().chain(&self.conditions).any(|g| !g.is_bool)
    }

    /// Whether it passed through the function or aggregation.
    #[must_use]
    pub fn passed(&self, name: &str) -> bool {
        self.steps.iter().any(|s| s.name == name)
    }

    /// Whether it can return.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.returns != Returns::Never
    }
}

impl Recorded {
    /// What a rule gives that records these branches under static labels. `None` when nothing can come.
    #[must_use]
    pub fn of(branches: &[Branch], static_labels: &[(String, String)]) -> Option<Self> {
        let alive = branches.iter().filter(|b| b.is_alive()).map(|b| Self {
            labels: b.labels.clone(),
            value: b.value,
            kind: b.kind,
        });
        let mut recorded = alive.reduce(Self::or)?;
        for (label, value) in static_labels {
            let known = Label::constant(value, Reason::Recorded(String::new()), Span::default());
            recorded.labels.set(label, known);
        }
        Some(recorded)
    }

    /// When two rules record the same name.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            labels: self.labels.or(&other.labels),
            value: self.value.or(other.value),
            kind: self.kind.or(other.kind),
        }
    }
}
