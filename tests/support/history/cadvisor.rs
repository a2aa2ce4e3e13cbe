//! What the kubelets said of the containers.

use std::io::{self, Write};

use super::metrics::{Out, SLOW_STEP, STATIC_STEP, Times, busy};
use super::model::{Cluster, Container, DAY, END, FIRST, MI, Pod, Workload, hash, noise, suffix};

const STEP: i64 = 60;

fn cores(container: &Container, seed: u64, time: i64, age: i64) -> f64 {
    let cpu = &container.cpu;
    if let Some(startup) = cpu.startup.filter(|startup| age < startup.seconds) {
        return startup.cores * (1.0 + 0.02 * noise(seed, time));
    }
    let swing = 1.0 + cpu.daily * (2.0 * busy(time) - 1.0);
    let level = cpu.cores * swing * (1.0 + 0.03 * noise(seed, time));
    // Demand above the quota is not served.
    container
        .limits
        .cpu
        .map_or(level, |limit| level.min(limit as f64 / 1_000.0 * 0.995))
}

fn working_set(
    container: &Container,
    limit: Option<i64>,
    seed: u64,
    time: i64,
    life: (i64, i64, Option<&str>),
) -> f64 {
    let memory = &container.memory;
    let warm = ((time - life.0) as f64 / 600.0).min(1.0) * 0.15 + 0.85;
    let mut bytes = memory.base as f64 * warm + memory.busy as f64 * busy(time).powi(2) * 0.97;
    if life.2 == Some("OOMKilled") && time > life.1 - 1_500 {
        let limit = limit.unwrap_or(memory.base * 2) as f64 * 0.985;
        bytes += (limit - bytes) * ((time - (life.1 - 1_500)) as f64 / 1_500.0).min(1.0);
    }
    (bytes * (1.0 + 0.012 * noise(seed ^ 7, time / 300)) / 4_096.0).round() * 4_096.0
}

/// Where a container is.
struct Place<'a> {
    workload: &'a Workload,
    pod: &'a Pod,
    node: &'a str,
    instance: &'a str,
}

type Labels<'a> = [(&'static str, &'a str); 10];

impl<'a> Place<'a> {
    fn labels(&self, container: &'a str, image: &'a str, id: &'a str, name: &'a str) -> Labels<'a> {
        [
            ("container", container),
            ("id", id),
            ("image", image),
            ("instance", self.instance),
            ("job", "kubelet"),
            ("metrics_path", "/metrics/cadvisor"),
            ("name", name),
            ("namespace", self.workload.namespace),
            ("node", self.node),
            ("pod", &self.pod.name),
        ]
    }
}

/// The series of one pod.
pub fn write<W: Write>(
    cluster: &Cluster,
    workload: &Workload,
    pod: &Pod,
    out: &mut Out<W>,
) -> io::Result<()> {
    let node = &cluster.nodes[pod.node];
    let offset = 7 + 13 * pod.node as i64;
    let instance = format!("{}:10250", node.ip);
    let cgroup = format!("/kubepods/burstable/pod{}", &pod.uid[..8]);
    let place = Place {
        workload,
        pod,
        node: &node.name,
        instance: &instance,
    };
    let range = cluster.limit_range(workload.namespace);
    for container in workload.running() {
        let mut limited = container.clone();
        limited.limits = container.effective(range).1;
        let seed = hash(&[workload.namespace, &pod.name, container.name]);
        for (number, span) in container.lives(pod).into_iter().enumerate() {
            let name = suffix(&[&pod.uid, container.name, &number.to_string()], 12);
            let id = format!("{cgroup}/{name}");
            let labels = place.labels(container.name, container.image, &id, &name);
            Life {
                container: &limited,
                seed,
                span,
                offset,
            }
            .write(&labels, out)?;
        }
    }
    // What must not be counted: the pod's own cgroup and its pause container.
    let seed = hash(&[workload.namespace, &pod.name]);
    let times = || Times::new(pod.from + 5, pod.to, STATIC_STEP, offset);
    let labels = place.labels("", "", &cgroup, "");
    let (mut seconds, mut last) = (0.0, pod.from.max(FIRST));
    out.series(
        "container_cpu_usage_seconds_total",
        &labels,
        times(),
        |time| {
            let all = workload
                .running()
                .map(|c| cores(c, seed, time, time - pod.from));
            seconds += all.sum::<f64>() * (time - last) as f64;
            last = time;
            Some((seconds * 1e4).round() / 1e4)
        },
    )?;
    out.series(
        "container_memory_working_set_bytes",
        &labels,
        times(),
        |time| {
            let life = (pod.from, END, None);
            let all = workload
                .running()
                .map(|c| working_set(c, None, seed, time, life));
            Some(all.sum::<f64>() + MI as f64)
        },
    )?;
    let name = suffix(&[&pod.uid, "POD"], 12);
    let id = format!("{cgroup}/{name}");
    let labels = place.labels("POD", "eks/pause:3.10", &id, &name);
    out.series(
        "container_memory_working_set_bytes",
        &labels,
        times(),
        |_| Some(471_040.0),
    )
}

