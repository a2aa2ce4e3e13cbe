//! Everything that touches the world.

#[cfg(feature = "live")]
pub mod prometheus;
