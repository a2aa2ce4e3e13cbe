//! Editing: each change is a few byte splices, and the result is proved before it is handed out.

mod flow;
mod insert;
mod locate;
mod plan;
mod remove;
mod render;
mod set;
mod slot;
mod splice;

use serde_json::Value;

use super::path::Path;
use super::proof;
use super::tree::Stream;
pub(super) use plan::Planned;

/// One change to a YAML text.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Which document of the text, from 0; broken documents count.
    pub document: usize,
    /// What to change. Paths refer to the text before any of the edits.
    pub path: Path,
    /// How to change it.
    pub operation: Operation,
}

/// What an [`Edit`] does at its path. Doing the same again changes nothing, except that removing an
/// item by its index removes the one that has the index now.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// The value at the path becomes this value. Missing keys on the way are created. A map set
    /// over a map changes only the keys that differ (and removes those that are not in the new
    /// one), so that comments in it survive; keys keep their order.
    Set(Value),
    /// The value is added at the end of the list at the path, unless the list already has it. A
    /// missing list is created.
    Append(Value),
    /// The key or item at the path goes, with its value and the comment on its line. A map or list
    /// that becomes empty is written `{}` or `[]`. A missing key or item is no error.
    Remove,
}

/// Why an edit was not made. Nothing is changed when one edit is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// One or two sentences: what stands in the way on which line, and the next step.
    pub reason: String,
    /// The line (from 1) of `source` that stands in the way; 0 when it is none in particular.
    pub line: usize,
}

impl Refusal {
    pub(super) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            line,
        }
    }
}

/// Makes all `edits` in `source`, or none.
///
/// Bytes outside of the edited lines stay as they are: comments, quoting, spacing, indentation,
/// line breaks, other documents. Before it is returned, the result is parsed again and every
/// document compared with the old one: exactly the wanted paths differ, and every comment outside
/// of removed values is still there.
///
/// # Errors
/// A [`Refusal`] when a path runs through an alias, an anchor that aliases refer to, or a merge key;
/// when the document is broken or Helm template source; when a key on the path occurs twice; when
/// two edits overlap; when the path leads nowhere; or when the proof fails.
pub fn apply(source: &str, edits: &[Edit]) -> Result<String, Refusal> {
    refuse_bare_carriage_returns(source)?;
    let old = Stream::parse(source);
    let plan = plan::plan(&old, edits)?;
    let mut state = State {
        text: source.to_owned(),
        stream: None,
    };
    for planned in &plan {
        make(&mut state, &old, planned)?;
    }
    if let Some(new) = &state.stream {
        proof::prove((source, &old), (&state.text, new), &plan)?;
    }
    Ok(state.text)
}

/// The text as changed so far.
struct State {
    text: String,
    /// The text parsed; `None` as long as it is the old one.
    stream: Option<Stream>,
}

/// Makes one planned edit, and those it falls apart into.
fn make(state: &mut State, old: &Stream, planned: &Planned) -> Result<(), Refusal> {
    let mut queue = vec![planned.clone()];
    while let Some(next) = queue.pop() {
        let stream = state.stream.as_ref().unwrap_or(old);
        match plan::step(&state.text, stream, &next)? {
            plan::Step::Nothing => {}
            plan::Step::Splices(change) => {
                let text = splice::apply(&state.text, change.splices)?;
                let parsed = Stream::parse(&text);
                proof::prove_comments((&state.text, stream), (&text, &parsed), &change.dropped)?;
                *state = State {
                    text,
                    stream: Some(parsed),
                };
            }
            plan::Step::Smaller(mut parts) => {
                parts.reverse();
                queue.extend(parts);
            }
        }
    }
    Ok(())
}

/// A lone CR is a line break in YAML but in no editor, diff or patch tool.
fn refuse_bare_carriage_returns(source: &str) -> Result<(), Refusal> {
    let bytes = source.as_bytes();
    let bare = (0..bytes.len()).find(|&at| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    match bare {
        Some(at) => {
            let line = super::text::line_number(source, at);
            let reason = format!(
                "line {line} has a carriage return without a line feed; convert the file's line breaks first"
            );
            Err(Refusal::new(line, reason))
        }
        None => Ok(()),
    }
}
