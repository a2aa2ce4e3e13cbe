//! The cluster as objects for a Kubernetes API.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cluster::KUBELET;
use super::model::{
    BIRTH, Cluster, Container, END, Kind, Node, Pod, Resources, START, Workload, rfc3339, uid,
};
use super::rules;

/// Resource, hard, used: of the ResourceQuota in `payments`.
pub const QUOTA: [(&str, f64, f64); 3] = [
    ("requests.cpu", 4.0, 1.9),
    ("requests.memory", 8_589_934_592.0, 3_221_225_472.0),
    ("pods", 20.0, 5.0),
];

/// (millicores, bytes) of a node: all, and what is left for pods.
pub fn node_resources(node: &Node) -> ((i64, i64), (i64, i64)) {
    let memory = node.memory / 10_000 * 9_475 / 4_096 * 4_096;
    ((4_000, memory), (3_920, memory - 993 * (1 << 20)))
}

/// Everything but statuses and quotas, as a stream of YAML documents, in an order that can be applied.
pub fn manifests(cluster: &Cluster) -> String {
    let mut documents: Vec<String> = Vec::new();
    let mut push = |value: Value| documents.push(value.to_string());
    for namespace in &cluster.namespaces {
        let labels: BTreeMap<&str, &str> = namespace.labels.iter().copied().collect();
        push(
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.name, "labels": labels}}),
        );
        if let Some(range) = namespace.limit_range {
            push(object(
                "v1",
                "LimitRange",
                namespace.name,
                "defaults",
                json!({}),
                json!({"spec": {"limits": [
                    {"type": "Container", "default": quantities(range.limit), "defaultRequest": quantities(range.request)},
                ]}}),
            ));
        }
    }
    push(json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "business-critical"},
        "value": 100_000, "globalDefault": false, "description": "Sells things.",
    }));
    cluster.nodes.iter().map(node).for_each(&mut push);
    for workload in &cluster.workloads {
        owners(workload).into_iter().for_each(&mut push);
    }
    for (workload, pod) in cluster.pods().filter(|(_, pod)| pod.live()) {
        push(pod_object(cluster, workload, &pod));
    }
    around().into_iter().for_each(&mut push);
    documents.extend(rules::ALL.iter().map(rules::RuleSet::object));
    documents.join("\n---\n")
}

/// Objects that must come after the pods: a quota without a controller refuses them.
pub fn quotas() -> Value {
    let hard: BTreeMap<&str, String> = QUOTA
        .iter()
        .map(|(name, hard, _)| (*name, hard.to_string()))
        .collect();
    object(
        "v1",
        "ResourceQuota",
        "payments",
        "payments",
        json!({}),
        json!({"spec": {"hard": hard}}),
    )
}

/// The statuses: `apiVersion`, `kind`, `metadata` and `status` of each.
pub fn statuses(cluster: &Cluster) -> Value {
    let mut items: Vec<Value> = cluster.nodes.iter().map(node_status).collect();
    for workload in &cluster.workloads {
        items.extend(owner_statuses(workload));
    }
    for (workload, pod) in cluster.pods().filter(|(_, pod)| pod.live()) {
        items.push(pod_status(cluster, workload, &pod));
    }
    let used = |of: fn(&(&str, f64, f64)) -> f64| -> BTreeMap<&str, String> {
        QUOTA
            .iter()
            .map(|row| (row.0, of(row).to_string()))
            .collect()
    };
    items.push(object(
        "v1",
        "ResourceQuota",
        "payments",
        "payments",
        json!({}),
        json!({"status": {"hard": used(|row| row.1), "used": used(|row| row.2)}}),
    ));
    items.push(object("autoscaling/v2", "HorizontalPodAutoscaler", "shop", "frontend", json!({}), json!({"status": {
        "currentReplicas": 2, "desiredReplicas": 2, "conditions": [],
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 12, "averageValue": "60m"}}}],
    }})));
    items.push(object("policy/v1", "PodDisruptionBudget", "shop", "checkout", json!({}), json!({"status": {
        "currentHealthy": 3, "desiredHealthy": 2, "disruptionsAllowed": 1, "expectedPods": 3, "observedGeneration": 1,
    }})));
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

