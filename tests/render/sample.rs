//! Reports as they come from real clusters, made by hand.

use std::collections::BTreeMap;

use promtune::check::{
    Confidence, Draft, Evidence, Finding, Impact, Location, Meta, NotEvaluated, Severity, Sink,
    Status, Subject, Unit,
};
use promtune::fix::{Applicability, Edit, Fix};
use promtune::model::{
    PromDuration, QueryKind, QueryRecord, QueryStatus, Timestamp, WorkloadKind, WorkloadRef,
};
use promtune::report::{
    FixOutputs, PlatformSummary, Report, Reported, Summary, Suppressed, group, rank,
};

const MI: f64 = 1024.0 * 1024.0;
const WINDOW: Option<PromDuration> = Some(PromDuration(14 * 24 * 3600));
const META: Meta = Meta {
    title: "For tests",
    severity: Severity::Info,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

fn workload(namespace: &str, kind: &str, name: &str) -> WorkloadRef {
    WorkloadRef {
        namespace: namespace.to_owned(),
        kind: WorkloadKind::from(kind),
        name: name.to_owned(),
    }
}

fn finding(check: &'static str, severity: Severity, draft: Draft) -> Finding {
    let mut sink = Sink::new(check, &META);
    sink.report_as(severity, draft);
    sink.finish().0.remove(0)
}

fn fix(title: &str, applicability: Applicability, expected: &str, rollback: &str) -> Fix {
    Fix {
        title: title.to_owned(),
        applicability,
        edits: vec![Edit::Instruct { steps: Vec::new() }],
        expected: expected.to_owned(),
        rollback: rollback.to_owned(),
        preconditions: Vec::new(),
    }
}

fn outputs(texts: &[(&'static str, &str)], refused: &[(&'static str, &str)]) -> FixOutputs {
    let map = |pairs: &[(&'static str, &str)]| -> BTreeMap<&'static str, String> {
        pairs.iter().map(|(k, v)| (*k, (*v).to_owned())).collect()
    };
    FixOutputs {
        texts: map(texts),
        refused: map(refused),
    }
}

/// The flagship: killed for memory, with far less requested than allowed.
fn memory(
    severity: Severity,
    of: &WorkloadRef,
    container: &str,
    request: u32,
    limit: u32,
    peak: f64,
    kills: u32,
) -> Reported {
    let (ns, name) = (&of.namespace, &of.name);
    let matcher = format!("namespace=\"{ns}\",pod=~\"{name}-.*\",container=\"{container}\"");
    let peak_query =
        format!("max(max_over_time(container_memory_working_set_bytes{{{matcher}}}[14d]))");
    let kills_query = format!(
        "count(max_over_time(kube_pod_container_status_last_terminated_reason{{{matcher},reason=\"OOMKilled\"}}[14d]) > 0)"
    );
    let killed = if kills > 0 {
        format!(", and {kills} of its pods were killed for memory")
    } else {
        String::new()
    };
    let draft = Draft::new(
        Subject::container(of, container),
        Confidence::high("14d of samples, 99% of the expected ones"),
        format!("The memory request ({request}Mi) is below the limit ({limit}Mi): the node promises less than the container may take"),
        format!("It peaked at {} in 14d, {} over its request{killed}. When the node runs short it is among the first to be evicted.", Unit::Bytes.show(peak * MI), Unit::Bytes.show((peak - f64::from(request)) * MI)),
        format!("Change resources.requests.memory from {request}Mi to {limit}Mi"),
        Evidence::measured("peak working set", peak_query, WINDOW, peak * MI, Unit::Bytes),
    )
    .evidence([
        Evidence::measured("pods killed for memory", kills_query, WINDOW, f64::from(kills), Unit::Count),
        Evidence::field(format!("{of} in {ns}"), format!("spec.template.spec.containers[{container}].resources.requests.memory"), format!("{request}Mi")),
        Evidence::computed("peak over request", "peak working set - requests.memory", (peak - f64::from(request)) * MI, Unit::Bytes),
        Evidence::known("Pods that use more memory than they request are evicted first", "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"),
    ])
    .impact(Impact { memory_bytes: Some(i64::from(limit - request) * 3 * 1024 * 1024), ..Impact::default() })
    .fix(fix(&format!("set the memory request to the limit, {limit}Mi"), Applicability::Review, "The scheduler reserves what the container may use; it is no longer evicted before others.", &format!("set the memory request back to {request}Mi")));
    let kubectl = format!(
        "kubectl -n {ns} patch {} {name} --type strategic \\\n  -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"{container}\",\"resources\":{{\"requests\":{{\"memory\":\"{limit}Mi\"}}}}}}]}}}}}}}}'\n",
        of.kind.as_str().to_lowercase()
    );
    let diff = format!(
        "--- a/deploy/{name}.yaml\n+++ b/deploy/{name}.yaml\n@@ -21,7 +21,7 @@\n         resources:\n           requests:\n             cpu: 250m\n-            memory: {request}Mi\n+            memory: {limit}Mi\n           limits:\n             memory: {limit}Mi\n"
    );
    Reported {
        finding: finding("requests/memory-request-not-limit", severity, draft),
        outputs: vec![outputs(
            &[("kubectl", &kubectl), ("diff", &diff)],
            &[(
                "values",
                "the workload is not part of kube-prometheus-stack",
            )],
        )],
    }
}

fn throttling() -> Reported {
    let of = workload("payments", "Deployment", "api");
    let matcher = "namespace=\"payments\",pod=~\"api-.*\",container=\"api\"";
    let draft = Draft::new(
        Subject::container(&of, "api"),
        Confidence::medium("start times of 2 of 6 pods are unknown, so start-up throttling cannot be told apart for them"),
        "The CPU limit (500m) is too low for steady work: 41% of the periods are throttled",
        "p95 use is 472m of a limit of 500m, all day and not only at start-up; requests wait up to 100ms each time.",
        "Change resources.limits.cpu from 500m to 900m, or remove it: the node has room and requests are set everywhere",
        Evidence::measured("throttled periods", format!("sum(increase(container_cpu_cfs_throttled_periods_total{{{matcher}}}[14d])) / sum(increase(container_cpu_cfs_periods_total{{{matcher}}}[14d]))"), WINDOW, 0.412, Unit::Ratio),
    )
    .evidence([
        Evidence::measured("p95 CPU use of the hottest replica", format!("max(quantile_over_time(0.95, rate(container_cpu_usage_seconds_total{{{matcher}}}[5m])[14d:5m]))"), WINDOW, 0.472, Unit::Cores),
        Evidence::field("Deployment/api in payments", "spec.template.spec.containers[api].resources.limits.cpu", "500m"),
    ])
    .impact(Impact { notifications_per_week_before: Some(19.0), notifications_per_week_after: Some(1.0), ..Impact::default() })
    .fix(Fix {
        preconditions: vec!["Compare a day of latency before and after".to_owned()],
        ..fix("set the CPU limit to 900m", Applicability::Review, "Throttling falls below 1% of the periods; CPUThrottlingHigh stops firing for this container.", "set the CPU limit back to 500m")
    })
    .fix(fix("remove the CPU limit", Applicability::DisplayOnly, "No throttling. Neighbours are protected by their requests.", "set the CPU limit back to 500m"));
    let kubectl = "kubectl -n payments set resources deployment api -c api --limits=cpu=900m\n";
    Reported {
        finding: finding("throttling/limit-too-low", Severity::Warning, draft),
        outputs: vec![
            outputs(
                &[("kubectl", kubectl)],
                &[("diff", "no manifest file was given")],
            ),
            FixOutputs::default(),
        ],
    }
}

fn control_plane(alert: &str, component: &str, key: &str) -> Reported {
    let draft = Draft::new(
        Subject::alert(alert, "kubernetes-system"),
        Confidence::high("all 12 nodes carry EKS labels and provider ids, and no pod of the component was ever seen"),
        format!("{alert} can only fire here: the {component} of EKS is run by AWS and cannot be scraped"),
        "It has been firing for all of 14d. An alert that always fires hides the day when something is wrong.".to_owned(),
        format!("Set {key}.enabled to false in the values of kube-prometheus-stack"),
        Evidence::measured("share of the window in which it fired", format!("avg_over_time((count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}) or vector(0))[14d:5m])"), WINDOW, 1.0, Unit::Ratio),
    )
    .evidence([
        Evidence::quoted("kubernetes-system.yaml", Some(12), format!("alert: {alert}\nexpr: absent(up{{job=\"{component}\"}} == 1)\nfor: 15m")),
        Evidence::known("EKS runs the control plane and does not expose this component", "https://docs.aws.amazon.com/eks/latest/userguide/eks-architecture.html"),
    ])
    .impact(Impact { notifications_per_week_before: Some(7.0), notifications_per_week_after: Some(0.0), ..Impact::default() })
    .fix(fix(&format!("turn off {key} in the chart"), Applicability::Safe, "The rule, its Service and its ServiceMonitor are gone; the alert can no longer fire.", &format!("remove {key}.enabled from the values")));
    Reported {
        finding: finding(
            "platform/control-plane-not-scrapable",
            Severity::Warning,
            draft,
        ),
        outputs: vec![outputs(
            &[("values", &format!("{key}:\n  enabled: false\n"))],
            &[],
        )],
    }
}

fn always_firing() -> Reported {
    let draft = Draft::new(
        Subject::alert("KubeMemoryOvercommit", "kubernetes-resources"),
        Confidence::high("evaluated in all of 14d"),
        "KubeMemoryOvercommit fired in 100% of the last 14d",
        "Nobody acts on it: it has never been resolved, and it was sent 28 times.",
        "Fix what it says (memory requests are 112% of what the nodes can lose), or turn the rule off",
        Evidence::measured("share of the window in which it fired", "avg_over_time((count(ALERTS{alertname=\"KubeMemoryOvercommit\",alertstate=\"firing\"}) or vector(0))[14d:5m])", WINDOW, 1.0, Unit::Ratio),
    )
    .impact(Impact { notifications_per_week_before: Some(14.0), ..Impact::default() });
    Reported {
        finding: finding("alerts/always-firing", Severity::Warning, draft),
        outputs: Vec::new(),
    }
}

fn in_a_file() -> Reported {
    let draft = Draft::new(
        Subject::alert("CheckoutErrorsHigh", "shop"),
        Confidence::high("read from the expression"),
        "The alert divides by a sum that can be zero: no traffic makes NaN, and NaN never fires",
        "4h of 14d had no requests at all; a complete outage of the gateway would not page.",
        "Change the expression so that no traffic is an alert of its own",
        Evidence::quoted(
            "rules/shop.yaml",
            Some(14),
            "sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m])) > 0.05",
        ),
    )
    .at(Location {
        path: "rules/shop.yaml".to_owned(),
        line: 14,
        column: 11,
        end_line: 14,
        end_column: 87,
    })
    .fix(fix(
        "guard the division",
        Applicability::DisplayOnly,
        "The alert says nothing about traffic that is not there.",
        "restore the expression",
    ));
    Reported {
        finding: finding("promql/division-by-zero", Severity::Info, draft),
        outputs: vec![FixOutputs::default()],
    }
}

fn no_request(of: &WorkloadRef, container: &str) -> Reported {
    let draft = Draft::new(
        Subject::container(of, container),
        Confidence::low("only 3d of history: the container is new"),
        "No CPU request is set",
        "The scheduler places the pod as if it used nothing; it uses 120m at p95.",
        "Set resources.requests.cpu to 130m",
        Evidence::measured(
            "p95 CPU use",
            format!(
                "quantile_over_time(0.95, rate(container_cpu_usage_seconds_total{{namespace=\"{}\",container=\"{container}\"}}[5m])[3d:5m])",
                of.namespace
            ),
            Some(PromDuration(3 * 86_400)),
            0.12,
            Unit::Cores,
        ),
    );
    Reported {
        finding: finding("requests/request-missing", Severity::Info, draft),
        outputs: Vec::new(),
    }
}

/// A report with a bit of everything.
pub(crate) fn full() -> Report {
    let mut findings = vec![
        no_request(&workload("batch", "CronJob", "nightly-export"), "export"),
        no_request(&workload("batch", "CronJob", "reindex"), "reindex"),
        in_a_file(),
        always_firing(),
        control_plane("KubeSchedulerDown", "kube-scheduler", "kubeScheduler"),
        control_plane(
            "KubeControllerManagerDown",
            "kube-controller-manager",
            "kubeControllerManager",
        ),
        throttling(),
        memory(
            Severity::Critical,
            &workload("shop", "Deployment", "checkout"),
            "app",
            128,
            512,
            498.0,
            3,
        ),
    ];
    for (i, name) in [
        "cart", "catalog", "search", "users", "mail", "images", "coupons",
    ]
    .iter()
    .enumerate()
    {
        let peak = 300.0 + 10.0 * i as f64;
        findings.push(memory(
            Severity::Warning,
            &workload("shop", "Deployment", name),
            "app",
            256,
            512,
            peak,
            0,
        ));
    }
    finish(Report {
        findings,
        not_evaluated: vec![
            skipped("autoscaling/at-maximum", "", "the API server forbids listing horizontalpodautoscalers (RBAC)"),
            skipped("autoscaling/flapping", "", "the API server forbids listing horizontalpodautoscalers (RBAC)"),
            skipped("requests/memory-request-not-limit", "batch/CronJob/new-job run", "only 6h of history, 24h are needed"),
        ],
        suppressed: vec![
            Suppressed { check: "alerts/always-firing".to_owned(), fingerprint: "0f".repeat(16), subject: "BackupRunning".to_owned(), severity: Severity::Warning, by: "annotation", reason: "fires while a backup runs, on purpose".to_owned() },
            Suppressed { check: "requests/request-missing".to_owned(), fingerprint: "a1".repeat(16), subject: "dev/Deployment/sandbox app".to_owned(), severity: Severity::Info, by: "baseline", reason: "accepted on 2026-01-12".to_owned() },
        ],
        queries: queries(),
        gaps: vec!["kubernetes: horizontalpodautoscalers could not be listed: forbidden; grant `list` in the ClusterRole of promtune".to_owned()],
        excerpts: Default::default(),
        ..blank()
    })
}

fn skipped(check: &str, subject: &str, because: &str) -> NotEvaluated {
    NotEvaluated {
        check: check.to_owned(),
        subject: subject.to_owned(),
        because: because.to_owned(),
    }
}

/// The same cluster with nothing wrong.
pub(crate) fn empty() -> Report {
    finish(blank())
}

/// Nothing could be read.
pub(crate) fn nothing() -> Report {
    Report {
        summary: Summary::default(),
        sources: Vec::new(),
        platform: None,
        gaps: vec!["prometheus: connection refused at http://localhost:9090".to_owned()],
        excerpts: Default::default(),
        ..blank()
    }
}

fn blank() -> Report {
    Report {
        captured_at: Timestamp(1_772_366_400),
        window: PromDuration(14 * 86_400),
        sources: vec!["prometheus".to_owned(), "kubernetes".to_owned()],
        platform: Some(PlatformSummary {
            name: "eks".to_owned(),
            managed_control_plane: true,
            confidence: "high".to_owned(),
            signals: vec![
                "12 of 12 nodes have provider ids that start with aws://".to_owned(),
                "12 of 12 nodes have the label eks.amazonaws.com/nodegroup".to_owned(),
            ],
        }),
        summary: Summary {
            files: 0,
            rules: 212,
            workloads: 148,
            ..Summary::default()
        },
        findings: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        queries: Vec::new(),
        gaps: Vec::new(),
        excerpts: Default::default(),
    }
}

/// Ranks and counts.
pub(crate) fn finish(mut report: Report) -> Report {
    rank(&mut report.findings);
    report.summary =
        report
            .summary
            .counting(&report.findings, &report.suppressed, &report.not_evaluated);
    assert!(group(&report.findings).len() <= report.findings.len());
    report
}

fn queries() -> Vec<QueryRecord> {
    let record = |id: &str, query: &str, series, samples_read, status| QueryRecord {
        id: id.to_owned(),
        query: query.to_owned(),
        template: String::new(),
        kind: QueryKind::Instant,
        at: Timestamp(1_772_366_400),
        step: None,
        start: None,
        requests: 1,
        series,
        samples_read,
        status,
    };
    vec![
        record(
            "memory-peak",
            "max by (namespace, pod, container) (max_over_time(container_memory_working_set_bytes{container!=\"\"}[14d]))",
            1_204,
            Some(48_211_200),
            QueryStatus::Complete,
        ),
        record(
            "cpu-usage-p95",
            "quantile_over_time(0.95, rate(container_cpu_usage_seconds_total{container!=\"\"}[5m])[14d:5m])",
            980,
            Some(21_000_000),
            QueryStatus::Partial,
        ),
        record(
            "alerts-firing",
            "count by (alertname) (ALERTS{alertstate=\"firing\"})",
            0,
            None,
            QueryStatus::Failed(
                "HTTP 422: query processing would load too many samples".to_owned(),
            ),
        ),
        record(
            "istio-sidecars",
            "count(istio_build)",
            0,
            None,
            QueryStatus::Skipped("no check asked for it".to_owned()),
        ),
    ]
}

/// Names and texts that try to break out of every format.
pub(crate) const HOSTILE: [&str; 8] = [
    "\u{1b}[31mred\u{1b}[0m\u{7}",
    "</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>",
    "```\n````\n# heading\n</details>",
    "a|b|c `x` | *bold* _it_ [link](javascript:alert(1)) @octocat #12 <!-- --> &amp;",
    "user\u{202e}gpj.exe\u{200b}",
    "データベース接続プール監視サービス",
    "שירות תשלומים",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// A finding in which every text is `text`.
pub(crate) fn filled_with(text: &str, severity: Severity) -> Reported {
    let of = workload(text, text, text);
    let draft = Draft::new(
        Subject::container(&of, text),
        Confidence::low(text),
        format!("what {text}"),
        format!("why {text}"),
        format!("do {text}"),
        Evidence::measured(text, text, WINDOW, f64::NAN, Unit::Bytes),
    )
    .about(text)
    .evidence([
        Evidence::field(text, text, text),
        Evidence::quoted(text, None, text),
        Evidence::computed(text, text, f64::INFINITY, Unit::Ratio),
        Evidence::known(text, text),
    ])
    .at(Location {
        path: text.to_owned(),
        line: 1,
        column: 1,
        end_line: 2,
        end_column: 3,
    })
    .impact(Impact {
        notifications_per_week_before: Some(f64::NAN),
        cpu_cores: Some(f64::NEG_INFINITY),
        ..Impact::default()
    })
    .fix(Fix {
        preconditions: vec![text.to_owned()],
        ..fix(text, Applicability::Review, text, text)
    });
    Reported {
        finding: finding("memory/hostile", severity, draft),
        outputs: vec![outputs(
            &[
                ("diff", text),
                ("values", text),
                ("kubectl", text),
                ("kustomize", text),
                ("prometheusrule", text),
            ],
            &[("diff", text)],
        )],
    }
}

/// A report in which every free text is one of `texts`.
pub(crate) fn report_of(texts: &[&str]) -> Report {
    let first = texts.first().copied().unwrap_or_default();
    let severities = [Severity::Critical, Severity::Warning, Severity::Info];
    finish(Report {
        sources: vec![first.to_owned()],
        platform: Some(PlatformSummary {
            name: first.to_owned(),
            managed_control_plane: false,
            confidence: first.to_owned(),
            signals: vec![first.to_owned()],
        }),
        findings: texts
            .iter()
            .zip(severities.iter().cycle())
            .map(|(t, s)| filled_with(t, *s))
            .collect(),
        not_evaluated: texts.iter().map(|t| skipped(t, t, t)).collect(),
        suppressed: texts
            .iter()
            .map(|t| Suppressed {
                check: (*t).to_owned(),
                fingerprint: (*t).to_owned(),
                subject: (*t).to_owned(),
                severity: Severity::Info,
                by: "comment",
                reason: (*t).to_owned(),
            })
            .collect(),
        queries: texts
            .iter()
            .map(|t| QueryRecord {
                id: (*t).to_owned(),
                query: (*t).to_owned(),
                status: QueryStatus::Failed((*t).to_owned()),
                ..queries().remove(0)
            })
            .collect(),
        gaps: texts.iter().map(|t| (*t).to_owned()).collect(),
        ..blank()
    })
}
