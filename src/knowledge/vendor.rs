//! Who manages a workload when it is not the user.

use crate::model::{Labels, WorkloadRef};

/// Namespaces that a vendor's controllers own: what is changed there is put back.
const VENDOR_NAMESPACES: &[(&str, &str)] = &[
    ("gke-managed-", "GKE"),
    ("gmp-system", "GKE managed Prometheus"),
    ("gke-gmp-system", "GKE managed Prometheus"),
    ("gatekeeper-system", "the policy add-on"),
    ("calico-system", "the Tigera operator"),
    ("tigera-operator", "the Tigera operator"),
    ("openshift-", "OpenShift"),
    ("amazon-guardduty", "AWS GuardDuty"),
];

/// Labels that an add-on manager puts on what it owns and puts back.
const VENDOR_LABELS: &[(&str, &str)] = &[
    (
        "addonmanager.kubernetes.io/mode",
        "the cluster's add-on manager",
    ),
    ("kubernetes.azure.com/managedby", "AKS"),
    ("eks.amazonaws.com/component", "an EKS add-on"),
];

/// DaemonSets and Deployments of kube-system that a cloud vendor ships under fixed names.
const VENDOR_WORKLOADS: &[(&str, &str)] = &[
    ("aws-node", "the Amazon VPC CNI add-on"),
    ("ebs-csi-", "the EBS CSI add-on"),
    ("eks-pod-identity-agent", "an EKS add-on"),
    ("gke-", "GKE"),
    ("fluentbit-gke", "GKE"),
    ("konnectivity-agent", "the platform"),
    ("ama-", "AKS monitoring"),
    ("azure-", "AKS"),
    ("csi-azure", "AKS"),
    ("do-node-agent", "DigitalOcean"),
    ("anetd", "GKE Dataplane V2"),
    ("netd", "GKE"),
    ("pdcsi-node", "GKE"),
];

/// Names the manager of a workload whose settings are put back when changed by hand; absent for the user's own.
#[must_use]
pub fn vendor_of(
    workload: &WorkloadRef,
    labels: &Labels,
    template_labels: &Labels,
) -> Option<&'static str> {
    let by_label = VENDOR_LABELS
        .iter()
        .find(|(key, _)| labels.contains_key(*key) || template_labels.contains_key(*key));
    if let Some((_, vendor)) = by_label {
        return Some(vendor);
    }
    let starts = |prefix: &str, text: &str| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || prefix.ends_with('-'))
    };
    if let Some((_, vendor)) = VENDOR_NAMESPACES
        .iter()
        .find(|(n, _)| starts(n, &workload.namespace))
    {
        return Some(vendor);
    }
    if workload.namespace != "kube-system" {
        return None;
    }
    VENDOR_WORKLOADS
        .iter()
        .find(|(n, _)| starts(n, &workload.name))
        .map(|(_, vendor)| *vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(namespace: &str, name: &str, label: Option<&str>) -> Option<&'static str> {
        let id = WorkloadRef {
            namespace: namespace.into(),
            kind: "DaemonSet".into(),
            name: name.into(),
        };
        let labels: Labels = label.map(|l| (l.into(), "x".into())).into_iter().collect();
        vendor_of(&id, &labels, &Labels::new())
    }

    #[test]
    fn vendors_are_named_by_label_namespace_and_name() {
        assert!(
            of(
                "kube-system",
                "anything",
                Some("addonmanager.kubernetes.io/mode")
            )
            .is_some()
        );
        assert!(of("gke-managed-cim", "x", None).is_some());
        assert!(of("kube-system", "aws-node", None).is_some());
    }

    #[test]
    fn the_users_own_look_alikes_are_not_a_vendors() {
        assert_eq!(of("shop", "aws-node", None), None);
        assert_eq!(of("gmp-system-test", "x", None), None);
        assert_eq!(of("kube-system", "aws-node-exporter", None), None);
        assert_eq!(of("kube-system", "my-agent", None), None);
    }
}
