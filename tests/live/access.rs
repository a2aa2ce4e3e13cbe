//! What RBAC forbids is a gap; a source that gives nothing is an error only when it is the only one.

use serde_json::Value;

use super::world::{audit, found, metrics, objects};
use crate::support::apiserver::{NOBODY, RESTRICTED};
use crate::support::{Version, need, promtune};

#[test]
fn a_user_of_one_namespace_gets_a_report_of_it() {
    let sources = [
        need!(objects(RESTRICTED)),
        vec!["-n".to_owned(), "shop".to_owned()],
    ]
    .concat();
    let report = audit(&sources);
    assert_eq!(
        found(&report),
        ["catalog/catalog", "checkout/checkout", "wishlist/wishlist"]
            .map(|name| format!("requests/memory-request-not-limit shop/Deployment/{name}"))
    );
    let because: Vec<&str> = report["not_evaluated"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|n| n["because"].as_str())
        .collect();
    assert!(!because.is_empty());
    let run = promtune(["audit"]).args(&sources).run().exits(0);
    assert!(run.text().contains("incomplete"), "{}", run.all());
    assert!(
        run.text().contains("forbidden for `restricted`"),
        "{}",
        run.all()
    );
    assert!(
        run.text().contains("add get and list on"),
        "the next step: {}",
        run.all()
    );
    promtune(["audit", "--strict"])
        .args(&sources)
        .run()
        .exits(4);
    promtune(["audit", "--strict", "--fail-on", "warning"])
        .args(&sources)
        .run()
        .exits(1);
    promtune(["audit", "--fail-on", "info"])
        .args(&sources)
        .run()
        .exits(1);
}

#[test]
fn who_may_only_list_namespaces_is_told_what_to_do() {
    let run = promtune(["audit"])
        .args(need!(objects(RESTRICTED)))
        .run()
        .exits(3);
    run.one_error(&["kubernetes:", "forbidden for `restricted`", "-n NAMESPACE"]);
}

#[test]
fn who_may_nothing_gets_one_line() {
    let run = promtune(["audit"])
        .args(need!(objects(NOBODY)))
        .run()
        .exits(3);
    assert!(run.stdout.is_empty(), "{}", run.all());
    let run = run.one_error(&["kubernetes:", "forbidden for `nobody`", "ClusterRole"]);
    assert_eq!(
        run.stderr.matches("forbidden").count(),
        1,
        "said once: {}",
        run.all()
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.gz");
    promtune(["snapshot", "-o"])
        .args([&path])
        .args(need!(objects(NOBODY)))
        .run()
        .exits(3);
    assert!(!path.exists());
}

#[test]
fn a_forbidden_api_beside_a_prometheus_costs_nothing_but_what_only_it_knows() {
    for user in [RESTRICTED, NOBODY] {
        let sources = [need!(metrics(Version::V3)), need!(objects(user))].concat();
        let report = audit(&sources);
        let alone = audit(&need!(metrics(Version::V3)));
        let checks = |report: &Value| found(report).len();
        assert_eq!(
            checks(&report),
            checks(&alone),
            "{user}: {:#?}",
            found(&report)
        );
        let run = promtune(["audit", "--strict", "--only", "throttling/bursty"])
            .args(&sources)
            .run()
            .exits(4);
        assert!(run.text().contains("forbidden for"), "{}", run.all());
        promtune(["audit", "--only", "throttling/bursty"])
            .args(&sources)
            .run()
            .exits(0);
    }
}

#[test]
fn credentials_that_are_refused_are_told_from_a_lack_of_rights() {
    let api = need!(super::world::api());
    let text = std::fs::read_to_string(api.kubeconfig(NOBODY)).unwrap();
    let expired = text.replace("nobody-token-for-tests", "expired-token-for-tests");
    let run = promtune(["audit", "--kubeconfig", "kubeconfig"])
        .file("kubeconfig", expired)
        .run()
        .exits(3);
    let run = run.one_error(&["kubernetes:", "401", "log in again"]);
    assert!(!run.all().contains("expired-token"), "{}", run.all());
}
