use super::*;
use crate::model::{AutoscalerKind, Bytes, Cpu, Origin, Timestamp, WorkloadKind};

mod hostile;

/// Reads text as if it came through standard input.
fn read(text: &str) -> Collected {
    read_with(&[PathBuf::from("-")], &mut text.as_bytes()).unwrap()
}

fn gaps(collected: &Collected) -> Vec<String> {
    let line = |gap: &Gap| format!("{} [{}] {}", gap.wanted, gap.part, gap.because);
    collected.gaps.iter().map(line).collect()
}

const SHOP: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  uid: 6f1d
  creationTimestamp: "2026-01-02T03:04:05Z"
  labels: {app: cart, tier: 2}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"password":"hunter2"}'
    meta.helm.sh/release-name: cart
    promtune.dev/ignore: requests
spec:
  replicas: 3
  template:
    metadata:
      labels: {app: cart}
    spec:
      priorityClassName: high
      hostNetwork: true
      tolerations: [{key: spot}, {operator: Exists}, null]
      initContainers:
      - {name: mesh, image: "mesh:1", restartPolicy: Always}
      containers:
      - name: app
        image: cart:1.2
        command: [java, -Xmx512m, --db-password=hunter2]
        args: ["--bind-address", "0.0.0.0"]
        env: [{name: TOKEN, value: hunter2}]
        resources:
          requests: {cpu: 0.1, memory: 256Mi, nvidia.com/gpu: 1}
          limits: {memory: 268435456, ephemeral-storage: 1Gi}
      resources:
        limits: {cpu: 2}
"#;

#[test]
fn a_deployment_is_read_whole() {
    let all = read(SHOP);
    assert_eq!(gaps(&all), [""; 0]);
    let [cart] = &all.cluster.workloads[..] else {
        panic!("{:?}", all.cluster.workloads)
    };
    assert_eq!(cart.id.to_string(), "Deployment/cart");
    assert_eq!(
        (cart.id.namespace.as_str(), cart.replicas),
        ("shop", Some(3))
    );
    assert_eq!(cart.created, Some(Timestamp(1_767_323_045)));
    assert_eq!(&*cart.labels["tier"], "2");
    let kept: Vec<&str> = cart.annotations.keys().map(|key| &**key).collect();
    assert_eq!(kept, ["meta.helm.sh/release-name", "promtune.dev/ignore"]);
    assert_eq!(cart.origin, Origin::Kubernetes, "it has a uid");
    let spec = &cart.template;
    assert_eq!(
        (spec.priority_class.as_deref(), spec.host_network),
        (Some("high"), true)
    );
    let keys: Vec<&str> = spec.toleration_keys.iter().map(|key| &**key).collect();
    assert_eq!(keys, ["", "spot"]);
    assert!(spec.init_containers[0].restart_always);
    assert_eq!(spec.resources.as_ref().unwrap().limits.cpu, Some(Cpu(2000)));
    let app = &spec.containers[0];
    assert_eq!(app.resources.requests.cpu, Some(Cpu(100)));
    assert_eq!(app.resources.requests.memory, app.resources.limits.memory);
    assert_eq!(
        app.resources.limits.ephemeral_storage,
        Some(Bytes(Bytes::GI))
    );
    assert_eq!(app.flags["-Xmx"], "512m");
    assert_eq!(app.flags["--bind-address"], "0.0.0.0");
    assert!(!format!("{all:?}").contains("hunter2"));
}

const LIVE: &str = r#"{"apiVersion": "v1", "items": [
 {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart-7d9-x2k9q", "namespace": "shop", "uid": "1",
   "ownerReferences": [{"kind": "Backup", "name": "b"}, {"kind": "ReplicaSet", "name": "cart-7d9", "controller": true}]},
  "spec": {"nodeName": "n1", "containers": [{"name": "app"}], "initContainers": [{"name": "mesh", "restartPolicy": "Always"}, {"name": "once"}]},
  "status": {"phase": "Running", "containerStatuses": [{"name": "app", "restartCount": 4,
     "state": {"waiting": {"reason": "CrashLoopBackOff"}},
     "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-01-02T03:04:05Z", "message": "hunter2"}}}],
   "initContainerStatuses": [{"name": "mesh", "restartCount": 1}, {"name": "once", "restartCount": 0}]}},
 {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debug", "namespace": "shop", "uid": "2", "labels": {"a": "b"}}, "spec": {"containers": []}, "status": {"phase": "Failed"}},
 {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "cart-7d9", "namespace": "shop", "uid": "3",
   "ownerReferences": [{"kind": "Deployment", "name": "cart", "controller": true}]}, "spec": {"template": {}}},
 {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "lone", "namespace": "shop", "uid": "4"}, "spec": {"replicas": 2}},
 {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "nightly-28", "namespace": "shop", "uid": "5",
   "ownerReferences": [{"kind": "CronJob", "name": "nightly", "controller": true}]}},
 {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop", "uid": "6"},
  "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": {"x": "y"}}, "spec": {"containers": [{"name": "dump"}]}}}}}},
 {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}, "data": {"password": "hunter2"}}
 ], "kind": "List", "metadata": {"resourceVersion": ""}}"#;