/// When an object was made, by the description.
pub fn created(cluster: &Cluster) -> BTreeMap<(String, String, String), i64> {
    let mut created = BTreeMap::new();
    let mut put = |kind: &str, namespace: &str, name: &str, time: i64| {
        created.insert(
            (kind.to_owned(), namespace.to_owned(), name.to_owned()),
            time,
        )
    };
    for workload in &cluster.workloads {
        put(
            workload.kind.name(),
            workload.namespace,
            workload.name,
            workload.born,
        );
        for (set, from, _) in workload.replica_sets() {
            put("ReplicaSet", workload.namespace, &set, from);
        }
        for (job, start, _, _) in workload.jobs() {
            put("Job", workload.namespace, &job, start);
        }
        for pod in workload.pods() {
            put("Pod", workload.namespace, &pod.name, pod.from);
        }
    }
    created
}

/// Gives a stored object the uid its owner references say and the age the history says, so that two clusters
/// made at different times are the same. True for what belongs to the demo.
pub fn settle(object: &mut Value, created: &BTreeMap<(String, String, String), i64>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, namespace, name) = (
        text(&object["kind"]),
        text(&object["metadata"]["namespace"]),
        text(&object["metadata"]["name"]),
    );
    let ours = [
        "Namespace",
        "Node",
        "PriorityClass",
        "LimitRange",
        "ResourceQuota",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Job",
        "CronJob",
        "Pod",
        "Service",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "PrometheusRule",
        "ServiceMonitor",
        "PodMonitor",
        "VerticalPodAutoscaler",
        "ScaledObject",
        "Rollout",
    ];
    if !ours.contains(&kind.as_str()) {
        return;
    }
    let time = created
        .get(&(kind.clone(), namespace.clone(), name.clone()))
        .copied()
        .unwrap_or(BIRTH);
    object["metadata"]["uid"] = json!(uid(&kind, &namespace, &name));
    object["metadata"]["creationTimestamp"] = json!(rfc3339(time));
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
}

fn object(api: &str, kind: &str, namespace: &str, name: &str, labels: Value, more: Value) -> Value {
    let mut metadata = json!({"name": name, "namespace": namespace});
    if labels.as_object().is_some_and(|labels| !labels.is_empty()) {
        metadata["labels"] = labels;
    }
    let mut object = json!({"apiVersion": api, "kind": kind, "metadata": metadata});
    for (key, value) in more.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
    object
}

fn quantities(resources: Resources) -> Value {
    let mut out = json!({});
    if let Some(cpu) = resources.cpu {
        out["cpu"] = json!(if cpu % 1_000 == 0 {
            (cpu / 1_000).to_string()
        } else {
            format!("{cpu}m")
        });
    }
    if let Some(memory) = resources.memory {
        let gi = 1 << 30;
        out["memory"] = json!(if memory % gi == 0 {
            format!("{}Gi", memory / gi)
        } else {
            format!("{}Mi", memory >> 20)
        });
    }
    out
}

fn node(node: &Node) -> Value {
    let instance = if node.group == "data" {
        "r6i.xlarge"
    } else {
        "m6i.xlarge"
    };
    let mut spec = json!({"providerID": format!("aws:///{}/{}", node.zone, node.instance)});
    if let Some(taint) = node.taint {
        spec["taints"] = json!([{"key": taint, "value": "data", "effect": "NoSchedule"}]);
    }
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": node.name, "labels": {
            "alpha.eksctl.io/cluster-name": "demo",
            "alpha.eksctl.io/nodegroup-name": node.group,
            "beta.kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux",
            "eks.amazonaws.com/capacityType": "ON_DEMAND",
            "eks.amazonaws.com/nodegroup": node.group,
            "eks.amazonaws.com/nodegroup-image": "ami-0123456789abcdef0",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": node.name,
            "kubernetes.io/os": "linux",
            "node.kubernetes.io/instance-type": instance,
            "topology.kubernetes.io/region": "eu-west-1",
            "topology.kubernetes.io/zone": node.zone,
        }},
        "spec": spec,
    })
}

