//! A real Kubernetes API: etcd and kube-apiserver with RBAC, without controllers, scheduler or kubelets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::crds;
use super::etcd::Etcd;
use super::find::{self, Missing};
use super::http::{free_ports, wait_until};
use super::process::Process;

/// May do everything.
pub const ADMIN: &str = "admin";
/// May read everything but secrets.
pub const READER: &str = "reader";
/// May list namespaces and, in namespace `shop` only, pods and apps: no nodes, no rules, nothing elsewhere.
pub const RESTRICTED: &str = "restricted";
/// Known to the server, allowed nothing.
pub const NOBODY: &str = "nobody";

// The order is that of their end: the API server before its store.
pub struct ApiServer {
    process: Process,
    pub etcd: Etcd,
    pub port: u16,
    kubectl: PathBuf,
    dir: TempDir,
}

impl ApiServer {
    /// Answers `/version` with its own version.
    pub fn start() -> Result<Self, Missing> {
        Self::start_as(None)
    }

    /// Answers `/version` as a platform's build of the same release: `v1.33.13-eks-113cf36`.
    pub fn start_as(version: Option<&str>) -> Result<Self, Missing> {
        let program = find::program("kube-apiserver", "kube-apiserver")?;
        let kubectl = find::program("kubectl", "kubectl")?;
        let dir = tempfile::Builder::new()
            .prefix("promtune-apiserver-")
            .tempdir()
            .expect("temp dir");
        let at = dir.path();
        let etcd = Etcd::start(at)?;
        let [port] = free_ports();

        let tokens: String = [ADMIN, READER, RESTRICTED, NOBODY]
            .map(|user| {
                format!(
                    "{},{user},{user}{}\n",
                    token(user),
                    if user == ADMIN { ",system:masters" } else { "" }
                )
            })
            .concat();
        fs::write(at.join("tokens.csv"), tokens).expect("write the tokens");
        let key = at.join("service-account.key").display().to_string();
        let args = [
            format!("--etcd-servers=http://127.0.0.1:{}", etcd.port),
            "--storage-media-type=application/json".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--cert-dir={}", at.join("certs").display()),
            "--service-cluster-ip-range=10.100.0.0/16".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            "--authorization-mode=RBAC".to_owned(),
            format!("--token-auth-file={}", at.join("tokens.csv").display()),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={key}"),
            format!("--service-account-signing-key-file={key}"),
            // These wait for controllers that are not here.
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
            "--allow-privileged=true".to_owned(),
            "--v=0".to_owned(),
        ];
        let mut environment = vec![("PROMTUNE_APISERVER_KEY", key.as_str())];
        environment.extend(version.map(|version| ("PROMTUNE_APISERVER_VERSION", version)));
        let mut process = Process::start("kube-apiserver", &program, args, &environment, at);
        let ca = at.join("certs/apiserver.crt");
        process.wait_ready(Duration::from_secs(90), || ca.is_file());
        for user in [ADMIN, READER, RESTRICTED, NOBODY] {
            fs::write(at.join(user), kubeconfig(port, &ca, user)).expect("write a kubeconfig");
        }
        let call = |args: &[&str]| kubectl_output(&kubectl, at, ADMIN, args);
        process.wait_ready(Duration::from_secs(90), || {
            call(&["get", "--raw=/readyz"]).status.success()
        });
        // The system namespaces are made shortly after the server is ready.
        let settled = wait_until(Duration::from_secs(30), || {
            call(&["get", "namespace", "kube-system", "default"])
                .status
                .success()
        });
        assert!(
            settled,
            "the API server did not make its namespaces:\n{}",
            process.log_tail()
        );

        let server = Self {
            process,
            etcd,
            port,
            kubectl,
            dir,
        };
        server.apply(&access());
        Ok(server)
    }

    /// The kubeconfig of [`ADMIN`], [`READER`], [`RESTRICTED`] or [`NOBODY`].
    pub fn kubeconfig(&self, user: &str) -> PathBuf {
        self.dir.path().join(user)
    }

