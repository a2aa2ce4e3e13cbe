//! promtune reads what a Kubernetes cluster and its Prometheus say, finds the alerts that lie and the resource
//! settings that hurt, and hands back the exact change with the numbers that prove it.
//!
//! ```text
//!  files ─┐                 ┌──────── pure, deterministic, cannot fail ────────┐
//!  prom ──┤ source → Snapshot → facts → checks → Finding + Evidence → Fix → Report → render
//!  kube ──┤   ↑ needs            ↑ knowledge (rulesets/)              ↓ lowered and proved
//!  snap ──┘
//! ```
//!
//! Who may import whom is stated in `ARCHITECTURE.md` and enforced by `tests/architecture.rs`.

pub mod check;
pub mod checks;
pub mod cli;
pub mod config;
pub mod facts;
pub mod fix;
pub mod knowledge;
pub mod lint;
pub mod model;
pub mod promql;
pub mod render;
pub mod report;
pub mod sizing;
pub mod source;
pub mod yaml;