fn node_status(node: &Node) -> Value {
    let (capacity, allocatable) = node_resources(node);
    let resources = |(cpu, memory): (i64, i64)| json!({"cpu": format!("{cpu}m"), "memory": format!("{}Ki", memory / 1_024), "pods": "58", "ephemeral-storage": "80Gi"});
    let condition = |kind, status, reason: &str| {
        json!({"type": kind, "status": status, "reason": reason, "message": "",
               "lastHeartbeatTime": rfc3339(END), "lastTransitionTime": rfc3339(BIRTH)})
    };
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node.name}, "status": {
        "capacity": resources(capacity),
        "allocatable": resources(allocatable),
        "addresses": [{"type": "InternalIP", "address": node.ip}, {"type": "Hostname", "address": node.name}],
        "conditions": [
            condition("Ready", "True", "KubeletReady"),
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        ],
        "nodeInfo": {
            "architecture": "amd64", "operatingSystem": "linux",
            "bootID": uid("boot", "", &node.name), "machineID": uid("machine", "", &node.name), "systemUUID": uid("system", "", &node.name),
            "containerRuntimeVersion": "containerd://2.1.4",
            "kernelVersion": "6.1.155-176.282.amzn2023.x86_64",
            "kubeProxyVersion": KUBELET, "kubeletVersion": KUBELET,
            "osImage": "Amazon Linux 2023.9.20251105",
        },
    }})
}

fn owner_reference(api: &str, kind: &str, namespace: &str, name: &str) -> Value {
    json!([{"apiVersion": api, "kind": kind, "name": name, "uid": uid(kind, namespace, name), "controller": true, "blockOwnerDeletion": true}])
}

fn labels(workload: &Workload) -> Value {
    let mut labels = json!({"app": workload.name});
    for (key, value) in &workload.labels {
        labels[*key] = json!(value);
    }
    labels
}

fn container(container: &Container) -> Value {
    let mut out = json!({"name": container.name, "image": container.image, "resources": {}});
    for (key, resources) in [
        ("requests", container.requests),
        ("limits", container.limits),
    ] {
        if resources != Resources::default() {
            out["resources"][key] = quantities(resources);
        }
    }
    if container.native_sidecar {
        out["restartPolicy"] = json!("Always");
    }
    out
}

fn pod_spec(workload: &Workload, in_pod: bool) -> Value {
    let injected = workload.injected.iter().filter(|_| in_pod);
    let containers: Vec<Value> = workload
        .containers
        .iter()
        .chain(injected)
        .map(container)
        .collect();
    let mut spec = json!({"containers": containers, "automountServiceAccountToken": false});
    if !workload.init.is_empty() {
        spec["initContainers"] = workload.init.iter().map(container).collect();
    }
    if let Some(class) = workload.priority_class {
        spec["priorityClassName"] = json!(class);
    }
    if workload.kind == Kind::CronJob {
        spec["restartPolicy"] = json!("Never");
    }
    if workload.node == 3 || workload.kind == Kind::DaemonSet {
        spec["tolerations"] = json!([{"key": "dedicated", "operator": "Exists"}]);
    }
    spec
}

