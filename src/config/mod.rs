//! `promtune.yaml` and suppressions: what the user does not want to hear, until when, and why.

mod file;
mod suppress;

pub use file::{Config, ConfigError, Ignore};
pub use suppress::{Annotations, Held, hold_back};