    /// Where its certificates, its store and its kubeconfigs are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("certs/apiserver.crt")
    }

    /// Creates or changes objects: one, or `{"kind": "List"}`.
    pub fn apply(&self, objects: &Value) {
        self.apply_text(&objects.to_string(), &[]);
    }

    /// YAML or JSON, several documents if need be.
    pub fn apply_yaml(&self, text: &str) {
        self.apply_text(text, &[]);
    }

    /// Sets the `status` of objects that exist: `apiVersion`, `kind`, `metadata` and `status` are enough.
    pub fn apply_status(&self, objects: &Value) {
        self.apply_text(&objects.to_string(), &["--subresource=status"]);
    }

    fn apply_text(&self, text: &str, more: &[&str]) {
        let mut file = tempfile::Builder::new()
            .prefix("apply-")
            .suffix(".yaml")
            .tempfile_in(self.dir.path())
            .expect("temp file");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("write the objects");
        let path = file.path().display().to_string();
        let mut args = vec![
            "apply",
            "--server-side",
            "--force-conflicts",
            "--field-manager=helm",
            "-f",
            &path,
        ];
        args.extend(more);
        self.kubectl(&args);
    }

    /// Definitions of the custom kinds promtune reads (see [`crds`]).
    pub fn install_crds(&self) {
        self.apply(&crds::all());
        self.kubectl(&[
            "wait",
            "--for=condition=established",
            "--timeout=60s",
            "crd",
            "--all",
        ]);
    }

    /// What kubectl prints as admin; panics when it fails.
    pub fn kubectl(&self, args: &[&str]) -> String {
        let output = self.kubectl_as(ADMIN, args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "kubectl {}: {error}",
            args.join(" ")
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn kubectl_as(&self, user: &str, args: &[&str]) -> Output {
        kubectl_output(&self.kubectl, self.dir.path(), user, args)
    }

    pub fn running(&mut self) -> bool {
        self.process.running()
    }
}

/// The bearer token of a user.
pub fn token(user: &str) -> String {
    format!("{user}-token-for-tests")
}

fn kubectl_output(kubectl: &Path, dir: &Path, user: &str, args: &[&str]) -> Output {
    Command::new(kubectl)
        .arg(format!("--kubeconfig={}", dir.join(user).display()))
        .arg(format!(
            "--cache-dir={}",
            dir.join("kubectl-cache").display()
        ))
        .arg("--request-timeout=60s")
        .args(args)
        .output()
        .expect("run kubectl")
}

fn kubeconfig(port: u16, ca: &Path, user: &str) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "demo",
        "clusters": [{"name": "demo", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": ca,
        }}],
        "users": [{"name": user, "user": {"token": token(user)}}],
        "contexts": [{"name": "demo", "context": {"cluster": "demo", "user": user, "namespace": "default"}}],
    })
    .to_string()
}

fn access() -> Value {
    let rbac = "rbac.authorization.k8s.io/v1";
    let read = ["get", "list", "watch"];
    let groups = [
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "scheduling.k8s.io",
        "monitoring.coreos.com",
        "autoscaling.k8s.io",
        "keda.sh",
        "argoproj.io",
        "apiextensions.k8s.io",
    ];
    let resources = [
        "nodes",
        "namespaces",
        "pods",
        "services",
        "limitranges",
        "resourcequotas",
        "deployments",
        "statefulsets",
        "daemonsets",
        "replicasets",
        "jobs",
        "cronjobs",
        "horizontalpodautoscalers",
        "poddisruptionbudgets",
        "priorityclasses",
        "prometheusrules",
        "servicemonitors",
        "podmonitors",
        "verticalpodautoscalers",
        "scaledobjects",
        "rollouts",
        "customresourcedefinitions",
    ];
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": rbac, "kind": "ClusterRole", "metadata": {"name": "promtune-reader"},
         "rules": [{"apiGroups": groups, "resources": resources, "verbs": read}]},
        {"apiVersion": rbac, "kind": "ClusterRoleBinding", "metadata": {"name": "promtune-reader"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "promtune-reader"},
         "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": READER}]},
        {"apiVersion": rbac, "kind": "ClusterRole", "metadata": {"name": "promtune-restricted"},
         "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": read}]},
        {"apiVersion": rbac, "kind": "ClusterRoleBinding", "metadata": {"name": "promtune-restricted"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "promtune-restricted"},
         "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": RESTRICTED}]},
        {"apiVersion": rbac, "kind": "Role", "metadata": {"name": "promtune-restricted", "namespace": "shop"},
         "rules": [{"apiGroups": ["", "apps"], "resources": ["pods", "deployments", "replicasets", "statefulsets", "daemonsets"], "verbs": read}]},
        {"apiVersion": rbac, "kind": "RoleBinding", "metadata": {"name": "promtune-restricted", "namespace": "shop"},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "promtune-restricted"},
         "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": RESTRICTED}]},
    ]})
}
