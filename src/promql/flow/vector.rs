//! Calculations and comparisons.

use super::super::span::Span;
use super::super::tree::{Binary, Grouping, Kind, Node, Op};
use super::compare::Comparison;
use super::eval::Eval;
use super::label::{Label, Presence, Reason};
use super::labels::{NAME, Scope};
use super::{Bounds, Branch, DeadReason, Join, NoteKind, Returns, ValueKind};

/// How the elements of two vectors find each other.
pub(super) struct Matching<'a> {
    labels: Vec<&'a str>,
    pub on: bool,
}

impl<'a> Matching<'a> {
    pub(super) fn of(binary: &'a Binary) -> Self {
        let labels = |g: &'a Grouping| g.labels.iter().map(|l| l.text.as_str()).collect();
        Self {
            labels: binary.matching.as_ref().map(labels).unwrap_or_default(),
            on: binary.matching.as_ref().is_some_and(|g| g.keyword == "on"),
        }
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        if self.on {
            Scope::On(&self.labels)
        } else {
            Scope::Ignoring(&self.labels)
        }
    }

    /// Whether every element of one side matches every element of the other. What stands in for a displaced arm has
    /// labels of its own.
    pub(super) fn is_total(&self, a: &Branch, b: &Branch) -> bool {
        let empty = |branch: &Branch| branch.labels.is_empty() && !branch.displaced;
        self.on && self.labels.is_empty() || empty(a) && empty(b)
    }
}

impl Eval<'_> {
    pub(super) fn binary(&mut self, binary: &Binary, span: Span) -> Vec<Branch> {
        match (binary.lhs.is_scalar(), binary.rhs.is_scalar()) {
            _ if binary.op.is_set() => self.sets(binary),
            (true, true) => vec![self.numbers(binary, span)],
            (false, true) => self.with_number(binary, &binary.lhs, &binary.rhs, span),
            (true, false) => self.with_number(binary, &binary.rhs, &binary.lhs, span),
            (false, false) => self.vectors(binary, span),
        }
    }

    fn numbers(&mut self, binary: &Binary, span: Span) -> Branch {
        let (lhs, rhs) = (self.scalar(&binary.lhs), self.scalar(&binary.rhs));
        let value = if binary.op.is_comparison() {
            match lhs.compare(binary.op, rhs) {
                Some(holds) => Bounds::exactly(f64::from(u8::from(holds))),
                None => Bounds::between(0.0, 1.0),
            }
        } else {
            lhs.arithmetic(binary.op, rhs)
        };
        Branch::number(value, span)
    }

    fn with_number(
        &mut self,
        binary: &Binary,
        vector: &Node,
        number: &Node,
        span: Span,
    ) -> Vec<Branch> {
        let other = self.scalar(number);
        let scalar_left = number.span.start < vector.span.start;
        let mut found = self.branches(vector);
        for branch in &mut found {
            if binary.op.is_comparison() {
                let op = if scalar_left {
                    binary.op.mirrored()
                } else {
                    binary.op
                };
                let comparison = Comparison {
                    binary,
                    span,
                    op,
                    other,
                    scalar: true,
                    scalar_left,
                };
                comparison.apply(branch);
            } else {
                branch.drop_name(Reason::Operator, binary.op_span);
                branch.value = if scalar_left {
                    other.arithmetic(binary.op, branch.value)
                } else {
                    branch.value.arithmetic(binary.op, other)
                };
                branch.kind = scaled(binary.op, branch.kind);
            }
        }
        found
    }

    fn vectors(&mut self, binary: &Binary, span: Span) -> Vec<Branch> {
        let lhs = self.branches(&binary.lhs);
        let rhs = self.branches(&binary.rhs);
        if let Some(matching) = binary.matching.as_ref().filter(|m| m.keyword == "on") {
            self.note_impossible(&matching.labels, &lhs);
            self.note_impossible(&matching.labels, &rhs);
        }
        self.note_group(binary, &lhs, &rhs);
        let pairs = lhs.iter().flat_map(|l| rhs.iter().map(move |r| (l, r)));
        pairs.map(|(l, r)| matched(binary, l, r, span)).collect()
    }

    /// Labels that `group_left` copies in vain.
    fn note_group(&mut self, binary: &Binary, lhs: &[Branch], rhs: &[Branch]) {
        let Some(group) = &binary.group else {
            return;
        };
        let (many, one) = if group.keyword == "group_left" {
            (lhs, rhs)
        } else {
            (rhs, lhs)
        };
        self.note_impossible(&group.labels, one);
        for label in &group.labels {
            // Equal on both sides by the match itself, or there before with the same known value.
            let value = |b: &Branch| b.labels.value(&label.text).map(str::to_owned);
            let same = |b: &Branch| value(b).is_some() && one.iter().all(|o| value(o) == value(b));
            if many.iter().all(same) {
                let kind = NoteKind::RedundantGroupLabel {
                    label: label.text.clone(),
                };
                self.note(kind, label.span);
            }
        }
    }
}

