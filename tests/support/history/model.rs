//! The words a cluster is described in, and what follows from them: pods, their names, their lives.

/// 2026-11-20T12:00:00Z, where the history ends; the window is the two weeks before.
pub const END: i64 = 1_795_176_000;
pub const DAY: i64 = 86_400;
pub const START: i64 = END - 14 * DAY;
/// Samples begin a little earlier, so that a rate at the start of the window has something to look at.
pub const FIRST: i64 = START - 1_800;
/// What is older than the history was made then.
pub const BIRTH: i64 = END - 120 * DAY;

pub const MI: i64 = 1 << 20;
pub const GI: i64 = 1 << 30;

#[derive(Clone)]
pub struct Cluster {
    pub nodes: Vec<Node>,
    pub namespaces: Vec<Namespace>,
    pub workloads: Vec<Workload>,
}

#[derive(Clone)]
pub struct Node {
    pub name: String,
    pub ip: String,
    pub zone: &'static str,
    pub instance: String,
    pub group: &'static str,
    pub memory: i64,
    pub taint: Option<&'static str>,
}

#[derive(Clone)]
pub struct Namespace {
    pub name: &'static str,
    pub labels: &'static [(&'static str, &'static str)],
    /// What a LimitRange gives to containers that say nothing.
    pub limit_range: Option<LimitRange>,
}

#[derive(Clone, Copy)]
pub struct LimitRange {
    pub request: Resources,
    pub limit: Resources,
}

/// Millicores and bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Resources {
    pub cpu: Option<i64>,
    pub memory: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Deployment,
    StatefulSet,
    DaemonSet,
    CronJob,
    Rollout,
    Pod,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::CronJob => "CronJob",
            Self::Rollout => "Rollout",
            Self::Pod => "Pod",
        }
    }
}

#[derive(Clone)]
pub struct Workload {
    pub namespace: &'static str,
    pub kind: Kind,
    pub name: &'static str,
    pub replicas: usize,
    pub containers: Vec<Container>,
    /// In the pods, not in the template: what a webhook put there.
    pub injected: Vec<Container>,
    pub init: Vec<Container>,
    pub labels: Vec<(&'static str, &'static str)>,
    pub priority_class: Option<&'static str>,
    /// Index of the node the first pod runs on; the others follow.
    pub node: usize,
    pub born: i64,
    /// A new template then: other pods before.
    pub replaced: Option<i64>,
}

#[derive(Clone)]
pub struct Container {
    pub name: &'static str,
    pub image: &'static str,
    /// As the template says it.
    pub requests: Resources,
    pub limits: Resources,
    pub cpu: Cpu,
    pub memory: Memory,
    /// (pod index, when, reason)
    pub restarts: Vec<(usize, i64, &'static str)>,
    /// `restartPolicy: Always` on an init container.
    pub native_sidecar: bool,
    /// CPUThrottlingHigh fires for it all the time.
    pub throttling_alert: bool,
}

/// Cores used, and how the quota treated it: the share of 100 ms periods with work, the share of those throttled.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    pub cores: f64,
    /// Day and night: 0.5 is ±50 %.
    pub daily: f64,
    pub active: f64,
    pub throttled: f64,
    pub startup: Option<Startup>,
}

#[derive(Clone, Copy)]
pub struct Startup {
    pub seconds: i64,
    pub cores: f64,
    pub throttled: f64,
}

/// Working set in bytes: what is there always, and what the busiest hour of the day adds.
#[derive(Clone, Copy, Default)]
pub struct Memory {
    pub base: i64,
    pub busy: i64,
}

/// A pod that lived in the window.
#[derive(Clone)]
pub struct Pod {
    pub name: String,
    pub uid: String,
    pub ip: String,
    pub node: usize,
    pub index: usize,
    pub owner_kind: &'static str,
    pub owner: String,
    pub from: i64,
    /// When its containers ended; `END` for those that live.
    pub to: i64,
    /// When the object went away.
    pub gone: i64,
}

impl Pod {
    pub fn live(&self) -> bool {
        self.gone >= END
    }

    pub fn completed(&self) -> bool {
        self.to < self.gone
    }
}

impl Workload {
    /// ReplicaSet name and its time, old first.
    pub fn replica_sets(&self) -> Vec<(String, i64, i64)> {
        if !matches!(self.kind, Kind::Deployment | Kind::Rollout) {
            return Vec::new();
        }
        let name = |generation: &str| {
            format!(
                "{}-{}",
                self.name,
                suffix(&[self.namespace, self.name, generation], 10)
            )
        };
        match self.replaced {
            Some(at) => vec![(name("old"), self.born, at), (name("new"), at, END)],
            None => vec![(name("new"), self.born, END)],
        }
    }

    /// The jobs of a CronJob in the window: name, start, end, when it was cleaned up.
    pub fn jobs(&self) -> Vec<(String, i64, i64, i64)> {
        if self.kind != Kind::CronJob {
            return Vec::new();
        }
        (0..14)
            .map(|day| {
                let start = START - START.rem_euclid(DAY) + day * DAY + DAY + 2 * 3_600;
                let gone = if day >= 11 { END } else { start + 3 * DAY };
                (
                    format!("{}-{}", self.name, start / 60),
                    start,
                    start + 720 + day * 20,
                    gone,
                )
            })
            .filter(|(_, start, _, _)| *start < END)
            .collect()
    }

