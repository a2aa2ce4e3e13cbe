//! Everything that touches the world: Prometheus, Kubernetes, files, snapshot archives.
//!
//! Architecture invariant: a source hands back model types and [`crate::model::Gap`]s. What the user's system could not
//! deliver is a gap; an error means that nothing at all could be read.

#[cfg(feature = "live")]
pub mod capture;
pub mod files;
pub mod git;
pub mod kubernetes;
#[cfg(feature = "live")]
mod notices;
#[cfg(feature = "live")]
pub mod prometheus;
#[cfg(feature = "live")]
mod rule_objects;
pub mod snapshot;
pub mod tree;
