//! The Prometheus client against a server that misbehaves: every fault becomes one line that says what to do.
#![cfg(feature = "live")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "support/fault_server.rs"]
mod fault_server;

use std::io::Write;
use std::time::Duration;

use fault_server::{Body, Reply, Request, Server};
use promtune::model::{Flavor, PromDuration, Timestamp};
use promtune::source::prometheus::{Answer, Client, Error, Grid, Settings};
use promtune::source::prometheus::{
    alerts, connect, instant, label_values, metadata, range, rules, series,
};

const ONE: &str = r#"{"metric":{"namespace":"a"},"value":[1700000000,"1"]}"#;
const AT: Timestamp = Timestamp(1_700_000_000);

fn settings(url: String) -> Settings {
    let mut settings = Settings::new(url);
    settings.backoff = Duration::from_millis(1);
    settings.timeout = Duration::from_secs(20);
    settings
}

fn client(server: &Server) -> Client {
    Client::new(settings(server.url())).unwrap()
}

async fn ask(client: &Client) -> Result<Answer, Error> {
    instant(
        client,
        Flavor::Prometheus,
        "up",
        &["namespace".to_owned()],
        AT,
    )
    .await
}

/// The fault that one kind of answer becomes.
async fn fault(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_, _| reply());
    let error = ask(&client(&server)).await.unwrap_err();
    let line = error.to_string();
    assert!(!line.contains('\n') && line.len() < 700, "{line}");
    error
}

fn values(answer: &Answer) -> Vec<f64> {
    answer.result.rows.iter().map(|row| row.1).collect()
}

#[tokio::test]
async fn a_rate_limit_that_passes_is_waited_for() {
    let server = Server::start(|_, nth| match nth {
        0 => Reply::new(429, "text/plain", "slow down").header("Retry-After", "1"),
        // Nobody waits for a day.
        1 => Reply::new(429, "text/plain", "slow down").header("Retry-After", "86400"),
        _ => Reply::vector(ONE),
    });
    let mut settings = settings(server.url());
    settings.max_backoff = Duration::from_millis(10);
    let client = Client::new(settings).unwrap();
    assert_eq!(values(&ask(&client).await.unwrap()), [1.0]);
    assert_eq!(server.requests().len(), 3);
    assert_eq!(client.sent(), 1, "repetitions are not counted");
}

#[tokio::test]
async fn an_outage_that_passes_is_not_seen() {
    let server = Server::start(|_, nth| match nth {
        0 => Reply::new(503, "text/html", "<title>no backend</title>"),
        1 => Reply::new(200, "application/json", "").body(Body::Nothing),
        2 => Reply::json("").body(Body::CutOff(br#"{"status":"#.to_vec())),
        _ => Reply::vector(ONE),
    });
    assert_eq!(values(&ask(&client(&server)).await.unwrap()), [1.0]);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn an_outage_that_stays_is_named() {
    let error = fault(|| Reply::new(503, "text/plain", "no healthy upstream")).await;
    let expected = Error::Unavailable {
        status: 503,
        text: ": no healthy upstream".to_owned(),
        attempts: 4,
        retry_after: None,
    };
    assert_eq!(error, expected);
    let error = fault(|| Reply::new(429, "text/plain", "")).await;
    assert!(
        matches!(error, Error::RateLimited { attempts: 4, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_listening_is_a_connection_fault() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::new(settings(format!("http://me:hunter2@{free}"))).unwrap();
    let error = ask(&client).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains(&free.to_string()), "{error}");
}

#[tokio::test]
async fn a_slow_body_runs_into_the_limit() {
    let start = br#"{"status":"success","data":{"resultType":"vector","result":["#;
    let server = Server::start(|_, _| {
        Reply::json("").body(Body::Slow(start.to_vec(), Duration::from_secs(30)))
    });
    let mut settings = settings(server.url());
    settings.timeout = Duration::from_secs(1);
    let error = ask(&Client::new(settings).unwrap()).await.unwrap_err();
    assert_eq!(error, Error::Timeout { seconds: 1 });
    assert_eq!(
        server.requests().len(),
        1,
        "a query that takes too long is not asked again as it is"
    );
}

#[tokio::test]
async fn truncated_and_foreign_json_are_told_apart() {
    let cut = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"#;
    assert_eq!(
        fault(move || Reply::json(cut)).await,
        Error::Truncated { bytes: 71 }
    );
    let error = fault(move || Reply::json("").body(Body::CutOff(cut.into()))).await;
    assert_eq!(error, Error::Truncated { bytes: 71 });
    for garbage in [
        r#"{"status":"success","data":{"result":[{]}}"#,
        r#"{"hello":"world"}"#,
        "[1,2,3]",
        "{\u{0}\u{1}",
        r#"{"status":"success","data":{"result":[{"metric":{},"value":[1,"one"]}]}}"#,
    ] {
        let error = fault(move || Reply::json(garbage)).await;
        let Error::InvalidJson { text } = &error else {
            panic!("{garbage}: {error:?}");
        };
        assert!(text.contains("line 1 column"), "{text}");
    }
}

#[tokio::test]
async fn what_is_not_the_api_is_recognised() {
    let error = fault(|| Reply::new(200, "application/octet-stream", "PK\u{3}\u{4}")).await;
    assert!(matches!(error, Error::ContentType { .. }), "{error:?}");
    let grafana = "<!DOCTYPE html><html><head><title>Grafana</title></head>";
    for content_type in ["text/html; charset=utf-8", "application/json"] {
        let error = fault(move || Reply::new(200, content_type, grafana))
            .await
            .to_string();
        assert!(
            error.contains("titled \"Grafana\"") && error.contains("/api/datasources/proxy/uid/"),
            "{error}"
        );
    }
    let login = "<html><form action=/login>Sign in</form>";
    let error = fault(move || Reply::new(200, "text/html", login))
        .await
        .to_string();
    assert!(error.contains("login page"), "{error}");
    let error = fault(|| Reply::new(302, "", "").header("Location", "/login?next=%2Fapi")).await;
    assert!(
        error.to_string().contains("redirects to /login;"),
        "{error}"
    );
    let error = fault(|| Reply::new(404, "text/plain", "404 page not found"))
        .await
        .to_string();
    assert!(
        error.contains("/prometheus for Mimir") && error.contains("/select/0/prometheus"),
        "{error}"
    );
}

#[tokio::test]
async fn json_under_another_name_is_read() {
    for content_type in ["text/plain", "application/json; charset=UTF-8", ""] {
        let body =
            format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{ONE}]}}}}"#);
        let server = Server::start(move |_, _| Reply::new(200, content_type, body.clone()));
        assert_eq!(
            values(&ask(&client(&server)).await.unwrap()),
            [1.0],
            "{content_type}"
        );
    }
}

