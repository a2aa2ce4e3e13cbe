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
//! has a CPU limit and its entry in the pod template has none, or another one. When a LimitRange's `default` (or `max`)
//! gives that very value, it is named; when `spec.resources` of the pod gives it, that is; when the container is not in
//! the template at all, it was injected; when a VerticalPodAutoscaler is at work on the workload, it is named; else it
//! was set at admission.
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - While a roll-out goes on (pods of two ReplicaSets are alive) nothing is said. A StatefulSet or DaemonSet whose pods
//!   are of an older template cannot be told from one that was changed at admission.
//! - Without access to the Kubernetes API the template is unknown, and this check says nothing.
//!
//! ## Fix and its risk
//! For a LimitRange: raise its default CPU limit to what the container needs, or set a limit of its own in the
//! manifest, which wins over the default. Changing a LimitRange changes every pod that is created in the namespace
//! later. A container's own limit cannot be above that of the pod, so for
//! `spec.resources` the pod's is raised; what an injector or a VerticalPodAutoscaler sets is changed there.
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
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, Throttled, Unit,
    throttled,
};
use crate::fix::{Applicability, Edit, Fix, ResourceChange, ResourceField};
use crate::model::Cpu;
use crate::sizing::{Cause, Quota};

pub const META: Meta = Meta {
    title: "The CPU limit that throttles is not in the manifest",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[
        Need::Workloads,
        Need::Series("cpu-periods"),
        Need::Query("cpu-throttled-periods"),
        Need::Query("cpu-seconds"),
        Need::Query("container-samples"),
    ],
    uses: THROTTLED_USES,
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for case in throttled(cx)
        .into_iter()
        .filter(|c| c.diagnosis.cause == Cause::NotInManifest)
    {
        let name = &case.container.name;
        let limit = case.diagnosis.limit;
        let by = Setter::of(cx, &case);
        let fixes = by.fixes(&case);
        let action = fixes.first().map_or_else(
            || format!("find what sets the limit: {}", by.who),
            |f| f.title.clone(),
        );
        let mut draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("{name} is throttled by a CPU limit of {limit} that its entry in the manifest does not set"),
            format!(
                "{} sets it; it is {}, at {} of its quota while active",
                by.who,
                case.how_much(),
                Unit::Ratio.show(case.diagnosis.fill)
            ),
            action,
            Evidence::field(by.object.clone(), by.path, limit.to_string()),
        )
        .evidence(case.evidence(cx));
        for fix in fixes {
            draft = draft.fix(fix);
        }
        out.report(draft);
    }
}

/// What sets the limit.
struct Setter {
    who: String,
    object: String,
    path: &'static str,
    /// A VerticalPodAutoscaler that is at work on the workload.
    vpa: Option<String>,
    /// Why a limit of what it needs would be refused.
    refused: Option<String>,
}

impl Setter {
    fn of(cx: &Context<'_>, case: &Throttled<'_>) -> Self {
        let id = &case.workload.id;
        let vpa = cx
            .facts
            .resized_by(case.workload)
            .map(|v| v.name.to_string());
        let (who, object, path) = match (&case.quota, &vpa) {
            (Quota::LimitRange(range), _) => (
                format!("LimitRange {range}"),
                format!("LimitRange/{range} in {}", id.namespace),
                "spec.limits[type=Container].default.cpu",
            ),
            (Quota::Pod, _) => (
                "the pod as a whole (spec.resources)".to_owned(),
                id.to_string(),
                "spec.resources.limits.cpu",
            ),
            (Quota::Injected, _) => (
                "whatever adds the container to the pods (a service mesh, an agent's webhook)"
                    .to_owned(),
                "the live pod".to_owned(),
                "resources.limits.cpu",
            ),
            (_, Some(name)) => (
                format!("VerticalPodAutoscaler {name}"),
                "the live pod".to_owned(),
                "resources.limits.cpu",
            ),
            _ => (
                "something at admission (a webhook)".to_owned(),
                "the live pod".to_owned(),
                "resources.limits.cpu",
            ),
        };
        let refused = case.above_max(cx, enough(case));
        Self {
            who,
            object,
            path,
            vpa,
            refused,
        }
    }

