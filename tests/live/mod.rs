//! The demo cluster on real servers, started once for all tests of this binary.

mod access;
mod findings;
mod patches;
mod same;
mod secrets;
mod world;
mod your_files;
