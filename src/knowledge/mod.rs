//! What is known before any cluster is looked at: platforms, components, queries and default thresholds.
//!
//! It is data (`rulesets/`), compiled into the binary, validated as a whole, and open to override.

mod catalog;
mod component;
mod defaults;
mod load;
mod planned;
mod platform;
mod vendor;

pub use catalog::{Cost, Phase, QueryCatalog, QuerySpec, Variables};
pub use component::Component;
pub use defaults::Defaults;
pub use load::{Knowledge, KnowledgeError};
pub use planned::{PlannedKind, PlannedQuery, SHARD};
pub use platform::{ManagedControlPlane, PlatformProfile, Signal, SignalField};
pub use vendor::vendor_of;
