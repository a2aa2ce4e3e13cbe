//! The fix engine against the programs its outputs are for: kubectl, Kustomize, git and patch; and over a corpus of
//! public manifests and chart renderings. What is not installed or not there is skipped with one line.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run programs and read files"
)]

#[path = "fixes/corpus.rs"]
mod corpus;
#[path = "fixes/kubectl.rs"]
mod kubectl;
#[path = "fixes/patching.rs"]
mod patching;
#[path = "fixes/support.rs"]
mod support;
