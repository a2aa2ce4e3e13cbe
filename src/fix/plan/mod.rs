//! What to change on objects, before it is written as a command or as a Kustomize patch: one proved patch per object.

mod limit_range;
#[cfg(test)]
mod prop;
mod resources;
mod rules;
#[cfg(test)]
mod tests;

pub(super) use limit_range::member as limit_range_member;

use serde_json::Value;

use super::patch::{self, Op};
use super::refusal::{Refusal, refuse};
use super::{Edit, LowerContext};

/// Where a patch is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To the objects of a running cluster.
    Cluster,
    /// To manifests, before they are applied.
    Files,
}

/// The change of one object, proved.
#[derive(Clone, Debug)]
pub(super) struct ObjectPatch {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) body: Body,
    /// A subresource that the patch goes to.
    pub(super) subresource: Option<&'static str>,
    /// What the reader has to know, a sentence each.
    pub(super) notes: Vec<String>,
}

/// How a patch is written.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// A strategic merge patch: only for the kinds that are built into Kubernetes.
    Strategic(Value),
    /// A JSON Patch, with tests that make it fail when the object is not as it was read.
    Json(Vec<Op>),
}

/// The patches that do all of `edits`.
pub(super) fn patches(
    edits: &[Edit],
    cx: &LowerContext<'_>,
    place: Place,
) -> Result<Vec<ObjectPatch>, Refusal> {
    if edits
        .iter()
        .any(|e| matches!(e, Edit::SetChartValues { .. }))
    {
        return refuse(
            "this changes values of the Helm chart, which renders the objects: see the values output",
        );
    }
    let mut out = resources::patches_of(edits, cx, place)?;
    out.extend(limit_range::patches_of(edits, cx)?);
    out.extend(rules::patches_of(edits, cx, place)?);
    if out.is_empty() {
        return refuse("nothing of this is done on a Kubernetes object");
    }
    Ok(out)
}

/// Applies a body to an object as the server would.
pub(super) fn apply(object: &Value, body: &Body) -> Result<Value, Refusal> {
    let mut after = object.clone();
    match body {
        Body::Strategic(value) => patch::merge(&mut after, value)?,
        Body::Json(ops) => patch::apply_all(&mut after, ops)?,
    }
    Ok(after)
}
