//! The fix engine against the programs its outputs are for: kubectl, Kustomize, git and patch; and over a corpus of
//! public manifests and chart renderings. What is not installed or not there is skipped with one line.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests run programs, read files, say what they skip and fail by panicking"
)]

#[path = "fixes/charts.rs"]
mod charts;
#[path = "fixes/corpus.rs"]
mod corpus;
#[path = "fixes/kubectl.rs"]
mod kubectl;
#[path = "fixes/patching.rs"]
mod patching;
#[path = "fixes/support.rs"]
mod support;
