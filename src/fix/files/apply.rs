//! Edits of files, made and proved by the YAML layer.

use std::collections::BTreeMap;

use super::{FileEdit, Index, limit_range, resources, rules};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{Edit, Fix, LowerContext, Merged, SourceText, merge};
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
    /// Titles of the fixes that could not be proved, each with the reason.
    pub refused: Vec<(String, String)>,
    /// Titles of the fixes that are not about these files, each with the reason.
    pub elsewhere: Vec<(String, String)>,
}

impl Applied {
    /// Whether every fix of something in the files was made; else the run ends with exit code 5.
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

/// Makes each fix that can be made, and says why the others were not. A fix is made whole or not at all; of two that
/// contradict each other, the first one is made.
#[must_use]
pub fn apply_fixes<'f>(
    fixes: impl IntoIterator<Item = &'f Fix>,
    documents: &[SourceText],
) -> Applied {
    apply_all(fixes, documents, &Index::new(documents), None)
}

impl LowerContext<'_> {
    /// As [`apply_fixes`], on the files of this context. Where a workload stands in several of them, the one that the
    /// snapshot was read from is changed.
    #[must_use]
    pub fn apply_fixes<'f>(&self, fixes: impl IntoIterator<Item = &'f Fix>) -> Applied {
        apply_all(fixes, self.documents, &self.index, Some(self.snapshot))
    }
}

fn apply_all<'f>(
    fixes: impl IntoIterator<Item = &'f Fix>,
    documents: &[SourceText],
    index: &Index,
    snapshot: Option<&Snapshot>,
) -> Applied {
    let mut out = Applied::default();
    let mut merged = Merged::default();
    let mut fitting: Vec<(&Fix, Vec<FileEdit>)> = Vec::new();
    for fix in fixes {
        let found = locate(&fix.edits, documents, index, snapshot);
        match found.and_then(|found| Ok((found, merged.with(&fix.edits)?))) {
            Ok((found, more)) => {
                merged = more;
                fitting.push((fix, found));
            }
            Err(refusal) if refusal.elsewhere => {
                out.elsewhere.push((fix.title.clone(), refusal.because));
            }
            Err(refusal) => out.refused.push((fix.title.clone(), refusal.because)),
        }
    }
    match apply_edits(&merged.edits, documents, index, snapshot) {
        Ok(files) => {
            out.files = files;
            out.applied = fitting.iter().map(|(fix, _)| fix.title.clone()).collect();
        }
        Err(_) => one_by_one(fitting, documents, &mut out),
    }
    out
}

/// Makes the fixes one after the other; the slow way, for when a file does not take all of them.
fn one_by_one(fixes: Vec<(&Fix, Vec<FileEdit>)>, documents: &[SourceText], out: &mut Applied) {
    let mut edits = Edits::new();
    let mut files: BTreeMap<usize, ChangedFile> = BTreeMap::new();
    for (fix, found) in fixes {
        match add(found, &edits, documents) {
            Ok((more, changed)) => {
                edits = more;
                files.extend(changed);
                out.applied.push(fix.title.clone());
            }
            Err(refusal) => out.refused.push((fix.title.clone(), refusal.because)),
        }
    }
    out.files = files.into_values().collect();
}

type Edits = BTreeMap<usize, Vec<yaml::Edit>>;

/// The edits and more of them, with the files that change by these; refused when a file does not take them.
fn add(
    more: Vec<FileEdit>,
    edits: &Edits,
    documents: &[SourceText],
) -> Result<(Edits, BTreeMap<usize, ChangedFile>), Refusal> {
    let mut trial = edits.clone();
    for FileEdit { file, edit } in more {
        let all = trial.entry(file).or_default();
        if !all.contains(&edit) {
            all.push(edit);
        }
    }
    let mut files = BTreeMap::new();
    for (&file, all) in trial
        .iter()
        .filter(|&(file, all)| edits.get(file) != Some(all))
    {
        files.extend(change(documents, file, all)?.map(|changed| (file, changed)));
    }
    Ok((trial, files))
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
                let because = "this sets values of the Helm chart: see the values output";
                return Err(Refusal::elsewhere(because));
            }
            Edit::Instruct { .. } => {
                return Err(Refusal::elsewhere("this is done by hand: no file changes"));
            }
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