/// The kind of a value that a number was added to or multiplied with.
fn scaled(op: Op, kind: ValueKind) -> ValueKind {
    match op {
        Op::Mul | Op::Div | Op::Add | Op::Sub if kind != ValueKind::Flag => kind,
        _ => ValueKind::Unknown,
    }
}

/// The result of one branch matched with one branch of the other side.
fn matched(binary: &Binary, lhs: &Branch, rhs: &Branch, span: Span) -> Branch {
    let right_many = binary
        .group
        .as_ref()
        .is_some_and(|g| g.keyword == "group_right");
    let (many, one) = if right_many { (rhs, lhs) } else { (lhs, rhs) };
    let matching = Matching::of(binary);
    let mut result = many.clone();
    result.labels = if binary.fill.is_empty() {
        match many
            .labels
            .meet(&one.labels, matching.scope(), binary.op_span)
        {
            Ok(labels) => labels,
            Err(label) => {
                result.die(DeadReason::NoMatch { label }, binary.op_span);
                many.labels.clone()
            }
        }
    } else {
        // An element may come from either side alone.
        many.labels.or(&one.labels)
    };
    relabel(&mut result, binary, &matching, one);
    result.joins.push(join(binary, one, right_many));
    result
        .conditions
        .extend(one.gate.iter().chain(&one.conditions).cloned());
    returns(&mut result, binary, many, one, &matching);
    result.value = lhs.value;
    if binary.op.is_comparison() {
        let comparison = Comparison {
            binary,
            span,
            op: binary.op,
            other: rhs.value,
            scalar: false,
            scalar_left: false,
        };
        comparison.apply(&mut result);
    } else {
        result.value = lhs.value.arithmetic(binary.op, rhs.value);
        result.kind = match (binary.op, lhs.kind, rhs.kind) {
            (Op::Div, _, _) => ValueKind::Ratio,
            (Op::Add | Op::Sub, a, b) => a.or(b),
            _ => ValueKind::Unknown,
        };
    }
    if !binary.fill.is_empty() {
        result.value = Bounds::ANY;
    }
    result
}

/// The labels of a matched element, from those of its "many" side.
fn relabel(result: &mut Branch, binary: &Binary, matching: &Matching<'_>, one: &Branch) {
    if !binary.op.is_comparison() {
        result.drop_name(Reason::Operator, binary.op_span);
    }
    match (&binary.group, &binary.matching) {
        (Some(group), _) => {
            for label in &group.labels {
                let known = one.labels.get(&label.text);
                let mut copied = Label::new(known.presence, Reason::Group, label.span);
                copied.value.clone_from(&known.value);
                if !binary.fill.is_empty() && copied.presence == Presence::Guaranteed {
                    copied.presence = Presence::Possible;
                }
                result.set_label(&label.text, copied);
            }
        }
        (None, Some(clause)) if matching.on => {
            let kept = matching.labels.iter().copied();
            result.labels = result.labels.keep(kept, &Reason::On, clause.span);
        }
        (None, Some(clause)) => {
            for label in &clause.labels {
                result
                    .labels
                    .remove(&label.text, Reason::Ignoring, label.span);
            }
        }
        (None, None) => {}
    }
    if !binary.fill.is_empty() {
        // A filled element has the labels of the match alone.
        let open = result
            .labels
            .keep(std::iter::empty(), &Reason::On, binary.op_span);
        result.labels = result.labels.or(&open);
        if result.labels.may_have(NAME) {
            result.set_label(
                NAME,
                Label::new(Presence::Possible, Reason::Open, binary.op_span),
            );
        }
    }
}

fn join(binary: &Binary, one: &Branch, right_many: bool) -> Join {
    let other = if right_many { &binary.lhs } else { &binary.rhs };
    Join {
        op: binary.op,
        op_span: binary.op_span,
        other: other.span,
        other_labels: one.labels.clone(),
        adds: binary
            .group
            .iter()
            .flat_map(|g| &g.labels)
            .map(|l| l.text.clone())
            .collect(),
        other_aggregated: matches!(other.bare().kind, Kind::Aggregate(_)),
    }
}

fn returns(
    result: &mut Branch,
    binary: &Binary,
    many: &Branch,
    one: &Branch,
    matching: &Matching<'_>,
) {
    if result.returns == Returns::Never {
        return;
    }
    if !one.is_alive() && binary.fill.is_empty() {
        result.die(DeadReason::OtherSideNever, binary.op_span);
        return;
    }
    let both = many.returns == Returns::Always && one.returns == Returns::Always;
    // Several elements on the "one" side are an error, so certainty needs a side without labels.
    let certain = both && matching.is_total(many, one) && one.labels.is_empty();
    if !certain {
        result.returns = Returns::Sometimes;
    }
}
