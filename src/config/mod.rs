//! `promtune.yaml` and suppressions: what the user does not want to hear, until when, and why.

mod baseline;
mod comments;
mod file;
mod pint;
mod suppress;

pub use baseline::Baseline;
pub use comments::{Comments, hold_back_by_comments};
pub use file::{Config, ConfigError, Ignore};
pub use suppress::{Annotations, Held, hold_back};
