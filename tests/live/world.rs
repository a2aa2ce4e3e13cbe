//! What the tests share: one Kubernetes API, one Prometheus of each generation, one snapshot of all of it.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::history::model::{END, rfc3339};
use crate::support::process::remove_after_us;
use crate::support::{self, ApiServer, Prometheus, Version, apiserver, promtune};

/// Why the servers cannot be had; the tests are skipped then.
type Lack = String;

/// The Kubernetes API of the demo cluster. Nothing changes it: tests that patch start their own.
pub(super) fn api() -> Result<&'static ApiServer, Lack> {
    static API: OnceLock<Result<ApiServer, Lack>> = OnceLock::new();
    let started = API.get_or_init(|| {
        let api = support::demo::api().map_err(|missing| missing.to_string())?;
        remove_after_us(&[api.dir()]);
        Ok(api)
    });
    started.as_ref().map_err(Clone::clone)
}

/// Its Prometheus.
pub(super) fn prometheus(version: Version) -> Result<&'static Prometheus, Lack> {
    static V2: OnceLock<Result<Prometheus, Lack>> = OnceLock::new();
    static V3: OnceLock<Result<Prometheus, Lack>> = OnceLock::new();
    let cell = if version == Version::V2 { &V2 } else { &V3 };
    let started = cell.get_or_init(|| {
        let builder = support::demo::prometheus(version).map_err(|missing| missing.to_string())?;
        let prometheus = builder.start().map_err(|missing| missing.to_string())?;
        remove_after_us(&[prometheus.dir()]);
        Ok(prometheus)
    });
    started.as_ref().map_err(Clone::clone)
}

pub(super) fn at() -> String {
    rfc3339(END)
}

/// `--prometheus … --at …`.
pub(super) fn metrics(version: Version) -> Result<Vec<String>, Lack> {
    Ok(vec![
        "--prometheus".to_owned(),
        prometheus(version)?.url(),
        "--at".to_owned(),
        at(),
    ])
}

/// `--kubeconfig …` of a user.
pub(super) fn objects(user: &str) -> Result<Vec<String>, Lack> {
    Ok(vec![
        "--kubeconfig".to_owned(),
        api()?.kubeconfig(user).display().to_string(),
    ])
}

/// Both.
pub(super) fn everything(version: Version) -> Result<Vec<String>, Lack> {
    Ok([metrics(version)?, objects(apiserver::READER)?].concat())
}

/// One snapshot of everything, on Prometheus 3, by `promtune snapshot`.
pub(super) fn snapshot() -> Result<PathBuf, Lack> {
    static MADE: Mutex<Option<(TempDir, PathBuf)>> = Mutex::new(None);
    let sources = everything(Version::V3)?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, path) = made.get_or_insert_with(|| {
        let folder = tempfile::Builder::new()
            .prefix("promtune-snapshot-")
            .tempdir()
            .unwrap();
        remove_after_us(&[folder.path()]);
        let path = folder.path().join("demo.json.gz");
        promtune(["snapshot", "-o"])
            .args([&path])
            .args(sources)
            .run()
            .exits(0);
        (folder, path)
    });
    Ok(path.clone())
}

/// The report of an audit, whatever was found.
#[track_caller]
pub(super) fn audit(sources: &[String]) -> Value {
    let run = promtune(["audit", "--format", "json"]).args(sources).run();
    assert!(run.code <= 1, "{}", run.all());
    run.json()
}

/// `check subject`, sorted: the subject as `namespace/kind/name/container`, or the alert's name.
pub(super) fn found(report: &Value) -> Vec<String> {
    let mut lines: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            format!(
                "{} {}",
                f["check"].as_str().unwrap(),
                subject(&f["subject"])
            )
        })
        .collect();
    lines.sort();
    lines
}

pub(super) fn subject(subject: &Value) -> String {
    let parts = ["namespace", "workload", "container", "alert"].map(|key| subject[key].as_str());
    parts
        .iter()
        .flatten()
        .copied()
        .collect::<Vec<_>>()
        .join("/")
}

/// The finding of a check about a subject, as [`found`] writes it.
#[track_caller]
pub(super) fn finding<'a>(report: &'a Value, check: &str, about: &str) -> &'a Value {
    let findings = report["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|f| f["check"] == check && subject(&f["subject"]) == about);
    found.unwrap_or_else(|| panic!("no {check} about {about} in {:#?}", self::found(report)))
}
