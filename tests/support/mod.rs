//! Real servers for the tests: found, started on free ports of 127.0.0.1, ended again.
//!
//! ```ignore
//! mod support;
//! use support::{Prometheus, Version, need};
//!
//! #[test]
//! fn answers() {
//!     let prometheus = need!(Prometheus::new(Version::V3).openmetrics(TEXT).start());
//!     assert_eq!(prometheus.query("up", at), …);
//! }
//! ```
//!
//! A server that is not installed skips the test with one line (`scripts/install-test-servers` gets it),
//! unless `PROMTUNE_REQUIRE_SERVERS=1`: then it fails.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "shared by several test binaries, each using its part; this is where tests touch the world"
)]

pub mod alertmanager;
pub mod apiserver;
pub mod crds;
pub mod demo;
pub mod etcd;
pub mod find;
pub mod history;
pub mod http;
pub mod process;
pub mod prometheus;
pub mod promtune;

pub use alertmanager::Alertmanager;
pub use apiserver::ApiServer;
pub use find::Missing;
pub use prometheus::{Prometheus, Version};
pub use promtune::{Run, promtune};

/// Ends the test with one line that says what it needs; a failure where `PROMTUNE_REQUIRE_SERVERS=1`.
macro_rules! skip {
    ($($reason:tt)*) => {{
        $crate::support::find::skipped(&format!($($reason)*));
        return;
    }};
}

/// The value, or the test is skipped because a program is not installed.
macro_rules! need {
    ($started:expr) => {
        match $started {
            Ok(value) => value,
            Err(missing) => $crate::support::skip!("{missing}"),
        }
    };
}

pub(crate) use {need, skip};
