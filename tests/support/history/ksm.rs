//! What kube-state-metrics said.

use std::io::{self, Write};

use super::cluster::KUBELET;
use super::metrics::{Out, SLOW_STEP, STATIC_STEP, Times};
use super::model::{Cluster, Container, END, FIRST, Kind, LimitRange, Pod, Resources, Workload};
use super::objects;

/// kube-state-metrics, with the labels of its own pod where a metric has none of that name.
pub struct Ksm {
    pod: String,
    instance: String,
}

impl Ksm {
    pub fn new(cluster: &Cluster) -> Self {
        let pod = cluster
            .workload("monitoring", "monitoring-kube-state-metrics")
            .pods()
            .remove(0);
        Self {
            instance: format!("{}:8080", pod.ip),
            pod: pod.name,
        }
    }

    pub fn series<W: Write>(
        &self,
        out: &mut Out<W>,
        name: &str,
        labels: &[(&str, &str)],
        times: Times,
        value: impl FnMut(i64) -> Option<f64>,
    ) -> io::Result<()> {
        let mut all: Vec<(&str, &str)> = labels.to_vec();
        for (key, text) in [
            ("container", "kube-state-metrics"),
            ("endpoint", "http"),
            ("instance", self.instance.as_str()),
            ("job", "kube-state-metrics"),
            ("namespace", "monitoring"),
            ("pod", self.pod.as_str()),
            ("service", "monitoring-kube-state-metrics"),
        ] {
            if labels.iter().all(|(present, _)| *present != key) {
                all.push((key, text));
            }
        }
        out.series(name, &all, times, value)
    }

    pub fn pod<W: Write>(
        &self,
        cluster: &Cluster,
        workload: &Workload,
        pod: &Pod,
        out: &mut Out<W>,
    ) -> io::Result<()> {
        let node = &cluster.nodes[pod.node];
        let range = cluster.limit_range(workload.namespace);
        let fixed = Times::new(pod.from + 5, pod.gone, STATIC_STEP, 11);
        let changing = Times::new(pod.from + 5, pod.gone, SLOW_STEP, 11);
        let base = [
            ("namespace", workload.namespace),
            ("pod", pod.name.as_str()),
            ("uid", pod.uid.as_str()),
        ];
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
            base.iter().copied().chain(more.iter().copied()).collect()
        };
        let one = |_| Some(1.0);

        let owner_kind = if pod.owner_kind.is_empty() {
            "<none>"
        } else {
            pod.owner_kind
        };
        let owner_name = if pod.owner.is_empty() {
            "<none>"
        } else {
            &pod.owner
        };
        let mut labels = base.to_vec();
        labels.extend([
            ("created_by_kind", owner_kind),
            ("created_by_name", owner_name),
            ("host_ip", &node.ip),
            ("host_network", "false"),
            ("node", &node.name),
            ("pod_ip", &pod.ip),
            (
                "priority_class",
                workload.priority_class.unwrap_or_default(),
            ),
        ]);
        self.series(out, "kube_pod_info", &labels, fixed, one)?;
        let mut labels = base.to_vec();
        let controller = if pod.owner.is_empty() {
            "<none>"
        } else {
            "true"
        };
        labels.extend([
            ("owner_is_controller", controller),
            ("owner_kind", owner_kind),
            ("owner_name", owner_name),
        ]);
        self.series(out, "kube_pod_owner", &labels, fixed, one)?;
        for phase in ["Pending", "Running", "Succeeded", "Failed"] {
            let ended = |time: i64| pod.completed() && time >= pod.to;
            self.series(
                out,
                "kube_pod_status_phase",
                &with(&[("phase", phase)]),
                fixed,
                |time| {
                    Some(f64::from(u8::from(
                        phase == if ended(time) { "Succeeded" } else { "Running" },
                    )))
                },
            )?;
        }
        self.series(
            out,
            "kube_pod_status_ready",
            &with(&[("condition", "true")]),
            fixed,
            |time| Some(f64::from(u8::from(time < pod.to))),
        )?;