/// The controller objects of a workload, owners first.
fn owners(workload: &Workload) -> Vec<Value> {
    let Workload {
        namespace, name, ..
    } = *workload;
    let selector = json!({"matchLabels": {"app": name}});
    let template =
        json!({"metadata": {"labels": labels(workload)}, "spec": pod_spec(workload, false)});
    let replicas = workload.replicas;
    let make = |api: &str, spec: Value| {
        object(
            api,
            workload.kind.name(),
            namespace,
            name,
            labels(workload),
            json!({"spec": spec}),
        )
    };
    let sets = |api: &str, revision: &str| -> Vec<Value> {
        let sets = workload.replica_sets();
        let last = sets.len() - 1;
        sets.iter()
            .enumerate()
            .map(|(number, (set, _, _))| {
                let hash = set.rsplit('-').next().unwrap_or_default();
                let with_hash = |mut labels: Value| {
                    labels["pod-template-hash"] = json!(hash);
                    labels
                };
                let mut template = template.clone();
                template["metadata"]["labels"] = with_hash(labels(workload));
                let mut object = object(
                    "apps/v1",
                    "ReplicaSet",
                    namespace,
                    set,
                    with_hash(labels(workload)),
                    json!({"spec": {
                        "replicas": if number == last { replicas } else { 0 },
                        "selector": {"matchLabels": {"app": name, "pod-template-hash": hash}},
                        "template": template,
                    }}),
                );
                object["metadata"]["annotations"] = json!({(revision): (number + 1).to_string()});
                object["metadata"]["ownerReferences"] =
                    owner_reference(api, workload.kind.name(), namespace, name);
                object
            })
            .collect()
    };
    match workload.kind {
        Kind::Deployment => {
            let mut out = vec![make(
                "apps/v1",
                json!({"replicas": replicas, "selector": selector, "template": template}),
            )];
            out.extend(sets("apps/v1", "deployment.kubernetes.io/revision"));
            out
        }
        Kind::Rollout => {
            let strategy = json!({"canary": {"steps": [{"setWeight": 50}]}});
            let mut out = vec![make(
                "argoproj.io/v1alpha1",
                json!({"replicas": replicas, "selector": selector, "template": template, "strategy": strategy}),
            )];
            out.extend(sets("argoproj.io/v1alpha1", "rollout.argoproj.io/revision"));
            out
        }
        Kind::StatefulSet => vec![make(
            "apps/v1",
            json!({"replicas": replicas, "serviceName": name, "selector": selector, "template": template}),
        )],
        Kind::DaemonSet => vec![make(
            "apps/v1",
            json!({"selector": selector, "template": template}),
        )],
        Kind::CronJob => {
            let mut out = vec![make(
                "batch/v1",
                json!({
                    "schedule": "0 2 * * *", "concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 3,
                    "jobTemplate": {"spec": {"template": template}},
                }),
            )];
            for (job, _, _, _) in workload.jobs().into_iter().filter(|job| job.3 >= END) {
                let mut object = object(
                    "batch/v1",
                    "Job",
                    namespace,
                    &job,
                    labels(workload),
                    json!({"spec": {"template": template, "backoffLimit": 2}}),
                );
                object["metadata"]["ownerReferences"] =
                    owner_reference("batch/v1", "CronJob", namespace, name);
                out.push(object);
            }
            out
        }
        Kind::Pod => Vec::new(),
    }
}

fn owner_statuses(workload: &Workload) -> Vec<Value> {
    let Workload {
        namespace,
        name,
        replicas,
        ..
    } = *workload;
    let status = |api: &str, kind: &str, name: &str, status: Value| {
        object(
            api,
            kind,
            namespace,
            name,
            json!({}),
            json!({"status": status}),
        )
    };
    let mut out = Vec::new();
    match workload.kind {
        Kind::Deployment => out.push(status("apps/v1", "Deployment", name, json!({
            "observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
        }))),
        Kind::StatefulSet => out.push(status("apps/v1", "StatefulSet", name, json!({
            "observedGeneration": 1, "replicas": replicas, "readyReplicas": replicas, "currentReplicas": replicas, "updatedReplicas": replicas, "availableReplicas": replicas,
        }))),
        Kind::DaemonSet => out.push(status("apps/v1", "DaemonSet", name, json!({
            "observedGeneration": 1, "currentNumberScheduled": replicas, "desiredNumberScheduled": replicas, "numberAvailable": replicas,
            "numberMisscheduled": 0, "numberReady": replicas, "updatedNumberScheduled": replicas,
        }))),
        Kind::Rollout => out.push(status("argoproj.io/v1alpha1", "Rollout", name, json!({"replicas": replicas, "availableReplicas": replicas, "phase": "Healthy"}))),
        Kind::CronJob => {
            for (job, start, end, _) in workload.jobs().into_iter().filter(|job| job.3 >= END) {
                let condition = |kind| json!({"type": kind, "status": "True", "lastProbeTime": rfc3339(end), "lastTransitionTime": rfc3339(end)});
                out.push(status("batch/v1", "Job", &job, json!({
                    "startTime": rfc3339(start), "completionTime": rfc3339(end), "succeeded": 1,
                    "uncountedTerminatedPods": {}, "conditions": [condition("SuccessCriteriaMet"), condition("Complete")],
                })));
            }
        }
        Kind::Pod => {}
    }
    let sets = workload.replica_sets();
    for (number, (set, _, _)) in sets.iter().enumerate() {
        let replicas = if number + 1 == sets.len() {
            replicas
        } else {
            0
        };
        out.push(status("apps/v1", "ReplicaSet", set, json!({
            "observedGeneration": 1, "replicas": replicas, "fullyLabeledReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
        })));
    }
    out
}

