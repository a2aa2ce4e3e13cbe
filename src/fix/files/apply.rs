//! Edits of files, made and proved by the YAML layer.

use std::collections::BTreeMap;

use super::{FileEdit, Index, limit_range, resources, rules};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{Edit, Fix, SourceText, merge};
use crate::model::Snapshot;
use crate::yaml;

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: String,
    pub old: String,
    pub new: String,
}

/// What came of a set of fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The files that changed, in the order given.
    pub files: Vec<ChangedFile>,
    /// Titles of the fixes that are in the files now.
    pub applied: Vec<String>,
    /// Titles of the fixes that are not, each with the reason.
    pub refused: Vec<(String, String)>,
}

impl Applied {
    /// Whether every fix was made; else the run ends with exit code 5.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.refused.is_empty()
    }
}

/// Makes all edits in the files, or none.
///
/// # Errors
/// When one edit contradicts another, is not about the files, or cannot be proved.
pub fn apply_to_documents(
    edits: &[Edit],
    documents: &[SourceText],
) -> Result<Vec<ChangedFile>, Refusal> {
    let merged = merge(edits.iter().cloned());
    if !merged.conflicts.is_empty() {
        return refuse(merged.conflicts.join("; "));
    }
    apply_edits(&merged.edits, documents, &Index::new(documents), None)
}

/// Makes each fix that can be made, one after the other, and says why the others were not. A fix is made whole or not
/// at all.
#[must_use]
pub fn apply_fixes<'f>(
    fixes: impl IntoIterator<Item = &'f Fix>,
    documents: &[SourceText],
) -> Applied {
    let index = Index::new(documents);
    let mut out = Applied::default();
    let mut accepted: Vec<Edit> = Vec::new();
    let mut edits: BTreeMap<usize, Vec<yaml::Edit>> = BTreeMap::new();
    for fix in fixes {
        let tried = merge(accepted.iter().chain(&fix.edits).cloned());
        let made = match tried.conflicts.is_empty() {
            true => add(&fix.edits, &mut edits, documents, &index),
            false => refuse(tried.conflicts.join("; ")),
        };
        match made {
            Ok(()) => {
                accepted = tried.edits;
                out.applied.push(fix.title.clone());
            }
            Err(refusal) => out.refused.push((fix.title.clone(), refusal.because)),
        }
    }
    // Every set was accepted by a trial, so this only repeats the last one of each file.
    match write(&edits, documents) {
        Ok(files) => out.files = files,
        Err(refusal) => out
            .refused
            .push(("all fixes together".to_owned(), refusal.because)),
    }
    out
}

/// Adds the edits of one fix, unless a file cannot take them on top of what it has.
fn add(
    fix: &[Edit],
    edits: &mut BTreeMap<usize, Vec<yaml::Edit>>,
    documents: &[SourceText],
    index: &Index,
) -> Result<(), Refusal> {
    let mut trial = edits.clone();
    let more = locate(fix, documents, index, None)?;
    for FileEdit { file, edit } in more {
        let all = trial.entry(file).or_default();
        if !all.contains(&edit) {
            all.push(edit);
        }
    }
    let changed = trial
        .iter()
        .filter(|(file, all)| edits.get(*file) != Some(all));
    for (file, all) in changed {
        change(documents, *file, all)?;
    }
    *edits = trial;
    Ok(())
}

/// Makes all edits, or none. The edits contradict each other nowhere.
pub(super) fn apply_edits(
    edits: &[Edit],
    documents: &[SourceText],
    index: &Index,
    snapshot: Option<&Snapshot>,
) -> Result<Vec<ChangedFile>, Refusal> {
    let mut by_file: BTreeMap<usize, Vec<yaml::Edit>> = BTreeMap::new();
    for FileEdit { file, edit } in locate(edits, documents, index, snapshot)? {
        by_file.entry(file).or_default().push(edit);
    }
    write(&by_file, documents)
}

fn locate(
    edits: &[Edit],
    documents: &[SourceText],
    index: &Index,
    snapshot: Option<&Snapshot>,
) -> Result<Vec<FileEdit>, Refusal> {
    let mut out = Vec::new();
    for edit in edits {
        out.extend(match edit {
            Edit::SetResources { container, changes } => {
                resources::edits(container, changes, documents, index, snapshot)?
            }
            Edit::SetLimitRange {
                namespace,
                name,
                changes,
            } => limit_range::edits(namespace, name, changes, documents, index)?,
            Edit::SetChartValues { .. } => {
                return refuse("this sets values of the Helm chart: see the values output");
            }
            Edit::Instruct { .. } => return refuse("this is done by hand: no file changes"),
            Edit::SetRuleField { .. } | Edit::ReplaceExpr { .. } | Edit::DisableRule { .. } => {
                rules::edits(edit, documents, index)?
            }
        });
    }
    Ok(out)
}

fn write(
    edits: &BTreeMap<usize, Vec<yaml::Edit>>,
    documents: &[SourceText],
) -> Result<Vec<ChangedFile>, Refusal> {
    let mut out = Vec::new();
    for (&file, all) in edits {
        out.extend(change(documents, file, all)?);
    }
    Ok(out)
}

/// One file with its edits made and proved; `None` when nothing changes.
fn change(
    documents: &[SourceText],
    file: usize,
    edits: &[yaml::Edit],
) -> Result<Option<ChangedFile>, Refusal> {
    let Some(source) = documents.get(file) else {
        return refuse("the file is not there");
    };
    let new = yaml::apply(&source.text, edits)
        .map_err(|refusal| Refusal::new(format!("{}: {}", source.path, refusal.reason)))?;
    Ok((new != source.text).then(|| ChangedFile {
        path: source.path.clone(),
        old: source.text.clone(),
        new,
    }))
}
