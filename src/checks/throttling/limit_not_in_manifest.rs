//! # CPU limit is not in the manifest
//!
//! ## What it finds
//! Throttled containers whose CPU limit their own manifest does not set: a LimitRange of the namespace, the pod as a
//! whole, or something at admission (a webhook, a VerticalPodAutoscaler) does.
//!
//! ## Why it hurts
//! Whoever looks at the manifest finds no limit and looks elsewhere for the cause. Changing the manifest's request
//! does nothing.
//!
//! ## How we decide
//! Throttled in at least a quarter of the active periods, over the window or in the worst hours. The live container
//! has a CPU limit and the pod template has none. When a LimitRange's `default` (or `max`) gives that very value, it
//! is named; when `spec.resources` of the pod gives it, that is; else it was set at admission.
//!
//! ## When it is wrong
//! - Right after a roll-out the newest pod may still be of the older template.
//! - Without access to the Kubernetes API the template is unknown, and this check says nothing.
//!
//! ## Fix and its risk
//! For a LimitRange: raise its default CPU limit to what the container needs, or set a limit of its own in the
//! manifest, which wins over the default. Changing a LimitRange changes every pod that is created in the namespace
//! later.
//!
//! ## Example
//! ```yaml
//! kind: LimitRange
//! spec:
//!   limits: [{type: Container, default: {cpu: 200m}}]   # found: this is what throttles
//! ```
//!
//! ## Options
//! `throttling.ratio`, `cpu.margin` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://kubernetes.io/docs/concepts/policy/limit-range/>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, Throttled, Unit, throttled,
};
use crate::fix::{Applicability, Edit, Fix, ResourceChange, ResourceField};
use crate::sizing::{Cause, Quota, round_cpu_up};

pub const META: Meta = Meta {
    title: "The CPU limit that throttles is not in the manifest",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[
        Need::Workloads,
        Need::Series("cpu-periods"),
        Need::Query("cpu-throttled-periods"),
        Need::Query("cpu-seconds"),
    ],
    uses: &[
        Need::Query("throttled-periods-hourly"),
        Need::Query("periods-hourly"),
        Need::Query("cpu-seconds-hourly"),
        Need::Query("cpu-usage-p95"),
        Need::Query("cpu-usage-p99"),
    ],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::NotInManifest)
    {
        let name = &case.container.name;
        let limit = case.diagnosis.limit;
        let namespace = &case.workload.id.namespace;
        let (source, object, path) = match &case.quota {
            Quota::LimitRange(range) => (
                format!("LimitRange {range}"),
                format!("LimitRange/{range} in {namespace}"),
                "spec.limits[type=Container].default.cpu",
            ),
            Quota::Pod => (
                "the pod's own spec.resources".to_owned(),
                case.workload.id.to_string(),
                "spec.resources.limits.cpu",
            ),
            _ => (
                "something at admission (a webhook or a VerticalPodAutoscaler)".to_owned(),
                "the live pod".to_owned(),
                "resources.limits.cpu",
            ),
        };
        let fixes = fixes(&case);
        let action = fixes.first().map_or_else(
            || format!("find what sets the limit: {source}"),
            |f| f.title.clone(),
        );
        let mut draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("{name} is throttled by a CPU limit of {limit} that its manifest does not set"),
            format!(
                "{source} sets it; it is {}, at {} of its quota while active",
                case.how_much(),
                Unit::Ratio.show(case.diagnosis.fill)
            ),
            action,
            Evidence::field(object, path, limit.to_string()),
        )
        .evidence(case.evidence(cx));
        for fix in fixes {
            draft = draft.fix(fix);
        }
        out.report(draft);
    }
}

fn fixes(case: &Throttled<'_>) -> Vec<Fix> {
    let limit = case.diagnosis.limit;
    let wanted = case.need.as_ref().and_then(|n| n.limit);
    let to = round_cpu_up(
        wanted
            .unwrap_or_default()
            .max(crate::model::Cpu(limit.0 * 3 / 2)),
    );
    let mut fixes = Vec::new();
    if case.need.is_some() {
        fixes.push(Fix {
            title: format!("set a CPU limit of {to} in the manifest"),
            applicability: Applicability::Review,
            edits: vec![case.raise_limit(to)],
            expected: "the manifest's own limit wins over a default; throttling falls".to_owned(),
            rollback: "remove the limit from the manifest".to_owned(),
            preconditions: match &case.quota {
                Quota::Admission => vec![
                    "what sets the limit at admission leaves a limit of the manifest alone"
                        .to_owned(),
                ],
                _ => Vec::new(),
            },
        });
    }
    if let Quota::LimitRange(range) = &case.quota {
        fixes.push(Fix {
            title: format!("raise the default CPU limit of LimitRange {range} from {limit} to {to}"),
            applicability: Applicability::Review,
            edits: vec![Edit::SetLimitRange {
                namespace: case.workload.id.namespace.clone(),
                name: range.clone(),
                changes: vec![ResourceChange {
                    field: ResourceField::LimitsCpu,
                    from: Some(limit.to_string()),
                    to: Some(to.to_string()),
                }],
            }],
            expected: "pods created from now on get the higher default; roll the workload out again".to_owned(),
            rollback: format!("set the default back to {limit}"),
            preconditions: vec!["every other container of the namespace that relies on the default may have the higher limit too".to_owned()],
        });
    }
    fixes
}
