//! `kubectl patch` commands.

use super::patch;
use super::plan::{self, Body, ObjectPatch, Place};
use super::refusal::Refusal;
use super::{Edit, LowerContext, names};

/// One dry run and one command per object. The server's dry run comes first: it goes through admission and validation
/// and changes nothing.
pub(super) fn lower(edits: &[Edit], cx: &LowerContext<'_>) -> Result<String, Refusal> {
    let patches = plan::patches(edits, cx, Place::Cluster)?;
    let mut out = String::from("# Ask the server first; this changes nothing:\n");
    for patch in &patches {
        out.push_str(&command(patch, true));
    }
    out.push_str("# Then do it:\n");
    for patch in &patches {
        for note in &patch.notes {
            out.push_str(&names::comment("", note));
        }
        out.push_str(&command(patch, false));
    }
    Ok(out)
}

/// What kubectl calls a kind; the group is named where another API may have a kind of that name.
fn resource(kind: &str) -> &str {
    match kind {
        "Deployment" => "deployment",
        "StatefulSet" => "statefulset",
        "DaemonSet" => "daemonset",
        "ReplicaSet" => "replicaset",
        "CronJob" => "cronjob",
        "Pod" => "pod",
        "LimitRange" => "limitrange",
        "Rollout" => "rollouts.argoproj.io",
        "PrometheusRule" => "prometheusrules.monitoring.coreos.com",
        other => other,
    }
}

fn command(patch: &ObjectPatch, dry_run: bool) -> String {
    let (kind, body) = match &patch.body {
        Body::Strategic(value) => ("strategic", names::json(value)),
        Body::Json(ops) => ("json", names::json(&patch::to_value(ops))),
    };
    let mut words = vec![
        "kubectl patch".to_owned(),
        format!("{}/{}", resource(patch.kind), patch.name),
    ];
    if !patch.namespace.is_empty() {
        words.push(format!("--namespace={}", patch.namespace));
    }
    words.extend(patch.subresource.map(|s| format!("--subresource={s}")));
    if dry_run {
        words.push("--dry-run=server".to_owned());
    }
    words.push(format!("--type={kind} --patch={}\n", names::shell(&body)));
    words.join(" ")
}