#[tokio::test]
async fn a_refusal_keeps_the_servers_own_words() {
    let parse = "invalid parameter \"query\": 1:3: parse error: unexpected end of input";
    let error = fault(move || Reply::fault(400, "bad_data", parse))
        .await
        .to_string();
    assert!(
        error.contains("400 bad_data") && error.contains(parse),
        "{error}"
    );
    let error = fault(|| Reply::fault(200, "execution", "too many samples for a 200")).await;
    assert!(matches!(error, Error::TooManySamples { .. }), "{error:?}");
    let error =
        fault(|| Reply::fault(503, "timeout", "query timed out in expression evaluation")).await;
    assert!(matches!(error, Error::QueryTimeout { .. }), "{error:?}");
    let long = "x\u{7}\n".repeat(5000);
    let error = fault(move || Reply::fault(500, "internal", &long)).await;
    assert!(
        error.to_string().chars().all(|c| !c.is_control()),
        "{error}"
    );
}

#[tokio::test]
async fn samples_that_are_no_numbers_go_and_duplicates_collapse() {
    let server = Server::start(|_, _| {
        let sample = |pod, value| {
            format!(r#"{{"metric":{{"namespace":"a","pod":"{pod}"}},"value":[1,"{value}"]}}"#)
        };
        let all = [
            ("1", "NaN"),
            ("2", "+Inf"),
            ("3", "-Inf"),
            ("4", "2"),
            ("5", "7"),
            ("6", "-1"),
        ];
        Reply::vector(&all.map(|(pod, value)| sample(pod, value)).join(","))
    });
    let answer = ask(&client(&server)).await.unwrap();
    assert_eq!(values(&answer), [7.0]);
    assert_eq!((answer.series, answer.collapsed), (6, 2));
}

#[tokio::test]
async fn compressed_answers_are_read() {
    let server = Server::start(|request, _| {
        assert!(
            request
                .header("accept-encoding")
                .unwrap_or_default()
                .contains("gzip")
        );
        let plain =
            format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{ONE}]}}}}"#);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(plain.as_bytes()).unwrap();
        Reply::new(200, "application/json", gzip.finish().unwrap())
            .header("Content-Encoding", "gzip")
    });
    assert_eq!(values(&ask(&client(&server)).await.unwrap()), [1.0]);
}

#[tokio::test]
async fn queries_are_posted_and_fall_back_to_get() {
    for refusal in [403, 405] {
        let server = Server::start(move |request, _| match request.method.as_str() {
            "POST" => Reply::new(refusal, "text/plain", "no"),
            _ => Reply::vector(ONE),
        });
        let client = client(&server);
        for _ in 0..2 {
            assert_eq!(values(&ask(&client).await.unwrap()), [1.0]);
        }
        let seen: Vec<String> = server
            .requests()
            .iter()
            .map(|r| format!("{} {}", r.method, r.param("query")))
            .collect();
        assert_eq!(
            seen,
            ["POST up", "GET up", "GET up"],
            "the refusal is remembered"
        );
    }
}