/// One run of one container, from its start to its end.
struct Life<'a> {
    container: &'a Container,
    seed: u64,
    span: (i64, i64, Option<&'static str>),
    offset: i64,
}

impl Life<'_> {
    fn times(&self, step: i64) -> Times {
        Times::new(self.span.0 + 5, self.span.1, step, self.offset)
    }

    /// Where the history of a counter begins, and for how many seconds it has counted by then.
    fn before(&self) -> (i64, f64) {
        let begin = self.span.0.max(FIRST);
        (begin, (begin - self.span.0).min(30 * DAY) as f64)
    }

    fn write<W: Write>(&self, labels: &Labels<'_>, out: &mut Out<W>) -> io::Result<()> {
        let (begin, before) = self.before();
        let (mut seconds, mut last) = (before * self.container.cpu.cores, begin);
        out.series(
            "container_cpu_usage_seconds_total",
            labels,
            self.times(STEP),
            |time| {
                let now = cores(self.container, self.seed, time, time - self.span.0);
                seconds += now * (time - last) as f64;
                last = time;
                Some((seconds * 1e4).round() / 1e4)
            },
        )?;
        // Without a quota the kubelet has no such series.
        if self.container.limits.cpu.is_some() {
            self.periods("container_cpu_cfs_periods_total", false, labels, out)?;
            self.periods(
                "container_cpu_cfs_throttled_periods_total",
                true,
                labels,
                out,
            )?;
        }
        let limit = self.container.limits.memory;
        let bytes = |time| working_set(self.container, limit, self.seed, time, self.span);
        out.series(
            "container_memory_working_set_bytes",
            labels,
            self.times(STEP),
            |time| Some(bytes(time)),
        )?;
        out.series(
            "container_memory_rss",
            labels,
            self.times(SLOW_STEP),
            |time| Some((bytes(time) * 0.86 / 4_096.0).round() * 4_096.0),
        )?;
        out.series(
            "container_start_time_seconds",
            labels,
            self.times(STATIC_STEP),
            |_| Some(self.span.0 as f64),
        )
    }

    fn periods<W: Write>(
        &self,
        metric: &str,
        throttled: bool,
        labels: &Labels<'_>,
        out: &mut Out<W>,
    ) -> io::Result<()> {
        let (begin, before) = self.before();
        let (cpu, seed) = (self.container.cpu, self.seed);
        let of = |share: f64| if throttled { share } else { 1.0 };
        let start = before * 10.0 * cpu.active * of(cpu.throttled);
        let (mut periods, mut last) = (0.0, begin);
        out.series(metric, labels, self.times(STEP), |time| {
            let startup = cpu
                .startup
                .filter(|startup| time - self.span.0 < startup.seconds);
            let (active, share) = startup.map_or((cpu.active, cpu.throttled), |startup| {
                (1.0, startup.throttled)
            });
            let active = (active * (1.0 + 0.05 * noise(seed ^ 3, time))).min(1.0);
            let share = share * (1.0 + 0.06 * noise(seed ^ 5, time));
            periods += 10.0 * (time - last) as f64 * active * of(share);
            last = time;
            Some((start + periods).floor())
        })
    }
}
