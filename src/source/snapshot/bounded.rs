//! Unpacking with a limit: a small file must not be able to fill the memory.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::SnapshotError;

/// How far unpacking may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) bytes: u64,
    /// Unpacked to packed.
    pub(super) ratio: u64,
    /// Unpacked bytes above which the ratio counts.
    pub(super) ratio_from: u64,
}

/// Deflate packs at most about 1,030 to 1, JSON of a cluster about 10 to 30 to 1.
pub(super) const LIMITS: Limits = Limits {
    bytes: 4 << 30,
    ratio: 500,
    ratio_from: 256 << 20,
};

/// The limit that was passed.
#[derive(Clone, Copy, Debug)]
pub(super) enum TooLarge {
    Bytes(u64),
    Ratio(u64),
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(limit) => write!(f, "{} MiB", limit >> 20),
            Self::Ratio(limit) => write!(f, "{limit} times its size"),
        }
    }
}

impl std::error::Error for TooLarge {}

/// Why a file is not even looked into.
#[derive(Debug)]
pub(super) enum Refused {
    Empty,
    /// Neither gzip nor JSON.
    Other(String),
    Io(io::Error),
}

impl Refused {
    pub(super) fn named(self, name: &str) -> SnapshotError {
        let file = name.to_owned();
        match self {
            Self::Empty => SnapshotError::NotASnapshot {
                file,
                because: "the file is empty".to_owned(),
            },
            Self::Other(because) => SnapshotError::NotASnapshot { file, because },
            Self::Io(cause) => SnapshotError::Io { file, cause },
        }
    }
}

/// A snapshot's JSON, unpacked as it is read. JSON that somebody has unpacked to look at is taken as it is.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    source: Source<BufReader<Counting<R>>>,
    bytes_out: u64,
    limits: Limits,
}

#[derive(Debug)]
enum Source<R> {
    Gzip(Box<GzDecoder<R>>),
    Plain(R),
}

impl<R: Read> Bounded<R> {
    pub(super) fn open(source: R, limits: Limits) -> Result<Self, Refused> {
        let mut source = BufReader::with_capacity(
            1 << 16,
            Counting {
                inner: source,
                bytes: 0,
            },
        );
        let start = source.fill_buf().map_err(Refused::Io)?;
        let source = match start {
            [] => return Err(Refused::Empty),
            [0x1f, 0x8b, ..] => Source::Gzip(Box::new(GzDecoder::new(source))),
            [b'{', ..] => Source::Plain(source),
            other => {
                let shown: String = String::from_utf8_lossy(other).chars().take(16).collect();
                return Err(Refused::Other(format!(
                    "it starts with {shown:?}, not as gzip does"
                )));
            }
        };
        Ok(Self {
            source,
            bytes_out: 0,
            limits,
        })
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_in(&self) -> u64 {
        match &self.source {
            Source::Gzip(gzip) => gzip.get_ref().get_ref().bytes,
            Source::Plain(plain) => plain.get_ref().bytes,
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        matches!(self.source, Source::Plain(_))
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.source {
            Source::Gzip(gzip) => gzip.read(buffer)?,
            Source::Plain(plain) => plain.read(buffer)?,
        };
        self.bytes_out += read as u64;
        let Limits {
            bytes,
            ratio,
            ratio_from,
        } = self.limits;
        if self.bytes_out > bytes {
            return Err(io::Error::other(TooLarge::Bytes(bytes)));
        }
        if self.bytes_out > ratio_from && self.bytes_out / ratio > self.bytes_in() {
            return Err(io::Error::other(TooLarge::Ratio(ratio)));
        }
        Ok(read)
    }
}

/// Counts what goes through.
#[derive(Debug)]
struct Counting<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
