//! Snapshot archives: one [`Snapshot`] as JSON inside gzip. The same snapshot gives the same bytes.

#![expect(
    clippy::disallowed_methods,
    reason = "archives are read and written in source/"
)]

mod bounded;
mod redact;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use serde::Deserialize;

use super::files::is_special;
use crate::model::{SCHEMA_VERSION, Snapshot};
use bounded::{Bounded, LIMITS, Limits, TooLarge};

pub use redact::{fresh_key, redact_names};

/// Why a snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file could not be opened or read.
    #[error("snapshot {file}: {cause}")]
    Io { file: String, cause: io::Error },
    /// It is something else.
    #[error("{file} is not a snapshot: {because}; make one with `promtune snapshot -o FILE`")]
    NotASnapshot { file: String, because: String },
    /// It ends in the middle.
    #[error("snapshot {file} is truncated: it ends after byte {bytes}; copy or take it again")]
    Truncated { file: String, bytes: u64 },
    /// A later promtune made it.
    #[error(
        "snapshot schema {found}, this promtune reads {SCHEMA_VERSION}: upgrade promtune to read {file}"
    )]
    Newer { file: String, found: u32 },
    /// It is a snapshot, but not a whole one.
    #[error("snapshot {file} is damaged: {because}; copy or take it again")]
    Damaged { file: String, because: String },
    /// It unpacks to more than a snapshot can be.
    #[error(
        "snapshot {file} unpacks to more than {limit}: refused, it may be made to exhaust memory"
    )]
    TooLarge { file: String, limit: String },
}

/// Writes a snapshot to a file, whole or not at all: to a file beside it first, which then takes its name.
///
/// # Errors
/// When the file cannot be written.
pub fn write_snapshot(path: &Path, snapshot: &Snapshot) -> Result<(), SnapshotError> {
    if is_special(path) {
        let written =
            File::create(path).and_then(|file| encode(snapshot, BufWriter::new(file)).map(drop));
        return written.map_err(|cause| SnapshotError::Io {
            file: path.display().to_string(),
            cause,
        });
    }
    let part = part_path(path);
    let written = File::create(&part).and_then(|file| {
        let file = encode(snapshot, BufWriter::new(file))?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&part, path)
    });
    written.map_err(|cause| {
        // Best effort: the first failure is the one to report.
        let _ = fs::remove_file(&part);
        SnapshotError::Io {
            file: path.display().to_string(),
            cause,
        }
    })
}

fn part_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

/// Writes a snapshot: JSON, gzip, no time and no system in the header, always the same level.
///
/// # Errors
/// When `out` cannot be written.
pub fn encode<W: Write>(snapshot: &Snapshot, out: W) -> io::Result<W> {
    let mut gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(out, Compression::new(6));
    serde_json::to_writer(&mut gzip, snapshot)?;
    let mut out = gzip.finish()?;
    out.flush()?;
    Ok(out)
}

/// Reads a snapshot file.
///
/// # Errors
/// When it is not a whole snapshot of this or an older schema.
pub fn read_snapshot(path: &Path) -> Result<Snapshot, SnapshotError> {
    decode(&path.display().to_string(), LIMITS, || File::open(path))
}

/// Reads a snapshot from memory, as in the one that is compiled into the binary.
///
/// # Errors
/// When it is not a whole snapshot of this or an older schema.
pub fn read_snapshot_bytes(name: &str, bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    decode(name, LIMITS, || Ok(bytes))
}

/// Reads a snapshot; `open` is asked again when the first reading fails, to find out why.
fn decode<R: Read>(
    name: &str,
    limits: Limits,
    open: impl Fn() -> io::Result<R>,
) -> Result<Snapshot, SnapshotError> {
    let file = || name.to_owned();
    let opened = || {
        let source = open().map_err(|cause| SnapshotError::Io {
            file: file(),
            cause,
        })?;
        Bounded::open(source, limits).map_err(|fault| fault.named(name))
    };
    let mut source = opened()?;
    let error = match serde_json::from_reader::<_, Snapshot>(BufReader::new(&mut source)) {
        Ok(snapshot) if snapshot.meta.schema > SCHEMA_VERSION => {
            return Err(SnapshotError::Newer {
                file: file(),
                found: snapshot.meta.schema,
            });
        }
        Ok(snapshot) => return Ok(snapshot),
        Err(error) => error,
    };
    if error.is_io() || (error.is_eof() && source.is_plain()) {
        return Err(fault(name, io::Error::from(error), source.bytes_in()));
    }
    // Not the expected shape: a later one, or not a snapshot at all.
    match serde_json::from_reader::<_, Probe>(BufReader::new(opened()?)) {
        Ok(probe) if probe.meta.schema > SCHEMA_VERSION => Err(SnapshotError::Newer {
            file: file(),
            found: probe.meta.schema,
        }),
        Ok(_) => Err(SnapshotError::Damaged {
            file: file(),
            because: error.to_string(),
        }),
        Err(_) if begins_as_one(opened()?) => Err(SnapshotError::Damaged {
            file: file(),
            because: error.to_string(),
        }),
        Err(_) => Err(SnapshotError::NotASnapshot {
            file: file(),
            because: "its content is not that of a snapshot".to_owned(),
        }),
    }
}

/// Whether the first bytes are those of every snapshot.
fn begins_as_one(source: impl Read) -> bool {
    let mut start = String::new();
    // What follows may be garbage.
    let _ = source.take(40).read_to_string(&mut start);
    start.starts_with("{\"meta\":{\"schema\":")
}

/// What an I/O error while unpacking means.
fn fault(name: &str, error: io::Error, bytes: u64) -> SnapshotError {
    let file = name.to_owned();
    if let Some(limit) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TooLarge>())
    {
        let limit = limit.to_string();
        return SnapshotError::TooLarge { file, limit };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => SnapshotError::Truncated { file, bytes },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => SnapshotError::Damaged {
            file,
            because: format!("around byte {bytes}, {error}"),
        },
        _ => SnapshotError::Io { file, cause: error },
    }
}

/// The part of a snapshot that every schema shares.
#[derive(Deserialize)]
struct Probe {
    meta: ProbeMeta,
}

#[derive(Deserialize)]
struct ProbeMeta {
    schema: u32,
}

#[cfg(test)]
mod tests;
