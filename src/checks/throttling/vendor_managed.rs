//! # A vendor's pod is throttled
//!
//! ## What it finds
//! Throttled containers that the platform's vendor or an add-on manager owns.
//!
//! ## Why it hurts
//! The alert names a pod that nobody here can fix: an edit is put back by the add-on manager. It trains people to
//! ignore CPUThrottlingHigh.
//!
//! ## How we decide
//! Throttled in at least a quarter of the active periods, over the window or in the worst hours, and the workload
//! carries an add-on manager's label (`addonmanager.kubernetes.io/mode`, `kubernetes.azure.com/managedby`,
//! `eks.amazonaws.com/component`), lives in a namespace that the vendor owns, or has the name of a vendor's DaemonSet
//! in kube-system. A static pod counts too: the kubelet of its node puts it back.
//!
//! ## When it is wrong
//! - Jobs and CronJobs are left out: nobody waits for them the way people wait for a server.
//! - Some EKS add-ons accept resources in their configuration values; then it can be fixed there.
//! - A workload of your own that took a vendor's name in kube-system.
//!
//! ## Fix and its risk
//! Leave these pods out of the alert. What stays covered: a vendor's pod that fails still shows as KubePodNotReady or
//! KubePodCrashLooping.
//!
//! ## Example
//! `metrics-server` in kube-system on GKE, resized and put back by the add-on manager.
//!
//! ## Options
//! `throttling.ratio` in `rulesets/defaults.yaml`.
//!
//! ## References
//! - <https://github.com/kubernetes/autoscaler/issues/4141>
//! - <https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html>

use crate::check::{
    Context, Draft, Evidence, Meta, Need, Severity, Sink, Status, THROTTLED_USES, throttled,
};
use crate::fix::{Applicability, Edit, Fix};
use crate::model::WorkloadKind;
use crate::sizing::Cause;

pub const META: Meta = Meta {
    title: "Throttled, and only its vendor can change that",
    severity: Severity::Info,
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
    for case in throttled(cx) {
        let Cause::VendorManaged(vendor) = case.diagnosis.cause else {
            continue;
        };
        let name = &case.container.name;
        let id = &case.workload.id;
        let draft = Draft::new(
            case.subject(),
            case.confidence(),
            format!("{name} is throttled and belongs to {vendor}, not to you"),
            format!("it is {}, and {vendor} puts back whatever is changed on it", case.how_much()),
            "leave it out of CPUThrottlingHigh, or set its resources where the vendor lets you".to_owned(),
            Evidence::known("throttling/vendor-managed", "https://github.com/kubernetes/autoscaler/issues/4141"),
        )
        .evidence([Evidence::field(id.to_string(), "managed by", vendor)])
        .evidence(case.evidence(cx))
        .fix(Fix {
            title: "set its resources through the add-on, or leave it out of the alert".to_owned(),
            applicability: Applicability::DisplayOnly,
            edits: vec![Edit::Instruct {
                steps: vec![
                    match id.kind {
                        WorkloadKind::Pod => "change its manifest on the node (/etc/kubernetes/manifests)".to_owned(),
                        _ => format!("EKS: `aws eks describe-addon-configuration` tells whether the add-on behind {} accepts resources", id.name),
                    },
                    format!("otherwise add `namespace!=\"{}\"` or `container!=\"{name}\"` to the selectors of CPUThrottlingHigh", id.namespace),
                ],
            }],
            expected: "the alert names only pods that can be fixed here".to_owned(),
            rollback: "take the matcher out again".to_owned(),
            preconditions: Vec::new(),
        });
        out.report(draft);
    }
}
