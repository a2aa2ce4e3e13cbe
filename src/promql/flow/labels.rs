//! What is known of the labels of a vector.

use std::collections::BTreeMap;

use super::super::span::Span;
use super::label::{Label, Presence, Reason, Why};

/// What is known of the labels of a vector's elements. The metric's name is the label `__name__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSet {
    named: BTreeMap<String, Label>,
    /// Holds for all labels that are not named.
    rest: Label,
}

/// The label of the metric's name.
pub const NAME: &str = "__name__";

impl LabelSet {
    /// Any labels.
    pub(super) fn open(span: Span) -> Self {
        Self::all(Presence::Possible, Reason::Open, span)
    }

    /// No labels.
    pub(super) fn none(reason: Reason, span: Span) -> Self {
        Self::all(Presence::Impossible, reason, span)
    }

    fn all(presence: Presence, reason: Reason, span: Span) -> Self {
        Self {
            named: BTreeMap::new(),
            rest: Label::new(presence, reason, span),
        }
    }

    /// What is known of a label.
    #[must_use]
    pub fn get(&self, label: &str) -> &Label {
        self.named.get(label).unwrap_or(&self.rest)
    }

    /// Whether every element has the label.
    #[must_use]
    pub fn has(&self, label: &str) -> bool {
        self.get(label).presence == Presence::Guaranteed
    }

    /// Whether an element can have the label.
    #[must_use]
    pub fn may_have(&self, label: &str) -> bool {
        self.get(label).presence != Presence::Impossible
    }

    /// Why no element can have the label; `None` when one can.
    #[must_use]
    pub fn cannot_have(&self, label: &str) -> Option<&Why> {
        let found = self.get(label);
        (found.presence == Presence::Impossible).then_some(&found.why)
    }

    /// The only value the label can have where it is present.
    #[must_use]
    pub fn value(&self, label: &str) -> Option<&str> {
        self.get(label).value.as_deref()
    }

    /// Whether only labels that the expression names can be present: none can appear by surprise.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rest.presence == Presence::Impossible
    }

    /// Whether no element has any label, so that there is at most one element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_closed()
            && self
                .named
                .values()
                .all(|l| l.presence == Presence::Impossible)
    }

    /// The labels something is known of, in alphabetical order; all others are alike, see [`LabelSet::is_closed`].
    pub fn known(&self) -> impl Iterator<Item = (&str, &Label)> {
        self.named
            .iter()
            .map(|(name, label)| (name.as_str(), label))
    }

    pub(super) fn set(&mut self, label: &str, known: Label) {
        self.named.insert(label.to_owned(), known);
    }

    pub(super) fn remove(&mut self, label: &str, reason: Reason, span: Span) {
        if self.may_have(label) {
            self.set(label, Label::new(Presence::Impossible, reason, span));
        }
    }

    /// Only these labels stay.
    pub(super) fn keep<'a>(
        &self,
        labels: impl Iterator<Item = &'a str>,
        reason: &Reason,
        span: Span,
    ) -> Self {
        let gone = || Label::new(Presence::Impossible, reason.clone(), span);
        let mut kept = Self {
            named: BTreeMap::new(),
            // What was gone before is gone for the earlier reason.
            rest: if self.is_closed() {
                self.rest.clone()
            } else {
                gone()
            },
        };
        for (label, known) in &self.named {
            let earlier = known.presence == Presence::Impossible;
            kept.set(label, if earlier { known.clone() } else { gone() });
        }
        for label in labels {
            kept.set(label, self.get(label).clone());
        }
        kept
    }

    /// What holds for the elements of both.
    #[must_use]
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut both = Self {
            named: BTreeMap::new(),
            rest: self.rest.or(&other.rest),
        };
        for label in self.named.keys().chain(other.named.keys()) {
            both.set(label, self.get(label).or(other.get(label)));
        }
        both
    }

    /// What holds for elements of this vector that match an element of `other` in the labels of `scope`. `Err` is the
    /// label in which no two elements can be equal.
    pub(super) fn meet(&self, other: &Self, scope: Scope<'_>, span: Span) -> Result<Self, String> {
        let mut met = self.clone();
        let names: Vec<&str> = match scope {
            Scope::On(labels) => labels.to_vec(),
            Scope::Ignoring(_) => self
                .named
                .keys()
                .chain(other.named.keys())
                .map(String::as_str)
                .collect(),
        };
        for name in names {
            if scope.covers(name) {
                let label = self
                    .get(name)
                    .meet(other.get(name), span)
                    .ok_or_else(|| name.to_owned())?;
                met.set(name, label);
            }
        }
        if let Scope::Ignoring(ignored) = scope {
            met.rest = self
                .rest
                .meet(&other.rest, span)
                .unwrap_or_else(|| self.rest.clone());
            // The ignored ones no longer follow the rest.
            for name in ignored.iter().copied().chain([NAME]) {
                met.set(name, self.get(name).clone());
            }
        }
        Ok(met)
    }

    /// The same labels, for a metric that a rule records.
    pub(super) fn recorded(&self, rule: &str, span: Span) -> Self {
        let moved = |label: &Label| Label {
            why: Why {
                reason: Reason::Recorded(rule.to_owned()),
                span,
            },
            ..label.clone()
        };
        Self {
            named: self
                .named
                .iter()
                .map(|(n, l)| (n.clone(), moved(l)))
                .collect(),
            rest: moved(&self.rest),
        }
    }

    /// Every label that is not certainly there becomes possible.
    pub(super) fn opened(&mut self, reason: &Reason, span: Span) {
        let open = |label: &mut Label| {
            if label.presence == Presence::Impossible {
                *label = Label::new(Presence::Possible, reason.clone(), span);
            }
        };
        self.named.values_mut().for_each(open);
        open(&mut self.rest);
    }
}

/// The labels that a vector match compares. The metric's name is compared only when `on` names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    On(&'a [&'a str]),
    Ignoring(&'a [&'a str]),
}

impl Scope<'_> {
    fn covers(self, label: &str) -> bool {
        match self {
            Self::On(labels) => labels.contains(&label),
            Self::Ignoring(labels) => label != NAME && !labels.contains(&label),
        }
    }
}
