//! Selectors: what their matchers and the rules of the run say of labels.

use std::borrow::Cow;

use super::super::span::Span;
use super::super::tree::{MatchOp, Matcher, Selector};
use super::eval::Eval;
use super::kind::{ValueKind, counter_like, gauge_like};
use super::label::{Label, Presence, Reason};
use super::labels::NAME;
use super::{Bounds, Branch, DeadReason, LabelSet, Returns};

impl Eval<'_> {
    pub(super) fn selector(&self, selector: &Selector, span: Span) -> Branch {
        let mut branch = Branch {
            labels: LabelSet::open(span),
            returns: Returns::Sometimes,
            ..Branch::number(Bounds::ANY, span)
        };
        let metric = selector.metric();
        if let Some(metric) = metric {
            self.metric(&mut branch, metric, span);
        }
        let name = Label::new(Presence::Guaranteed, Reason::Matcher, span);
        branch.set_label(
            NAME,
            metric.map_or(name, |m| Label::constant(m, Reason::Matcher, span)),
        );
        for matcher in selector.matchers.iter().filter(|m| m.label.text != NAME) {
            matched(&mut branch, matcher);
        }
        contradiction(&mut branch, &selector.matchers);
        branch
    }

    fn metric(&self, branch: &mut Branch, metric: &str, span: Span) {
        if let Some(recorded) = (self.lookup)(metric) {
            branch.labels = recorded.labels.recorded(metric, span);
            branch.value = recorded.value;
            branch.kind = recorded.kind;
        } else if counter_like(metric) {
            branch.kind = ValueKind::Counter;
        } else if gauge_like(metric) {
            branch.kind = ValueKind::Gauge;
        }
        if metric == "up" {
            // Written by Prometheus itself.
            branch.value = Bounds::between(0.0, 1.0);
            branch.kind = ValueKind::Flag;
        }
    }
}

/// Narrows a label by one matcher.
fn matched(branch: &mut Branch, matcher: &Matcher) {
    let label = &matcher.label.text;
    let value = matcher.value.text.as_str();
    let passes_empty = match matcher.op {
        MatchOp::Equal => value.is_empty(),
        MatchOp::NotEqual => !value.is_empty(),
        MatchOp::Regex => matches_empty(value),
        MatchOp::NotRegex => !matches_empty(value),
    };
    let before = branch.labels.get(label).clone();
    if !passes_empty {
        if before.presence == Presence::Impossible {
            let reason = DeadReason::RecordedWithout {
                label: label.clone(),
            };
            branch.die(reason, matcher.span);
        }
        let constant = (matcher.op == MatchOp::Equal).then(|| value.to_owned());
        let mut known = Label::new(Presence::Guaranteed, Reason::Matcher, matcher.span);
        known.value = constant.or(before.value);
        branch.set_label(label, known);
    } else if only_empty(matcher) && before.presence != Presence::Impossible {
        let gone = Label::new(Presence::Impossible, Reason::Matcher, matcher.span);
        branch.set_label(label, gone);
    }
}

/// Whether the matcher passes nothing but the empty value.
fn only_empty(matcher: &Matcher) -> bool {
    match matcher.op {
        MatchOp::Equal => true,
        MatchOp::Regex => matcher.value.text.is_empty() || matcher.value.text == "^$",
        MatchOp::NotRegex => matcher.value.text == ".+",
        MatchOp::NotEqual => false,
    }
}

/// Whether an anchored regular expression matches the empty string.
pub(super) fn matches_empty(pattern: &str) -> bool {
    match pattern {
        "" | ".*" | "(.*)" => return true,
        ".+" | "(.+)" => return false,
        _ => {}
    }
    // Without operators that make something optional, a text needs its own length.
    if !pattern.contains(['|', '*', '?', '{', '^', '$', '\\', '(', ')', '[']) {
        return false;
    }
    let plain_choice = !pattern.contains(['*', '?', '{', '^', '$', '\\', '(', ')', '[']);
    if plain_choice {
        return pattern.split('|').any(str::is_empty);
    }
    // When it does not compile here, nothing may be concluded: both answers must be possible.
    anchored(pattern).is_none_or(|r| r.is_match(""))
}

fn anchored(pattern: &str) -> Option<regex::Regex> {
    regex::Regex::new(&format!("^(?s:{pattern})$")).ok()
}

/// Ends the branch when an equality matcher's value fails another matcher of the same label.
fn contradiction(branch: &mut Branch, matchers: &[Matcher]) {
    for fixed in matchers.iter().filter(|m| m.op == MatchOp::Equal) {
        let others = matchers
            .iter()
            .filter(|m| m.label.text == fixed.label.text && m.span != fixed.span);
        for other in others {
            if !accepts(other, &fixed.value.text) {
                let label = fixed.label.text.clone();
                branch.die(DeadReason::Matchers { label }, other.span);
            }
        }
    }
}

fn accepts(matcher: &Matcher, value: &str) -> bool {
    let pattern = Cow::Borrowed(matcher.value.text.as_str());
    let matches = |expected: bool| anchored(&pattern).is_none_or(|r| r.is_match(value) == expected);
    match matcher.op {
        MatchOp::Equal => pattern == value,
        MatchOp::NotEqual => pattern != value,
        MatchOp::Regex => matches(true),
        MatchOp::NotRegex => matches(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_match_nothing_at_all_are_known() {
        for pattern in ["", ".*", "a|", "|a", "a*", "(a|b)?", "^$", "[a]*"] {
            assert!(matches_empty(pattern), "{pattern}");
        }
        for pattern in [
            "a", ".+", "a|b", "a.b", "(a|b)", "a{1,2}", "[a]", "^a", "a\\.b",
        ] {
            assert!(!matches_empty(pattern), "{pattern}");
        }
    }
}
