//! Patches for a Kustomize overlay.

use serde_json::{Map, Value, json};

use super::patch;
use super::plan::{self, Body, ObjectPatch, Place};
use super::refusal::Refusal;
use super::{Edit, LowerContext, names, text};

/// A `kustomization.yaml` with one inline patch per object.
pub(super) fn lower(edits: &[Edit], cx: &LowerContext<'_>) -> Result<String, Refusal> {
    let patches = plan::patches(edits, cx, Place::Files)?;
    let entries = patches.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let value = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "patches": entries,
    });
    let mut out = names::comment(
        "",
        "Merge `patches` into the kustomization.yaml of your overlay. Kustomize patches objects as the base states \
         them: leave the namespace out where the base does.",
    );
    out.push_str(&text::yaml(&value));
    text::prove(out, &value)
}

fn entry(patch: &ObjectPatch) -> Result<Value, Refusal> {
    match &patch.body {
        // Without a target: a patch that meets no object is then an error, not silence.
        Body::Strategic(body) => Ok(json!({"patch": document(patch, body)?})),
        Body::Json(ops) => {
            let ops = patch::to_value(ops);
            let written = text::prove(text::yaml(&ops), &ops)?;
            Ok(json!({"target": target(patch), "patch": written}))
        }
    }
}

fn document(patch: &ObjectPatch, body: &Value) -> Result<String, Refusal> {
    let mut object = json!({
        "apiVersion": patch.api_version,
        "kind": patch.kind,
        "metadata": metadata(patch),
    });
    if let (Value::Object(object), Value::Object(body)) = (&mut object, body) {
        object.extend(body.clone());
    }
    text::prove(text::yaml(&object), &object)
}

fn metadata(patch: &ObjectPatch) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(patch.name));
    if !patch.namespace.is_empty() {
        out.insert("namespace".to_owned(), json!(patch.namespace));
    }
    Value::Object(out)
}

fn target(patch: &ObjectPatch) -> Value {
    let mut out = metadata(patch);
    if let Value::Object(target) = &mut out {
        let (group, version) = patch
            .api_version
            .split_once('/')
            .unwrap_or(("", patch.api_version));
        if !group.is_empty() {
            target.insert("group".to_owned(), json!(group));
        }
        target.insert("version".to_owned(), json!(version));
        target.insert("kind".to_owned(), json!(patch.kind));
        // Kustomize reads a target's name as a pattern.
        target.insert("name".to_owned(), json!(patch.name.replace('.', "\\.")));
    }
    out
}
