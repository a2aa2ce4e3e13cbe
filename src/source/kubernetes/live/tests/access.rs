//! Kubeconfigs.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files it reads"
)]

use super::*;

const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
contexts: [{name: prod, context: {cluster: c, user: u}}, {name: lost, context: {cluster: gone, user: u}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: COMMAND, args: [ARGS], interactiveMode: Never}}}]
";

fn connected(kubeconfig: &str, context: Option<&str>) -> Result<Connection, KubeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, kubeconfig).unwrap();
    let access = Access {
        kubeconfig: Some(path),
        context: context.map(str::to_owned),
        in_cluster: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(connect(&access))
}

#[test]
fn a_kubeconfig_that_cannot_be_used_says_what_is_wrong() {
    let helper =
        |command: &str, args: &str| KUBECONFIG.replace("COMMAND", command).replace("ARGS", args);
    for (text, context, expected) in [
        (
            helper("promtune-no-such-helper", ""),
            None,
            "cannot be started",
        ),
        (
            helper("sh", "-c, 'echo hunter2; echo expired session >&2; exit 3'"),
            None,
            "(exit status: 3): expired session",
        ),
        (
            helper("sh", "-c, 'echo hunter2'"),
            None,
            "did not answer with a credential",
        ),
        (
            helper("true", ""),
            Some("staging"),
            "context `staging` is not in the kubeconfig, which has: lost, prod",
        ),
        (
            helper("true", ""),
            Some("lost"),
            "failed to load the cluster of context",
        ),
        (
            "users: [{name: u, user: {token: hunter2}}]\nclusters: \"hunter2\"\n".to_owned(),
            None,
            "line 2 is not a kubeconfig",
        ),
        ("clusters: []\n".to_owned(), None, "has no contexts"),
        ("{{ hunter2".to_owned(), None, "is not a kubeconfig"),
    ] {
        let error = connected(&text, context).err().unwrap().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(
            !error.contains("hunter2") && !error.contains('\n'),
            "{error}"
        );
    }
    let access = Access {
        kubeconfig: Some("/nonexistent/promtune".into()),
        ..Access::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = runtime
        .block_on(connect(&access))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("/nonexistent/promtune does not exist"),
        "{error}"
    );
}

#[test]
fn a_kubeconfig_leads_to_its_server() {
    let text = "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\nusers: [{name: u, user: {token: hunter2}}]\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, text).unwrap();
    let access = Access {
        kubeconfig: Some(path),
        ..Access::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = runtime.block_on(async {
        let client = connect(&access).await.unwrap();
        collect(client, &options()).await.unwrap_err().to_string()
    });
    assert!(
        error.contains("cannot reach the Kubernetes API") && error.contains("refused"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}
