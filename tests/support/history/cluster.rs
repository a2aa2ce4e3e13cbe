//! The demo cluster: one clear instance of each situation, and neighbours of each that are fine.

use super::model::{
    BIRTH, Cluster, Container, Cpu, DAY, END, GI, Kind, LimitRange, MI, Memory, Namespace, Node,
    Resources, START, Startup, Workload,
};

pub const KUBELET: &str = "v1.33.5-eks-113cf36";
/// What `/version` answers; the release is that of the compiled kube-apiserver.
pub const SERVER: &str = "v1.33.13-eks-113cf36";

fn cpu(millicores: i64) -> Resources {
    Resources {
        cpu: Some(millicores),
        memory: None,
    }
}

fn memory(bytes: i64) -> Resources {
    Resources {
        cpu: None,
        memory: Some(bytes),
    }
}

fn both(millicores: i64, bytes: i64) -> Resources {
    Resources {
        cpu: Some(millicores),
        memory: Some(bytes),
    }
}

fn nothing() -> Resources {
    Resources::default()
}

/// A container that uses 20 millicores and little of its memory until told otherwise.
fn container(
    name: &'static str,
    image: &'static str,
    requests: Resources,
    limits: Resources,
) -> Container {
    Container {
        name,
        image,
        requests,
        limits,
        cpu: Cpu {
            cores: 0.02,
            daily: 0.3,
            active: 0.05,
            ..Cpu::default()
        },
        memory: Memory {
            base: 48 * MI,
            busy: 8 * MI,
        },
        restarts: Vec::new(),
        native_sidecar: false,
        throttling_alert: false,
    }
}

impl Container {
    fn uses(mut self, cores: f64, daily: f64, base: i64, busy: i64) -> Self {
        self.cpu.cores = cores;
        self.cpu.daily = daily;
        self.memory = Memory { base, busy };
        self
    }

    fn throttled(mut self, active: f64, throttled: f64) -> Self {
        self.cpu.active = active;
        self.cpu.throttled = throttled;
        self.throttling_alert = throttled > 0.25;
        self
    }

