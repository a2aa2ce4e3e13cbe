//! The framework of checks: what a check declares, what it sees, and what it may say.
//!
//! Architecture invariant: a check is pure. It reads [`Context`], writes to [`Sink`], cannot fail and cannot do I/O.
//! A finding without a reason or without evidence cannot be built.

mod context;
mod evidence;
mod finding;
mod history;
mod meta;
mod runner;
mod sink;
mod subject;
mod throttled;
mod unit;
mod unseen;
mod written;

pub use context::Context;
pub use evidence::Evidence;
pub use finding::{Confidence, Draft, Finding, Impact, Level, Location, Severity};
pub use history::{history_evidence, memory_evidence};
pub use meta::{Check, Meta, Need, Status};
pub use runner::run;
pub use sink::{NotEvaluated, Sink};
pub use subject::{Subject, SubjectKind};
pub use throttled::{THROTTLED_USES, Throttled, throttled};
pub use unit::Unit;
pub use unseen::{alert_names, unseen_fixes};
pub use written::fault;
