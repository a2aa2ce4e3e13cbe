//! The history as OpenMetrics text: what a kube-prometheus-stack keeps of kubelet, kube-state-metrics,
//! node-exporter and itself.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::cluster::{KUBELET, SERVER};
use super::model::{Cluster, Container, DAY, END, FIRST, Kind, MI, Pod, Resources, START, Workload, hash, noise, suffix};

/// How long one file of text is. A multiple of block lengths, so that promtool makes one block of each.
const SLICE: i64 = 54 * 3_600;

/// The spans the history is written in, one file each: from, to (not included).
pub fn slices() -> Vec<(i64, i64)> {
    let first = FIRST - FIRST.rem_euclid(SLICE);
    (first..=END).step_by(SLICE as usize).map(|from| (from, from + SLICE)).collect()
}

/// The text of one span.
pub struct Out<W> {
    writer: W,
    span: (i64, i64),
    line: String,
    pub samples: u64,
    pub series: u64,
}

impl<W: Write> Out<W> {
    pub fn new(writer: W, span: (i64, i64)) -> Self {
        Self { writer, span, line: String::new(), samples: 0, series: 0 }
    }

    /// One series: its name and labels, then `value` at each of `times`; `None` is no sample.
    /// `value` is asked for every time, also those outside of the span: it may count.
    pub fn series(&mut self, name: &str, labels: &[(&str, &str)], times: Times, mut value: impl FnMut(i64) -> Option<f64>) -> io::Result<()> {
        let (line, (from, to)) = (&mut self.line, self.span);
        line.clear();
        line.push_str(name);
        let mut separator = '{';
        for (key, text) in labels.iter().filter(|(_, text)| !text.is_empty()) {
            write!(line, "{separator}{key}=\"{text}\"").map_err(io::Error::other)?;
            separator = ',';
        }
        line.push_str(if separator == ',' { "} " } else { " " });
        let (head, before) = (line.len(), self.samples);
        for time in times.take_while(|time| *time < to) {
            let Some(value) = value(time) else { continue };
            if time >= from {
                line.truncate(head);
                writeln!(line, "{value} {time}").map_err(io::Error::other)?;
                self.writer.write_all(line.as_bytes())?;
                self.samples += 1;
            }
        }
        self.series += u64::from(self.samples > before);
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(b"# EOF\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// Scrape times in a span.
#[derive(Clone, Copy)]
pub struct Times {
    next: i64,
    to: i64,
    step: i64,
}

impl Times {
    /// Every `step` seconds at `offset`, from `from` to `to`, within the history.
    pub fn new(from: i64, to: i64, step: i64, offset: i64) -> Self {
        let from = from.max(FIRST);
        Self { next: from + (offset - from).rem_euclid(step), to: to.min(END), step }
    }
}

impl Iterator for Times {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let now = self.next;
        self.next += self.step;
        (now <= self.to).then_some(now)
    }
}

const CONTAINER_STEP: i64 = 60;
const SLOW_STEP: i64 = 120;
// Once within the five minutes that Prometheus looks back.
const STATIC_STEP: i64 = 240;

/// Writes the history of the whole cluster.
pub fn write<W: Write>(cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
    let pods: Vec<(&Workload, Pod)> = cluster.pods().filter(|(_, pod)| pod.gone > FIRST).collect();
    for (workload, pod) in &pods {
        cadvisor(cluster, workload, pod, out)?;
    }
    let ksm = Ksm::new(cluster);
    for (workload, pod) in &pods {
        ksm.pod(cluster, workload, pod, out)?;
    }
    for workload in &cluster.workloads {
        ksm.workload(workload, out)?;
    }
    ksm.cluster(cluster, out)?;
    targets(cluster, out)?;
    super::alerts::write(cluster, out)
}

/// Business hours: 0 at night, 1 at 14:00 UTC.
fn busy(time: i64) -> f64 {
    let hour = time.rem_euclid(DAY) as f64 / 3_600.0;
    (1.0 - ((hour - 14.0) / 7.0).powi(2)).max(0.0)
}

fn cores(container: &Container, seed: u64, time: i64, age: i64) -> f64 {
    let cpu = &container.cpu;
    if let Some(startup) = cpu.startup.filter(|startup| age < startup.seconds) {
        return startup.cores * (1.0 + 0.02 * noise(seed, time));
    }
    let swing = 1.0 + cpu.daily * (2.0 * busy(time) - 1.0);
    let level = cpu.cores * swing * (1.0 + 0.03 * noise(seed, time));
    // Demand above the quota is not served.
    container.limits.cpu.map_or(level, |limit| level.min(limit as f64 / 1_000.0 * 0.995))
}

fn working_set(container: &Container, limit: Option<i64>, seed: u64, time: i64, life: (i64, i64, Option<&str>)) -> f64 {
    let memory = &container.memory;
    let warm = ((time - life.0) as f64 / 600.0).min(1.0) * 0.15 + 0.85;
    let mut bytes = memory.base as f64 * warm + memory.busy as f64 * busy(time).powi(2) * 0.97;
    if life.2 == Some("OOMKilled") && time > life.1 - 1_500 {
        let limit = limit.unwrap_or(memory.base * 2) as f64 * 0.985;
        bytes += (limit - bytes) * ((time - (life.1 - 1_500)) as f64 / 1_500.0).min(1.0);
    }
    (bytes * (1.0 + 0.012 * noise(seed ^ 7, time / 300)) / 4_096.0).round() * 4_096.0
}

fn cadvisor<W: Write>(cluster: &Cluster, workload: &Workload, pod: &Pod, out: &mut Out<W>) -> io::Result<()> {
    let node = &cluster.nodes[pod.node];
    let offset = 7 + 13 * pod.node as i64;
    let instance = format!("{}:10250", node.ip);
    let cgroup = format!("/kubepods/burstable/pod{}", &pod.uid[..8]);
    let labels = |container: &str, image: &str, id: &str, name: &str, write: &mut dyn FnMut(&[(&str, &str)]) -> io::Result<()>| {
        write(&[
            ("container", container),
            ("id", id),
            ("image", image),
            ("instance", &instance),
            ("job", "kubelet"),
            ("metrics_path", "/metrics/cadvisor"),
            ("name", name),
            ("namespace", workload.namespace),
            ("node", &node.name),
            ("pod", &pod.name),
        ])
    };
    let range = cluster.limit_range(workload.namespace);
    for container in workload.running() {
        let (_, limits) = container.effective(range);
        let mut limited = container.clone();
        limited.limits = limits;
        let seed = hash(&[workload.namespace, &pod.name, container.name]);
        for (number, life) in container.lives(pod).into_iter().enumerate() {
            let (from, to, _) = life;
            let name = suffix(&[&pod.uid, container.name, &number.to_string()], 12);
            let id = format!("{cgroup}/{name}");
            let times = |step| Times::new(from + 5, to, step, offset);
            let begin = from.max(FIRST);
            // A counter that began before the history has counted already.
            let before = (begin - from).min(30 * DAY) as f64;
            labels(container.name, container.image, &id, &name, &mut |labels| {
                let (mut seconds, mut last) = (before * container.cpu.cores, begin);
                out.series("container_cpu_usage_seconds_total", labels, times(CONTAINER_STEP), |time| {
                    seconds += cores(&limited, seed, time, time - from) * (time - last) as f64;
                    last = time;
                    Some((seconds * 1e4).round() / 1e4)
                })?;
                if limits.cpu.is_some() {
                    for (metric, of_throttled) in [("container_cpu_cfs_periods_total", false), ("container_cpu_cfs_throttled_periods_total", true)] {
                        let (mut periods, mut last) = (0.0, begin);
                        let steady = container.cpu;
                        let start = before * 10.0 * steady.active * if of_throttled { steady.throttled } else { 1.0 };
                        out.series(metric, labels, times(CONTAINER_STEP), |time| {
                            let startup = steady.startup.filter(|startup| time - from < startup.seconds);
                            let (active, throttled) = startup.map_or((steady.active, steady.throttled), |startup| (1.0, startup.throttled));
                            let active = (active * (1.0 + 0.05 * noise(seed ^ 3, time))).min(1.0);
                            let share = throttled * (1.0 + 0.06 * noise(seed ^ 5, time));
                            periods += 10.0 * (time - last) as f64 * active * if of_throttled { share } else { 1.0 };
                            last = time;
                            Some((start + periods).floor())
                        })?;
                    }
                }
                out.series("container_memory_working_set_bytes", labels, times(CONTAINER_STEP), |time| {
                    Some(working_set(container, limits.memory, seed, time, life))
                })?;
                out.series("container_memory_rss", labels, times(SLOW_STEP), |time| {
                    Some((working_set(container, limits.memory, seed, time, life) * 0.86 / 4_096.0).round() * 4_096.0)
                })?;
                out.series("container_start_time_seconds", labels, times(STATIC_STEP), |_| Some(from as f64))
            })?;
        }
    }
    // What must not be counted: the pod's own cgroup and its pause container.
    let seed = hash(&[workload.namespace, &pod.name]);
    let times = |step| Times::new(pod.from + 5, pod.to, step, offset);
    let (mut seconds, mut last) = (0.0, pod.from.max(FIRST));
    let total = |time: i64| workload.running().map(|c| cores(c, seed, time, time - pod.from)).sum::<f64>();
    labels("", "", &cgroup, "", &mut |labels| {
        out.series("container_cpu_usage_seconds_total", labels, times(STATIC_STEP), |time| {
            seconds += total(time) * (time - last) as f64;
            last = time;
            Some((seconds * 1e4).round() / 1e4)
        })?;
        out.series("container_memory_working_set_bytes", labels, times(STATIC_STEP), |time| {
            let life = (pod.from, END, None);
            Some(workload.running().map(|c| working_set(c, None, seed, time, life)).sum::<f64>() + MI as f64)
        })
    })?;
    let name = suffix(&[&pod.uid, "POD"], 12);
    labels("POD", "eks/pause:3.10", &format!("{cgroup}/{name}"), &name, &mut |labels| {
        out.series("container_memory_working_set_bytes", labels, times(STATIC_STEP), |_| Some(471_040.0))
    })
}

/// kube-state-metrics, with the labels of its own pod where a metric has none of that name.
struct Ksm {
    pod: String,
    instance: String,
}

impl Ksm {
    fn new(cluster: &Cluster) -> Self {
        let pod = cluster.workload("monitoring", "monitoring-kube-state-metrics").pods().remove(0);
        Self { instance: format!("{}:8080", pod.ip), pod: pod.name }
    }

    fn series<W: Write>(&self, out: &mut Out<W>, name: &str, labels: &[(&str, &str)], times: Times, value: impl FnMut(i64) -> Option<f64>) -> io::Result<()> {
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

    fn pod<W: Write>(&self, cluster: &Cluster, workload: &Workload, pod: &Pod, out: &mut Out<W>) -> io::Result<()> {
        let node = &cluster.nodes[pod.node];
        let range = cluster.limit_range(workload.namespace);
        let fixed = Times::new(pod.from + 5, pod.gone, STATIC_STEP, 11);
        let changing = Times::new(pod.from + 5, pod.gone, SLOW_STEP, 11);
        let base = [("namespace", workload.namespace), ("pod", pod.name.as_str()), ("uid", pod.uid.as_str())];
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> { base.iter().copied().chain(more.iter().copied()).collect() };
        let one = |_| Some(1.0);

        let owner_kind = if pod.owner_kind.is_empty() { "<none>" } else { pod.owner_kind };
        let owner_name = if pod.owner.is_empty() { "<none>" } else { &pod.owner };
        let mut labels = base.to_vec();
        labels.extend([
            ("created_by_kind", owner_kind),
            ("created_by_name", owner_name),
            ("host_ip", &node.ip),
            ("host_network", "false"),
            ("node", &node.name),
            ("pod_ip", &pod.ip),
            ("priority_class", workload.priority_class.unwrap_or_default()),
        ]);
        self.series(out, "kube_pod_info", &labels, fixed, one)?;
        let mut labels = base.to_vec();
        let controller = if pod.owner.is_empty() { "<none>" } else { "true" };
        labels.extend([("owner_is_controller", controller), ("owner_kind", owner_kind), ("owner_name", owner_name)]);
        self.series(out, "kube_pod_owner", &labels, fixed, one)?;
        for phase in ["Pending", "Running", "Succeeded", "Failed"] {
            let ended = |time: i64| pod.completed() && time >= pod.to;
            self.series(out, "kube_pod_status_phase", &with(&[("phase", phase)]), fixed, |time| {
                Some(f64::from(u8::from(phase == if ended(time) { "Succeeded" } else { "Running" })))
            })?;
        }
        self.series(out, "kube_pod_status_ready", &with(&[("condition", "true")]), fixed, |time| Some(f64::from(u8::from(time < pod.to))))?;

        for container in &workload.init {
            let labels = with(&[("container", container.name), ("image", container.image)]);
            self.series(out, "kube_pod_init_container_info", &labels, fixed, one)?;
            self.resources(cluster, pod, container, "kube_pod_init_container", range, &with(&[("container", container.name)]), fixed, out)?;
        }
        for container in workload.containers.iter().chain(&workload.injected) {
            let named = with(&[("container", container.name)]);
            self.series(out, "kube_pod_container_info", &with(&[("container", container.name), ("image", container.image)]), fixed, one)?;
            self.resources(cluster, pod, container, "kube_pod_container", range, &named, fixed, out)?;
            let lives = container.lives(pod);
            let ended = |time: i64| lives.iter().take(lives.len() - 1).filter(move |life| life.1 <= time);
            self.series(out, "kube_pod_container_status_restarts_total", &named, changing, |time| Some(ended(time).count() as f64))?;
            let mut reasons: Vec<&'static str> = lives.iter().take(lives.len() - 1).filter_map(|life| life.2).collect();
            reasons.sort_unstable();
            reasons.dedup();
            for reason in reasons {
                let labels = with(&[("container", container.name), ("reason", reason)]);
                self.series(out, "kube_pod_container_status_last_terminated_reason", &labels, changing, |time| {
                    (ended(time).last()?.2 == Some(reason)).then_some(1.0)
                })?;
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one call site each for containers and init containers")]
    fn resources<W: Write>(
        &self,
        cluster: &Cluster,
        pod: &Pod,
        container: &Container,
        prefix: &str,
        range: Option<super::model::LimitRange>,
        labels: &[(&str, &str)],
        times: Times,
        out: &mut Out<W>,
    ) -> io::Result<()> {
        let (requests, limits) = container.effective(range);
        for (what, Resources { cpu, memory }) in [("requests", requests), ("limits", limits)] {
            let values = [("cpu", "core", cpu.map(|cpu| cpu as f64 / 1_000.0)), ("memory", "byte", memory.map(|memory| memory as f64))];
            for (resource, unit, value) in values {
                if value.is_some() {
                    let mut labels = labels.to_vec();
                    labels.extend([("node", cluster.nodes[pod.node].name.as_str()), ("resource", resource), ("unit", unit)]);
                    self.series(out, &format!("{prefix}_resource_{what}"), &labels, times, |_| value)?;
                }
            }
        }
        Ok(())
    }

    fn workload<W: Write>(&self, workload: &Workload, out: &mut Out<W>) -> io::Result<()> {
        let Workload { namespace, name, .. } = *workload;
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
            self.series(out, "kube_replicaset_owner", &labels, Times::new(from, END, STATIC_STEP, 11), |_| Some(1.0))?;
            self.series(out, "kube_replicaset_spec_replicas", &labels[..2], Times::new(from, END, STATIC_STEP, 11), |time| {
                Some(if time < to || to == END { replicas } else { 0.0 })
            })?;
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
            self.series(out, "kube_job_status_active", &labels[..2], times, |time| Some(f64::from(u8::from(time < end))))?;
            self.series(out, "kube_job_status_start_time", &labels[..2], times, |_| Some(start as f64))?;
            self.series(out, "kube_job_status_completion_time", &labels[..2], times, |time| (time >= end).then_some(end as f64))?;
        }
        let metrics: &[&str] = match workload.kind {
            Kind::Deployment => &["kube_deployment_spec_replicas", "kube_deployment_status_replicas_available", "kube_deployment_status_replicas_updated"],
            Kind::StatefulSet => &["kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"],
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
        metrics.iter().try_for_each(|metric| self.series(out, metric, &label(key), times, |_| Some(replicas)))
    }

    fn cluster<W: Write>(&self, cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
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
                let labels = [("node", node.name.as_str()), ("condition", "Ready"), ("status", status)];
                self.series(out, "kube_node_status_condition", &labels, times, |_| Some(f64::from(u8::from(status == "true"))))?;
            }
            self.series(out, "kube_node_spec_unschedulable", &[("node", &node.name)], times, |_| Some(0.0))?;
            if let Some(taint) = node.taint {
                let labels = [("node", node.name.as_str()), ("key", taint), ("value", "data"), ("effect", "NoSchedule")];
                self.series(out, "kube_node_spec_taint", &labels, times, one)?;
            }
            let (capacity, allocatable) = super::objects::node_resources(node);
            for (metric, values) in [("kube_node_status_capacity", capacity), ("kube_node_status_allocatable", allocatable)] {
                for (resource, unit, value) in [("cpu", "core", values.0 as f64 / 1_000.0), ("memory", "byte", values.1 as f64), ("pods", "integer", 58.0)] {
                    let labels = [("node", node.name.as_str()), ("resource", resource), ("unit", unit)];
                    self.series(out, metric, &labels, times, |_| Some(value))?;
                }
            }
        }
        for namespace in &cluster.namespaces {
            for phase in ["Active", "Terminating"] {
                let labels = [("namespace", namespace.name), ("phase", phase)];
                self.series(out, "kube_namespace_status_phase", &labels, times, |_| Some(f64::from(u8::from(phase == "Active"))))?;
            }
            if let Some(range) = namespace.limit_range {
                for (constraint, values) in [("default", range.limit), ("defaultRequest", range.request)] {
                    for (resource, value) in [("cpu", values.cpu.map(|cpu| cpu as f64 / 1_000.0)), ("memory", values.memory.map(|memory| memory as f64))] {
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
        for (resource, hard, used) in super::objects::QUOTA {
            for (kind, value) in [("hard", hard), ("used", used)] {
                let labels = [("namespace", "payments"), ("resourcequota", "payments"), ("resource", resource), ("type", kind)];
                self.series(out, "kube_resourcequota", &labels, times, |_| Some(value))?;
            }
        }
        let hpa = [("namespace", "shop"), ("horizontalpodautoscaler", "frontend")];
        for (metric, value) in [("spec_min_replicas", 2.0), ("spec_max_replicas", 6.0), ("status_current_replicas", 2.0), ("status_desired_replicas", 2.0)] {
            self.series(out, &format!("kube_horizontalpodautoscaler_{metric}"), &hpa, times, |_| Some(value))?;
        }
        let info = [hpa[0], hpa[1], ("scaletargetref_api_version", "apps/v1"), ("scaletargetref_kind", "Deployment"), ("scaletargetref_name", "frontend")];
        self.series(out, "kube_horizontalpodautoscaler_info", &info, times, one)?;
        let pdb = [("namespace", "shop"), ("poddisruptionbudget", "checkout")];
        for (metric, value) in [("current_healthy", 3.0), ("desired_healthy", 2.0), ("pod_disruptions_allowed", 1.0), ("expected_pods", 3.0)] {
            self.series(out, &format!("kube_poddisruptionbudget_status_{metric}"), &pdb, times, |_| Some(value))?;
        }
        Ok(())
    }
}

/// `up` and what else every target says of itself. No kube-scheduler and no kube-controller-manager: they are Amazon's.
fn targets<W: Write>(cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
    let times = Times::new(FIRST, END, SLOW_STEP, 17);
    let one = |_| Some(1.0);
    let prometheus = cluster.workload("monitoring", "prometheus-monitoring-kube-prometheus-prometheus").pods().remove(0);
    let prometheus = format!("{}:9090", prometheus.ip);
    let ksm = Ksm::new(cluster);
    for (number, node) in cluster.nodes.iter().enumerate() {
        let kubelet = format!("{}:10250", node.ip);
        for path in ["/metrics", "/metrics/cadvisor", "/metrics/probes"] {
            let labels = [("job", "kubelet"), ("instance", kubelet.as_str()), ("metrics_path", path), ("namespace", "kube-system"), ("node", &node.name)];
            out.series("up", &labels, times, one)?;
        }
        let labels = [("job", "kubelet"), ("instance", kubelet.as_str()), ("git_version", KUBELET), ("major", "1"), ("minor", "33+"), ("node", &node.name)];
        out.series("kubernetes_build_info", &labels, times, one)?;
        let exporter = format!("{}:9100", node.ip);
        let labels = [("job", "node-exporter"), ("instance", exporter.as_str()), ("namespace", "monitoring")];
        out.series("up", &labels, times, one)?;
        let (capacity, _) = super::objects::node_resources(node);
        out.series("node_memory_MemTotal_bytes", &labels, times, |_| Some(capacity.1 as f64))?;
        let seed = hash(&[&node.name]);
        out.series("node_memory_MemAvailable_bytes", &labels, times, |time| {
            Some((capacity.1 as f64 * (0.62 - 0.1 * busy(time) + 0.01 * noise(seed, time))).round())
        })?;
        for (mode, share) in [("idle", 0.74), ("user", 0.2), ("system", 0.06)] {
            let labels = [labels[0], labels[1], labels[2], ("cpu", "0"), ("mode", mode)];
            out.series("node_cpu_seconds_total", &labels, times, |time| {
                Some(((time - START + 40 * DAY) as f64 * share * (4.0 + 0.1 * number as f64) * 100.0).round() / 100.0)
            })?;
        }
    }
    for endpoint in ["10.0.1.201:443", "10.0.2.202:443"] {
        let labels = [("job", "apiserver"), ("instance", endpoint), ("namespace", "default"), ("service", "kubernetes")];
        out.series("up", &labels, times, one)?;
        let build = [labels[0], labels[1], ("git_version", SERVER), ("major", "1"), ("minor", "33+")];
        out.series("kubernetes_build_info", &build, times, one)?;
    }
    for pod in cluster.workload("kube-system", "coredns").pods() {
        let instance = format!("{}:9153", pod.ip);
        out.series("up", &[("job", "coredns"), ("instance", &instance), ("namespace", "kube-system"), ("pod", &pod.name)], times, one)?;
    }
    let itself = [("job", "monitoring-kube-prometheus-prometheus"), ("instance", prometheus.as_str()), ("namespace", "monitoring")];
    out.series("up", &itself, times, one)?;
    out.series("prometheus_build_info", &[itself[0], itself[1], itself[2], ("version", "3.7.3"), ("goversion", "go1.25.3")], times, one)?;
    out.series("prometheus_tsdb_head_series", &itself, times, |_| Some(41_200.0))?;
    out.series("process_start_time_seconds", &itself, times, |_| Some((START - 9 * DAY) as f64))?;
    ksm.series(out, "up", &[], times, one)
}
