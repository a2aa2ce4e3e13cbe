//! `label_replace` and `label_join`.

use super::super::span::Span;
use super::super::tree::{Kind, Named, Node};
use super::label::{Label, Presence, Reason};
use super::labels::LabelSet;
use super::selector::matches_empty;

fn text(node: Option<&Node>) -> Option<&str> {
    match &node?.bare().kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// What `label_replace(v, destination, replacement, source, pattern)` does to the labels.
pub(super) fn label_replace(labels: &mut LabelSet, function: &Named, args: &[Node], span: Span) {
    let parts = (
        text(args.get(1)),
        text(args.get(2)),
        text(args.get(3)),
        text(args.get(4)),
    );
    let (Some(destination), Some(replacement), Some(source), Some(pattern)) = parts else {
        // The parser lets only strings pass; without them nothing is known any more.
        labels.opened(&Reason::Function(function.text.clone()), span);
        return;
    };
    let from = labels.get(source).clone();
    let reason = || Reason::Function(function.text.clone());
    let any = matches!(pattern, ".*" | "(.*)");
    let present = matches!(pattern, ".+" | "(.+)");
    let never = from.presence == Presence::Impossible && !matches_empty(pattern);
    if never {
        return;
    }
    let always = any
        || present && from.presence == Presence::Guaranteed
        || from.presence == Presence::Impossible && matches_empty(pattern);
    let whole =
        pattern.starts_with('(') && (any || present) && matches!(replacement, "$1" | "${1}");
    let written = match written(replacement) {
        Written::Nothing => Label::new(Presence::Impossible, reason(), span),
        Written::Constant(value) => Label::constant(&value, reason(), span),
        Written::Something => Label::new(Presence::Guaranteed, reason(), span),
        Written::Unknown if whole && any => copied(&from, reason(), span),
        Written::Unknown if whole => Label {
            presence: Presence::Guaranteed,
            ..copied(&from, reason(), span)
        },
        Written::Unknown => Label::new(Presence::Possible, reason(), span),
    };
    let known = if always {
        written
    } else {
        written.or(labels.get(destination))
    };
    labels.set(destination, known);
}

fn copied(from: &Label, reason: Reason, span: Span) -> Label {
    Label {
        value: from.value.clone(),
        ..Label::new(from.presence, reason, span)
    }
}

/// What a replacement writes when the pattern matches.
enum Written {
    /// The empty string, which removes the label.
    Nothing,
    Constant(String),
    /// Not empty, since there are letters beside the groups.
    Something,
    Unknown,
}

fn written(replacement: &str) -> Written {
    if replacement.is_empty() {
        return Written::Nothing;
    }
    if !replacement.contains('$') {
        return Written::Constant(replacement.to_owned());
    }
    // `$name` takes as many letters, digits and underscores as there are; `${name}` ends at the brace.
    let mut rest = replacement;
    while let Some(c) = rest.chars().next() {
        if c != '$' {
            return Written::Something;
        }
        rest = &rest[1..];
        if rest.starts_with('$') || rest.is_empty() {
            return Written::Something;
        }
        let word = |c: char| c == '_' || c.is_alphanumeric();
        rest = match rest.strip_prefix('{') {
            Some(inner) => match inner.split_once('}') {
                Some((_, after)) => after,
                // Not a group: left as it is.
                None => return Written::Something,
            },
            None if rest.starts_with(word) => rest.trim_start_matches(word),
            None => return Written::Something,
        };
    }
    Written::Unknown
}

/// What `label_join(v, destination, separator, sources…)` does to the labels.
pub(super) fn label_join(labels: &mut LabelSet, function: &Named, args: &[Node], span: Span) {
    let reason = Reason::Function(function.text.clone());
    let (Some(destination), Some(separator)) = (text(args.get(1)), text(args.get(2))) else {
        labels.opened(&reason, span);
        return;
    };
    let sources: Vec<Presence> = args
        .get(3..)
        .unwrap_or_default()
        .iter()
        .filter_map(|a| text(Some(a)))
        .map(|s| labels.get(s).presence)
        .collect();
    let separated = sources.len() > 1 && !separator.is_empty();
    let presence = if separated || sources.contains(&Presence::Guaranteed) {
        Presence::Guaranteed
    } else if sources.iter().all(|s| *s == Presence::Impossible) {
        Presence::Impossible
    } else {
        Presence::Possible
    };
    labels.set(destination, Label::new(presence, reason, span));
}
