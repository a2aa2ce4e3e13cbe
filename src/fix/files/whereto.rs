//! Why something is not edited in the files it should stand in, and which output to take instead.

use std::path::{Component, Path, PathBuf};

use super::index::{Index, text};
use crate::fix::SourceText;
use crate::fix::refusal::{Refusal, refuse};

/// Why `what` (as in `Deployment/api`) is not in the files.
pub(super) fn missing(what: &str, name: &str, documents: &[SourceText], index: &Index) -> Refusal {
    if documents.is_empty() {
        return Refusal::new("no files of yours were given to look in");
    }
    let templates = index
        .streams
        .iter()
        .zip(documents)
        .filter(|(stream, source)| {
            stream.documents.iter().any(|d| d.is_template()) && source.path.contains("templates/")
        });
    let mut templates: Vec<&str> = templates.map(|(_, source)| source.path.as_str()).collect();
    // A template that states the name, or that a name is made by, is the better guess.
    templates.sort_by_key(|path| !path.contains(name));
    match templates.first() {
        Some(path) => Refusal::new(format!(
            "{what} is not in the files as it is; a Helm template such as {path} may render it, and templates are \
             never edited: set the chart's values, or see the kustomize output"
        )),
        None => Refusal::elsewhere(format!("{what} is not in the files that were given")),
    }
}

/// Refuses a file that several Kustomize overlays may share: editing it would change all of them.
pub(super) fn refuse_base(
    path: &str,
    documents: &[SourceText],
    index: &Index,
) -> Result<(), Refusal> {
    let folder = folder(path);
    for (source, stream) in documents.iter().zip(&index.streams) {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        if !matches!(
            name,
            "kustomization.yaml" | "kustomization.yml" | "Kustomization"
        ) {
            continue;
        }
        let from = self::folder(&source.path);
        for document in &stream.documents {
            let refers = references(document)
                .iter()
                .any(|r| normal(&from.join(r)) == folder);
            if refers && from != folder {
                return refuse(format!(
                    "{path} is a Kustomize base of {}: a change there reaches every overlay; see the kustomize output",
                    source.path
                ));
            }
        }
    }
    Ok(())
}

fn references(document: &crate::yaml::Document) -> Vec<&str> {
    let lists = ["resources", "bases", "components"];
    let root = document.root.as_ref();
    let nodes = lists
        .iter()
        .filter_map(|key| super::index::below(document, root?, &[key])?.as_sequence());
    nodes
        .flat_map(|list| &list.items)
        .filter_map(|item| text(document, item, &[]))
        .collect()
}

fn folder(path: &str) -> PathBuf {
    normal(Path::new(path).parent().unwrap_or(Path::new("")))
}

/// The path without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
