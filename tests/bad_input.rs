//! Bad input, by the built binary: each is one line that says what is wrong and what to do next, with the exit code of
//! the contract; what else could be found is still reported.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the world"
)]

mod bad;
mod support;

#[path = "support/fault_server.rs"]
mod fault_server;
