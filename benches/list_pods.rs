//! Peak memory and time of reading a big cluster through the Kubernetes client: 100,000 pods of about 5.7 kB JSON, two
//! containers and managed fields each, from 2,000 templates, in pages of 500.
//!
//! `cargo bench --bench list_pods [-- PODS]`. The answers are made page by page while the list is read, so the time
//! includes making them.

#[cfg(not(feature = "live"))]
#[expect(clippy::print_stdout, reason = "it says why it measures nothing")]
fn main() {
    println!("list_pods measures the live client: build with the feature `live`");
}

#[cfg(feature = "live")]
fn main() {
    measured::run();
}

#[cfg(feature = "live")]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement reads the clock and /proc and prints what it found"
)]
mod measured {
    use std::convert::Infallible;
    use std::fmt::Write as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Instant;

    use http::{Request, Response};
    use kube::Client;
    use kube::client::Body;
    use promtune::source::kubernetes::live::{Connection, ListOptions, collect};

    const TEMPLATES: usize = 2_000;
    const PAGE: usize = 500;

    pub(super) fn run() {
        let pods = std::env::args()
            .find_map(|argument| argument.parse().ok())
            .unwrap_or(100_000);
        let filler = filler();
        let bytes = Arc::new(AtomicU64::new(0));
        let sent = Arc::clone(&bytes);
        let service = move |request: Request<Body>| {
            let body = answer(&request.uri().to_string(), pods, &filler);
            sent.fetch_add(body.len() as u64, Ordering::Relaxed);
            async move { Ok::<_, Infallible>(Response::new(Body::from(body.into_bytes()))) }
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let before = peak_mib();
        let start = Instant::now();
        let all = runtime.block_on(async {
            let connection = Connection {
                client: Client::new(tower::service_fn(service), "default"),
                server: String::new(),
            };
            collect(connection, &ListOptions::default()).await
        });
        let all = all.unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let bytes = bytes.load(Ordering::Relaxed);
        println!(
            "{} pods, {} requests, {} MB of JSON ({} B per pod), {seconds:.1} s with making it, peak {} MiB ({before} MiB at the start)",
            all.cluster.pods.len(),
            all.requests,
            bytes / 1_000_000,
            bytes / pods as u64,
            peak_mib(),
        );
        assert_eq!((all.cluster.pods.len(), all.gaps.len()), (pods, 0));
    }

    /// The highest resident size so far.
    fn peak_mib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) / 1024
    }

    fn answer(url: &str, pods: usize, filler: &str) -> String {
        match url {
            "/version" => return r#"{"gitVersion": "v1.33.1"}"#.to_owned(),
            "/apis" => {
                let group = |(name, version)| {
                    format!(r#"{{"name":"{name}","versions":[{{"version":"{version}"}}]}}"#)
                };
                let groups = [
                    ("apps", "v1"),
                    ("batch", "v1"),
                    ("autoscaling", "v2"),
                    ("policy", "v1"),
                    ("scheduling.k8s.io", "v1"),
                ];
                return format!(r#"{{"groups":[{}]}}"#, groups.map(group).join(","));
            }
            _ if !url.contains("/pods") => return r#"{"metadata":{},"items":[]}"#.to_owned(),
            _ => {}
        }
        let start: usize = url
            .split_once("continue=")
            .and_then(|(_, at)| at.parse().ok())
            .unwrap_or(0);
        let end = (start + PAGE).min(pods);
        let next = if end < pods {
            end.to_string()
        } else {
            String::new()
        };
        let mut body = format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"continue":"{next}"}},"items":["#
        );
        for i in start..end {
            if i > start {
                body.push(',');
            }
            pod(&mut body, i, filler);
        }
        body.push_str("]}");
        body
    }

    fn pod(body: &mut String, i: usize, filler: &str) {
        let t = i % TEMPLATES;
        let (namespace, node) = (t % 200, i % 3_000);
        let _ = write!(
            body,
            r#"{{"metadata":{{"name":"service-{t}-{t:09x}-{i:05x}","namespace":"team-{namespace}","uid":"{i:032x}","resourceVersion":"{i}","creationTimestamp":"2026-10-01T12:00:00Z","labels":{{"app":"service-{t}","app.kubernetes.io/name":"service-{t}","pod-template-hash":"{t:09x}"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"service-{t}-{t:09x}","uid":"{t:032x}","controller":true}}],{filler}}},"spec":{{"containers":[{{"name":"app","image":"registry.example/service-{t}:1.{t}","args":["--listen=:8080"],"env":[{{"name":"A","value":"{i}"}}],"resources":{{"requests":{{"cpu":"{t}m","memory":"256Mi"}},"limits":{{"memory":"512Mi"}}}}}},{{"name":"istio-proxy","image":"registry.example/proxy:1.20","resources":{{"requests":{{"cpu":"100m","memory":"128Mi"}},"limits":{{"cpu":"2","memory":"1Gi"}}}}}}],"nodeName":"node-{node}","tolerations":[{{"key":"node.kubernetes.io/not-ready","operator":"Exists"}}]}},"status":{{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{{"name":"app","restartCount":{},"state":{{"running":{{}}}},"lastState":{{"terminated":{{"reason":"OOMKilled","exitCode":137,"finishedAt":"2026-10-02T00:00:00Z"}}}}}},{{"name":"istio-proxy","restartCount":0,"state":{{"running":{{}}}}}}]}}}}"#,
            i % 5
        );
    }

    /// Two managed fields entries, as server-side bookkeeping adds them to every object.
    fn filler() -> String {
        let fields: String = (0..62)
            .map(|i| format!(r#""f:field-{i}":{{".":{{}},"f:value":{{}}}},"#))
            .collect();
        let entry = format!(
            r#"{{"manager":"kubelet","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{{{fields}"f:end":{{}}}}}}"#
        );
        format!(r#""managedFields":[{entry},{entry}]"#)
    }
}
