//! promtool and promtune on the same rule files: what promtool refuses promtune refuses, and what promtool takes is
//! never called wrong. Needs promtool and the corpus of real rule files, which is not part of the repository.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test looks for its corpus and starts programs"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Checks that say what promtool says.
const SAME: &str = "rules/schema,rules/duplicate-group,rules/invalid-name,rules/invalid-duration,rules/for-on-recording-rule,promql/syntax,files/unreadable";

/// What promtool refuses and promtune does not look at yet (templates) or knows to be meant for another server
/// (Thanos), by a part of promtool's words.
const NOT_COVERED: &[&str] = &[
    "template: __alert_",
    "field partial_response_strategy not found",
];

/// What promtune knows to be another language and says so in a note.
const SKIPPED: &[&str] = &["LogQL", "MetricsQL", "VictoriaMetrics"];

fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let further = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let set = std::env::var_os("PROMTUNE_CORPUS").map(PathBuf::from);
    set.into_iter()
        .chain([beside, further])
        .find(|p| p.join("rules").is_dir())
}

/// promtool's words by file; empty for files that it takes.
fn promtool(files: &[PathBuf]) -> Option<BTreeMap<String, String>> {
    let output = Command::new("promtool")
        .args(["check", "rules", "--lint=none"])
        .args(files)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("Checking ") {
            said.insert(path.to_owned(), String::new());
        }
    }
    let mut path = String::new();
    for line in errors.lines() {
        let named = line.split(": ").next().filter(|p| said.contains_key(*p));
        if let Some(named) = named {
            named.clone_into(&mut path);
        }
        if let Some(words) = said.get_mut(&path) {
            words.push_str(line);
            words.push('\n');
        }
    }
    Some(said)
}

/// The critical findings of promtune and its notes, by file.
fn promtune(files: &[PathBuf]) -> BTreeMap<String, (Vec<String>, Vec<String>)> {
    let mut found: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for file in files {
        let only = SAME.split(',').flat_map(|c| ["--only", c]);
        let run = Command::new(env!("CARGO_BIN_EXE_promtune"))
            .arg("check")
            .args(only)
            .args(["--format", "json", "--config", "/dev/null"])
            .arg(file)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let findings = findings
            .iter()
            .map(|f| format!("{}: {}", text(&f["check"]), text(&f["what"])))
            .collect();
        let mut notes: Vec<String> = report["not_evaluated"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|n| text(&n["because"]))
            .collect();
        // Notes about whole groups are in the table only.
        let table = Command::new(env!("CARGO_BIN_EXE_promtune"))
            .args(["check", "--config", "/dev/null"])
            .arg(file)
            .output()
            .unwrap();
        notes.push(String::from_utf8_lossy(&table.stdout).into_owned());
        found.insert(file.display().to_string(), (findings, notes));
    }
    found
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            found.push(path);
        }
    }
}

fn compare(files: &[PathBuf]) -> Option<(usize, usize)> {
    let theirs = promtool(files)?;
    let ours = promtune(files);
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for (path, (findings, notes)) in &ours {
        let words = theirs.get(path).map(String::as_str).unwrap_or_default();
        refused += usize::from(!words.is_empty());
        if words.is_empty() && !findings.is_empty() {
            wrong.push(format!(
                "{path}: promtool takes it, promtune says {findings:?}"
            ));
        }
        let skipped = notes.iter().any(|n| SKIPPED.iter().any(|s| n.contains(s)));
        let covered = !NOT_COVERED.iter().any(|n| words.contains(n));
        if !words.is_empty() && findings.is_empty() && !skipped && covered {
            wrong.push(format!("{path}: promtool says {words}, promtune nothing"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Some((ours.len(), refused))
}

#[test]
fn rule_files_are_judged_as_promtool_does() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus of rule files (set PROMTUNE_CORPUS)");
        return;
    };
    let mut files = Vec::new();
    yaml_files(&corpus.join("rules-invalid"), &mut files);
    let mut valid = Vec::new();
    yaml_files(&corpus.join("rules"), &mut valid);
    // Every fifth file: a process is started for each.
    files.extend(valid.into_iter().step_by(5));
    match compare(&files) {
        Some((all, refused)) => {
            eprintln!("{all} files, of which promtool refuses {refused}");
            assert!(refused > 5, "promtool refuses the invalid ones");
        }
        None => eprintln!("skipped: promtool is not installed"),
    }
}

/// Small files, each wrong in one way, or right in a way that is easily mistaken.
const MUTATIONS: &[&str] = &[
    "groups:\n- name: a\n  rules:\n  - expr: up\n",
    "groups:\n- name: a\n  rules:\n  - alert: A\n    record: b\n    expr: up\n",
    "groups:\n- name: a\n  rules:\n  - alert: A\n",
    "groups:\n- name: a\n- name: a\n  rules: [{record: b, expr: up}]\n",
    "groups:\n- name: ''\n  rules: [{record: b, expr: up}]\n",
    "groups:\n- name: a\n  rules: [{record: b, expr: up, for: 5m}]\n",
    "groups:\n- name: a\n  rules: [{record: b, expr: up, annotations: {a: b}}]\n",
    "groups:\n- name: a\n  rules: [{record: b, expr: 'sum('}]\n",
    "groups:\n- name: a\n  rules: [{record: b, expr: up, severity: x}]\n",
    "groups:\n- name: a\n  interval: 5\n  rules: [{record: b, expr: up}]\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: up, for: 1m1h}]\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: up, labels: {__name__: b}}]\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: up, expr: up}]\n",
    "groups:\n- name: a\n  rules: {alert: b}\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: up, labels: [a]}]\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: [up]}]\n",
    "groups:\n- name: a\n  limit: many\n  rules: [{alert: b, expr: up}]\n",
    "rules: []\ngroups:\n- name: a\n  rules: [{alert: b, expr: up}]\n",
    "groups: x\n",
    "groups: [\n",
    // Right.
    "groups:\n- name: a\n  rules: [{alert: b, expr: up, for: 0, keep_firing_for: 1y2w3d4h5m6s7ms}]\n",
    "groups:\n- name: a\n  rules: [{alert: b, expr: 1, labels: {a: 1, b: true, c: null}}]\n",
    "groups:\n- name: a\n  rules:\n",
    "groups:\n- name: a\n  interval:\n  rules: [{alert: b c d, expr: 'vector(1)', for: }]\n",
    "groups:\n- &x\n  name: a\n  rules: [{record: 'a:b', expr: up}]\n- <<: *x\n  name: b\n",
    "groups:\n- name: a\n  partial_response_strategy: warn\n  rules: [{record: b, expr: 'sum without (a) (rate(x[5m:1m] offset -5m))'}]\n",
];

#[test]
fn small_faults_are_judged_as_promtool_does() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (0..MUTATIONS.len())
        .map(|i| folder.path().join(format!("{i:02}.yaml")))
        .collect();
    for (path, text) in files.iter().zip(MUTATIONS) {
        std::fs::write(path, text).unwrap();
    }
    if compare(&files).is_none() {
        eprintln!("skipped: promtool is not installed");
    }
}
