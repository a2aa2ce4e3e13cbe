//! Everything that touches the world: files, servers, archives.
//!
//! Architecture invariant: a source hands back model types and [`crate::model::Gap`]s. What the user's system could not
//! deliver is a gap; an error means that nothing at all could be read.

pub mod kubernetes;
pub mod snapshot;
