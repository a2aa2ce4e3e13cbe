//! `promtune fix` on the user's own manifests: what it writes is accepted by git and leaves nothing to find.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::world::{audit, found, snapshot};
use crate::support::history::{demo, objects};
use crate::support::{Run, need, promtune};

/// Block style, as people write it. Every text is quoted: quoting is not what is tested here.
fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                write!(out, "\n{indent}{key}:").unwrap();
                block(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let mut text = String::new();
                block(item, depth + 1, &mut text);
                write!(out, "\n{indent}- {}", text.trim_start()).unwrap();
            }
        }
        scalar => write!(out, " {scalar}").unwrap(),
    }
}

/// One file per namespace, each of several documents, with a comment that must survive.
fn write_manifests(folder: &Path) {
    let mut files = std::collections::BTreeMap::<String, String>::new();
    for document in objects::manifests(&demo()).split("\n---\n") {
        let Ok(object) = serde_json::from_str::<Value>(document) else {
            let rules = files
                .entry("rules.yaml".to_owned())
                .or_insert_with(|| "# Kept by hand.\n".to_owned());
            write!(rules, "---\n{}\n", document.trim_end()).unwrap();
            continue;
        };
        let kind = object["kind"].as_str().unwrap();
        if ["Node", "Pod", "ReplicaSet", "Job"].contains(&kind) {
            continue;
        }
        let namespace = object["metadata"]["namespace"]
            .as_str()
            .unwrap_or("cluster");
        let text = files
            .entry(format!("{namespace}.yaml"))
            .or_insert_with(|| "# Kept by hand.\n".to_owned());
        let mut body = String::new();
        block(&object, 0, &mut body);
        writeln!(text, "---{body}").unwrap();
    }
    assert!(files.len() > 5);
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn git(folder: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn fix(folder: &Path, args: &[&str]) -> Result<Run, String> {
    let snapshot = snapshot()?;
    Ok(promtune(["fix", ".", "--snapshot"])
        .args([&snapshot])
        .args(args)
        .folder(folder)
        .run())
}

/// What the files alone still say.
fn specs(folder: &Path) -> Vec<String> {
    found(&audit(&[
        "--kube-dump".to_owned(),
        folder.display().to_string(),
    ]))
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, String)> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_diff_is_one_that_git_applies_and_writing_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write_manifests(folder.path());
    let before = files(folder.path());
    let diff = need!(fix(folder.path(), &["--diff"])).exits(0);
    assert_eq!(files(folder.path()), before, "a diff changes nothing");
    assert!(diff.text().contains("@@"), "{}", diff.all());
    fs::write(folder.path().join("fix.patch"), &diff.stdout).unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["apply", "--check", "fix.patch"]);
    git(folder.path(), &["apply", "fix.patch"]);
    let applied = files(folder.path());
    assert_ne!(applied, before);

    let elsewhere = tempfile::tempdir().unwrap();
    let third = tempfile::tempdir().unwrap();
    let out = third.path().join("out");
    for (name, text) in &before {
        fs::write(elsewhere.path().join(name), text).unwrap();
    }
    need!(fix(
        elsewhere.path(),
        &["--out", &out.display().to_string()]
    ))
    .exits(0);
    assert_eq!(files(elsewhere.path()), before, "the originals stay");
    for (name, text) in files(&out) {
        assert!(
            applied.contains(&(name.clone(), text)),
            "{name} is what the diff makes of it"
        );
    }
    need!(fix(elsewhere.path(), &["--write"])).exits(0);
    assert_eq!(files(elsewhere.path()), applied);
    assert!(
        applied
            .iter()
            .all(|(_, text)| text.starts_with("# Kept by hand.\n"))
    );

    // Clean: what is left could not be changed in these files.
    let left = specs(elsewhere.path());
    let fixable = |line: &&String| !line.contains("istio-proxy");
    assert_eq!(left.iter().filter(fixable).count(), 0, "{left:#?}");
    // And a second time there is nothing more to do.
    let again = need!(fix(elsewhere.path(), &["--diff"]));
    assert!(again.stdout.is_empty(), "{}", again.all());
}

#[test]
fn an_edit_that_cannot_be_proved_is_refused_and_the_others_are_made() {
    let folder = tempfile::tempdir().unwrap();
    write_manifests(folder.path());
    let shop = folder.path().join("shop.yaml");
    let text = fs::read_to_string(&shop).unwrap();
    // As in a chart: no YAML until it is rendered.
    let template = text.replace("\"640Mi\"", "\"1Gi\"").replacen(
        "\"512Mi\"",
        "{{ .Values.checkout.memory | quote }}",
        1,
    );
    assert_ne!(template, text);
    fs::write(&shop, &template).unwrap();
    let run = need!(fix(folder.path(), &["--write"])).exits(5);
    assert!(
        run.stderr.contains("refused:") && run.stderr.contains("shop.yaml"),
        "{}",
        run.all()
    );
    assert!(run.stderr.contains("wrote ./batch.yaml"), "{}", run.all());
    let after = fs::read_to_string(&shop).unwrap();
    assert!(
        after.contains("{{ .Values.checkout.memory | quote }}"),
        "{after}"
    );
}

#[test]
fn the_audit_shows_the_diff_of_the_files_given() {
    let folder = tempfile::tempdir().unwrap();
    write_manifests(folder.path());
    let run = promtune(["audit", "--format", "json", "--snapshot"])
        .args([&need!(snapshot())])
        .args(["--manifests", "."])
        .folder(folder.path())
        .run()
        .exits(1);
    let report = run.json();
    assert!(
        report["summary"]["files"].as_u64() > Some(5),
        "{}",
        report["summary"]
    );
    let about = "shop/Deployment/checkout/checkout";
    let finding = super::world::finding(&report, "requests/memory-request-not-limit", about);
    let diff = finding["fixes"][0]["outputs"]["diff"].as_str().unwrap();
    assert!(
        diff.contains("shop.yaml") && diff.contains("+") && diff.contains("640Mi"),
        "{diff}"
    );
}
