//! Requests and limits of a container in a manifest.

use serde_json::Value;

use super::index::{Object, join};
use super::{FileEdit, Index, quantity, whereto};
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{ContainerRef, ResourceChange, SourceText, resources, shape};
use crate::model::{Origin, Snapshot, WorkloadRef};
use crate::yaml::{self, Document, Operation, Path, ScalarStyle};

/// The edits that do `changes`; none for what the file says already.
pub(super) fn edits(
    container: &ContainerRef,
    changes: &[ResourceChange],
    documents: &[SourceText],
    index: &Index,
    snapshot: Option<&Snapshot>,
) -> Result<Vec<FileEdit>, Refusal> {
    let id = &container.workload;
    let Some(shape) = shape::of(&id.kind) else {
        return Err(shape::refusal(id));
    };
    let list = if container.init {
        "initContainers"
    } else {
        "containers"
    };
    let list = [shape.pod_spec, &[list]].concat();
    let holding: Vec<&Object> = candidates(id, index)
        .into_iter()
        .filter(|object| container_node(object, &list, container, index).is_some())
        .collect();
    let object = choose(id, container, &holding, documents, index, snapshot)?;
    let source = documents
        .get(object.file)
        .map(|d| d.path.as_str())
        .unwrap_or_default();
    whereto::refuse_base(source, documents, index)?;
    let Some(document) = index.document(object.file, object.document) else {
        return refuse("the file cannot be read");
    };
    let item = join(&object.at, &list).item("name", &container.container);
    check_result(document, &item, changes)?;
    let mut out = Vec::new();
    for change in changes {
        let path = item
            .clone()
            .key("resources")
            .key(change.field.section())
            .key(change.field.resource());
        if let Some(operation) = operation(document, &path, change, source)? {
            let edit = yaml::Edit {
                document: object.document,
                path,
                operation,
            };
            out.push(FileEdit {
                file: object.file,
                edit,
            });
        }
    }
    Ok(out)
}

/// Objects of the workload's kind and name. A file that states no namespace fits any, unless another one fits better.
fn candidates<'i>(id: &WorkloadRef, index: &'i Index) -> Vec<&'i Object> {
    let named: Vec<&Object> = index
        .objects
        .iter()
        .filter(|o| o.kind == id.kind.as_str() && o.name == id.name)
        .collect();
    let exact: Vec<&Object> = named
        .iter()
        .copied()
        .filter(|o| o.namespace == id.namespace)
        .collect();
    let open = |o: &&Object| o.namespace.is_empty() || id.namespace.is_empty();
    if exact.is_empty() {
        named.into_iter().filter(open).collect()
    } else {
        exact
    }
}

fn container_node<'i>(
    object: &Object,
    list: &[&str],
    container: &ContainerRef,
    index: &'i Index,
) -> Option<&'i yaml::Node> {
    let document = index.document(object.file, object.document)?;
    let items = document.find(&join(&object.at, list))?.node;
    let items = &document.resolve(items)?.as_sequence()?.items;
    let is_it = |item: &&yaml::Node| {
        super::index::text(document, item, &["name"]) == Some(container.container.as_str())
    };
    items.iter().find(is_it)
}

fn choose<'i>(
    id: &WorkloadRef,
    container: &ContainerRef,
    holding: &[&'i Object],
    documents: &[SourceText],
    index: &Index,
    snapshot: Option<&Snapshot>,
) -> Result<&'i Object, Refusal> {
    match holding {
        [] if candidates(id, index).iter().any(|o| !is_template(o, index)) => refuse(format!(
            "{id} in the files has no container {:?}: it is injected into the pods, change what injects it",
            container.container
        )),
        [] => Err(whereto::missing(
            &id.to_string(),
            &id.name,
            documents,
            index,
        )),
        [one] => Ok(one),
        several => {
            // The finding may have come from one of these very files.
            let origin = snapshot.and_then(|s| origin(s, id));
            let from = several.iter().find(|o| {
                let path = documents.get(o.file).map(|d| d.path.as_str());
                origin.is_some_and(|(at, document)| path == Some(at) && o.document == document)
            });
            from.copied()
                .ok_or_else(|| ambiguous(id, several, documents))
        }
    }
}

fn is_template(object: &Object, index: &Index) -> bool {
    let document = index.document(object.file, object.document);
    document.is_some_and(Document::is_template)
}

fn origin<'s>(snapshot: &'s Snapshot, id: &WorkloadRef) -> Option<(&'s str, usize)> {
    let workload = snapshot
        .cluster
        .as_ref()?
        .workloads
        .iter()
        .find(|w| w.id == *id)?;
    match &workload.origin {
        Origin::File { path, document } => Some((path, *document)),
        _ => None,
    }
}

fn ambiguous(id: &WorkloadRef, several: &[&Object], documents: &[SourceText]) -> Refusal {
    let paths: Vec<&str> = several
        .iter()
        .filter_map(|o| Some(documents.get(o.file)?.path.as_str()))
        .collect();
    Refusal::new(format!(
        "{id} stands in {}: which of them is deployed is not known; give only that file, or see the kustomize output",
        paths.join(" and ")
    ))
}

/// Refuses a request above a limit, going by what the file says.
fn check_result(
    document: &Document,
    item: &Path,
    changes: &[ResourceChange],
) -> Result<(), Refusal> {
    let read = document
        .find(item)
        .and_then(|f| document.read_node::<Value>(f.node).ok())
        .unwrap_or(Value::Null);
    // What the file says may not be a quantity; then there is nothing to compare.
    let now = resources::read_resources(&read).unwrap_or_default();
    resources::intended(&now, changes).map(drop)
}

/// How to make one change; `None` when the file says it already.
pub(super) fn operation(
    document: &Document,
    path: &Path,
    change: &ResourceChange,
    source: &str,
) -> Result<Option<Operation>, Refusal> {
    let found = document.find(path).and_then(|f| document.resolve(f.node));
    let now = found
        .and_then(|n| n.as_scalar())
        .filter(|s| !s.text.is_empty() && &*s.text != "null");
    let same = |a: &str, b: &str| a == b || resources::same_amount(change.field, a, b);
    let Some(scalar) = now else {
        let new = change
            .to
            .as_deref()
            .map(|to| Operation::Set(Value::from(to)));
        return Ok(new);
    };
    if change
        .to
        .as_deref()
        .is_some_and(|to| same(to, &scalar.text))
    {
        return Ok(None);
    }
    // The file was changed since, or something else sets what runs: either way its author has to look.
    if !change
        .from
        .as_deref()
        .is_some_and(|from| same(from, &scalar.text))
    {
        let line = found.map_or(0, |n| n.start.line);
        return refuse(format!(
            "{source} line {line} says {} where the cluster has {}: apply the file, or bring it up to date, first",
            scalar.text,
            change.from.as_deref().unwrap_or("nothing")
        ));
    }
    Ok(Some(match change.to.as_deref() {
        None => Operation::Remove,
        Some(to) => {
            let text = quantity::in_unit_of(change.field, &scalar.text, to);
            let bare = scalar.style == ScalarStyle::Plain && scalar.text.parse::<f64>().is_ok();
            Operation::Set(quantity::value(&text, bare))
        }
    }))
}
