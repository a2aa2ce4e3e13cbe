//! Words that say nothing about who uses them.

/// Namespaces whose objects belong to the platform, by prefix.
pub(super) const PLATFORM_NAMESPACES: [&str; 9] = [
    "kube-",
    "gke-",
    "gmp-",
    "openshift-",
    "cattle-",
    "calico-",
    "tigera-",
    "gatekeeper-",
    "aks-",
];

/// Names that say nothing about who uses them: parts of Kubernetes and of kube-prometheus-stack.
pub(super) const COMMON: &str = " default monitoring observability prometheus prometheus-operator prometheus-operated alertmanager \
    alertmanager-operated grafana node-exporter prometheus-node-exporter kube-state-metrics kubelet apiserver \
    kube-apiserver kubernetes kube-scheduler kube-controller-manager kube-proxy kube-etcd etcd coredns kube-dns cadvisor \
    node-local-dns metrics-server thanos-sidecar config-reloader istio-proxy istio-init linkerd-proxy envoy pod app \
    control-plane controlplane master worker metrics http https web probes node true false none null unknown linux \
    amd64 arm64 cluster-autoscaler karpenter default-scheduler prometheus-k8s alertmanager-main blackbox-exporter ";

/// Labels whose values are facts, not names.
pub(super) const FACTS: &str = " alertname alertstate severity __name__ le quantile mode reason phase condition status resource unit \
    verb code method type kind owner_kind created_by_kind workload_type owner_is_controller git_version kubelet_version \
    kubeproxy_version os_image kernel_version container_runtime_version role effect metric version scope \
    subresource group device fstype mountpoint cpu direction protocol operation priority qos_class state result \
    condition_status exit_code resource_type request_kind name_pattern pod_template_hash pod-template-hash \
    controller-revision-hash pod-template-generation helm.sh/resource-policy app.kubernetes.io/managed-by \
    app.kubernetes.io/version cloud.google.com/gke-os-distribution cloud.google.com/gke-provisioning \
    eks.amazonaws.com/compute-type eks.amazonaws.com/capacityType karpenter.sh/capacity-type \
    kubernetes.azure.com/role kubernetes.azure.com/mode kubernetes.azure.com/os-sku minikube.k8s.io/version \
    microk8s.io/cluster node.openshift.io/os_id node.k0sproject.io/role doks.digitalocean.com/version \
    addonmanager.kubernetes.io/mode ";

/// The same, by the start of the label.
pub(super) const FACT_PREFIXES: [&str; 7] = [
    "node-role.kubernetes.io/",
    "node.kubernetes.io/",
    "beta.kubernetes.io/",
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "pod-security.kubernetes.io/",
    "batch.kubernetes.io/job-completion-index",
];

/// Labels that name objects, in query results.
pub(super) const OBJECT_LABELS: [&str; 12] = [
    "container",
    "deployment",
    "daemonset",
    "statefulset",
    "replicaset",
    "job_name",
    "cronjob",
    "owner_name",
    "created_by_name",
    "workload",
    "service",
    "pod",
];