    fn fixes(&self, case: &Throttled<'_>) -> Vec<Fix> {
        let declared = case.container.declared.limits.cpu.is_some();
        match (&case.quota, &self.vpa) {
            (Quota::LimitRange(range), _) => match &self.refused {
                Some(why) => vec![instruct(
                    &format!("raise the max of LimitRange {range}"),
                    vec![why.clone(), format!("then set a CPU limit of {} in the manifest, or as the default", enough(case))],
                )],
                None => of_limit_range(case, range),
            },
            (Quota::Pod, _) => vec![instruct(
                "raise spec.resources.limits.cpu of the pod template",
                vec!["the containers share it: a limit of their own cannot be above it".to_owned()],
            )],
            (Quota::Injected, _) => vec![instruct(
                "raise or remove the CPU limit where the container is injected",
                vec![
                    "Istio: the pod annotation sidecar.istio.io/proxyCPULimit, or global.proxy.resources for all".to_owned(),
                    "others: the injector's own configuration; the pod template does not have the container".to_owned(),
                ],
            )],
            (_, Some(name)) => vec![instruct(
                &format!("let VerticalPodAutoscaler {name} set requests only"),
                vec!["set controlledValues: RequestsOnly in its resourcePolicy for the container, or raise its maxAllowed".to_owned()],
            )],
            // The manifest has a limit, and something puts another in its place: a third one would not help.
            _ if declared => Vec::new(),
            _ => own_limit(case, vec!["what sets the limit at admission leaves a limit of the manifest alone".to_owned()]).into_iter().collect(),
        }
    }
}

fn instruct(title: &str, steps: Vec<String>) -> Fix {
    Fix {
        title: title.to_owned(),
        applicability: Applicability::DisplayOnly,
        edits: vec![Edit::Instruct { steps }],
        expected: "throttling falls once pods are made anew".to_owned(),
        rollback: "set the old value again".to_owned(),
        preconditions: Vec::new(),
    }
}

fn enough(case: &Throttled<'_>) -> Cpu {
    let wanted = case.need.as_ref().and_then(|n| n.limit).unwrap_or_default();
    case.at_least(wanted.max(Cpu(case.diagnosis.limit.0 * 3 / 2)))
}

fn own_limit(case: &Throttled<'_>, preconditions: Vec<String>) -> Option<Fix> {
    case.need.as_ref()?;
    let to = enough(case);
    Some(Fix {
        title: format!("set a CPU limit of {to} in the manifest"),
        applicability: Applicability::Review,
        edits: vec![case.raise_limit(to)],
        expected: "the manifest's own limit wins over a default; throttling falls".to_owned(),
        rollback: "remove the limit from the manifest".to_owned(),
        preconditions,
    })
}

fn of_limit_range(case: &Throttled<'_>, range: &str) -> Vec<Fix> {
    let (limit, to) = (case.diagnosis.limit, enough(case));
    let raise = Fix {
        title: format!("raise the default CPU limit of LimitRange {range} from {limit} to {to}"),
        applicability: Applicability::Review,
        edits: vec![Edit::SetLimitRange {
            namespace: case.workload.id.namespace.clone(),
            name: range.to_owned(),
            changes: vec![ResourceChange {
                field: ResourceField::LimitsCpu,
                from: Some(limit.to_string()),
                to: Some(to.to_string()),
            }],
        }],
        expected: "pods created from now on get the higher default; roll the workload out again".to_owned(),
        rollback: format!("set the default back to {limit}"),
        preconditions: vec!["every other container of the namespace that relies on the default may have the higher limit too".to_owned()],
    };
    own_limit(case, Vec::new())
        .into_iter()
        .chain([raise])
        .collect()
}
