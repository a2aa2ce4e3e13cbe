//! The user's own files: finding what an edit is about in them, and changing it in place.

mod apply;
mod index;
mod limit_range;
mod quantity;
mod resources;
mod rules;
#[cfg(test)]
mod tests;
mod whereto;

pub use apply::{Applied, ChangedFile, apply_fixes, apply_to_documents};
pub(super) use index::Index;

use super::refusal::{Refusal, refuse};
use super::{Edit, LowerContext, SourceText};
use crate::model::Gap;
use crate::yaml;

/// An edit of one of the files.
#[derive(Clone, Debug)]
pub(super) struct FileEdit {
    /// Index of the file.
    pub(super) file: usize,
    pub(super) edit: yaml::Edit,
}

/// The files in which a document is not YAML, each with its first fault: what stands there is not seen. Templates are
/// told where an edit would touch them.
#[must_use]
pub fn unreadable(documents: &[SourceText]) -> Vec<Gap> {
    let fault = |source: &SourceText| {
        let stream = yaml::Stream::parse(&source.text);
        let mut faults = stream.documents.iter().flat_map(|d| &d.faults);
        let fault = faults.find(|f| f.kind == yaml::FaultKind::Syntax)?;
        let because = format!("line {}: {}", fault.position.line, fault.message);
        Some(Gap::new(format!("file:{}", source.path), because))
    };
    documents.iter().filter_map(fault).collect()
}

/// A unified diff of every file that changes.
pub(super) fn lower(edits: &[Edit], cx: &LowerContext<'_>) -> Result<String, Refusal> {
    let changed = apply::apply_edits(edits, cx.documents, &cx.index, Some(cx.snapshot))?;
    if changed.is_empty() {
        return refuse("the files have these values already");
    }
    if let Some(odd) = changed.iter().find(|c| c.path.contains(char::is_control)) {
        return refuse(format!("no diff can name the file {:?}", odd.path));
    }
    Ok(changed
        .iter()
        .map(|c| yaml::unified_diff(&c.old, &c.new, &c.path))
        .collect())
}
