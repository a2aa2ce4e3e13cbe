//! The test tooling itself: every server starts and answers, and the demo history says what it should.
#[macro_use]
mod support;
