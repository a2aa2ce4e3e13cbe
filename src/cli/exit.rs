//! Exit codes: part of the command line's contract.

use std::process::ExitCode;

/// Nothing at or above `--fail-on`.
pub const CLEAN: u8 = 0;
/// Findings at or above `--fail-on`.
pub const FINDINGS: u8 = 1;
/// Usage, configuration or ruleset error.
pub const USAGE: u8 = 2;
/// No source could be read.
pub const NO_SOURCE: u8 = 3;
/// Partial coverage under `--strict`.
pub const PARTIAL: u8 = 4;
/// A fix was refused by its proof.
pub const REFUSED: u8 = 5;
/// A fault of promtune itself.
pub const INTERNAL: u8 = 70;

/// An error that the user can act on, with the exit code it ends the run with.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong arguments, configuration or rulesets.
    #[error("{0}")]
    Usage(String),
    /// Nothing could be read.
    #[error("{0}")]
    NoSource(String),
    /// Something that should not happen.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => USAGE,
            Self::NoSource(_) => NO_SOURCE,
            Self::Internal(_) => INTERNAL,
        })
    }
}
