//! Wrong arguments, unknown names, places that cannot be written to.

use std::process::{Command, Stdio};

use crate::support::promtune;

#[test]
fn flags_that_contradict_or_do_not_exist() {
    for args in [
        &["audit", "--no-such-flag"][..],
        &["audit", "--demo", "--snapshot", "x"],
        &["audit", "--prometheus", "http://x", "--snapshot", "x"],
        &["audit", "--kubeconfig", "x", "--no-kube"],
        &["audit", "--format", "pdf"],
        &["audit", "--fail-on", "never"],
        &["snapshot", "--demo"],
        &["fix", "--demo", "--as", "poem"],
        &["nonsense"],
        &[],
    ] {
        let run = promtune(args).run().exits(2);
        assert!(
            run.stdout.is_empty() && !run.stderr.is_empty(),
            "{}",
            run.all()
        );
    }
    promtune(["--version"]).run().exits(0);
    promtune(["audit", "--help"]).run().exits(0);
}

#[test]
fn values_that_are_none() {
    let audit = |args: &[&str]| {
        promtune(["audit", "--prometheus", "http://127.0.0.1:1"])
            .args(args)
            .run()
            .exits(2)
    };
    audit(&["--at", "yesterday"]).one_error(&["--at: `yesterday`", "2026-11-20T12:00:00Z"]);
    audit(&["--window", "0d"]).one_error(&["--window: `0d`", "14d"]);
    audit(&["--window", "fortnight"]).one_error(&["--window: `fortnight`"]);
    audit(&["--query-timeout", "soon"]).one_error(&["--query-timeout: `soon`"]);
    audit(&["--header", "no colon"]).one_error(&["--header: write it as `Name: value`"]);
    audit(&["--basic-auth-file", "none"]).one_error(&["--basic-auth-file: none does not exist"]);
}

#[test]
fn checks_that_do_not_exist() {
    promtune(["audit", "--demo", "--only", "no/such"])
        .run()
        .exits(2)
        .one_error(&["no check is called `no/such`", "explain --list"]);
    promtune(["explain", "no/such"])
        .run()
        .exits(2)
        .one_error(&["no check is called `no/such`", "explain --list"]);
    promtune(["explain", "not-limit"])
        .run()
        .exits(2)
        .one_error(&["did you mean requests/memory-request-not-limit?"]);
    assert!(
        promtune(["audit", "--demo", "--only", "throttling/*"])
            .run()
            .exits(0)
            .text()
            .contains("throttling/bursty")
    );
}

#[test]
fn places_that_cannot_be_written_to() {
    for args in [
        &["audit", "--demo", "-o", "file/below"][..],
        &["audit", "--demo", "-o", "."],
        &["audit", "--demo", "--save-snapshot", "file/below"],
        &["snapshot", "--demo", "-o", "file/below"],
        &["snapshot", "--demo", "-o", "."],
    ] {
        promtune(args)
            .file("file", "")
            .run()
            .exits(2)
            .one_error(&["error:"]);
    }
    // A full disk; and a device stays one.
    promtune(["audit", "--demo", "-o", "/dev/full"])
        .run()
        .exits(2)
        .one_error(&["cannot write the report to /dev/full"]);
}

#[test]
fn a_reader_that_has_read_enough() {
    for args in [
        &["audit", "--demo", "-v"][..],
        &["audit", "--demo", "--format", "json"],
        &["explain", "--list"],
        &["audit", "--help"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_promtune"))
            .args(args)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.is_empty(), "{args:?}: {error}");
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{args:?}: {:?}",
            output.status
        );
    }
}

#[test]
fn stdout_that_is_full() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_promtune"))
        .args(["audit", "--demo"])
        .env_clear()
        .stdout(full)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.contains("cannot write the report to stdout"),
        "{error}"
    );
}
