//! The rules of the demo cluster: some in the shape of kube-prometheus-stack's own, in our words, and a team's.

/// One PrometheusRule object, and the rule file the operator would make of it.
pub struct RuleSet {
    pub namespace: &'static str,
    pub name: &'static str,
    /// Installed by the chart: carries its labels.
    pub chart: bool,
    /// The `groups:` of the object, as YAML.
    pub groups: &'static str,
}

pub const CHART: &str = "kube-prometheus-stack-79.5.0";

impl RuleSet {
    /// As the operator names it: namespace, name, uid.
    pub fn file_name(&self) -> String {
        let uid = super::model::uid("PrometheusRule", self.namespace, self.name);
        format!("{}-{}-{uid}.yaml", self.namespace, self.name)
    }

    pub fn object(&self) -> String {
        let Self {
            namespace,
            name,
            chart,
            groups,
        } = self;
        let labels = if *chart {
            format!(
                "    app: kube-prometheus-stack\n    chart: {CHART}\n    heritage: Helm\n    release: monitoring\n    app.kubernetes.io/instance: monitoring\n    app.kubernetes.io/managed-by: Helm\n"
            )
        } else {
            "    release: monitoring\n".to_owned()
        };
        let body: String = groups.lines().map(|line| format!("  {line}\n")).collect();
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  labels:\n{labels}spec:\n{body}"
        )
    }
}

pub const ALL: &[RuleSet] = &[
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-general.rules",
        chart: true,
        groups: r#"groups:
- name: general.rules
  rules:
  - alert: TargetDown
    expr: 100 * (count by (cluster, job, namespace, service) (up == 0) / count by (cluster, job, namespace, service) (up)) > 10
    for: 10m
    labels:
      severity: warning
    annotations:
      summary: Some targets of {{ $labels.job }} do not answer.
  - alert: Watchdog
    expr: vector(1)
    labels:
      severity: none
    annotations:
      summary: Always fires, to prove that alerts arrive.
  - alert: InfoInhibitor
    expr: group by (namespace) (ALERTS{severity = "info"} == 1) unless on (namespace) group by (namespace) (ALERTS{alertname != "InfoInhibitor", alertstate = "firing", severity =~ "warning|critical"} == 1)
    labels:
      severity: none
    annotations:
      summary: Mutes alerts of severity info while nothing worse fires in their namespace.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-kubernetes-system-scheduler",
        chart: true,
        groups: r#"groups:
- name: kubernetes-system-scheduler
  rules:
  - alert: KubeSchedulerDown
    expr: absent(up{job="kube-scheduler"})
    for: 15m
    labels:
      severity: critical
    annotations:
      runbook_url: https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubeschedulerdown
      summary: No kube-scheduler is scraped.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-kubernetes-system-controller-manager",
        chart: true,
        groups: r#"groups:
- name: kubernetes-system-controller-manager
  rules:
  - alert: KubeControllerManagerDown
    expr: absent(up{job="kube-controller-manager"})
    for: 15m
    labels:
      severity: critical
    annotations:
      runbook_url: https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubecontrollermanagerdown
      summary: No kube-controller-manager is scraped.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-kubernetes-system-kubelet",
        chart: true,
        groups: r#"groups:
- name: kubernetes-system-kubelet
  rules:
  - alert: KubeletDown
    expr: absent(up{job="kubelet", metrics_path="/metrics"})
    for: 15m
    labels:
      severity: critical
    annotations:
      summary: No kubelet is scraped.
  - alert: KubeNodeNotReady
    expr: kube_node_status_condition{job="kube-state-metrics", condition="Ready", status="true"} == 0
    for: 15m
    labels:
      severity: warning
    annotations:
      summary: Node {{ $labels.node }} is not ready.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-kubernetes-resources",
        chart: true,
        groups: r#"groups:
- name: kubernetes-resources
  rules:
  - alert: KubeMemoryOvercommit
    expr: sum(kube_pod_container_resource_requests{job="kube-state-metrics", resource="memory"}) - (sum(kube_node_status_allocatable{job="kube-state-metrics", resource="memory"}) - max(kube_node_status_allocatable{job="kube-state-metrics", resource="memory"})) > 0
    for: 10m
    labels:
      severity: warning
    annotations:
      summary: The loss of a node leaves pods without memory.
  - alert: CPUThrottlingHigh
    expr: |-
      sum by (container, pod, namespace) (increase(container_cpu_cfs_throttled_periods_total{container!="", job="kubelet", metrics_path="/metrics/cadvisor"}[5m]))
        /
      sum by (container, pod, namespace) (increase(container_cpu_cfs_periods_total{container!="", job="kubelet", metrics_path="/metrics/cadvisor"}[5m]))
        > (25 / 100)
    for: 15m
    labels:
      severity: info
    annotations:
      runbook_url: https://runbooks.prometheus-operator.dev/runbooks/kubernetes/cputhrottlinghigh
      summary: Processes of {{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} are throttled.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-kubernetes-apps",
        chart: true,
        groups: r#"groups:
- name: kubernetes-apps
  rules:
  - alert: KubePodCrashLooping
    expr: max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff", job="kube-state-metrics"}[5m]) >= 1
    for: 15m
    labels:
      severity: warning
    annotations:
      summary: Pod {{ $labels.namespace }}/{{ $labels.pod }} keeps crashing.
  - alert: KubeDeploymentReplicasMismatch
    expr: kube_deployment_spec_replicas{job="kube-state-metrics"} > kube_deployment_status_replicas_available{job="kube-state-metrics"}
    for: 15m
    labels:
      severity: warning
    annotations:
      summary: Deployment {{ $labels.namespace }}/{{ $labels.deployment }} has fewer pods than it asks for.
"#,
    },
    RuleSet {
        namespace: "monitoring",
        name: "monitoring-kube-prometheus-k8s.rules.container-memory-working-s",
        chart: true,
        groups: r#"groups:
- name: k8s.rules.container_memory_working_set_bytes
  rules:
  - record: node_namespace_pod_container:container_memory_working_set_bytes
    expr: container_memory_working_set_bytes{job="kubelet", metrics_path="/metrics/cadvisor", image!=""} * on (cluster, namespace, pod) group_left (node) topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) (kube_pod_info{node!=""}))
"#,
    },
    RuleSet {
        namespace: "shop",
        name: "shop-alerts",
        chart: false,
        groups: r#"groups:
- name: shop
  rules:
  - alert: CheckoutErrorRateHigh
    expr: shop_checkout_error_ratio > 0.05
    for: 5m
    labels:
      severity: critical
      team: storefront
    annotations:
      summary: More than 5 % of checkouts fail.
  - alert: RecommenderLatencyHigh
    expr: shop_recommender_latency_seconds > 0.5
    for: 2m
    labels:
      severity: warning
      team: storefront
    annotations:
      summary: Recommendations take {{ $value | humanizeDuration }}.
"#,
    },
    RuleSet {
        namespace: "payments",
        name: "payments-alerts",
        chart: false,
        groups: r#"groups:
- name: payments
  rules:
  - alert: PaymentsQueueBacklog
    expr: max by (namespace, queue) (payments_queue_depth) > 100
    for: 10m
    labels:
      severity: warning
      team: payments
    annotations:
      summary: Queue {{ $labels.queue }} holds {{ $value }} messages.
"#,
    },
];
