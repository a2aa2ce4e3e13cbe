//! Definitions of custom kinds, as small as the API server takes them: any fields, a status of its own.

use serde_json::{Value, json};

/// Group, version, kind, plural.
const KINDS: &[[&str; 4]] = &[
    [
        "monitoring.coreos.com",
        "v1",
        "PrometheusRule",
        "prometheusrules",
    ],
    [
        "monitoring.coreos.com",
        "v1",
        "ServiceMonitor",
        "servicemonitors",
    ],
    ["monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"],
    ["monitoring.coreos.com", "v1", "Prometheus", "prometheuses"],
    [
        "autoscaling.k8s.io",
        "v1",
        "VerticalPodAutoscaler",
        "verticalpodautoscalers",
    ],
    ["keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"],
    ["argoproj.io", "v1alpha1", "Rollout", "rollouts"],
    [
        "vpcresources.k8s.aws",
        "v1beta1",
        "SecurityGroupPolicy",
        "securitygrouppolicies",
    ],
];

pub fn all() -> Value {
    let items: Vec<Value> = KINDS.iter().map(definition).collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn definition([group, version, kind, plural]: &[&str; 4]) -> Value {
    // A group under *.k8s.io is protected: its definitions must say who approved them.
    let annotations = if group.ends_with(".k8s.io") {
        json!({"api-approved.kubernetes.io": "unapproved, a definition for tests"})
    } else {
        json!({})
    };
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}"), "annotations": annotations},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{
                "name": version,
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "properties": {"spec": open, "status": open},
                    "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}