#[test]
fn pods_owners_and_links_of_a_list() {
    let all = read(LIVE);
    assert_eq!(gaps(&all), [""; 0]);
    let cluster = &all.cluster;
    let pod = &cluster.pods[0];
    assert_eq!(pod.owner.as_ref().map(|o| &*o.name), Some("cart-7d9"));
    assert_eq!((pod.node.as_deref(), &*pod.phase), (Some("n1"), "Running"));
    let names: Vec<&str> = pod.statuses.iter().map(|s| &*s.name).collect();
    assert_eq!(
        names,
        ["app", "mesh"],
        "init containers that end are left out"
    );
    let app = &pod.statuses[0];
    let ended = app.last_terminated.as_ref().unwrap();
    assert_eq!(
        (&*ended.reason, ended.exit_code, app.restarts),
        ("OOMKilled", 137, 4)
    );
    assert_eq!(app.waiting.as_deref(), Some("CrashLoopBackOff"));
    let ids: Vec<String> = cluster.workloads.iter().map(|w| w.id.to_string()).collect();
    assert_eq!(ids, ["ReplicaSet/lone", "CronJob/nightly", "Pod/debug"]);
    assert_eq!(&*cluster.workloads[1].template.containers[0].name, "dump");
    let links: Vec<(&WorkloadKind, &str, &str)> = cluster
        .links
        .iter()
        .map(|l| (&l.kind, &*l.name, &*l.owner.name))
        .collect();
    assert_eq!(
        links,
        [
            (&WorkloadKind::ReplicaSet, "cart-7d9", "cart"),
            (&WorkloadKind::Job, "nightly-28", "nightly")
        ]
    );
    assert!(!format!("{all:?}").contains("hunter2"));
}

#[test]
fn policies_of_every_kind() {
    let all = read(
        r#"
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: s},
 spec: {scaleTargetRef: {kind: Deployment, name: cart}, minReplicas: 2, maxReplicas: 9, metrics: [
  {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}},
  {type: ContainerResource, containerResource: {name: memory, container: app, target: {averageValue: 1Gi}}},
  {type: External, external: {metric: {name: lag}, target: {value: 5}}}]},
 status: {currentReplicas: 3, desiredReplicas: 4, conditions: [{type: ScalingLimited, status: "True"}]}}
---
{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: b, namespace: s},
 spec: {scaleTargetRef: {kind: StatefulSet, name: db}, maxReplicas: 3, targetCPUUtilizationPercentage: 80}}
---
{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: c, namespace: s}, spec: {scaleTargetRef: {name: q}, triggers: [
  {type: cpu, metricType: Utilization, metadata: {value: "60", containerName: app}},
  {type: rabbitmq, name: jobs, metadata: {host: "amqp://u:hunter2@mq", value: "20"}}]}}
---
{apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscaler, metadata: {name: d, namespace: s}, spec: {targetRef: {kind: Deployment, name: cart}, updatePolicy: {updateMode: "Off"}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: e, namespace: s}, spec: {minAvailable: 1, maxUnavailable: 50%, selector: {matchLabels: {app: cart}, matchExpressions: [{key: x, operator: Exists}]}}}
---
{apiVersion: v1, kind: Service, metadata: {name: f, namespace: s}, spec: {selector: {app: cart}, ports: [{name: web, port: 80}, {port: 9090}, {name: bad}]}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: g, namespace: s}, spec: {limits: [{type: Container, default: {memory: 512Mi}, defaultRequest: {cpu: 100m}, max: {cpu: 2}}]}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: h, namespace: s}, spec: {hard: {limits.cpu: 20}}, status: {used: {limits.cpu: "3"}}}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: i}, value: -5}
---
{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: j, namespace: s}, spec: {replicas: 1, template: {spec: {containers: [{name: app}]}}}}
---
{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: k, namespace: s}, spec: {jobLabel: app, selector: {matchLabels: {app: cart}}, endpoints: [{port: web, basicAuth: {password: hunter2}}, {targetPort: 80}]}}
---
{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: {name: k, namespace: s}, spec: {podMetricsEndpoints: [{port: metrics}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: s, labels: {team: a}, annotations: {promtune.dev/x: y, other: z}}}
"#,
    );
    assert_eq!(gaps(&all), [""; 0]);
    let cluster = &all.cluster;
    let [a, b, c] = &cluster.autoscalers[..] else {
        panic!("{:?}", cluster.autoscalers)
    };
    assert_eq!(
        (a.min_replicas, a.max_replicas, a.desired_replicas),
        (Some(2), 9, Some(4))
    );
    assert_eq!(a.conditions["ScalingLimited"], "True");
    assert_eq!(a.metrics[0].utilization, Some(70));
    assert_eq!(a.metrics[1].container.as_deref(), Some("app"));
    assert_eq!(
        (a.metrics[2].name.as_str(), a.metrics[2].value.as_deref()),
        ("lag", Some("5"))
    );
    assert_eq!(
        (b.metrics[0].name.as_str(), b.metrics[0].utilization),
        ("cpu", Some(80))
    );
    assert_eq!(
        (c.kind, c.target.kind.as_str(), c.max_replicas),
        (AutoscalerKind::Keda, "Deployment", 100)
    );
    assert_eq!(
        (c.metrics[0].utilization, c.metrics[1].value.as_deref()),
        (Some(60), Some("20"))
    );
    assert_eq!(cluster.vertical_autoscalers[0].mode, "Off");
    let budget = &cluster.disruption_budgets[0];
    assert_eq!(
        (
            budget.min_available.as_deref(),
            budget.max_unavailable.as_deref()
        ),
        (Some("1"), Some("50%"))
    );
    assert!(budget.has_expressions);
    assert_eq!(
        cluster.services[0].ports,
        [("web".to_owned(), 80), (String::new(), 9090)]
    );
    assert_eq!(
        cluster.limit_ranges[0].items[0].default_request.cpu,
        Some(Cpu(100))
    );
    assert_eq!(
        (
            cluster.quotas[0].hard["limits.cpu"].as_str(),
            cluster.quotas[0].used["limits.cpu"].as_str()
        ),
        ("20", "3")
    );
    assert_eq!(cluster.priority_classes[0].value, -5);
    assert_eq!(cluster.workloads[0].id.kind, WorkloadKind::Rollout);
    assert_eq!(
        cluster.workloads[0].origin,
        Origin::File {
            path: "-".to_owned(),
            document: 9
        }
    );
    assert_eq!(
        (cluster.monitors.len(), cluster.monitors[0].ports.len()),
        (2, 1)
    );
    assert_eq!(cluster.namespaces[0].annotations.len(), 1);
    assert!(!format!("{all:?}").contains("hunter2"));
}