fn pod_object(cluster: &Cluster, workload: &Workload, pod: &Pod) -> Value {
    let mut spec = pod_spec(workload, true);
    spec["nodeName"] = json!(cluster.nodes[pod.node].name);
    let mut labels = labels(workload);
    let mut object = object(
        "v1",
        "Pod",
        workload.namespace,
        &pod.name,
        json!({}),
        json!({"spec": spec}),
    );
    if !pod.owner.is_empty() {
        let api = if pod.owner_kind == "Job" {
            "batch/v1"
        } else {
            "apps/v1"
        };
        object["metadata"]["ownerReferences"] =
            owner_reference(api, pod.owner_kind, workload.namespace, &pod.owner);
    }
    if pod.owner_kind == "ReplicaSet" {
        labels["pod-template-hash"] = json!(pod.owner.rsplit('-').next().unwrap_or_default());
    }
    if !workload.injected.is_empty() {
        object["metadata"]["annotations"] =
            json!({"sidecar.istio.io/status": "{\"containers\":[\"istio-proxy\"]}"});
    }
    object["metadata"]["labels"] = labels;
    object
}

fn pod_status(cluster: &Cluster, workload: &Workload, pod: &Pod) -> Value {
    let running = !pod.completed();
    let condition = |kind, ready: bool| json!({"type": kind, "status": if ready { "True" } else { "False" }, "lastProbeTime": null, "lastTransitionTime": rfc3339(pod.from)});
    let ended = |from: i64, to: i64, reason: &str| {
        let code = match reason {
            "OOMKilled" => 137,
            "Completed" => 0,
            _ => 143,
        };
        json!({"terminated": {"exitCode": code, "reason": reason, "startedAt": rfc3339(from), "finishedAt": rfc3339(to), "containerID": "containerd://demo"}})
    };
    let one = |container: &Container, runs: bool| {
        let lives = container.lives(pod);
        let (now, past) = (lives[lives.len() - 1], &lives[..lives.len() - 1]);
        let mut out = json!({
            "name": container.name, "image": container.image, "imageID": container.image, "containerID": "containerd://demo",
            "ready": runs, "started": runs, "restartCount": past.len(),
            "state": if runs { json!({"running": {"startedAt": rfc3339(now.0)}}) } else { ended(now.0, now.1.min(now.0 + 60), "Completed") },
        });
        if let Some((from, to, Some(reason))) = past.last() {
            out["lastState"] = ended(*from, *to, reason);
        }
        out
    };
    let containers: Vec<Value> = workload
        .containers
        .iter()
        .chain(&workload.injected)
        .map(|container| one(container, running))
        .collect();
    let init: Vec<Value> = workload
        .init
        .iter()
        .map(|container| one(container, running && container.native_sidecar))
        .collect();
    let mut status = json!({
        "phase": if running { "Running" } else { "Succeeded" },
        "conditions": [condition("PodScheduled", true), condition("Initialized", true), condition("ContainersReady", running), condition("Ready", running)],
        "hostIP": cluster.nodes[pod.node].ip, "podIP": pod.ip, "podIPs": [{"ip": pod.ip}],
        "startTime": rfc3339(pod.from),
        "containerStatuses": containers,
    });
    if !init.is_empty() {
        status["initContainerStatuses"] = json!(init);
    }
    object(
        "v1",
        "Pod",
        workload.namespace,
        &pod.name,
        json!({}),
        json!({"status": status}),
    )
}