    pub fn pods(&self) -> Vec<Pod> {
        let pod = |name: String,
                   index: usize,
                   owner_kind: &'static str,
                   owner: &str,
                   life: (i64, i64, i64)| {
            let seed = hash(&[self.namespace, &name]);
            // The fourth node is tainted: who does not ask for it is not there.
            let node = if self.node == 3 || self.kind == Kind::DaemonSet {
                (self.node + index) % 4
            } else {
                (self.node + index) % 3
            };
            Pod {
                uid: uid("Pod", self.namespace, &name),
                ip: format!("10.0.{}.{}", node + 1, 20 + seed % 200),
                name,
                node,
                index,
                owner_kind,
                owner: owner.to_owned(),
                from: life.0,
                to: life.1,
                gone: life.2,
            }
        };
        let indexes = 0..self.replicas;
        match self.kind {
            Kind::Deployment | Kind::Rollout => self
                .replica_sets()
                .iter()
                .flat_map(|(set, from, to)| {
                    indexes.clone().map(move |i| {
                        let tail = suffix(&[set, &i.to_string()], 5);
                        pod(
                            format!("{set}-{tail}"),
                            i,
                            "ReplicaSet",
                            set,
                            (*from, *to, *to),
                        )
                    })
                })
                .collect(),
            Kind::StatefulSet => indexes
                .map(|i| {
                    pod(
                        format!("{}-{i}", self.name),
                        i,
                        "StatefulSet",
                        self.name,
                        (self.born, END, END),
                    )
                })
                .collect(),
            Kind::DaemonSet => (0..4)
                .map(|i| {
                    let tail = suffix(&[self.namespace, self.name, &i.to_string()], 5);
                    pod(
                        format!("{}-{tail}", self.name),
                        i,
                        "DaemonSet",
                        self.name,
                        (self.born, END, END),
                    )
                })
                .collect(),
            Kind::CronJob => self
                .jobs()
                .iter()
                .map(|(job, start, end, gone)| {
                    pod(
                        format!("{job}-{}", suffix(&[job], 5)),
                        0,
                        "Job",
                        job,
                        (*start, *end, *gone),
                    )
                })
                .collect(),
            Kind::Pod => vec![pod(self.name.to_owned(), 0, "", "", (self.born, END, END))],
        }
    }

    /// The containers that run for as long as the pod does.
    pub fn running(&self) -> impl Iterator<Item = &Container> {
        let sidecars = self
            .init
            .iter()
            .filter(|container| container.native_sidecar);
        self.containers.iter().chain(&self.injected).chain(sidecars)
    }
}

impl Container {
    /// Requests and limits as the API server makes them: a limit alone is the request too, then the LimitRange.
    pub fn effective(&self, range: Option<LimitRange>) -> (Resources, Resources) {
        let range = range.unwrap_or(LimitRange {
            request: Resources::default(),
            limit: Resources::default(),
        });
        let one = |request: Option<i64>,
                   limit: Option<i64>,
                   default_request: Option<i64>,
                   default_limit: Option<i64>| {
            (
                request.or(limit).or(default_request),
                limit.or(default_limit),
            )
        };
        let cpu = one(
            self.requests.cpu,
            self.limits.cpu,
            range.request.cpu,
            range.limit.cpu,
        );
        let memory = one(
            self.requests.memory,
            self.limits.memory,
            range.request.memory,
            range.limit.memory,
        );
        (
            Resources {
                cpu: cpu.0,
                memory: memory.0,
            },
            Resources {
                cpu: cpu.1,
                memory: memory.1,
            },
        )
    }

    /// The lives of this container in a pod: start, end, why it ended.
    pub fn lives(&self, pod: &Pod) -> Vec<(i64, i64, Option<&'static str>)> {
        let mut lives = Vec::new();
        let mut from = pod.from;
        for (_, at, reason) in self
            .restarts
            .iter()
            .filter(|(index, at, _)| *index == pod.index && (pod.from..pod.to).contains(at))
        {
            lives.push((from, *at, Some(*reason)));
            from = *at + 15;
        }
        lives.push((from, pod.to, pod.completed().then_some("Completed")));
        lives
    }
}

impl Cluster {
    pub fn limit_range(&self, namespace: &str) -> Option<LimitRange> {
        self.namespaces
            .iter()
            .find(|n| n.name == namespace)
            .and_then(|n| n.limit_range)
    }

    pub fn pods(&self) -> impl Iterator<Item = (&Workload, Pod)> {
        self.workloads
            .iter()
            .flat_map(|workload| workload.pods().into_iter().map(move |pod| (workload, pod)))
    }

    pub fn workload(&self, namespace: &str, name: &str) -> &Workload {
        let found = self
            .workloads
            .iter()
            .find(|w| w.namespace == namespace && w.name == name);
        found.unwrap_or_else(|| panic!("no workload {namespace}/{name}"))
    }
}

/// FNV-1a, then mixed: the seed of everything that looks random.
pub fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(state)
}

/// One step of splitmix64.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// In -1.0 .. 1.0, the same for the same seed and tick.
pub fn noise(seed: u64, tick: i64) -> f64 {
    let bits = mix(seed ^ tick.cast_unsigned().wrapping_mul(0x2545_f491_4f6c_dd1d)) >> 11;
    bits as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The letters Kubernetes makes names of.
pub fn suffix(parts: &[&str], length: usize) -> String {
    let letters = b"bcdfghjklmnpqrstvwxz2456789";
    let mut state = hash(parts);
    (0..length)
        .map(|_| {
            state = mix(state);
            char::from(letters[(state % letters.len() as u64) as usize])
        })
        .collect()
}

/// `metadata.uid` of an object.
pub fn uid(kind: &str, namespace: &str, name: &str) -> String {
    let (a, b) = (
        hash(&[kind, namespace, name]),
        hash(&[name, namespace, kind]),
    );
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

/// RFC 3339, UTC.
pub fn rfc3339(time: i64) -> String {
    let (days, seconds) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    // Days since 0000-03-01, in 400-year eras.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let day = doy - (153 * mp + 2) / 5 + 1;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
