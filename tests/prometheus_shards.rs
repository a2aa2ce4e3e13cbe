//! Planned queries against a server with limits: large ones are sent in pieces, refused ones in smaller pieces, and what
//! cannot be had is a gap with a name.
#![cfg(feature = "live")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "support/fault_server.rs"]
mod fault_server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fault_server::{Reply, Request, Server};
use promtune::knowledge::{PlannedKind, PlannedQuery};
use promtune::model::{Flavor, PromDuration, QueryResult, QueryStatus, Timestamp};
use promtune::source::prometheus::{Client, Executed, Execution, Progress, Settings, execute};
use proptest::prelude::*;
use regex::Regex;

/// Namespace and pod of a series.
type Series = (String, String);

/// Series of a cluster: every namespace has so many pods. One series has neither label.
fn cluster(pods: &[usize]) -> Vec<Series> {
    let random = b"bcdfghjklmnpqrstvwxz2456789";
    let mut all = vec![(String::new(), String::new())];
    for (n, &count) in pods.iter().enumerate() {
        for p in 0..count {
            // Spread like the random suffixes of a controller.
            let mut seed = (n * 1000 + p + 1) as u64;
            let end: String = (0..5)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    char::from(random[(seed >> 33) as usize % random.len()])
                })
                .collect();
            all.push((format!("ns-{n:02}"), format!("web-{p}-{end}")));
        }
    }
    all
}

/// The series that the matchers of a query select.
fn selected<'a>(all: &'a [Series], expr: &str) -> Vec<&'a Series> {
    let matcher = Regex::new(r#"(namespace|pod)(=~|!~)"([^"]*)""#).unwrap();
    let matchers: Vec<(bool, bool, Regex)> = matcher
        .captures_iter(expr)
        .map(|m| {
            let pattern = format!("^(?:{})$", m[3].replace("\\\\", "\\"));
            (&m[1] == "pod", &m[2] == "=~", Regex::new(&pattern).unwrap())
        })
        .collect();
    let passes = |series: &&Series| {
        matchers.iter().all(|(pod, positive, pattern)| {
            let value = if *pod { &series.1 } else { &series.0 };
            pattern.is_match(value) == *positive
        })
    };
    all.iter().filter(passes).collect()
}

fn element((namespace, pod): &Series, sample: &str) -> String {
    let mut labels = serde_json::Map::new();
    for (name, value) in [("namespace", namespace), ("pod", pod)] {
        if !value.is_empty() {
            labels.insert(name.to_owned(), value.as_str().into());
        }
    }
    format!(
        r#"{{"metric":{},{sample}}}"#,
        serde_json::Value::from(labels)
    )
}

