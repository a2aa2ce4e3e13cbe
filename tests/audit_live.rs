//! `promtune`, the built binary, against real servers: the demo cluster in a real kube-apiserver and in real
//! Prometheus 2.42 and 3.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the world"
)]

mod live;
mod support;
