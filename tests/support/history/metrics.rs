//! The history as OpenMetrics text: what a kube-prometheus-stack keeps of kubelet, kube-state-metrics,
//! node-exporter and itself.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::cadvisor;
use super::cluster::{KUBELET, SERVER};
use super::ksm::Ksm;
use super::model::{Cluster, DAY, END, FIRST, Pod, START, Workload, hash, noise};

/// How long one file of text is. A multiple of block lengths, so that promtool makes one block of each.
const SLICE: i64 = 54 * 3_600;

/// The spans the history is written in, one file each: from, to (not included).
pub fn slices() -> Vec<(i64, i64)> {
    let first = FIRST - FIRST.rem_euclid(SLICE);
    (first..=END)
        .step_by(SLICE as usize)
        .map(|from| (from, from + SLICE))
        .collect()
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
        Self {
            writer,
            span,
            line: String::new(),
            samples: 0,
            series: 0,
        }
    }

    /// One series: its name and labels, then `value` at each of `times`; `None` is no sample.
    /// `value` is asked for every time, also those outside of the span: it may count.
    pub fn series(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        times: Times,
        mut value: impl FnMut(i64) -> Option<f64>,
    ) -> io::Result<()> {
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
        Self {
            next: from + (offset - from).rem_euclid(step),
            to: to.min(END),
            step,
        }
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

pub const SLOW_STEP: i64 = 120;
// Once within the five minutes that Prometheus looks back.
pub const STATIC_STEP: i64 = 240;

/// Writes the history of the whole cluster.
pub fn write<W: Write>(cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
    let pods: Vec<(&Workload, Pod)> = cluster.pods().filter(|(_, pod)| pod.gone > FIRST).collect();
    for (workload, pod) in &pods {
        cadvisor::write(cluster, workload, pod, out)?;
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
pub fn busy(time: i64) -> f64 {
    let hour = time.rem_euclid(DAY) as f64 / 3_600.0;
    (1.0 - ((hour - 14.0) / 7.0).powi(2)).max(0.0)
}

/// `up` and what else every target says of itself. No kube-scheduler and no kube-controller-manager: they are Amazon's.
fn targets<W: Write>(cluster: &Cluster, out: &mut Out<W>) -> io::Result<()> {
    let times = Times::new(FIRST, END, SLOW_STEP, 17);
    let one = |_| Some(1.0);
    let prometheus = cluster
        .workload(
            "monitoring",
            "prometheus-monitoring-kube-prometheus-prometheus",
        )
        .pods()
        .remove(0);
    let prometheus = format!("{}:9090", prometheus.ip);
    let ksm = Ksm::new(cluster);
    for (number, node) in cluster.nodes.iter().enumerate() {
        let kubelet = format!("{}:10250", node.ip);
        for path in ["/metrics", "/metrics/cadvisor", "/metrics/probes"] {
            let labels = [
                ("job", "kubelet"),
                ("instance", kubelet.as_str()),
                ("metrics_path", path),
                ("namespace", "kube-system"),
                ("node", &node.name),
            ];
            out.series("up", &labels, times, one)?;
        }
        let labels = [
            ("job", "kubelet"),
            ("instance", kubelet.as_str()),
            ("git_version", KUBELET),
            ("major", "1"),
            ("minor", "33+"),
            ("node", &node.name),
        ];
        out.series("kubernetes_build_info", &labels, times, one)?;
        let exporter = format!("{}:9100", node.ip);
        let labels = [
            ("job", "node-exporter"),
            ("instance", exporter.as_str()),
            ("namespace", "monitoring"),
        ];
        out.series("up", &labels, times, one)?;
        let (capacity, _) = super::objects::node_resources(node);
        out.series("node_memory_MemTotal_bytes", &labels, times, |_| {
            Some(capacity.1 as f64)
        })?;
        let seed = hash(&[&node.name]);
        out.series("node_memory_MemAvailable_bytes", &labels, times, |time| {
            Some((capacity.1 as f64 * (0.62 - 0.1 * busy(time) + 0.01 * noise(seed, time))).round())
        })?;
        for (mode, share) in [("idle", 0.74), ("user", 0.2), ("system", 0.06)] {
            let labels = [
                labels[0],
                labels[1],
                labels[2],
                ("cpu", "0"),
                ("mode", mode),
            ];
            out.series("node_cpu_seconds_total", &labels, times, |time| {
                Some(
                    ((time - START + 40 * DAY) as f64
                        * share
                        * (4.0 + 0.1 * number as f64)
                        * 100.0)
                        .round()
                        / 100.0,
                )
            })?;
        }
    }
    for endpoint in ["10.0.1.201:443", "10.0.2.202:443"] {
        let labels = [
            ("job", "apiserver"),
            ("instance", endpoint),
            ("namespace", "default"),
            ("service", "kubernetes"),
        ];
        out.series("up", &labels, times, one)?;
        let build = [
            labels[0],
            labels[1],
            ("git_version", SERVER),
            ("major", "1"),
            ("minor", "33+"),
        ];
        out.series("kubernetes_build_info", &build, times, one)?;
    }
    for pod in cluster.workload("kube-system", "coredns").pods() {
        let instance = format!("{}:9153", pod.ip);
        out.series(
            "up",
            &[
                ("job", "coredns"),
                ("instance", &instance),
                ("namespace", "kube-system"),
                ("pod", &pod.name),
            ],
            times,
            one,
        )?;
    }
    let itself = [
        ("job", "monitoring-kube-prometheus-prometheus"),
        ("instance", prometheus.as_str()),
        ("namespace", "monitoring"),
    ];
    out.series("up", &itself, times, one)?;
    out.series(
        "prometheus_build_info",
        &[
            itself[0],
            itself[1],
            itself[2],
            ("version", "3.7.3"),
            ("goversion", "go1.25.3"),
        ],
        times,
        one,
    )?;
    out.series("prometheus_tsdb_head_series", &itself, times, |_| {
        Some(41_200.0)
    })?;
    out.series("process_start_time_seconds", &itself, times, |_| {
        Some((START - 9 * DAY) as f64)
    })?;
    ksm.series(out, "up", &[], times, one)
}
