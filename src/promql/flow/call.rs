//! Function calls.

use super::super::span::Span;
use super::super::tree::{Kind, MatchOp, Named, Node, Selector};
use super::eval::Eval;
use super::label::{Label, Presence, Reason};
use super::labels::NAME;
use super::replace::{label_join, label_replace};
use super::{Bounds, Branch, DeadReason, NoteKind, Returns, ValueKind};

impl Eval<'_> {
    pub(super) fn call(&mut self, function: &Named, args: &[Node], span: Span) -> Vec<Branch> {
        let name = function.text.as_str();
        // The vector or range it works on; the other arguments are numbers and strings.
        let subject = args
            .iter()
            .find(|a| !a.is_scalar() && !matches!(a.bare().kind, Kind::Text(_)));
        let Some(subject) = subject else {
            let value = args.iter().map(|a| self.scalar(a)).next();
            return vec![Branch::number(constant(name, value), span)];
        };
        for other in args
            .iter()
            .filter(|a| !std::ptr::eq(*a, subject) && name != "info")
        {
            self.scalar(other);
        }
        let inner = self.branches(subject);
        match name {
            "absent" | "absent_over_time" => vec![absent(name, subject, &inner, span)],
            "scalar" => vec![scalar(&inner, span)],
            _ => {
                self.note_call(name, subject, &inner);
                inner
                    .into_iter()
                    .map(|b| self.applied(b, function, args, span))
                    .collect()
            }
        }
    }

    fn applied(
        &mut self,
        mut branch: Branch,
        function: &Named,
        args: &[Node],
        span: Span,
    ) -> Branch {
        let name = function.text.as_str();
        let reason = Reason::Function(name.to_owned());
        match name {
            "label_replace" => label_replace(&mut branch.labels, function, args, function.span),
            "label_join" => label_join(&mut branch.labels, function, args, function.span),
            "info" => info(&mut branch, args.get(1), &reason, function.span),
            "histogram_quantile" | "histogram_fraction" | "histogram_quantiles" => {
                branch.labels.remove("le", reason, function.span);
            }
            _ => {}
        }
        if name == "histogram_quantiles" {
            quantile_label(&mut branch, args.get(1), function);
        }
        if !keeps_name(name) {
            branch.drop_name(Reason::Function(name.to_owned()), function.span);
        }
        if !passes_all(name) {
            // Too few samples, or none of the kind the function reads, give nothing.
            branch.returns = branch.returns.at_most_sometimes();
        }
        let numbers: Vec<Bounds> = args
            .iter()
            .filter(|a| a.is_scalar())
            .map(|a| self.scalar(a))
            .collect();
        branch.value = value(name, &branch, &numbers);
        branch.kind = kind(name, branch.kind);
        branch.step(name, span, false);
        branch
    }

    fn note_call(&mut self, name: &str, subject: &Node, inner: &[Branch]) {
        let rates = ["rate", "increase", "irate", "xrate", "xincrease"].contains(&name);
        if rates
            && inner
                .iter()
                .any(|b| b.is_alive() && b.kind == ValueKind::AggregatedCounter)
        {
            let metric = subject
                .selector()
                .and_then(Selector::metric)
                .map(str::to_owned);
            self.note(NoteKind::RateOfAggregate { metric }, subject.span);
        }
        if matches!(name, "histogram_quantile" | "histogram_fraction")
            && let Some(why) = inner.first().and_then(|b| b.labels.cannot_have("le"))
            && inner.iter().all(|b| !b.labels.may_have("le"))
        {
            self.note(
                NoteKind::QuantileWithoutLe { why: why.clone() },
                subject.span,
            );
        }
    }
}

/// Functions without a vector: their result has no labels and is always there.
fn constant(name: &str, argument: Option<Bounds>) -> Bounds {
    match (name, argument) {
        ("pi", _) => Bounds::exactly(std::f64::consts::PI),
        ("time" | "start" | "end", _) => Bounds::between(0.0, f64::INFINITY),
        ("vector", Some(value)) => value,
        (_, None) => date(name).unwrap_or(Bounds::ANY),
        _ => Bounds::ANY,
    }
}

fn date(name: &str) -> Option<Bounds> {
    Some(match name {
        "minute" => Bounds::between(0.0, 59.0),
        "hour" => Bounds::between(0.0, 23.0),
        "day_of_week" => Bounds::between(0.0, 6.0),
        "day_of_month" => Bounds::between(1.0, 31.0),
        "day_of_year" => Bounds::between(1.0, 366.0),
        "days_in_month" => Bounds::between(28.0, 31.0),
        "month" => Bounds::between(1.0, 12.0),
        _ => return None,
    })
}

fn keeps_name(name: &str) -> bool {
    name.starts_with("sort")
        || matches!(
            name,
            "last_over_time" | "first_over_time" | "label_replace" | "label_join" | "info"
        )
}

/// Functions that give a result for every element.
fn passes_all(name: &str) -> bool {
    keeps_name(name) && name != "info"
        || date(name).is_some()
        || matches!(
            name,
            "abs"
                | "ceil"
                | "floor"
                | "round"
                | "sgn"
                | "timestamp"
                | "clamp_min"
                | "clamp_max"
                | "exp"
                | "ln"
                | "log2"
                | "log10"
                | "sqrt"
                | "year"
                | "deg"
                | "rad"
        )
}

