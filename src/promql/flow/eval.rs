//! The walk over the expression.

use super::super::span::Span;
use super::super::tree::{Kind, Named, Node};
use super::label::{Label, Reason};
use super::labels::NAME;
use super::{
    Analysis, Bounds, Branch, Dead, DeadReason, LabelSet, Lookup, Note, NoteKind, Returns, Step,
    ValueKind,
};

/// More branches than this are merged into one: each operator multiplies them.
const MAX_BRANCHES: usize = 48;

/// The state of one analysis.
pub(super) struct Eval<'a> {
    pub lookup: &'a Lookup<'a>,
    pub notes: Vec<Note>,
}

pub(super) fn analyse(root: &Node, lookup: &Lookup<'_>) -> Analysis {
    let mut eval = Eval {
        lookup,
        notes: Vec::new(),
    };
    let branches = eval.branches(root);
    let mut notes = eval.notes;
    // A part that several branches pass through says the same thing for each.
    let mut seen: Vec<Note> = Vec::new();
    notes.retain(|n| {
        !seen.contains(n) && {
            seen.push(n.clone());
            true
        }
    });
    Analysis { branches, notes }
}

impl Eval<'_> {
    pub(super) fn branches(&mut self, node: &Node) -> Vec<Branch> {
        let found = match &node.kind {
            Kind::Number(value) => vec![Branch::number(Bounds::exactly(*value), node.span)],
            Kind::Text(_) => vec![Branch::number(Bounds::ANY, node.span)],
            Kind::Selector(selector) => vec![self.selector(selector, node.span)],
            Kind::Subquery(sub) => self
                .branches(&sub.operand)
                .into_iter()
                .map(Branch::over_time)
                .collect(),
            Kind::Call { function, args } => self.call(function, args, node.span),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate, node.span),
            Kind::Binary(binary) => self.binary(binary, node.span),
            Kind::Unary { minus, operand } => self.signed(*minus, operand, node.span),
            Kind::Paren(inner) => self.branches(inner),
        };
        if found.len() > MAX_BRANCHES {
            merged(found)
        } else {
            found
        }
    }

    fn signed(&mut self, minus: bool, operand: &Node, span: Span) -> Vec<Branch> {
        let mut found = self.branches(operand);
        if minus {
            for branch in &mut found {
                branch.labels.remove(NAME, Reason::Operator, span);
                branch.value = branch.value.negated();
                branch.kind = ValueKind::Unknown;
            }
        }
        found
    }

    /// The bounds of an expression that gives one number.
    pub(super) fn scalar(&mut self, node: &Node) -> Bounds {
        let found = self.branches(node);
        found
            .iter()
            .map(|b| b.value)
            .reduce(Bounds::or)
            .unwrap_or(Bounds::ANY)
    }

    pub(super) fn note(&mut self, kind: NoteKind, span: Span) {
        self.notes.push(Note { kind, span });
    }

    /// Notes the labels of a clause that no living branch can have.
    pub(super) fn note_impossible(&mut self, labels: &[Named], branches: &[Branch]) {
        for label in labels {
            let alive = || branches.iter().filter(|b| b.is_alive());
            let first = alive()
                .next()
                .and_then(|b| b.labels.cannot_have(&label.text));
            if let Some(why) = first
                && alive().all(|b| !b.labels.may_have(&label.text))
            {
                let kind = NoteKind::ImpossibleLabel {
                    label: label.text.clone(),
                    why: why.clone(),
                };
                self.note(kind, label.span);
            }
        }
    }
}

/// One branch that covers all.
fn merged(branches: Vec<Branch>) -> Vec<Branch> {
    branches
        .into_iter()
        .reduce(|a, b| Branch {
            span: a.span.to(b.span),
            labels: a.labels.or(&b.labels),
            // What gates only one of them does not gate both.
            conditions: if b.is_gated() {
                a.conditions
            } else {
                Vec::new()
            },
            gate: a.gate.filter(|_| b.is_gated()),
            returns: match (a.returns, b.returns) {
                (Returns::Never, Returns::Never) => Returns::Never,
                (Returns::Always, _) | (_, Returns::Always) => Returns::Always,
                _ => Returns::Sometimes,
            },
            dead: a.dead.filter(|_| b.dead.is_some()),
            value: a.value.or(b.value),
            kind: a.kind.or(b.kind),
            ..a
        })
        .into_iter()
        .collect()
}

impl Branch {
    /// A number, or a vector made of one.
    pub(super) fn number(value: Bounds, span: Span) -> Self {
        Self {
            span,
            labels: LabelSet::none(Reason::NoLabels, span),
            gate: None,
            conditions: Vec::new(),
            returns: Returns::Always,
            dead: None,
            value,
            kind: ValueKind::Unknown,
            steps: Vec::new(),
            joins: Vec::new(),
            displaced: false,
        }
    }

    /// Marks it as never returning; the first reason stays.
    pub(super) fn die(&mut self, reason: DeadReason, span: Span) {
        self.returns = Returns::Never;
        self.dead.get_or_insert(Dead { reason, span });
    }

    pub(super) fn step(&mut self, name: &str, span: Span, aggregation: bool) {
        self.steps.push(Step {
            name: name.to_owned(),
            span,
            aggregation,
        });
    }

    /// Its values over a range of time, which may be too short to hold one.
    fn over_time(mut self) -> Self {
        if self.returns == Returns::Always {
            self.returns = Returns::Sometimes;
        }
        self
    }

    pub(super) fn drop_name(&mut self, reason: Reason, span: Span) {
        self.labels.remove(NAME, reason, span);
    }

    pub(super) fn set_label(&mut self, label: &str, known: Label) {
        self.labels.set(label, known);
    }
}