/// What stands around the workloads: services, autoscalers, budgets, monitors.
fn around() -> Vec<Value> {
    let chart = json!({"app": "kube-prometheus-stack", "chart": rules::CHART, "release": "monitoring", "heritage": "Helm"});
    let monitor = |namespace: &str, name: &str, app: &str, port: &str| {
        object(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            namespace,
            name,
            chart.clone(),
            json!({"spec": {
                "endpoints": [{"port": port}], "jobLabel": "app", "selector": {"matchLabels": {"app": app}},
            }}),
        )
    };
    let service = |namespace: &str, name: &str, port: u16| {
        object(
            "v1",
            "Service",
            namespace,
            name,
            json!({"app": name}),
            json!({"spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": port}]}}),
        )
    };
    // The chart makes these on every platform; on EKS nothing stands behind them.
    let control_plane = |component: &str, port: u16| {
        let name = format!("monitoring-kube-prometheus-{component}");
        object(
            "v1",
            "Service",
            "kube-system",
            &name,
            json!({"app": format!("kube-prometheus-stack-{component}"), "release": "monitoring", "heritage": "Helm", "chart": rules::CHART}),
            json!({"spec": {"clusterIP": "None", "selector": {"component": component}, "ports": [{"name": "http-metrics", "port": port}]}}),
        )
    };
    vec![
        service("shop", "checkout", 8080),
        service("shop", "frontend", 8080),
        service("payments", "ledger", 8080),
        control_plane("kube-scheduler", 10_259),
        control_plane("kube-controller-manager", 10_257),
        monitor(
            "monitoring",
            "monitoring-kube-prometheus-kubelet",
            "kubelet",
            "https-metrics",
        ),
        monitor(
            "monitoring",
            "monitoring-kube-prometheus-kube-scheduler",
            "kube-prometheus-stack-kube-scheduler",
            "http-metrics",
        ),
        monitor(
            "monitoring",
            "monitoring-kube-prometheus-kube-controller-manager",
            "kube-prometheus-stack-kube-controller-manager",
            "http-metrics",
        ),
        monitor(
            "monitoring",
            "monitoring-kube-state-metrics",
            "kube-state-metrics",
            "http",
        ),
        monitor(
            "monitoring",
            "monitoring-prometheus-node-exporter",
            "node-exporter",
            "http-metrics",
        ),
        monitor(
            "monitoring",
            "monitoring-kube-prometheus-coredns",
            "kube-prometheus-stack-coredns",
            "http-metrics",
        ),
        object(
            "monitoring.coreos.com/v1",
            "PodMonitor",
            "payments",
            "ledger",
            json!({"release": "monitoring"}),
            json!({"spec": {
                "podMetricsEndpoints": [{"port": "metrics"}], "selector": {"matchLabels": {"app": "ledger"}},
            }}),
        ),
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "shop",
            "frontend",
            json!({}),
            json!({"spec": {
                "minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "frontend"},
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}],
            }}),
        ),
        object(
            "policy/v1",
            "PodDisruptionBudget",
            "shop",
            "checkout",
            json!({}),
            json!({"spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "checkout"}}}}),
        ),
        object(
            "autoscaling.k8s.io/v1",
            "VerticalPodAutoscaler",
            "data",
            "search",
            json!({}),
            json!({"spec": {
                "targetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "search"}, "updatePolicy": {"updateMode": "Off"},
            }}),
        ),
        object(
            "keda.sh/v1alpha1",
            "ScaledObject",
            "batch",
            "worker",
            json!({}),
            json!({"spec": {
                "scaleTargetRef": {"name": "worker"}, "minReplicaCount": 1, "maxReplicaCount": 10,
                "triggers": [{"type": "aws-sqs-queue", "metadata": {"queueLength": "50"}}],
            }}),
        ),
    ]
}

/// The window, for people.
pub fn window() -> (String, String) {
    (rfc3339(START), rfc3339(END))
}
