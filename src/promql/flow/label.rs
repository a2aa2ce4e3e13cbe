//! What is known of one label.

use std::fmt;

use super::super::span::Span;

/// Whether the elements of a vector have a label, that is: a value for it that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every element has it.
    Guaranteed,
    Possible,
    /// No element has it.
    Impossible,
}

/// Why a label is there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub reason: Reason,
    /// The part of the expression that decides it.
    pub span: Span,
}

/// What decides over a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing: series have any labels.
    Open,
    Matcher,
    /// Aggregation without a grouping clause.
    Aggregated,
    By,
    Without,
    /// The named function drops or sets it.
    Function(String),
    /// Operators other than filters drop the metric's name.
    Operator,
    On,
    Ignoring,
    /// `group_left` or `group_right` copies it from the other side.
    Group,
    /// The other side of a match.
    OtherSide,
    /// `absent` gives only the labels of equality matchers.
    Absent,
    /// Numbers and `vector()` have no labels.
    NoLabels,
    /// A rule of this run records the metric.
    Recorded(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("series may have any label"),
            Self::Matcher => f.write_str("the matcher decides it"),
            Self::Aggregated => {
                f.write_str("an aggregation without `by` or `without` drops all labels")
            }
            Self::By => f.write_str("`by` keeps only the labels it names"),
            Self::Without => f.write_str("`without` drops the labels it names"),
            Self::Function(name) => write!(f, "`{name}()` decides it"),
            Self::Operator => f.write_str("the result of a calculation has no metric name"),
            Self::On => f.write_str("one-to-one matching `on` keeps only the labels it names"),
            Self::Ignoring => {
                f.write_str("one-to-one matching drops the labels that `ignoring` names")
            }
            Self::Group => f.write_str("the label is copied from the other side"),
            Self::OtherSide => f.write_str("the other side of the match decides it"),
            Self::Absent => f.write_str("`absent` gives only the labels of equality matchers"),
            Self::NoLabels => f.write_str("a number has no labels"),
            Self::Recorded(rule) => write!(f, "the rule that records `{rule}` decides it"),
        }
    }
}

/// What is known of one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub presence: Presence,
    /// The only value it can have.
    pub value: Option<String>,
    pub why: Why,
}

impl Label {
    pub(super) const fn new(presence: Presence, reason: Reason, span: Span) -> Self {
        Self {
            presence,
            value: None,
            why: Why { reason, span },
        }
    }

    pub(super) fn constant(value: &str, reason: Reason, span: Span) -> Self {
        let presence = if value.is_empty() {
            Presence::Impossible
        } else {
            Presence::Guaranteed
        };
        Self {
            value: (!value.is_empty()).then(|| value.to_owned()),
            ..Self::new(presence, reason, span)
        }
    }

    /// What holds for either.
    pub(super) fn or(&self, other: &Self) -> Self {
        if self.presence == other.presence {
            let value = self
                .value
                .clone()
                .filter(|v| Some(v) == other.value.as_ref());
            return Self {
                value,
                ..self.clone()
            };
        }
        let open = if self.presence == Presence::Impossible {
            other
        } else {
            self
        };
        Self {
            presence: Presence::Possible,
            ..open.clone()
        }
    }

    /// What holds when both are equal; `None` when they cannot be.
    pub(super) fn meet(&self, other: &Self, span: Span) -> Option<Self> {
        use Presence::{Guaranteed, Impossible};
        match (self.presence, other.presence) {
            (Guaranteed, Impossible) | (Impossible, Guaranteed) => None,
            (Guaranteed, Guaranteed) => match (&self.value, &other.value) {
                (Some(a), Some(b)) if a != b => None,
                (None, Some(_)) => Some(other.seen_from_other_side(span)),
                _ => Some(self.clone()),
            },
            (Guaranteed | Impossible, _) => Some(self.clone()),
            (_, Guaranteed | Impossible) => Some(other.seen_from_other_side(span)),
            _ => Some(Self {
                value: None,
                ..self.clone()
            }),
        }
    }

    fn seen_from_other_side(&self, span: Span) -> Self {
        Self {
            why: Why {
                reason: Reason::OtherSide,
                span,
            },
            ..self.clone()
        }
    }
}
