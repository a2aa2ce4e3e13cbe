//! Tells Helm template source from YAML.
//!
//! `summary: "{{ $labels.pod }} is down"` is YAML: the braces sit in a quoted or plain text.
//! `replicas: {{ .Values.replicas }}` is template source that happens to parse (as a map with a
//! map for a key), and `{{- if … }}` on its own line usually does not parse at all.

use super::tree::{Document, Fault, FaultKind, Kind, Node, Position};

/// The fault that marks a document as template source.
pub(super) fn fault(position: Position) -> Fault {
    Fault {
        kind: FaultKind::Template,
        position,
        message: "Helm template source: it is YAML only after `helm template` has rendered it"
            .to_owned(),
    }
}

/// The place of the first `{{` that the parser took for a map, in a document that did parse.
pub(super) fn find(root: &Node, source: &str) -> Option<Position> {
    let mut found = None;
    root.walk(&mut |node| {
        if found.is_none() && is_action(node, source) {
            found = Some(node.start);
        }
    });
    found
}

fn is_action(node: &Node, source: &str) -> bool {
    matches!(&node.kind, Kind::Mapping(mapping) if mapping.flow)
        && source
            .get(node.span.start..)
            .is_some_and(|rest| rest.starts_with("{{"))
}

/// Turns the syntax fault of a document into a template fault when its text shows actions outside
/// of quotes, which is what broke it.
pub(super) fn reclassify(document: &mut Document, source: &str) {
    let Some(fault_) = document
        .faults
        .iter_mut()
        .find(|it| it.kind == FaultKind::Syntax)
    else {
        return;
    };
    let text = source.get(document.span.clone()).unwrap_or_default();
    for (index, line) in text.lines().enumerate() {
        if let Some(column) = action_column(line) {
            let line = document.start.line + index;
            *fault_ = fault(Position { line, column });
            return;
        }
    }
}

/// The 1-based column of an action that stands where YAML expects a token.
fn action_column(line: &str) -> Option<usize> {
    let at = line.find("{{")?;
    let before = line[..at].trim_end();
    let bare = before.is_empty()
        || before.ends_with(':')
        || before.ends_with('-')
        || ["{{ .Values", "{{ include", "{{- include", "{{- .Values"]
            .iter()
            .any(|action| line[at..].starts_with(action) && !before.contains(['"', '\'', '#']));
    (bare && !before.starts_with('#')).then(|| line[..at].chars().count() + 1)
}

/// Whether a value is filled in when a chart is rendered, so that changing it here is wrong.
/// Alert templates such as `{{ $labels.pod }}` are not meant.
pub(super) fn has_helm_action(text: &str) -> bool {
    const MARKS: [&str; 7] = [
        ".Values",
        ".Release",
        ".Chart",
        ".Capabilities",
        ".Files",
        "include ",
        "tpl ",
    ];
    text.split("{{").skip(1).any(|rest| {
        let action = rest.split("}}").next().unwrap_or(rest);
        MARKS.iter().any(|mark| action.contains(mark))
    })
}