        for container in &workload.init {
            let labels = with(&[("container", container.name), ("image", container.image)]);
            self.series(out, "kube_pod_init_container_info", &labels, fixed, one)?;
            self.resources(
                cluster,
                pod,
                container,
                "kube_pod_init_container",
                range,
                &with(&[("container", container.name)]),
                fixed,
                out,
            )?;
        }
        for container in workload.containers.iter().chain(&workload.injected) {
            let named = with(&[("container", container.name)]);
            self.series(
                out,
                "kube_pod_container_info",
                &with(&[("container", container.name), ("image", container.image)]),
                fixed,
                one,
            )?;
            self.resources(
                cluster,
                pod,
                container,
                "kube_pod_container",
                range,
                &named,
                fixed,
                out,
            )?;
            let lives = container.lives(pod);
            let ended = |time: i64| {
                lives
                    .iter()
                    .take(lives.len() - 1)
                    .filter(move |life| life.1 <= time)
            };
            self.series(
                out,
                "kube_pod_container_status_restarts_total",
                &named,
                changing,
                |time| Some(ended(time).count() as f64),
            )?;
            let mut reasons: Vec<&'static str> = lives
                .iter()
                .take(lives.len() - 1)
                .filter_map(|life| life.2)
                .collect();
            reasons.sort_unstable();
            reasons.dedup();
            for reason in reasons {
                let labels = with(&[("container", container.name), ("reason", reason)]);
                self.series(
                    out,
                    "kube_pod_container_status_last_terminated_reason",
                    &labels,
                    changing,
                    |time| (ended(time).next_back()?.2 == Some(reason)).then_some(1.0),
                )?;
            }
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call site each for containers and init containers"
    )]
    fn resources<W: Write>(
        &self,
        cluster: &Cluster,
        pod: &Pod,
        container: &Container,
        prefix: &str,
        range: Option<LimitRange>,
        labels: &[(&str, &str)],
        times: Times,
        out: &mut Out<W>,
    ) -> io::Result<()> {
        let (requests, limits) = container.effective(range);
        for (what, Resources { cpu, memory }) in [("requests", requests), ("limits", limits)] {
            let values = [
                ("cpu", "core", cpu.map(|cpu| cpu as f64 / 1_000.0)),
                ("memory", "byte", memory.map(|memory| memory as f64)),
            ];
            for (resource, unit, value) in values {
                if value.is_some() {
                    let mut labels = labels.to_vec();
                    labels.extend([
                        ("node", cluster.nodes[pod.node].name.as_str()),
                        ("resource", resource),
                        ("unit", unit),
                    ]);
                    self.series(
                        out,
                        &format!("{prefix}_resource_{what}"),
                        &labels,
                        times,
                        |_| value,
                    )?;
                }
            }
        }
        Ok(())
    }

    pub fn workload<W: Write>(&self, workload: &Workload, out: &mut Out<W>) -> io::Result<()> {
        let Workload {
            namespace, name, ..
        } = *workload;
        let replicas = workload.replicas as f64;
        let times = Times::new(workload.born, END, STATIC_STEP, 11);
        let label = |key| [("namespace", namespace), (key, name)];
        for (set, from, to) in workload.replica_sets() {
            let labels = [
                ("namespace", namespace),
                ("replicaset", set.as_str()),
                ("owner_is_controller", "true"),
                ("owner_kind", workload.kind.name()),
                ("owner_name", name),
            ];
            self.series(
                out,
                "kube_replicaset_owner",
                &labels,
                Times::new(from, END, STATIC_STEP, 11),
                |_| Some(1.0),
            )?;
            self.series(
                out,
                "kube_replicaset_spec_replicas",
                &labels[..2],
                Times::new(from, END, STATIC_STEP, 11),
                |time| {
                    Some(if time < to || to == END {
                        replicas
                    } else {
                        0.0
                    })
                },
            )?;
        }
        for (job, start, end, gone) in workload.jobs() {
            let times = Times::new(start, gone, STATIC_STEP, 11);
            let labels = [
                ("namespace", namespace),
                ("job_name", job.as_str()),
                ("owner_is_controller", "true"),
                ("owner_kind", "CronJob"),
                ("owner_name", name),
            ];
            self.series(out, "kube_job_owner", &labels, times, |_| Some(1.0))?;
            self.series(out, "kube_job_status_active", &labels[..2], times, |time| {
                Some(f64::from(u8::from(time < end)))
            })?;
            self.series(
                out,
                "kube_job_status_start_time",
                &labels[..2],
                times,
                |_| Some(start as f64),
            )?;
            self.series(
                out,
                "kube_job_status_completion_time",
                &labels[..2],
                times,
                |time| (time >= end).then_some(end as f64),
            )?;
        }
        let metrics: &[&str] = match workload.kind {
            Kind::Deployment => &[
                "kube_deployment_spec_replicas",
                "kube_deployment_status_replicas_available",
                "kube_deployment_status_replicas_updated",
            ],
            Kind::StatefulSet => &[
                "kube_statefulset_replicas",
                "kube_statefulset_status_replicas_ready",
            ],
            Kind::DaemonSet => &[
                "kube_daemonset_status_desired_number_scheduled",
                "kube_daemonset_status_number_available",
                "kube_daemonset_status_current_number_scheduled",
            ],
            Kind::CronJob | Kind::Rollout | Kind::Pod => &[],
        };
        let key = match workload.kind {
            Kind::Deployment => "deployment",
            Kind::StatefulSet => "statefulset",
            _ => "daemonset",
        };
        metrics
            .iter()
            .try_for_each(|metric| self.series(out, metric, &label(key), times, |_| Some(replicas)))
    }

    pub fn cluster<W: Write>(&self, cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
        let times = Times::new(FIRST, END, STATIC_STEP, 11);
        let one = |_| Some(1.0);
        for node in &cluster.nodes {
            let provider = format!("aws:///{}/{}", node.zone, node.instance);
            let labels = [
                ("node", node.name.as_str()),
                ("container_runtime_version", "containerd://2.1.4"),
                ("internal_ip", &node.ip),
                ("kernel_version", "6.1.155-176.282.amzn2023.x86_64"),
                ("kubelet_version", KUBELET),
                ("os_image", "Amazon Linux 2023.9.20251105"),
                ("provider_id", &provider),
            ];
            self.series(out, "kube_node_info", &labels, times, one)?;
            for status in ["true", "false", "unknown"] {
                let labels = [
                    ("node", node.name.as_str()),
                    ("condition", "Ready"),
                    ("status", status),
                ];
                self.series(out, "kube_node_status_condition", &labels, times, |_| {
                    Some(f64::from(u8::from(status == "true")))
                })?;
            }
            self.series(
                out,
                "kube_node_spec_unschedulable",
                &[("node", &node.name)],
                times,
                |_| Some(0.0),
            )?;
            if let Some(taint) = node.taint {
                let labels = [
                    ("node", node.name.as_str()),
                    ("key", taint),
                    ("value", "data"),
                    ("effect", "NoSchedule"),
                ];
                self.series(out, "kube_node_spec_taint", &labels, times, one)?;
            }
            let (capacity, allocatable) = objects::node_resources(node);
            for (metric, values) in [
                ("kube_node_status_capacity", capacity),
                ("kube_node_status_allocatable", allocatable),
            ] {
                for (resource, unit, value) in [
                    ("cpu", "core", values.0 as f64 / 1_000.0),
                    ("memory", "byte", values.1 as f64),
                    ("pods", "integer", 58.0),
                ] {
                    let labels = [
                        ("node", node.name.as_str()),
                        ("resource", resource),
                        ("unit", unit),
                    ];
                    self.series(out, metric, &labels, times, |_| Some(value))?;
                }
            }
        }
        for namespace in &cluster.namespaces {
            for phase in ["Active", "Terminating"] {
                let labels = [("namespace", namespace.name), ("phase", phase)];
                self.series(out, "kube_namespace_status_phase", &labels, times, |_| {
                    Some(f64::from(u8::from(phase == "Active")))
                })?;
            }
            if let Some(range) = namespace.limit_range {
                for (constraint, values) in
                    [("default", range.limit), ("defaultRequest", range.request)]
                {
                    for (resource, value) in [
                        ("cpu", values.cpu.map(|cpu| cpu as f64 / 1_000.0)),
                        ("memory", values.memory.map(|memory| memory as f64)),
                    ] {
                        let labels = [
                            ("namespace", namespace.name),
                            ("limitrange", "defaults"),
                            ("resource", resource),
                            ("type", "Container"),
                            ("constraint", constraint),
                        ];
                        self.series(out, "kube_limitrange", &labels, times, |_| value)?;
                    }
                }
            }
        }
        for (resource, hard, used) in objects::QUOTA {
            for (kind, value) in [("hard", hard), ("used", used)] {
                let labels = [
                    ("namespace", "payments"),
                    ("resourcequota", "payments"),
                    ("resource", resource),
                    ("type", kind),
                ];
                self.series(out, "kube_resourcequota", &labels, times, |_| Some(value))?;
            }
        }
        let hpa = [
            ("namespace", "shop"),
            ("horizontalpodautoscaler", "frontend"),
        ];
        for (metric, value) in [
            ("spec_min_replicas", 2.0),
            ("spec_max_replicas", 6.0),
            ("status_current_replicas", 2.0),
            ("status_desired_replicas", 2.0),
        ] {
            self.series(
                out,
                &format!("kube_horizontalpodautoscaler_{metric}"),
                &hpa,
                times,
                |_| Some(value),
            )?;
        }
        let info = [
            hpa[0],
            hpa[1],
            ("scaletargetref_api_version", "apps/v1"),
            ("scaletargetref_kind", "Deployment"),
            ("scaletargetref_name", "frontend"),
        ];
        self.series(out, "kube_horizontalpodautoscaler_info", &info, times, one)?;
        let pdb = [("namespace", "shop"), ("poddisruptionbudget", "checkout")];
        for (metric, value) in [
            ("current_healthy", 3.0),
            ("desired_healthy", 2.0),
            ("pod_disruptions_allowed", 1.0),
            ("expected_pods", 3.0),
        ] {
            self.series(
                out,
                &format!("kube_poddisruptionbudget_status_{metric}"),
                &pdb,
                times,
                |_| Some(value),
            )?;
        }
        Ok(())
    }
}
