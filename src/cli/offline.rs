//! Dumps without the network stack.

use super::args::Sources;
use super::exit::Failure;
use super::times;
use crate::model::{Snapshot, SourceKind};
use crate::source::kubernetes::read_dump;

/// A snapshot of `--kube-dump`.
///
/// # Errors
/// When the arguments are wrong, or nothing could be read.
pub(super) fn dump(sources: &Sources) -> Result<Snapshot, Failure> {
    let mut snapshot = Snapshot::empty(
        times::at(sources.at.as_deref())?,
        times::duration("--window", &sources.window)?,
    );
    let collected = read_dump(&sources.kube_dump).map_err(|e| Failure::NoSource(e.to_string()))?;
    snapshot.meta.sources.push(SourceKind::KubeDump);
    snapshot.cluster = Some(collected.cluster);
    snapshot.rules = collected.rule_groups;
    snapshot.gaps = collected.gaps;
    Ok(snapshot)
}