fn absent(name: &str, subject: &Node, inner: &[Branch], span: Span) -> Branch {
    let mut branch = Branch::number(Bounds::exactly(1.0), span);
    branch.labels = super::LabelSet::none(Reason::Absent, span);
    branch.kind = ValueKind::Flag;
    if let Some(selector) = subject.selector() {
        absent_labels(&mut branch, selector, subject);
    }
    branch.step(name, span, false);
    if inner.iter().any(|b| b.returns == Returns::Always) {
        branch.die(DeadReason::ArgumentAlways, span);
    } else if inner.iter().any(Branch::is_alive) {
        branch.returns = Returns::Sometimes;
    }
    branch
}

/// Equality matchers give labels, unless the label has another matcher too.
fn absent_labels(branch: &mut Branch, selector: &Selector, subject: &Node) {
    for matcher in selector.matchers.iter().filter(|m| m.label.text != NAME) {
        let alone = selector
            .matchers
            .iter()
            .filter(|m| m.label.text == matcher.label.text)
            .count()
            == 1;
        if matcher.op != MatchOp::Equal {
            continue;
        }
        let mut known = Label::constant(&matcher.value.text, Reason::Matcher, matcher.span);
        // Versions differ in what several matchers give, in `@`, and in parentheses.
        let certain =
            alone && selector.when.at.is_none() && matches!(subject.kind, Kind::Selector(_));
        if !certain && known.presence == Presence::Guaranteed {
            known.presence = Presence::Possible;
        }
        branch.set_label(&matcher.label.text, known);
    }
}

/// A number from a vector: the value of its only element, or NaN.
fn scalar(inner: &[Branch], span: Span) -> Branch {
    let value = match inner {
        [only] if only.returns == Returns::Always && only.labels.is_empty() => only.value,
        _ => Bounds::ANY,
    };
    Branch::number(value, span)
}

/// `info()` adds labels of info series: those its second argument names, or any.
fn info(branch: &mut Branch, second: Option<&Node>, reason: &Reason, span: Span) {
    let named = second.and_then(Node::selector).map(|s| &s.matchers);
    match named {
        Some(matchers) if matchers.iter().any(|m| m.label.text != NAME) => {
            for matcher in matchers.iter().filter(|m| m.label.text != NAME) {
                let known = branch.labels.get(&matcher.label.text);
                if known.presence != Presence::Guaranteed {
                    let label = Label::new(Presence::Possible, reason.clone(), span);
                    branch.set_label(&matcher.label.text, label);
                }
            }
        }
        _ => branch.labels.opened(reason, span),
    }
}

fn quantile_label(branch: &mut Branch, label: Option<&Node>, function: &Named) {
    if let Some(Kind::Text(label)) = label.map(|l| &l.bare().kind) {
        let known = Label::new(
            Presence::Guaranteed,
            Reason::Function(function.text.clone()),
            function.span,
        );
        branch.set_label(label, known);
    }
}

fn value(name: &str, branch: &Branch, numbers: &[Bounds]) -> Bounds {
    let infinite = f64::INFINITY;
    let of = branch.value;
    let limit = |i: usize| numbers.get(i).copied().filter(|b| !b.nan);
    if let Some(bounds) = date(name) {
        return bounds.with_nan(of.nan);
    }
    match name {
        "abs" | "sqrt" => Bounds::between(0.0, infinite).with_nan(true),
        "sgn" => Bounds::between(-1.0, 1.0).with_nan(of.nan),
        "count_over_time" => Bounds::between(1.0, infinite),
        "present_over_time" => Bounds::exactly(1.0),
        "changes" | "resets" => Bounds::between(0.0, infinite),
        "stddev_over_time" | "stdvar_over_time" | "mad_over_time" => {
            Bounds::between(0.0, infinite).with_nan(true)
        }
        "rate" | "increase" | "irate" if branch.kind == ValueKind::Counter => {
            Bounds::between(0.0, infinite).with_nan(true)
        }
        "histogram_fraction" => Bounds::between(0.0, 1.0).with_nan(true),
        "clamp_min" => limit(0).map_or(Bounds::ANY, |l| Bounds {
            lo: of.lo.max(l.lo),
            hi: of.hi.max(l.hi),
            ..of
        }),
        "clamp_max" => limit(0).map_or(Bounds::ANY, |l| Bounds {
            lo: of.lo.min(l.lo),
            hi: of.hi.min(l.hi),
            ..of
        }),
        "clamp" => match (limit(0), limit(1)) {
            (Some(lo), Some(hi)) => Bounds::between(lo.lo, hi.hi).with_nan(true),
            _ => Bounds::ANY,
        },
        "min_over_time" | "max_over_time" | "avg_over_time" | "last_over_time"
        | "first_over_time" | "label_replace" | "label_join" | "info" => of,
        _ if name.starts_with("sort") => of,
        _ => Bounds::ANY,
    }
}

fn kind(name: &str, of: ValueKind) -> ValueKind {
    match name {
        "rate" | "increase" | "irate" | "xrate" | "xincrease" | "delta" | "idelta" | "deriv" => {
            ValueKind::Rate
        }
        "count_over_time" | "changes" | "resets" => ValueKind::Count,
        "present_over_time" => ValueKind::Flag,
        "last_over_time" | "first_over_time" | "label_replace" | "label_join" | "info"
        | "max_over_time" | "min_over_time" => of,
        "avg_over_time" if of != ValueKind::Counter && of != ValueKind::AggregatedCounter => of,
        _ if name.starts_with("sort") => of,
        _ => ValueKind::Unknown,
    }
}
