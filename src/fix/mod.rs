//! Fixes: changes stated in the domain, lowered to text, and proved.
//!
//! Architecture invariant: a fix never holds text to paste. It holds [`Edit`]s; each output is made from them and
//! checked by reading it back.

mod chart;
mod chart_version;
mod context;
mod edit;
mod expr;
mod files;
mod kubectl;
mod kustomize;
mod live;
mod lookup;
mod lower;
mod merge;
mod names;
mod patch;
mod plan;
mod prometheusrule;
mod refusal;
mod resources;
mod rule;
mod shape;
#[cfg(test)]
mod testing;
mod text;
mod tuned;
mod values;

pub use chart::ChartRelease;
pub use chart_version::ChartVersion;
pub use context::{LowerContext, Lowered, SourceText};
pub use edit::{
    Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField, RuleField, RuleRef,
};
pub use files::{Applied, ChangedFile, apply_fixes, apply_to_documents, unreadable};
pub use lower::{Together, lower, lower_together};
pub use merge::{Merged, merge};
pub use refusal::Refusal;
