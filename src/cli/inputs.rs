//! From the arguments to a snapshot: live, recorded, or the demo.

#[cfg(feature = "live")]
use std::collections::BTreeSet;

use super::args::{Selection, Sources};
use super::exit::Failure;
#[cfg(feature = "live")]
use crate::check::Need;
use crate::check::{Check, Status};
use crate::checks;
use crate::config::Config;
use crate::model::Snapshot;
use crate::source::files::read_optional;
use crate::source::snapshot::{read_snapshot, read_snapshot_bytes};

/// The recorded cluster: `fixtures/snapshots/demo.json.gz`, the very bytes.
static DEMO: &[u8] = include_bytes!("../../fixtures/snapshots/demo.json.gz");

/// The checks that `--only` selects; all stable ones without it.
///
/// # Errors
/// When a name selects nothing.
pub(super) fn selected(selection: &Selection) -> Result<Vec<&'static Check>, Failure> {
    let mut chosen: Vec<&Check> = Vec::new();
    for pattern in &selection.only {
        let found: Vec<&Check> = checks::ALL
            .iter()
            .filter(|c| {
                c.id == pattern
                    || pattern.strip_suffix("/*") == Some(c.group())
                    || pattern == c.group()
            })
            .collect();
        if found.is_empty() {
            return Err(Failure::Usage(format!(
                "no check is called `{pattern}`; see `promtune explain --list`"
            )));
        }
        chosen.extend(found);
    }
    if selection.only.is_empty() {
        chosen = checks::ALL
            .iter()
            .filter(|c| c.meta.status == Status::Stable)
            .collect();
    }
    chosen.sort_by_key(|c| c.id);
    chosen.dedup_by_key(|c| c.id);
    Ok(chosen)
}

/// Reads the configuration file.
///
/// # Errors
/// When a named file is not there, or anything in it is wrong.
pub(super) fn config(selection: &Selection) -> Result<Config, Failure> {
    let path = selection
        .config
        .clone()
        .unwrap_or_else(|| "promtune.yaml".into());
    let shown = path.display().to_string();
    let ids: Vec<&str> = checks::ALL.iter().map(|c| c.id).collect();
    match read_optional(&path) {
        Ok(Some(text)) => {
            Config::read(&shown, &text, &ids).map_err(|e| Failure::Usage(e.to_string()))
        }
        Ok(None) if selection.config.is_none() => Ok(Config::default()),
        Ok(None) => Err(Failure::Usage(format!("{shown} does not exist"))),
        Err(error) => Err(Failure::Usage(format!("{shown}: {error}"))),
    }
}

/// The queries that checks want.
#[cfg(feature = "live")]
pub(super) fn queries(checks: &[&Check]) -> BTreeSet<String> {
    let wanted = checks
        .iter()
        .flat_map(|c| c.meta.needs.iter().chain(c.meta.uses));
    wanted.flat_map(Need::queries).map(str::to_owned).collect()
}

/// The snapshot that the sources give.
///
/// # Errors
/// When the arguments contradict each other, or nothing could be read.
pub(super) fn snapshot(sources: &Sources, checks: &[&Check]) -> Result<Snapshot, Failure> {
    if sources.demo {
        return read_snapshot_bytes("the demo", DEMO).map_err(|e| Failure::Internal(e.to_string()));
    }
    if let Some(path) = &sources.snapshot {
        return read_snapshot(path).map_err(|e| Failure::NoSource(e.to_string()));
    }
    live(sources, checks)
}

#[cfg(feature = "live")]
fn live(sources: &Sources, checks: &[&Check]) -> Result<Snapshot, Failure> {
    super::live::capture(sources, checks)
}

#[cfg(not(feature = "live"))]
fn live(sources: &Sources, _: &[&Check]) -> Result<Snapshot, Failure> {
    if sources.kube_dump.is_empty() {
        return Err(Failure::Usage(
            "this promtune was built without live sources: give --snapshot, --kube-dump or --demo"
                .to_owned(),
        ));
    }
    super::offline::dump(sources)
}
