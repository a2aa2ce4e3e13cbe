//! Servers that misbehave.

use super::*;

#[test]
fn a_busy_server_is_asked_again() {
    let tries = Arc::new(AtomicUsize::new(0));
    let (result, _) = run(&options(), move |url| match url {
        "/api/v1/pods?limit=500" => match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Answer(429, vec![("retry-after", "1")], String::new()),
            1 => Answer(503, vec![], "upstream".to_owned()),
            2 => ok(r#"{"items": [{"metadata": {"name": "cut"#),
            _ => ok(pods(&["p"], "")),
        },
        _ => usual(url, &BUILTIN),
    });
    let all = result.unwrap();
    assert_eq!((names(&all), because(&all)), (vec!["p"], vec![]));
}

#[test]
fn a_list_that_never_comes_is_a_gap() {
    for (answer, expected) in [
        (|| Answer(503, vec![], String::new()), "answered 503"),
        (
            || ok(r#"{"items": [{"metadata": {"na"#),
            "ends after 28 bytes",
        ),
        (|| ok(r#"{"items": [}"#), "not the JSON of a Kubernetes API"),
        (|| html(200), "HTML page"),
        (|| html(403), "HTML page"),
        (|| status(418, "teapot"), "418 I'm a teapot: teapot"),
        (|| status(401, "Unauthorized"), "log in again"),
        (|| ok(pods(&["p"], "same")), "in a circle"),
    ] as [(fn() -> Answer, &str); 8]
    {
        let (result, _) = run(&options(), move |url| {
            if url.contains("/pods") {
                answer()
            } else {
                usual(url, &BUILTIN)
            }
        });
        let all = result.unwrap();
        let gaps = because(&all);
        assert!(
            gaps.len() == 1 && gaps[0].contains(expected),
            "{expected}: {gaps:?}"
        );
        assert!(
            all.cluster.pods.is_empty(),
            "half a list is worse than none"
        );
    }
    let (result, _) = run(&options(), |url| match url {
        "/api/v1/pods?limit=500" => ok(r#"{"metadata": null, "items": null}"#),
        _ => usual(url, &BUILTIN),
    });
    assert_eq!(because(&result.unwrap()), [""; 0]);
}

#[test]
fn what_stands_in_the_way_of_everything_is_an_error() {
    for (answer, expected) in [
        (
            || status(401, "Unauthorized"),
            "refuses the credentials: 401",
        ),
        (
            || {
                status(
                    403,
                    "forbidden: User \"system:anonymous\" cannot get path \"/version\"",
                )
            },
            "logs in as nobody",
        ),
        (|| html(200), "answered by something else: an HTML page"),
        (
            || {
                Answer(
                    400,
                    vec![],
                    "Client sent an HTTP request to an HTTPS server.\n".to_owned(),
                )
            },
            "400 Bad Request: Client sent an HTTP request to an HTTPS server.;",
        ),
        (|| status(404, "not found"), "it has no /version"),
        (
            || html(404),
            "answered by something else: 404 Not Found with an HTML page",
        ),
        (|| ok("{}"), "does not state a gitVersion"),
        (|| ok("[1"), "ends after 2 bytes"),
        (
            || Answer(502, vec![], String::new()),
            "cannot reach the Kubernetes API at https://test: the API server answered 502",
        ),
    ] as [(fn() -> Answer, &str); 9]
    {
        let (result, _) = run(&options(), move |_| answer());
        let error = result.unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(!error.contains('\n'), "one line: {error}");
    }
}

#[test]
fn a_server_that_is_not_there_or_silent_is_unreachable() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let refused = |_: Request<Body>| async {
            Err::<Response<Body>, _>(std::io::Error::other("connection refused"))
        };
        let client = Client::new(tower::service_fn(refused), "default");
        let error = collect(at(client), &options())
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(
                "cannot reach the Kubernetes API at https://test: connection refused; check"
            ),
            "{error}"
        );
        let silent =
            |_: Request<Body>| std::future::pending::<Result<Response<Body>, Infallible>>();
        let client = Client::new(tower::service_fn(silent), "default");
        let options = ListOptions {
            timeout: Duration::from_millis(5),
            ..options()
        };
        let error = collect(at(client), &options).await.unwrap_err().to_string();
        assert!(error.contains("no answer within"), "{error}");
    });
}

#[test]
fn a_cluster_that_shows_nothing_to_nobody_is_not_logged_in_to() {
    let (result, _) = run(&options(), |url| match url {
        "/version" | "/apis" => usual(url, &BUILTIN),
        _ => status(
            403,
            "pods is forbidden: User \"system:anonymous\" cannot list resource",
        ),
    });
    let error = result.unwrap_err().to_string();
    assert!(error.contains("logs in as nobody"), "{error}");
}
