use super::*;

fn refusal(status: u16, text: &str) -> Error {
    Refusal {
        status,
        headers: &HeaderMap::new(),
        path: "/api/v1/query",
        text,
        anonymous: false,
        secrets: &[],
    }
    .error()
}

fn fault(kind: &str, text: &str) -> String {
    serde_json::json!({"status": "error", "errorType": kind, "error": text}).to_string()
}

#[test]
fn every_servers_limit_asks_for_less() {
    for (status, kind, text) in [
        (
            422,
            "execution",
            "query processing would load too many samples into memory in query execution",
        ),
        (
            400,
            "bad_data",
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        ),
        (
            422,
            "execution",
            "the query exceeded the maximum number of chunks (limit: 2000000 chunks) (err-mimir-max-chunks-per-query)",
        ),
        (
            422,
            "422",
            "cannot select more than -search.maxSamplesPerQuery=1000000000 samples",
        ),
        (
            422,
            "execution",
            "rpc error: code = ResourceExhausted desc = exceeded series limit: limit 100 violated (got 101)",
        ),
    ] {
        let error = refusal(status, &fault(kind, text));
        assert!(matches!(error, Error::TooManySamples { .. }), "{error:?}");
    }
    for (status, kind, text) in [
        (503, "timeout", "query timed out in expression evaluation"),
        (
            422,
            "execution",
            "expanding series: context deadline exceeded",
        ),
    ] {
        let error = refusal(status, &fault(kind, text));
        assert!(matches!(error, Error::QueryTimeout { .. }), "{error:?}");
    }
}

#[test]
fn plain_refusals_keep_the_servers_words() {
    assert_eq!(
        refusal(
            400,
            &fault("bad_data", "invalid parameter \"query\": 1:5: parse error")
        ),
        Error::Server {
            status: 400,
            error_type: "bad_data".to_owned(),
            text: "invalid parameter \"query\": 1:5: parse error".to_owned(),
        }
    );
    let page = refusal(502, "<html><title>502 Bad Gateway</title>…");
    assert!(page.to_string().contains("502: 502 Bad Gateway"), "{page}");
}

#[test]
fn a_redirect_keeps_neither_query_nor_user() {
    let mut headers = HeaderMap::new();
    let to = "https://me:pw@sso.example/login?state=abc#x";
    headers.insert(LOCATION, to.parse().unwrap());
    let error = Refusal {
        status: 302,
        headers: &headers,
        path: "/api/v1/query",
        text: "",
        anonymous: true,
        secrets: &[],
    }
    .error();
    let text = error.to_string();
    assert!(
        text.contains("redirects to https://sso.example/login;"),
        "{text}"
    );
    assert!(!text.contains("pw") && !text.contains("state"), "{text}");
}

#[test]
fn tenants_and_logins_are_named() {
    let text = refusal(401, "no org id").to_string();
    assert!(text.contains("--tenant"), "{text}");
    let page = not_json(
        &HeaderMap::new(),
        "/x",
        "<!doctype html><title>Grafana</title>",
        &[],
    );
    let text = page.map(|e| e.to_string()).unwrap_or_default();
    assert!(text.contains("/api/datasources/proxy/uid/"), "{text}");
}
