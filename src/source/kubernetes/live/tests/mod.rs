use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

mod access;
mod faults;

use http::{Request, Response};
use kube::Client;
use kube::client::Body;

use super::super::Collected;
use super::*;

/// Status, headers, body.
struct Answer(u16, Vec<(&'static str, &'static str)>, String);

fn ok(body: impl Into<String>) -> Answer {
    Answer(200, vec![("content-type", "application/json")], body.into())
}

fn html(status: u16) -> Answer {
    Answer(
        status,
        vec![("content-type", "text/html")],
        "<html>Sign in</html>".to_owned(),
    )
}

/// How the API server describes a failure.
fn status(code: u16, message: &str) -> Answer {
    let body = serde_json::json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code});
    Answer(
        code,
        vec![("content-type", "application/json")],
        body.to_string(),
    )
}

fn forbidden(resource: &str) -> Answer {
    let message = format!(
        "{resource} is forbidden: User \"jane\" cannot list resource \"{resource}\" at the cluster scope"
    );
    status(403, &message)
}

/// What every cluster answers; `groups` are served in version v1.
fn usual(path: &str, groups: &[(&str, &str)]) -> Answer {
    match path {
        "/version" => ok(r#"{"gitVersion": "v1.31.2-eks-94953ac"}"#),
        "/apis" => {
            let groups: Vec<_> = groups
                .iter()
                .map(|(name, version)| serde_json::json!({"name": name, "versions": [{"version": version}]}))
                .collect();
            ok(serde_json::json!({ "groups": groups }).to_string())
        }
        _ => ok(r#"{"kind": "List", "metadata": {}, "items": []}"#),
    }
}

const BUILTIN: [(&str, &str); 5] = [
    ("apps", "v1"),
    ("batch", "v1"),
    ("autoscaling", "v2"),
    ("policy", "v1"),
    ("scheduling.k8s.io", "v1"),
];

fn pods(names: &[&str], next: &str) -> String {
    let items: Vec<_> = names
        .iter()
        .map(|name| serde_json::json!({"metadata": {"name": name, "namespace": "s", "ownerReferences": [{"kind": "Node", "name": "n", "controller": true}]}, "spec": {}}))
        .collect();
    serde_json::json!({"kind": "PodList", "metadata": {"continue": next}, "items": items})
        .to_string()
}

fn options() -> ListOptions {
    ListOptions {
        retry_delay: Duration::from_millis(1),
        max_delay: Duration::from_millis(2),
        timeout: Duration::from_secs(20),
        ..ListOptions::default()
    }
}

fn at(client: Client) -> Connection {
    Connection {
        client,
        server: "https://test".to_owned(),
    }
}

/// Reads a cluster whose every request is answered by `answer`, and the URLs that were asked for.
fn run(
    options: &ListOptions,
    answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> (Result<Collected, KubeError>, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let answer = Arc::new(answer);
    let service = move |request: Request<Body>| {
        let url = request.uri().to_string();
        log.lock().unwrap().push(url.clone());
        let Answer(code, headers, body) = answer(&url);
        let mut response = Response::builder().status(code);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        let response = response.body(Body::from(body.into_bytes())).unwrap();
        async move { Ok::<_, Infallible>(response) }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(async {
        let client = Client::new(tower::service_fn(service), "default");
        collect(at(client), options).await
    });
    let asked = asked.lock().unwrap().clone();
    (result, asked)
}

fn names(collected: &Collected) -> Vec<&str> {
    collected
        .cluster
        .pods
        .iter()
        .map(|pod| &*pod.name)
        .collect()
}

fn because(collected: &Collected) -> Vec<String> {
    collected
        .gaps
        .iter()
        .map(|g| format!("{} [{}] {}", g.wanted, g.part, g.because))
        .collect()
}

#[test]
fn lists_are_read_page_by_page() {
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let log = Arc::clone(&told);
    let options = ListOptions {
        page_size: 2,
        progress: Some(Arc::new(move |kind, count| {
            log.lock().unwrap().insert(kind, count);
        })),
        ..options()
    };
    let (result, asked) = run(&options, |url| match url {
        "/api/v1/pods?limit=2" => ok(pods(&["c", "b"], "a/b+c=")),
        "/api/v1/pods?limit=2&continue=a%2Fb%2Bc%3D" => ok(pods(&["a"], "")),
        _ => usual(url, &BUILTIN),
    });
    let all = result.unwrap();
    assert_eq!(names(&all), ["a", "b", "c"]);
    assert_eq!(because(&all), [""; 0]);
    assert_eq!(
        all.cluster.server_version.as_deref(),
        Some("v1.31.2-eks-94953ac")
    );
    assert_eq!(all.requests as usize, asked.len());
    assert_eq!(told.lock().unwrap()["pods"], 3);
    assert!(
        !asked.iter().any(|url| url.contains("secrets")),
        "{asked:?}"
    );
}

#[test]
fn only_what_the_cluster_serves_is_asked_for() {
    let (result, asked) = run(&options(), |url| {
        usual(
            url,
            &[
                ("apps", "v1"),
                ("batch", "v1"),
                ("autoscaling", "v1"),
                ("policy", "v1"),
                ("argoproj.io", "v1alpha1"),
            ],
        )
    });
    let all = result.unwrap();
    let gaps = because(&all);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(
        gaps[0].contains("does not serve priorityclasses"),
        "{gaps:?}"
    );
    assert!(
        asked
            .iter()
            .any(|url| url.starts_with("/apis/autoscaling/v1/horizontalpodautoscalers"))
    );
    assert!(
        asked
            .iter()
            .any(|url| url.starts_with("/apis/argoproj.io/v1alpha1/rollouts"))
    );
    assert!(
        !asked
            .iter()
            .any(|url| url.contains("monitoring.coreos.com") || url.contains("keda"))
    );
    assert!(all.is_useless() && all.cluster.api_groups.contains(&"argoproj.io".to_owned()));
}

#[test]
fn a_group_without_the_crd_is_normal() {
    let (result, _) = run(&options(), |url| match url {
        _ if url.contains("rollouts") => Answer(404, vec![], "404 page not found".to_owned()),
        _ => usual(
            url,
            &[&BUILTIN[..], &[("argoproj.io", "v1alpha1")]].concat(),
        ),
    });
    assert_eq!(because(&result.unwrap()), [""; 0]);
}

#[test]
fn without_discovery_every_kind_is_tried() {
    let (result, asked) = run(&options(), |url| match url {
        "/apis" => forbidden("apis"),
        _ if url.contains("keda") => Answer(404, vec![], "404 page not found".to_owned()),
        _ => usual(url, &BUILTIN),
    });
    let gaps = because(&result.unwrap());
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].starts_with("kubernetes:api-groups"), "{gaps:?}");
    assert!(asked.iter().any(|url| url.contains("keda.sh/v1alpha1")));
}

#[test]
fn a_list_that_expires_is_started_again() {
    let round = Arc::new(AtomicUsize::new(0));
    let (result, _) = run(&options(), move |url| match url {
        "/api/v1/pods?limit=500" => {
            let name = if round.fetch_add(1, Ordering::SeqCst) == 0 {
                "old"
            } else {
                "new"
            };
            ok(pods(&[name], name))
        }
        "/api/v1/pods?limit=500&continue=old" => {
            status(410, "The provided continue parameter is too old")
        }
        "/api/v1/pods?limit=500&continue=new" => ok(pods(&["last"], "")),
        _ => usual(url, &BUILTIN),
    });
    let all = result.unwrap();
    assert_eq!(
        names(&all),
        ["last", "new"],
        "nothing of the first round is left"
    );
    assert_eq!(because(&all), [""; 0]);
    let (result, asked) = run(&options(), |url| match url {
        "/api/v1/pods?limit=500" => ok(pods(&["p"], "x")),
        "/api/v1/pods?limit=500&continue=x" => status(410, "too old"),
        _ => usual(url, &BUILTIN),
    });
    let gaps = because(&result.unwrap());
    assert!(gaps[0].contains("kept expiring"), "{gaps:?}");
    assert_eq!(asked.iter().filter(|url| url.contains("/pods")).count(), 6);
}

#[test]
fn what_is_forbidden_is_a_gap_with_the_next_step() {
    let (result, _) = run(&options(), |url| match url {
        _ if url.contains("/pods") => forbidden("pods"),
        _ if url.contains("/nodes") => forbidden("nodes"),
        _ if url.contains("/namespaces") => {
            ok(r#"{"items": [{"metadata": {"name": "n"}}, {"metadata": 5}]}"#)
        }
        _ => usual(url, &BUILTIN),
    });
    let all = result.unwrap();
    assert_eq!(all.cluster.namespaces.len(), 1);
    assert_eq!(
        because(&all),
        [
            "kubernetes:namespaces [an object without a name] this Namespace was left out: invalid type: integer `5`, expected a map",
            "kubernetes:nodes [] nodes: forbidden for `jane`; add get and list on nodes to its ClusterRole",
            "kubernetes:pods [] pods: forbidden for `jane`; add get and list on pods to its ClusterRole",
        ]
    );
}

#[test]
fn given_namespaces_stand_in_for_a_forbidden_cluster() {
    let options = ListOptions {
        namespaces: vec!["a".to_owned(), "b".to_owned(), "../c".to_owned()],
        ..options()
    };
    let (result, asked) = run(&options, |url| match url {
        "/api/v1/namespaces/a/pods?limit=500" => ok(pods(&["p"], "")),
        "/api/v1/namespaces/b/pods?limit=500" => forbidden("pods"),
        _ if url.contains("/pods") || url.contains("/nodes") => forbidden("pods"),
        _ => usual(url, &BUILTIN),
    });
    let all = result.unwrap();
    assert_eq!(names(&all), ["p"]);
    let gaps = because(&all);
    assert_eq!(gaps.len(), 2, "{gaps:#?}");
    assert!(
        gaps[1].starts_with("kubernetes:pods [all namespaces but a]"),
        "{gaps:#?}"
    );
    assert!(asked.contains(&"/api/v1/namespaces/..%2Fc/pods?limit=500".to_owned()));
}
