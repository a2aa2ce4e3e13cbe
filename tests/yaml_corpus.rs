//! Real manifests, rule files and chart values: read alike by another reader, and edited with proof.
//!
//! The corpus is `../shared/corpus` beside the package or the folder in `PROMTUNE_CORPUS`. Without
//! one these tests have nothing to do and say so.
#![expect(
    clippy::disallowed_methods,
    reason = "the corpus is read from disk here, not in the library"
)]
#![expect(
    clippy::print_stderr,
    reason = "a skipped test says so, and a run test says on how much"
)]

use std::path::{Path as FilePath, PathBuf};

use promtune::yaml::{Edit, FaultKind, Operation, Path, Stream, apply, to_yaml};
use serde_json::{Value, json};

/// Every YAML file of the corpus with its text, in path order.
fn corpus() -> Option<Vec<(PathBuf, String)>> {
    let root = std::env::var_os("PROMTUNE_CORPUS").map_or_else(
        || FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        eprintln!(
            "skipped: no corpus at {} (set PROMTUNE_CORPUS)",
            root.display()
        );
        return None;
    }
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the corpus is readable") {
            let path = entry.expect("the corpus is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|it| it == "yaml" || it == "yml")
            {
                files.push((
                    path.clone(),
                    std::fs::read_to_string(path).expect("the corpus is text"),
                ));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "the corpus is empty");
    Some(files)
}

fn saphyr(text: &str) -> Option<Vec<Value>> {
    let options = serde_saphyr::options! {
        legacy_octal_numbers: true,
        emit_comments: false,
        with_snippet: false,
        budget: None,
    };
    serde_saphyr::from_multiple_with_options(text, options).ok()
}

#[test]
fn values_agree_with_another_reader() {
    let Some(files) = corpus() else { return };
    let (mut compared, mut differ) = (0, Vec::new());
    for (path, text) in &files {
        let stream = Stream::parse(text);
        if stream.documents.iter().any(|it| !it.faults.is_empty()) {
            continue;
        }
        let Some(theirs) = saphyr(text) else { continue };
        let ours: Vec<Value> = stream
            .documents
            .iter()
            .map(|it| it.to_value().unwrap())
            .collect();
        let some = |values: Vec<Value>| -> Vec<Value> {
            values.into_iter().filter(|it| !it.is_null()).collect()
        };
        compared += 1;
        let (ours, theirs) = (some(ours), some(theirs));
        if ours != theirs {
            differ.push(path.display().to_string());
        }
    }
    eprintln!("compared {compared} of {} files", files.len());
    assert!(
        compared * 10 > files.len() * 9,
        "only {compared} of {} files compared",
        files.len()
    );
    assert_eq!(differ, Vec::<String>::new());
}

#[test]
fn faults_are_rare_and_have_places() {
    let Some(files) = corpus() else { return };
    let mut broken = Vec::new();
    for (path, text) in &files {
        for document in Stream::parse(text).documents {
            for fault in document.faults {
                assert!(fault.position.line <= text.lines().count() + 1);
                if fault.kind == FaultKind::Syntax {
                    broken.push(format!(
                        "{}:{}: {}",
                        path.display(),
                        fault.position.line,
                        fault.message
                    ));
                }
            }
        }
    }
    let tolerated = broken
        .iter()
        .filter(|it| it.contains("rules-invalid"))
        .count();
    assert_eq!(broken.len(), tolerated, "{broken:#?}");
}

/// The paths of all containers below `value`.
fn containers(value: &Value, here: &Path, all: &mut Vec<Path>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let path = here.clone().key(key);
                let items = value.as_array().filter(|_| key.ends_with("ontainers"));
                for (index, item) in items.into_iter().flatten().enumerate() {
                    if let (Some(name), true) = (item["name"].as_str(), item.is_object()) {
                        let is_unique = items.is_some_and(|it| {
                            it.iter()
                                .filter(|it| it["name"].as_str() == Some(name))
                                .count()
                                == 1
                        });
                        let path = path.clone();
                        all.push(if is_unique {
                            path.item("name", name)
                        } else {
                            path.index(index)
                        });
                    }
                }
                containers(value, &path, all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                containers(item, &here.clone().index(index), all);
            }
        }
        _ => {}
    }
}

#[test]
fn a_memory_limit_is_set_on_every_container() {
    let Some(files) = corpus() else { return };
    let (mut made, mut refused) = (0, Vec::new());
    for (path, text) in &files {
        let stream = Stream::parse(text);
        for (index, document) in stream.documents.iter().enumerate() {
            let Ok(value) = document.to_value() else {
                continue;
            };
            let mut paths = Vec::new();
            containers(&value, &Path::root(), &mut paths);
            for container in paths {
                let path_ = container
                    .clone()
                    .key("resources")
                    .key("limits")
                    .key("memory");
                let operation = Operation::Set(json!("777Mi"));
                let edit = Edit {
                    document: index,
                    path: path_,
                    operation,
                };
                match apply(text, std::slice::from_ref(&edit)) {
                    Ok(result) => {
                        made += 1;
                        let changed = changed_lines(text, &result);
                        assert!(
                            changed <= 4,
                            "{changed} lines of {} changed",
                            path.display()
                        );
                        let found = Stream::parse(&result);
                        let found = found.documents[index].find(&edit.path).unwrap();
                        assert_eq!(found.node.as_text(), Some("777Mi"));
                    }
                    Err(refusal) => {
                        refused.push(format!("{}: {container}: {refusal}", path.display()))
                    }
                }
            }
        }
    }
    eprintln!("{made} containers edited, {} refused", refused.len());
    assert!(made > 100, "only {made} containers were edited");
    let unexpected: Vec<&String> = refused.iter().filter(|it| !is_justified(it)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

fn is_justified(refusal: &str) -> bool {
    ["alias", "anchor", "merge key", "Helm"]
        .iter()
        .any(|it| refusal.contains(it))
}

/// How many lines are added, removed or changed when one place of a text was edited.
fn changed_lines(old: &str, new: &str) -> usize {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let start = old
        .iter()
        .zip(&new)
        .take_while(|(left, right)| left == right)
        .count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(left, right)| left == right)
        .count();
    (old.len() - end).max(new.len() - end)
}

#[test]
fn every_value_round_trips_through_the_emitter() {
    let Some(files) = corpus() else { return };
    for (path, text) in &files {
        for document in Stream::parse(text).documents {
            let Ok(value) = document.to_value() else {
                continue;
            };
            let again = Stream::parse(&to_yaml(&value));
            assert_eq!(
                again.documents[0].to_value().as_ref(),
                Ok(&value),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn setting_what_is_there_changes_nothing() {
    let Some(files) = corpus() else { return };
    for (path, text) in &files {
        let stream = Stream::parse(text);
        for (index, document) in stream.documents.iter().enumerate() {
            let Ok(value) = document.to_value() else {
                continue;
            };
            let Some(entries) = value.as_object() else {
                continue;
            };
            let edits: Vec<Edit> = entries
                .iter()
                .map(|(key, value)| Edit {
                    document: index,
                    path: Path::root().key(key),
                    operation: Operation::Set(value.clone()),
                })
                .collect();
            if let Ok(result) = apply(text, &edits) {
                assert_eq!(&result, text, "{}", path.display());
            }
        }
    }
}
