//! Knowledge as data: what promtune asks, and what it knows about platforms, alerts and charts.

mod planned;

pub use planned::{PlannedKind, PlannedQuery, SHARD};
