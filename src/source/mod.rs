//! Everything that touches the world: Prometheus, Kubernetes, files, snapshot archives.
//!
//! Architecture invariant: a source gives plain data and gaps. What cannot be read is a gap, never the end of a run.

pub mod kubernetes;
#[cfg(feature = "live")]
pub mod prometheus;
pub mod snapshot;
