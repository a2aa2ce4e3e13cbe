//! Defaults of a LimitRange in a manifest.

use super::index::{Object, join, text};
use super::{FileEdit, Index, resources, whereto};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{ResourceChange, SourceText};
use crate::yaml;

/// The edits that do `changes`; none for what the file says already.
pub(super) fn edits(
    namespace: &str,
    name: &str,
    changes: &[ResourceChange],
    documents: &[SourceText],
    index: &Index,
) -> Result<Vec<FileEdit>, Refusal> {
    let fits = |o: &&Object| {
        o.kind == "LimitRange" && o.name == name && [namespace, ""].contains(&o.namespace.as_str())
    };
    let found: Vec<&Object> = index.objects.iter().filter(fits).collect();
    let what = format!("LimitRange/{name} of {namespace}");
    let object = match found.as_slice() {
        [] => return Err(whereto::missing(&what, name, documents, index)),
        [one] => one,
        _ => return refuse(format!("{what} stands in several files")),
    };
    let source = documents
        .get(object.file)
        .map(|d| d.path.as_str())
        .unwrap_or_default();
    whereto::refuse_base(source, documents, index)?;
    let Some(document) = index.document(object.file, object.document) else {
        return refuse("the file cannot be read");
    };
    let limits = join(&object.at, &["spec", "limits"]);
    let items = document
        .find(&limits)
        .and_then(|f| Some(&document.resolve(f.node)?.as_sequence()?.items));
    let at = items.and_then(|items| {
        items
            .iter()
            .position(|item| text(document, item, &["type"]) == Some("Container"))
    });
    let Some(at) = at else {
        return refuse(format!("{what} has no defaults for containers"));
    };
    let mut out = Vec::new();
    for change in changes {
        let member = super::super::plan::limit_range_member(change);
        let path = limits
            .clone()
            .index(at)
            .key(member)
            .key(change.field.resource());
        if let Some(operation) = resources::operation(document, &path, change, source)? {
            out.push(FileEdit {
                file: object.file,
                edit: yaml::Edit {
                    document: object.document,
                    path,
                    operation,
                },
            });
        }
    }
    Ok(out)
}