    fn restarts(mut self, restarts: &[(usize, i64, &'static str)]) -> Self {
        self.restarts = restarts.to_vec();
        self
    }
}

fn workload(
    namespace: &'static str,
    kind: Kind,
    name: &'static str,
    node: usize,
    replicas: usize,
    containers: Vec<Container>,
) -> Workload {
    Workload {
        namespace,
        kind,
        name,
        replicas,
        containers,
        injected: Vec::new(),
        init: Vec::new(),
        labels: Vec::new(),
        priority_class: None,
        node,
        born: BIRTH,
        replaced: None,
    }
}

impl Workload {
    fn labels(mut self, labels: &[(&'static str, &'static str)]) -> Self {
        self.labels = labels.to_vec();
        self
    }
}

pub fn demo() -> Cluster {
    Cluster {
        nodes: nodes(),
        namespaces: namespaces(),
        workloads: [system(), monitoring(), shop(), payments(), others()].concat(),
    }
}

fn nodes() -> Vec<Node> {
    let node = |third: u8, last: u8, zone, instance: &str, group, memory, taint| Node {
        name: format!("ip-10-0-{third}-{last}.eu-west-1.compute.internal"),
        ip: format!("10.0.{third}.{last}"),
        zone,
        instance: instance.to_owned(),
        group,
        memory,
        taint,
    };
    vec![
        node(
            1,
            11,
            "eu-west-1a",
            "i-0a1b2c3d4e5f60001",
            "general",
            16 * GI,
            None,
        ),
        node(
            2,
            12,
            "eu-west-1b",
            "i-0a1b2c3d4e5f60002",
            "general",
            16 * GI,
            None,
        ),
        node(
            3,
            13,
            "eu-west-1c",
            "i-0a1b2c3d4e5f60003",
            "general",
            16 * GI,
            None,
        ),
        node(
            4,
            14,
            "eu-west-1a",
            "i-0a1b2c3d4e5f60004",
            "data",
            32 * GI,
            Some("dedicated"),
        ),
    ]
}

fn namespaces() -> Vec<Namespace> {
    let namespace = |name| Namespace {
        name,
        labels: &[],
        limit_range: None,
    };
    vec![
        namespace("kube-system"),
        namespace("monitoring"),
        Namespace {
            labels: &[("team", "storefront")],
            ..namespace("shop")
        },
        Namespace {
            labels: &[("team", "payments")],
            ..namespace("payments")
        },
        Namespace {
            labels: &[("team", "data")],
            ..namespace("data")
        },
        Namespace {
            labels: &[("team", "data")],
            ..namespace("batch")
        },
        Namespace {
            labels: &[("team", "orders"), ("istio-injection", "enabled")],
            ..namespace("mesh")
        },
        Namespace {
            limit_range: Some(LimitRange {
                request: both(100, 128 * MI),
                limit: both(200, 256 * MI),
            }),
            ..namespace("dev")
        },
    ]
}

fn system() -> Vec<Workload> {
    vec![
        workload(
            "kube-system",
            Kind::DaemonSet,
            "aws-node",
            0,
            4,
            vec![
                container("aws-node", "eks/amazon-k8s-cni:v1.20.4", cpu(25), nothing()).uses(
                    0.006,
                    0.1,
                    58 * MI,
                    4 * MI,
                ),
                container(
                    "aws-eks-nodeagent",
                    "eks/aws-network-policy-agent:v1.2.7",
                    cpu(25),
                    nothing(),
                )
                .uses(0.003, 0.1, 38 * MI, 2 * MI),
            ],
        )
        .labels(&[
            ("k8s-app", "aws-node"),
            ("app.kubernetes.io/managed-by", "Helm"),
        ]),
        workload(
            "kube-system",
            Kind::DaemonSet,
            "kube-proxy",
            0,
            4,
            vec![
                container(
                    "kube-proxy",
                    "eks/kube-proxy:v1.33.5-minimal-eksbuild.2",
                    cpu(100),
                    nothing(),
                )
                .uses(0.002, 0.1, 22 * MI, 2 * MI),
            ],
        )
        .labels(&[
            ("k8s-app", "kube-proxy"),
            ("eks.amazonaws.com/component", "kube-proxy"),
        ]),
        workload(
            "kube-system",
            Kind::Deployment,
            "coredns",
            0,
            2,
            vec![
                container(
                    "coredns",
                    "eks/coredns:v1.12.4-eksbuild.1",
                    both(100, 70 * MI),
                    memory(170 * MI),
                )
                .uses(0.008, 0.3, 24 * MI, 3 * MI),
            ],
        )
        .labels(&[
            ("k8s-app", "kube-dns"),
            ("eks.amazonaws.com/component", "coredns"),
        ]),
        // Throttled, and its limit is the vendor's.
        workload(
            "kube-system",
            Kind::Deployment,
            "metrics-server",
            1,
            1,
            vec![
                container(
                    "metrics-server",
                    "eks/metrics-server:v0.8.0-eksbuild.2",
                    both(100, 200 * MI),
                    both(100, 200 * MI),
                )
                .uses(0.021, 0.1, 52 * MI, 6 * MI)
                .throttled(0.35, 0.41),
            ],
        )
        .labels(&[
            ("k8s-app", "metrics-server"),
            ("eks.amazonaws.com/component", "metrics-server"),
            ("app.kubernetes.io/managed-by", "EKS"),
        ]),
    ]
}

fn monitoring() -> Vec<Workload> {
    vec![
        workload(
            "monitoring",
            Kind::StatefulSet,
            "prometheus-monitoring-kube-prometheus-prometheus",
            2,
            1,
            vec![
                container(
                    "prometheus",
                    "prometheus/prometheus:v3.7.3",
                    both(300, 3 * GI),
                    memory(3 * GI),
                )
                .uses(0.21, 0.1, 1_900 * MI, 200 * MI),
                container(
                    "config-reloader",
                    "prometheus-operator/prometheus-config-reloader:v0.86.1",
                    both(10, 50 * MI),
                    memory(50 * MI),
                )
                .uses(0.001, 0.0, 14 * MI, MI),
            ],
        )
        .labels(&[("app.kubernetes.io/name", "prometheus")]),
        workload(
            "monitoring",
            Kind::Deployment,
            "monitoring-kube-state-metrics",
            1,
            1,
            vec![
                container(
                    "kube-state-metrics",
                    "kube-state-metrics/kube-state-metrics:v2.17.0",
                    both(10, 128 * MI),
                    memory(128 * MI),
                )
                .uses(0.004, 0.1, 41 * MI, 4 * MI),
            ],
        )
        .labels(&[("app.kubernetes.io/name", "kube-state-metrics")]),
        workload(
            "monitoring",
            Kind::Deployment,
            "monitoring-kube-prometheus-operator",
            0,
            1,
            vec![
                container(
                    "kube-prometheus-stack",
                    "prometheus-operator/prometheus-operator:v0.86.1",
                    both(50, 128 * MI),
                    memory(128 * MI),
                )
                .uses(0.003, 0.0, 45 * MI, 3 * MI),
            ],
        ),
        workload(
            "monitoring",
            Kind::DaemonSet,
            "monitoring-prometheus-node-exporter",
            0,
            4,
            vec![
                container(
                    "node-exporter",
                    "prometheus/node-exporter:v1.10.0",
                    both(20, 64 * MI),
                    memory(64 * MI),
                )
                .uses(0.004, 0.0, 17 * MI, 2 * MI),
            ],
        )
        .labels(&[("app.kubernetes.io/name", "prometheus-node-exporter")]),
    ]
}

fn shop() -> Vec<Workload> {
    let at =
        |day: i64, hour: i64, minute: i64| START + day * DAY + (hour - 12) * 3_600 + minute * 60;
    vec![
        // Memory request below the limit, busy hours between the two, killed at the limit three times.
        Workload {
            priority_class: Some("business-critical"),
            ..workload(
                "shop",
                Kind::Deployment,
                "checkout",
                0,
                3,
                vec![
                    container(
                        "checkout",
                        "shop/checkout:4.18.2",
                        both(250, 256 * MI),
                        memory(512 * MI),
                    )
                    .uses(0.14, 0.5, 236 * MI, 172 * MI)
                    .restarts(&[
                        (0, at(3, 14, 5), "OOMKilled"),
                        (1, at(8, 13, 41), "OOMKilled"),
                        (0, at(12, 14, 22), "OOMKilled"),
                    ]),
                ],
            )
        },
        // Memory request below the limit, never near the request.
        workload(
            "shop",
            Kind::Deployment,
            "catalog",
            1,
            2,
            vec![
                container(
                    "catalog",
                    "shop/catalog:2.7.0",
                    both(150, 256 * MI),
                    memory(GI),
                )
                .uses(0.08, 0.4, 148 * MI, 30 * MI),
            ],
        ),
        // Fine: request equals limit, no CPU limit.
        workload(
            "shop",
            Kind::Deployment,
            "cart",
            2,
            2,
            vec![
                container(
                    "cart",
                    "shop/cart:1.9.4",
                    both(200, 384 * MI),
                    memory(384 * MI),
                )
                .uses(0.11, 0.5, 210 * MI, 70 * MI),
            ],
        ),
        // Fine: limits only, so the API server makes them the requests.
        workload(
            "shop",
            Kind::Deployment,
            "frontend",
            0,
            2,
            vec![
                container(
                    "frontend",
                    "shop/frontend:12.0.1",
                    nothing(),
                    both(500, 256 * MI),
                )
                .uses(0.06, 0.6, 120 * MI, 40 * MI)
                .throttled(0.22, 0.012),
            ],
        ),
        // Uses a seventh of its limit on average and is throttled in a third of its periods: many threads, short bursts.
        workload(
            "shop",
            Kind::Deployment,
            "recommender",
            1,
            2,
            vec![
                container(
                    "recommender",
                    "shop/recommender:0.31.0",
                    both(1_000, 768 * MI),
                    both(2_000, 768 * MI),
                )
                .uses(0.30, 0.2, 430 * MI, 60 * MI)
                .throttled(0.45, 0.36),
            ],
        ),
        // A limit of 50 millicores.
        workload(
            "shop",
            Kind::Deployment,
            "feature-flags",
            2,
            1,
            vec![
                container(
                    "feature-flags",
                    "shop/feature-flags:3.2.0",
                    both(50, 64 * MI),
                    both(50, 64 * MI),
                )
                .uses(0.0045, 0.1, 30 * MI, 2 * MI)
                .throttled(0.12, 0.42),
            ],
        ),
        // Ten throttled periods in five minutes, and the alert fires all the same.
        workload(
            "shop",
            Kind::Deployment,
            "mailer",
            0,
            1,
            vec![
                container(
                    "mailer",
                    "shop/mailer:1.1.7",
                    both(50, 128 * MI),
                    both(300, 128 * MI),
                )
                .uses(0.002, 0.0, 52 * MI, 4 * MI)
                .throttled(0.01, 0.34),
            ],
        ),
        // Six hours old.
        Workload {
            born: END - 6 * 3_600,
            ..workload(
                "shop",
                Kind::Deployment,
                "wishlist",
                1,
                1,
                vec![
                    container(
                        "wishlist",
                        "shop/wishlist:0.1.0",
                        both(100, 128 * MI),
                        memory(512 * MI),
                    )
                    .uses(0.03, 0.3, 150 * MI, 20 * MI),
                ],
            )
        },
    ]
}

fn payments() -> Vec<Workload> {
    // A restart every twelve hours or so, each with seven minutes of class loading at the limit.
    let restarts: Vec<(usize, i64, &'static str)> = (0..27)
        .map(|n| (0, START + 20_000 + n * 43_800, "Error"))
        .collect();
    let starting = Startup {
        seconds: 420,
        cores: 0.97,
        throttled: 0.84,
    };
    let mut invoicing = container(
        "invoicing",
        "payments/invoicing:7.4.1-jre21",
        both(300, 1_536 * MI),
        both(1_000, 1_536 * MI),
    )
    .uses(0.09, 0.3, 1_010 * MI, 60 * MI)
    .throttled(0.12, 0.0003)
    .restarts(&restarts);
    invoicing.cpu.startup = Some(starting);
    vec![
        // Needs about as much as its limit, all day.
        workload(
            "payments",
            Kind::Deployment,
            "ledger",
            2,
            2,
            vec![
                container(
                    "ledger",
                    "payments/ledger:5.0.3",
                    both(500, 512 * MI),
                    both(500, 512 * MI),
                )
                .uses(0.462, 0.04, 300 * MI, 40 * MI)
                .throttled(0.98, 0.62),
            ],
        ),
        workload(
            "payments",
            Kind::Deployment,
            "invoicing",
            1,
            1,
            vec![invoicing],
        ),
        // Fine: hardly throttled. Its pods were replaced in the middle of the window.
        Workload {
            replaced: Some(START + 6 * DAY + 9_000),
            ..workload(
                "payments",
                Kind::Deployment,
                "gateway",
                0,
                2,
                vec![
                    container(
                        "gateway",
                        "payments/gateway:9.2.0",
                        both(300, 256 * MI),
                        both(1_000, 256 * MI),
                    )
                    .uses(0.15, 0.4, 130 * MI, 40 * MI)
                    .throttled(0.40, 0.021),
                ],
            )
        },
    ]
}

fn others() -> Vec<Workload> {
    let mut proxy = container(
        "istio-proxy",
        "istio/proxyv2:1.27.3",
        both(100, 128 * MI),
        both(2_000, GI),
    )
    .uses(0.03, 0.3, 64 * MI, 12 * MI);
    proxy.cpu.active = 0.06;
    let mut shipper = container(
        "log-shipper",
        "mesh/log-shipper:2.3.1",
        both(20, 64 * MI),
        memory(64 * MI),
    )
    .uses(0.006, 0.2, 31 * MI, 4 * MI);
    shipper.native_sidecar = true;
    let migrate = container(
        "migrate",
        "mesh/reports:3.3.0",
        both(100, 128 * MI),
        memory(128 * MI),
    );
    let mut build_agent = container(
        "build-agent",
        "dev/build-agent:88",
        both(100, 256 * MI),
        memory(256 * MI),
    )
    .uses(0.1, 0.1, 140 * MI, 30 * MI)
    .throttled(0.6, 0.45);
    build_agent.limits.cpu = None;
    let mut storefront = workload(
        "mesh",
        Kind::Rollout,
        "storefront",
        2,
        1,
        vec![
            container(
                "storefront",
                "mesh/storefront:1.0.9",
                both(100, 192 * MI),
                memory(192 * MI),
            )
            .uses(0.04, 0.4, 96 * MI, 20 * MI),
        ],
    );
    storefront.injected = vec![proxy.clone()];
    vec![
        // No memory limit.
        workload(
            "data",
            Kind::StatefulSet,
            "search",
            3,
            1,
            vec![
                container("search", "data/search:8.15.2", both(500, 2 * GI), nothing()).uses(
                    0.4,
                    0.4,
                    2_300 * MI,
                    500 * MI,
                ),
            ],
        ),
        // Fine: request equals limit on the data node.
        workload(
            "data",
            Kind::StatefulSet,
            "cache",
            3,
            1,
            vec![
                container(
                    "cache",
                    "data/cache:7.4.6",
                    both(200, 4 * GI),
                    memory(4 * GI),
                )
                .uses(0.12, 0.3, 3_000 * MI, 150 * MI),
            ],
        ),
        // No CPU limit and busy: nothing throttles it.
        workload(
            "data",
            Kind::Deployment,
            "transcoder",
            3,
            1,
            vec![
                container(
                    "transcoder",
                    "data/transcoder:0.9.9",
                    both(500, GI),
                    memory(GI),
                )
                .uses(2.3, 0.3, 640 * MI, 90 * MI),
            ],
        ),
        // Memory limit six times the request: its node promises more than it has.
        workload(
            "batch",
            Kind::Deployment,
            "analytics",
            2,
            1,
            vec![
                container(
                    "analytics",
                    "batch/analytics:6.1.0",
                    both(500, 2 * GI),
                    memory(12 * GI),
                )
                .uses(0.35, 0.5, 1_500 * MI, 3_400 * MI),
            ],
        ),
        // Neither requests nor limits.
        workload(
            "batch",
            Kind::Deployment,
            "scratchpad",
            1,
            1,
            vec![
                container(
                    "scratchpad",
                    "batch/scratchpad:latest",
                    nothing(),
                    nothing(),
                )
                .uses(0.05, 0.6, 180 * MI, 120 * MI),
            ],
        ),
        workload(
            "batch",
            Kind::CronJob,
            "nightly-report",
            1,
            1,
            vec![
                container(
                    "report",
                    "batch/report:2.2.2",
                    both(500, 512 * MI),
                    memory(512 * MI),
                )
                .uses(0.7, 0.0, 330 * MI, 0),
            ],
        ),
        workload(
            "batch",
            Kind::Deployment,
            "worker",
            0,
            1,
            vec![
                container(
                    "worker",
                    "batch/worker:4.4.0",
                    both(200, 256 * MI),
                    memory(256 * MI),
                )
                .uses(0.12, 0.4, 150 * MI, 30 * MI),
            ],
        ),
        workload(
            "batch",
            Kind::Pod,
            "debug-shell",
            0,
            1,
            vec![
                container("shell", "batch/shell:1", both(10, 32 * MI), memory(32 * MI)).uses(
                    0.0005,
                    0.0,
                    6 * MI,
                    0,
                ),
            ],
        ),
        Workload {
            injected: vec![proxy],
            ..workload(
                "mesh",
                Kind::Deployment,
                "orders",
                0,
                2,
                vec![
                    container(
                        "orders",
                        "mesh/orders:2.0.5",
                        both(200, 320 * MI),
                        memory(320 * MI),
                    )
                    .uses(0.1, 0.5, 180 * MI, 60 * MI),
                ],
            )
        },
        Workload {
            init: vec![migrate, shipper],
            ..workload(
                "mesh",
                Kind::Deployment,
                "reports",
                1,
                1,
                vec![
                    container(
                        "reports",
                        "mesh/reports:3.3.0",
                        both(150, 256 * MI),
                        memory(256 * MI),
                    )
                    .uses(0.05, 0.3, 120 * MI, 30 * MI),
                ],
            )
        },
        storefront,
        // Says nothing; the LimitRange of its namespace does.
        workload(
            "dev",
            Kind::Deployment,
            "preview",
            0,
            1,
            vec![
                container("preview", "dev/preview:main", nothing(), nothing())
                    .uses(0.012, 0.3, 70 * MI, 12 * MI)
                    .throttled(0.08, 0.02),
            ],
        ),
        // No CPU limit in the template; the LimitRange puts one there, and it throttles.
        workload(
            "dev",
            Kind::Deployment,
            "build-agent",
            1,
            1,
            vec![build_agent],
        ),
    ]
}
