//! `promtune snapshot`.

use super::args::SnapshotArgs;
use super::exit::{self, Failure};
use super::{inputs, output};
use crate::checks;
use crate::source::snapshot::{fresh_key, redact_names, write_snapshot};

pub(super) fn run(args: SnapshotArgs) -> Result<u8, Failure> {
    // A snapshot serves every command, so it holds what every check wants.
    let all: Vec<_> = checks::ALL.iter().collect();
    let mut snapshot = inputs::snapshot(&args.sources, &all)?;
    if args.redact {
        redact_names(&mut snapshot, &fresh_key());
    }
    write_snapshot(&args.output, &snapshot).map_err(|e| Failure::Usage(e.to_string()))?;
    let workloads = snapshot.cluster.as_ref().map_or(0, |c| c.workloads.len());
    let rules: usize = snapshot.rules.iter().map(|g| g.rules.len()).sum();
    output::note(&format!(
        "{}: {workloads} workloads, {rules} rules, {} queries, {} gaps",
        args.output.display(),
        snapshot.queries.len(),
        snapshot.gaps.len()
    ));
    for gap in &snapshot.gaps {
        output::note(&format!("  not read: {gap}"));
    }
    Ok(exit::CLEAN)
}