#[tokio::test]
async fn ranges_are_asked_on_their_grid() {
    let server = Server::start(|_, _| {
        Reply::json(
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"namespace":"a"},
            "values":[[1000,"1"],[1060.4,"2"],[1120,"NaN"],[940,"9"]]}]},"isPartial":true,"warnings":["store down"]}"#,
        )
    });
    let grid = Grid::new(Timestamp(1000), PromDuration(60));
    let keys = ["namespace".to_owned()];
    let answer = range(&client(&server), Flavor::Thanos, "up", &keys, grid, (0, 5))
        .await
        .unwrap();
    assert_eq!(answer.result.series[0].steps, [0, 1]);
    assert!(answer.partial);
    assert_eq!(answer.warnings, ["store down"]);
    let request = &server.requests()[0];
    let sent = [
        "start",
        "end",
        "step",
        "dedup",
        "partial_response",
        "max_source_resolution",
        "timeout",
    ];
    assert_eq!(
        sent.map(|name| request.param(name)),
        ["1000", "1300", "60s", "true", "false", "0s", "20s"]
    );
}

#[tokio::test]
async fn a_server_without_status_endpoints_is_a_list_of_gaps() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "/api/v1/query" => Reply::vector(r#"{"metric":{},"value":[1,"1"]}"#),
        _ => Reply::new(404, "text/plain", "404 page not found"),
    });
    let (info, gaps) = connect(&client(&server), AT).await.unwrap();
    assert_eq!(info.flavor, Flavor::Other);
    let mut wanted: Vec<&str> = gaps.iter().map(|g| g.wanted.as_str()).collect();
    wanted.sort_unstable();
    let parts = [
        "buildinfo",
        "config",
        "flags",
        "runtimeinfo",
        "targets",
        "tsdb",
    ];
    assert_eq!(wanted, parts.map(|part| format!("prometheus:{part}")));
    assert!(
        gaps.iter().all(|g| g.because.contains("does not offer")),
        "{gaps:?}"
    );
}

fn status(request: &Request) -> Reply {
    let data = match request.path.as_str() {
        "/x/api/v1/query" => return Reply::vector(r#"{"metric":{},"value":[1,"1"]}"#),
        "/x/api/v1/status/buildinfo" => {
            r#"{"version":"2.42.0","revision":"r","goVersion":"go1.19"}"#
        }
        "/x/api/v1/status/flags" => {
            r#"{"query.timeout":"2m","web.external-url":"http://me:hunter2@x"}"#
        }
        "/x/api/v1/status/runtimeinfo" => r#"{"storageRetention":"15d"}"#,
        "/x/api/v1/status/tsdb" => r#"{"headStats":{"numSeries":7}}"#,
        "/x/api/v1/status/config" => {
            r#"{"yaml":"global:\n  scrape_interval: 30s\nscrape_configs:\n- password: hunter2\n"}"#
        }
        "/x/api/v1/targets" => {
            r#"{"activeTargets":[{"scrapePool":"p","labels":{"job":"j"},"health":"up"}]}"#
        }
        "/x/api/v1/alerts" => {
            r#"{"alerts":[{"labels":{"alertname":"B"},"state":"firing"},{"labels":{"alertname":"A"},"state":"pending"}]}"#
        }
        "/x/api/v1/label/namespace/values" => r#"["b","a",""]"#,
        "/x/api/v1/metadata" => r#"{"up":[{"type":"gauge","help":"","unit":""}],"none":[]}"#,
        "/x/api/v1/series" => r#"[{"a":"2"},{"a":"1"},{"a":"2"}]"#,
        "/x/api/v1/rules" if request.param("group_next_token").is_empty() => {
            r#"{"groups":[{"name":"z","file":"f","rules":[]}],"groupNextToken":"t"}"#
        }
        "/x/api/v1/rules" => {
            r#"{"groups":[{"name":"a","file":"f","rules":[]}],"groupNextToken":"t"}"#
        }
        _ => return Reply::new(404, "text/plain", ""),
    };
    Reply::json(format!(r#"{{"status":"success","data":{data}}}"#))
}

#[tokio::test]
async fn everything_a_server_says_of_itself_is_read_without_its_secrets() {
    let server = Server::start(|request, _| status(request));
    let client = Client::new(settings(format!("{}/x/", server.url()))).unwrap();
    let (info, gaps) = connect(&client, AT).await.unwrap();
    assert_eq!(gaps, []);
    assert_eq!(
        (info.flavor, info.version.as_str()),
        (Flavor::Prometheus, "2.42.0")
    );
    assert_eq!(
        (info.retention.as_deref(), info.head_series),
        (Some("15d"), Some(4))
    );
    assert_eq!(info.scrape_interval, Some(PromDuration(30)));
    assert_eq!(info.scrape_pools[0].up, 1);
    assert!(!format!("{info:?}").contains("hunter2"));
    let named: Vec<String> = alerts(&client)
        .await
        .unwrap()
        .iter()
        .map(|a| a.labels["alertname"].clone())
        .collect();
    assert_eq!(named, ["A", "B"]);
    let values = label_values(&client, "namespace").await.unwrap();
    assert_eq!(values.iter().map(|v| &**v).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(metadata(&client).await.unwrap()["up"], "gauge");
    assert_eq!(series(&client, &["up"], AT, AT).await.unwrap().len(), 2);
    let groups = rules(&client).await.unwrap();
    let names: Vec<&str> = groups.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(
        names,
        ["a", "z"],
        "pages are followed, and a page that repeats ends them"
    );
}
