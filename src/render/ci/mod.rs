//! Reports for hosts of CI: what they show beside the code. Findings come most important first, so that what a host
//! cuts off is the least important.

pub mod azure;
pub mod checkstyle;
pub mod github;
pub mod gitlab;
pub mod junit;
pub mod rdjson;
mod xml;

use crate::check::{Finding, Location};
use crate::render::text;

/// What is said about a finding in one line.
fn message(finding: &Finding) -> String {
    one_line(&format!(
        "{}. Why: {}. Do: {}",
        finding.what, finding.why, finding.action
    ))
}

/// Text without line breaks and without what acts unseen.
fn one_line(raw: &str) -> String {
    text::plain(raw)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The path with forward slashes and without a leading `./`, as hosts want it.
fn path(location: &Location) -> String {
    let path = location.path.replace('\\', "/");
    one_line(path.strip_prefix("./").unwrap_or(&path))
}

#[cfg(test)]
mod tests;