#[test]
fn nodes_tell_the_platform() {
    let all = read(
        r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "n1",
        "labels": {"node-role.kubernetes.io/control-plane": "", "kubernetes.io/role": "master", "node-role.kubernetes.io/": "x"},
        "annotations": {"kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/c.sock", "volumes.kubernetes.io/x": "y"}},
        "spec": {"providerID": "aws:///eu-west-1a/i-1", "unschedulable": true, "taints": [{"key": "spot", "effect": "NoSchedule"}]},
        "status": {"capacity": {"cpu": "4", "memory": "16Gi", "pods": "110"}, "allocatable": {"cpu": "3920m"},
        "nodeInfo": {"kubeletVersion": "v1.31.2-eks-94953ac", "osImage": "Bottlerocket OS 1.2", "kernelVersion": "6.1", "containerRuntimeVersion": "containerd://1.7"}}}]}"#,
    );
    assert_eq!(gaps(&all), [""; 0]);
    let node = &all.cluster.nodes[0];
    let roles: Vec<&str> = node.roles.iter().map(|r| &**r).collect();
    assert_eq!(roles, ["control-plane", "master"]);
    assert_eq!((node.annotations.len(), node.unschedulable), (1, true));
    assert_eq!(
        (node.allocatable.cpu, node.capacity.pods),
        (Some(Cpu(3920)), Some(110))
    );
    assert_eq!(&*node.kubelet_version, "v1.31.2-eks-94953ac");
    assert_eq!(&*node.provider_id, "aws:///eu-west-1a/i-1");
}

#[test]
fn rules_keep_their_object_and_doubtful_ones_are_named() {
    let all = read(
        r#"
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: shop, namespace: obs, labels: {release: kps}}
spec:
  groups:
  - name: g
    interval: 30s
    rules:
    - {alert: Down, expr: up == 0, for: 5m, keep_firing_for: 10m, labels: {severity: page}, annotations: {summary: s}}
    - {record: one, expr: 1}
    - {alert: Odd, expr: x, for: five minutes}
    - {expr: y}
    - {alert: A, record: b, expr: z}
    - {alert: Empty, expr: ""}
"#,
    );
    let [group] = &all.rule_groups[..] else {
        panic!("{:?}", all.rule_groups)
    };
    let object = group.object.as_ref().unwrap();
    assert_eq!((object.name.as_str(), group.file.as_str()), ("shop", "-"));
    let dumped = read(
        "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: d, uid: '1'}, spec: {groups: [{name: g}]}}",
    );
    assert_eq!(dumped.rule_groups[0].file, "", "a dump is not a rule file");
    let names: Vec<&str> = group.rules.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["Down", "one", "Odd"]);
    assert_eq!(group.rules[0].hold.unwrap().0, 300);
    assert_eq!(
        (group.rules[1].expr.as_str(), group.rules[2].hold),
        ("1", None)
    );
    let gaps = gaps(&all);
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    assert!(
        gaps.iter().all(|g| g.contains("obs/shop, group g")),
        "{gaps:?}"
    );
}
