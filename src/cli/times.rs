//! Instants and durations as typed.

use super::exit::Failure;
use crate::model::{PromDuration, Timestamp};

/// `--at`: RFC 3339 or Unix seconds; now when absent.
///
/// # Errors
/// When it is neither.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where now is read; from here on it is in the snapshot"
)]
pub(super) fn at(text: Option<&str>) -> Result<Timestamp, Failure> {
    let Some(text) = text else {
        return Ok(Timestamp(jiff::Timestamp::now().as_second()));
    };
    let seconds = text.parse::<i64>().ok();
    let instant = || text.parse::<jiff::Timestamp>().ok().map(|t| t.as_second());
    seconds.or_else(instant).map(Timestamp).ok_or_else(|| {
        Failure::Usage(format!(
            "--at: `{text}` is neither RFC 3339 (2026-11-20T12:00:00Z) nor Unix seconds"
        ))
    })
}

/// A duration as Prometheus writes it.
///
/// # Errors
/// When it is none, or zero.
pub(super) fn duration(flag: &str, text: &str) -> Result<PromDuration, Failure> {
    PromDuration::parse(text)
        .filter(|d| d.0 > 0)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "{flag}: `{text}` is not a duration; write 14d, 12h or 30m"
            ))
        })
}