/// Answers to `count(…)` probes, to instant and range queries, and refuses more than `limit` samples.
fn prometheus(all: &[Series], limit: usize, request: &Request) -> Reply {
    let expr = request.param("query");
    if request.path.ends_with("/label/namespace/values") {
        let names: std::collections::BTreeSet<&str> = all.iter().map(|s| s.0.as_str()).collect();
        let names = serde_json::to_string(&names).unwrap();
        return Reply::json(format!(r#"{{"status":"success","data":{names}}}"#));
    }
    if expr.starts_with("count") {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for (namespace, _) in all {
            *sizes.entry(namespace).or_default() += 1;
        }
        let row = |(name, size): (&&str, &usize)| {
            element(
                &((*name).to_owned(), String::new()),
                &format!(r#""value":[1,"{size}"]"#),
            )
        };
        return Reply::vector(&sizes.iter().map(row).collect::<Vec<_>>().join(","));
    }
    let found = selected(all, expr);
    let range = request.path.ends_with("query_range");
    let (start, end) = if range {
        (number(request, "start"), number(request, "end"))
    } else {
        (0, 0)
    };
    let times: Vec<usize> = (start..=end).step_by(60).collect();
    if found.len() * times.len() > limit {
        return Reply::fault(
            422,
            "execution",
            "query processing would load too many samples into memory in query execution",
        );
    }
    if times.len() > 11_001 {
        return Reply::fault(
            400,
            "bad_data",
            "exceeded maximum resolution of 11,000 points per timeseries",
        );
    }
    let value = |s: &Series, t: &usize| (s.0.len() * 3 + s.1.len() + t / 60) % 97;
    let elements: Vec<String> = found
        .iter()
        .map(|series| {
            if range {
                let points: Vec<String> = times
                    .iter()
                    .map(|t| format!(r#"[{t},"{}"]"#, value(series, t)))
                    .collect();
                element(series, &format!(r#""values":[{}]"#, points.join(",")))
            } else {
                element(series, &format!(r#""value":[1,"{}"]"#, value(series, &0)))
            }
        })
        .collect();
    let kind = if range { "matrix" } else { "vector" };
    Reply::json(format!(
        r#"{{"status":"success","data":{{"resultType":"{kind}","result":[{}],"stats":{{"samples":{{"totalQueryableSamples":{}}}}}}}}}"#,
        elements.join(","),
        found.len() * times.len(),
    ))
}

fn number(request: &Request, name: &str) -> usize {
    request.param(name).parse().unwrap()
}

fn query(id: &str, kind: PlannedKind) -> PlannedQuery {
    PlannedQuery {
        id: id.to_owned(),
        expr: r#"max by (namespace, pod) (x{c!=""$shard})"#.to_owned(),
        keys: vec!["namespace".to_owned(), "pod".to_owned()],
        kind,
        shard_label: Some("namespace".to_owned()),
        samples_per_series: 1,
        series_from: None,
    }
}

fn probe() -> PlannedQuery {
    PlannedQuery {
        id: "series".to_owned(),
        expr: "count by (namespace) (x)".to_owned(),
        keys: vec!["namespace".to_owned()],
        shard_label: None,
        ..query("", PlannedKind::Instant)
    }
}

fn settings(server: &Server) -> Settings {
    let mut settings = Settings::new(server.url());
    settings.backoff = Duration::from_millis(1);
    settings.retries = 1;
    settings
}

async fn run(
    server: &Server,
    queries: &[PlannedQuery],
    change: impl FnOnce(&mut Settings, &mut Execution),
) -> Executed {
    let mut settings = settings(server);
    let mut execution = Execution::new(Timestamp(6_000), Flavor::Prometheus);
    change(&mut settings, &mut execution);
    let client = Client::new(settings).unwrap();
    execute(&client, queries, &execution, &()).await
}

fn as_is(_: &mut Settings, _: &mut Execution) {}

const RANGE: PlannedKind = PlannedKind::Range {
    start: Timestamp(0),
    step: PromDuration(60),
};

/// The answer of a server without limits to an unsharded query.
async fn reference(all: Vec<Series>, kind: PlannedKind) -> QueryResult {
    let server = Server::start(move |request, _| prometheus(&all, usize::MAX, request));
    let executed = run(&server, &[query("q", kind)], as_is).await;
    assert_eq!(executed.records[0].requests, 1);
    assert_eq!(executed.gaps, []);
    executed.results["q"].clone()
}

#[tokio::test]
async fn refused_queries_are_split_until_the_union_is_complete() {
    let all = cluster(&[3, 40, 1, 9, 0, 17]);
    // A single series has 101 samples in the range: time must be halved as well.
    for (kind, limits) in [(PlannedKind::Instant, [30, 7, 2]), (RANGE, [5000, 300, 60])] {
        let whole = reference(all.clone(), kind).await;
        let count = whole.rows.len() + whole.series.len();
        assert_eq!(count, 71);
        for limit in limits {
            let served = all.clone();
            let server = Server::start(move |request, _| prometheus(&served, limit, request));
            let executed = run(&server, &[query("q", kind)], |_, e| {
                e.requests_per_query = 1 << 20
            })
            .await;
            assert_eq!(executed.gaps, [], "limit {limit}");
            assert_eq!(executed.results["q"], whole, "limit {limit}");
            assert_eq!(executed.records[0].status, QueryStatus::Complete);
            assert_eq!(
                executed.records[0].query,
                r#"max by (namespace, pod) (x{c!=""})"#
            );
        }
    }
}

#[tokio::test]
async fn counted_namespaces_are_packed_so_that_nothing_is_refused() {
    let all = cluster(&[30, 30, 30, 30, 30, 30, 30, 30, 200]);
    let whole = reference(all.clone(), PlannedKind::Instant).await;
    let server = Server::start(move |request, _| prometheus(&all, 160, request));
    let planned = PlannedQuery {
        series_from: Some("series".to_owned()),
        ..query("q", PlannedKind::Instant)
    };
    let executed = run(&server, &[planned, probe()], |_, e| e.peak_samples = 100).await;
    assert_eq!(executed.results["q"], whole);
    // One probe; 3, 3 and 2 namespaces; the large one, with whatever was not counted, in halves.
    assert_eq!(server.requests().len(), 1 + 3 + 2);
    assert_eq!(executed.records[0].samples_read, Some(441));
}

#[tokio::test]
async fn long_ranges_obey_the_limit_of_points() {
    let all = cluster(&[2]);
    let whole = reference(all.clone(), RANGE).await;
    assert_eq!(whole.series[0].steps.len(), 101);
    let server = Server::start(move |request, _| prometheus(&all, usize::MAX, request));
    let executed = run(&server, &[query("q", RANGE)], |_, e| {
        e.at = Timestamp(60 * 25_000)
    })
    .await;
    assert_eq!(executed.gaps, []);
    assert_eq!(
        executed.results["q"].series[1].steps,
        (0..=25_000).collect::<Vec<_>>()
    );
    assert_eq!(executed.records[0].requests, 3);
}

#[tokio::test]
async fn one_bad_namespace_is_a_gap_and_the_rest_is_kept() {
    let all = cluster(&[3, 3, 3, 3]);
    let server = Server::start(move |request, _| {
        let namespace = |s: &&Series| s.0 == "ns-02";
        if selected(&all, request.param("query")).iter().any(namespace)
            && request.path.ends_with("query")
        {
            return Reply::fault(503, "timeout", "query timed out in expression evaluation");
        }
        prometheus(&all, usize::MAX, request)
    });
    let mut summed = query("q", PlannedKind::Instant);
    summed.keys = vec!["namespace".to_owned()];
    let executed = run(&server, &[summed], as_is).await;
    let rows = &executed.results["q"].rows;
    assert!(
        rows.iter().any(|r| &*r.0[0] == "ns-00") && !rows.iter().any(|r| &*r.0[0] == "ns-02"),
        "{rows:?}"
    );
    assert_eq!(executed.records[0].status, QueryStatus::Partial);
    assert_eq!(executed.gaps.len(), 1);
    assert_eq!(executed.gaps[0].wanted, "query:q");
    assert_eq!(executed.gaps[0].part, "namespace ns-02");
    assert!(
        executed.gaps[0].because.contains("timed out"),
        "{:?}",
        executed.gaps
    );
}

#[tokio::test]
async fn what_may_not_be_split_fails_with_its_reason() {
    let all = cluster(&[9]);
    let server = Server::start(move |request, _| prometheus(&all, 2, request));
    let mut total = query("q", PlannedKind::Instant);
    total.shard_label = None;
    let executed = run(&server, &[total], as_is).await;
    let QueryStatus::Failed(because) = &executed.records[0].status else {
        panic!("{:?}", executed.records);
    };
    assert!(because.contains("too many samples"), "{because}");
    assert!(executed.results.is_empty());
    assert_eq!((executed.gaps.len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn equal_expressions_are_sent_once() {
    let all = cluster(&[4, 4]);
    let server = Server::start(move |request, _| prometheus(&all, usize::MAX, request));
    let by_namespace = PlannedQuery {
        keys: vec!["namespace".to_owned()],
        ..query("b", PlannedKind::Instant)
    };
    let executed = run(
        &server,
        &[by_namespace, query("a", PlannedKind::Instant)],
        as_is,
    )
    .await;
    assert_eq!(server.requests().len(), 1);
    assert_eq!(
        (
            executed.results["a"].rows.len(),
            executed.results["b"].rows.len()
        ),
        (9, 3)
    );
    let requests: Vec<u32> = executed.records.iter().map(|r| r.requests).collect();
    assert_eq!(requests, [1, 0], "the request is counted once");
}

#[tokio::test]
async fn a_used_up_budget_skips_the_rest_by_name() {
    let all = cluster(&[4]);
    let server = Server::start(move |request, _| prometheus(&all, usize::MAX, request));
    let mut queries: Vec<PlannedQuery> = ["a", "b", "c"]
        .map(|id| query(id, PlannedKind::Instant))
        .to_vec();
    for query in &mut queries {
        query.expr = query.expr.replace("x{", &format!("{}{{", query.id));
    }
    let executed = run(&server, &queries, |s, _| s.max_requests = Some(2)).await;
    let statuses: Vec<&QueryStatus> = executed.records.iter().map(|r| &r.status).collect();
    assert_eq!(
        statuses[..2],
        [&QueryStatus::Complete, &QueryStatus::Complete]
    );
    assert!(
        matches!(statuses[2], QueryStatus::Skipped(because) if because.contains("budget of 2")),
        "{statuses:?}"
    );
    assert_eq!(executed.records[2].requests, 0);
    assert_eq!(
        executed
            .gaps
            .iter()
            .map(|g| g.wanted.as_str())
            .collect::<Vec<_>>(),
        ["query:c"]
    );
}

#[tokio::test]
async fn a_server_that_is_gone_is_not_asked_for_ever() {
    let server = Server::start(|_, _| Reply::new(503, "text/plain", "down"));
    let queries: Vec<PlannedQuery> = (0..100)
        .map(|i| PlannedQuery {
            expr: format!("x{i}{{$shard}}"),
            ..query(&format!("q{i:03}"), PlannedKind::Instant)
        })
        .collect();
    let executed = run(&server, &queries, as_is).await;
    assert_eq!(executed.gaps.len(), 100);
    assert!(executed.results.is_empty());
    assert!(server.requests().len() < 40, "{}", server.requests().len());
}

#[tokio::test]
async fn an_expired_token_ends_the_run() {
    let server = Server::start(|_, _| Reply::new(401, "text/plain", "expired"));
    let mut queries = vec![query("a", PlannedKind::Instant); 9];
    for (i, query) in queries.iter_mut().enumerate() {
        query.id = format!("q{i}");
        query.expr = format!("x{i}");
    }
    let executed = run(&server, &queries, |s, _| s.concurrency = 1).await;
    assert_eq!(server.requests().len(), 1);
    assert!(
        executed.gaps.iter().all(|g| g.because.contains("expired")),
        "{:?}",
        executed.gaps
    );
    assert_eq!(executed.gaps.len(), 9);
}

#[tokio::test]
async fn a_warning_makes_an_answer_partial() {
    let body = |warning: &str| {
        format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[]}},"warnings":["{warning}"]}}"#
        )
    };
    let store = body("store 10.0.0.1 did not answer");
    let server = Server::start(move |_, _| Reply::json(store.clone()));
    let executed = run(&server, &[query("q", PlannedKind::Instant)], as_is).await;
    assert_eq!(executed.records[0].status, QueryStatus::Partial);
    assert!(
        executed.gaps[0].because.contains("did not answer"),
        "{:?}",
        executed.gaps
    );
    let style = body("PromQL info: metric might not be a counter");
    let server = Server::start(move |_, _| Reply::json(style.clone()));
    let executed = run(&server, &[query("q", PlannedKind::Instant)], as_is).await;
    assert_eq!(executed.records[0].status, QueryStatus::Complete);
}

#[derive(Default)]
struct Count(AtomicUsize, AtomicUsize);

impl Progress for Count {
    fn planned(&self, requests: usize) {
        self.0.fetch_add(requests, Ordering::SeqCst);
    }
    fn done(&self, _: &str) {
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn the_order_of_arrival_and_of_the_queries_never_shows() {
    let all = cluster(&[5, 5, 5, 5]);
    let server = Server::start(move |request, nth| {
        // Answers overtake each other.
        std::thread::sleep(Duration::from_millis((nth as u64 * 7) % 5));
        prometheus(&all, 6, request)
    });
    let mut queries = vec![
        query("a", PlannedKind::Instant),
        query("b", PlannedKind::Instant),
        probe(),
    ];
    queries[1].expr = "y{$shard}".to_owned();
    let forward = run(&server, &queries, |s, _| s.concurrency = 4).await;
    queries.reverse();
    assert_eq!(
        run(&server, &queries, |s, _| s.concurrency = 2).await,
        forward
    );
    let progress = Count::default();
    let client = Client::new(settings(&server)).unwrap();
    let execution = Execution::new(Timestamp(6_000), Flavor::Prometheus);
    assert_eq!(
        execute(&client, &queries, &execution, &progress).await,
        forward
    );
    let requests: u32 = forward.records.iter().map(|r| r.requests).sum();
    assert_eq!(progress.0.into_inner(), requests as usize);
    assert_eq!(progress.1.into_inner(), requests as usize);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_cluster_under_any_limit_gives_the_same_union(
        pods in prop::collection::vec(0_usize..12, 0..7),
        limit in 1_usize..40,
        peak in 1_u64..60,
        counted in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let all = cluster(&pods);
            let whole = reference(all.clone(), PlannedKind::Instant).await;
            let server = Server::start(move |request, _| prometheus(&all, limit, request));
            let planned = PlannedQuery {
                series_from: counted.then(|| "series".to_owned()),
                ..query("q", PlannedKind::Instant)
            };
            let executed = run(&server, &[planned, probe()], |_, e| e.peak_samples = peak).await;
            prop_assert_eq!(&executed.gaps, &[]);
            prop_assert_eq!(&executed.results["q"], &whole);
            Ok(())
        })?;
    }
}
