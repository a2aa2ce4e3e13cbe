//! `promtune check` as it is run: exit codes, formats, comments, baselines, fixes, diffs against a branch.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test writes files and starts programs"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const RULES: &str = "groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 0s
    labels: {severity: page}
    annotations: {summary: down}
  - alert: Errors
    expr: rate(errors_total[5m])
    labels: {severity: page}
    annotations: {summary: errors}
";

const MANIFEST: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: app
        image: api:1
        resources:
          requests: {cpu: 100m, memory: 1Gi}
          limits: {memory: 4Gi}
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_promtune"));
    command
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .env_remove("PROMTUNE_PROMETHEUS")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Check and line of every finding.
fn findings(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = check(folder, &[arguments, &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|f| format!("{}:{}", f["check"].as_str().unwrap(), f["location"]["line"]))
        .collect()
}

#[test]
fn findings_have_lines_and_the_exit_code_follows_the_worst() {
    let folder = folder(&[("rules.yaml", RULES)]);
    assert_eq!(
        findings(folder.path(), &["rules.yaml"]),
        ["alerts/missing-comparison:10", "alerts/zero-for:6"]
    );
    assert_eq!(code(&check(folder.path(), &["."])), 1);
    assert_eq!(
        code(&check(folder.path(), &[".", "--fail-on", "critical"])),
        0
    );
    assert_eq!(code(&check(folder.path(), &[".", "--only", "no/such"])), 2);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(code(&check(empty.path(), &["."])), 3);
    let text = String::from_utf8(check(folder.path(), &["."]).stdout).unwrap();
    assert!(
        text.contains("  --> rules.yaml:6:10\n  6 |     for: 0s\n    |          ^^\n"),
        "{text}"
    );
}

#[test]
fn manifests_are_checked_with_their_places_and_without_noise() {
    let folder = folder(&[("api.yaml", MANIFEST)]);
    let output = check(folder.path(), &["api.yaml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["not_evaluated"], serde_json::json!([]));
    assert_eq!(
        findings(folder.path(), &["api.yaml"]),
        ["requests/memory-request-not-limit:12"],
        "{report}"
    );
}

#[test]
fn a_broken_file_is_a_finding_and_hides_no_other() {
    let folder = folder(&[("a.yaml", "a: [\n"), ("b.yaml", RULES)]);
    let found = findings(folder.path(), &[".", "missing.yaml"]);
    assert_eq!(
        found
            .iter()
            .filter(|f| f.starts_with("files/unreadable"))
            .count(),
        2,
        "{found:?}"
    );
    assert!(found.contains(&"alerts/missing-comparison:10".to_owned()));
    assert_eq!(code(&check(folder.path(), &["."])), 1);
}

#[test]
fn standard_input_is_read() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_promtune"))
        .args(["check", "-", "--format", "gitlab", "--config", "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(RULES.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let issues: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(issues[0]["location"]["path"], "stdin");
}

#[test]
fn comments_hold_back_and_unused_ones_are_told() {
    let text = RULES
        .replace(
            "    for: 0s",
            "    for: 0s  # promtune: ignore[alerts/zero-for] we like to see it",
        )
        .replace(
            "  - alert: Errors",
            "  # pint disable alerts/comparison\n  - alert: Errors",
        );
    let folder = folder(&[(
        "rules.yaml",
        &format!("{text}# promtune: ignore[rules/schema] no reason to\n"),
    )]);
    assert_eq!(findings(folder.path(), &["."]), Vec::<String>::new());
    let output = check(folder.path(), &["."]);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        shown.contains("2 suppressed") && shown.contains("holds back nothing"),
        "{shown}"
    );
    assert_eq!(code(&output), 0);
}

#[test]
fn a_baseline_holds_back_what_was_there() {
    let folder = folder(&[("rules.yaml", RULES)]);
    assert_eq!(
        code(&check(
            folder.path(),
            &[".", "--write-baseline", "base.txt"]
        )),
        0
    );
    let moved = format!(
        "# moved\n{RULES}  - alert: New\n    expr: up\n    labels: {{severity: page}}\n    annotations: {{summary: new}}\n"
    );
    std::fs::write(folder.path().join("rules.yaml"), moved).unwrap();
    assert_eq!(
        findings(folder.path(), &[".", "--baseline", "base.txt"]),
        ["alerts/missing-comparison:15"]
    );
    assert_eq!(
        code(&check(folder.path(), &[".", "--baseline", "none.txt"])),
        2
    );
}

#[test]
fn safe_fixes_are_shown_and_applied_once() {
    let folder = folder(&[("rules.yaml", RULES)]);
    let shown = String::from_utf8(check(folder.path(), &[".", "--diff"]).stdout).unwrap();
    assert!(shown.contains("-    for: 0s\n"), "{shown}");
    let read = || std::fs::read_to_string(folder.path().join("rules.yaml")).unwrap();
    assert_eq!(read(), RULES);
    assert_eq!(code(&check(folder.path(), &[".", "--fix"])), 0);
    assert_eq!(read(), RULES.replace("    for: 0s\n", ""));
    assert_eq!(code(&check(folder.path(), &[".", "--fix"])), 0);
    assert_eq!(read(), RULES.replace("    for: 0s\n", ""));
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "-c",
        "init.defaultBranch=main",
    ];
    let output = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(folder)
        .output();
    output.is_ok_and(|o| o.status.success())
}

#[test]
fn only_what_a_branch_changed_is_reported() {
    let folder = folder(&[
        ("rules.yaml", RULES),
        ("same.yaml", &RULES.replace("name: g", "name: h")),
    ]);
    let path = folder.path();
    if !(git(path, &["init", "-q"])
        && git(path, &["add", "."])
        && git(path, &["commit", "-qm", "one"]))
    {
        eprintln!("skipped: git is not installed");
        return;
    }
    assert_eq!(
        findings(path, &[".", "--diff-base", "HEAD"]),
        Vec::<String>::new()
    );
    std::fs::write(
        path.join("rules.yaml"),
        RULES.replace("severity: page", "severity: info"),
    )
    .unwrap();
    std::fs::write(path.join("new.yaml"), RULES.replace("name: g", "name: i")).unwrap();
    assert_eq!(
        findings(path, &[".", "--diff-base", "HEAD"]).len(),
        4,
        "both rules of two files"
    );
    std::fs::write(
        path.join("rules.yaml"),
        RULES.replacen("up == 0", "up < 1", 1),
    )
    .unwrap();
    assert_eq!(
        findings(path, &["rules.yaml", "--diff-base", "HEAD"]),
        ["alerts/zero-for:6"],
        "the rule that changed"
    );
    let output = check(path, &[".", "--diff-base", "nowhere"]);
    assert_eq!(code(&output), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there is no such commit here"), "{said}");
    // A shallow clone that lacks the base says so.
    assert!(git(path, &["add", "."]) && git(path, &["commit", "-qm", "two"]));
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", path.display());
    assert!(git(clone.path(), &["clone", "-q", "--depth=1", &from, "."]));
    let said =
        String::from_utf8(check(clone.path(), &[".", "--diff-base", "HEAD~1"]).stderr).unwrap();
    assert!(said.contains("shallow clone"), "{said}");
}

#[test]
fn a_snapshot_brings_usage_to_manifests() {
    let folder = folder(&[("rules.yaml", RULES)]);
    let snapshot = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/snapshots/demo.json.gz"
    );
    let found = findings(folder.path(), &["rules.yaml", "--snapshot", snapshot]);
    assert_eq!(
        found,
        ["alerts/missing-comparison:10", "alerts/zero-for:6"],
        "nothing about the rest of the cluster"
    );
}

#[test]
fn every_format_is_written() {
    let folder = folder(&[("rules.yaml", RULES)]);
    for (format, start) in [
        ("table", "warning[alerts/missing-comparison]"),
        ("json", "{"),
        ("sarif", "{"),
        (
            "github",
            "::warning file=rules.yaml,line=10,endLine=10,col=11,endColumn=33,title=",
        ),
        ("gitlab", "["),
        (
            "azure",
            "##vso[task.logissue type=warning;sourcepath=rules.yaml;linenumber=10;columnnumber=11;",
        ),
        ("junit", "<?xml"),
        ("checkstyle", "<?xml"),
        ("rdjson", "{"),
    ] {
        let output = check(folder.path(), &[".", "--format", format]);
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(text.starts_with(start), "{format}: {text}");
        assert_eq!(code(&output), 1);
    }
}
