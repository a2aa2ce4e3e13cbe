//! From a kubeconfig or a service account to a client.

#![expect(
    clippy::disallowed_methods,
    reason = "the environment and kubeconfig files are read in source/"
)]

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{InClusterError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use super::KubeError;
use super::fault::{login, root_cause};
use super::proxy;

/// Which cluster to read, and as whom.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// `--kubeconfig`; else the files of `KUBECONFIG`, else `~/.kube/config`, else the pod's service account.
    pub kubeconfig: Option<PathBuf>,
    /// `--kube-context`; else the current one.
    pub context: Option<String>,
    /// `--in-cluster`: the pod's service account and nothing else.
    pub in_cluster: bool,
}

/// A client, and what it talks to.
#[derive(Clone)]
pub struct Connection {
    pub client: Client,
    /// The server's address without credentials, for messages.
    pub server: String,
}

/// Makes a client. The kubeconfig's login helper is run, if it names one: no other command of promtune does that.
///
/// # Errors
/// When there is no usable kubeconfig, context, service account or credential.
pub async fn connect(access: &Access) -> Result<Connection, KubeError> {
    let mut config = if access.in_cluster {
        Config::incluster().map_err(|error| in_cluster(&error))?
    } else {
        from_kubeconfig(access).await?
    };
    // Retries are counted and worded in `list`.
    config.default_retry = false;
    config.connect_timeout = Some(Duration::from_secs(10));
    config.read_timeout = Some(Duration::from_secs(60));
    let mut server = address(&config.cluster_url);
    if let Some(proxy) = &config.proxy_url {
        server = format!("{server} (through the proxy {})", address(proxy));
    }
    let client = Client::try_from(config).map_err(|error| match error {
        kube::Error::Auth(error) => KubeError::Login(login(&error)),
        error => KubeError::Config(format!("{server} cannot be used: {}", root_cause(&error))),
    })?;
    Ok(Connection { client, server })
}

/// A URL without its user, password and path.
fn address(url: &http::Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("https");
    let host = url.host().unwrap_or_default();
    let port = url
        .port_u16()
        .map_or(String::new(), |port| format!(":{port}"));
    format!("{scheme}://{host}{port}")
}

async fn from_kubeconfig(access: &Access) -> Result<Config, KubeError> {
    let Some(kubeconfig) = kubeconfig(access)? else {
        return Config::incluster().map_err(|error| in_cluster(&error));
    };
    let options = KubeConfigOptions {
        context: access.context.clone(),
        ..KubeConfigOptions::default()
    };
    let mut contexts: Vec<&str> = kubeconfig
        .contexts
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    contexts.sort_unstable();
    let contexts = contexts.join(", ");
    let own_proxy = has_own_proxy(&kubeconfig, access.context.as_deref());
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = config.map_err(|error| {
        KubeError::Config(match error {
            KubeconfigError::CurrentContextNotSet if contexts.is_empty() => {
                "the kubeconfig has no contexts: is it the right file? See `kubectl config get-contexts`".to_owned()
            }
            KubeconfigError::CurrentContextNotSet => {
                format!("the kubeconfig has no current context: choose one with --kube-context ({contexts})")
            }
            KubeconfigError::LoadContext(name) => {
                format!("context `{name}` is not in the kubeconfig, which has: {contexts}")
            }
            error => format!("kubeconfig: {}", unquoted(&error)),
        })
    })?;
    // The environment's proxy does not count for what `NO_PROXY` names.
    let exempt = || proxy::exempts(config.cluster_url.host().unwrap_or_default(), &no_proxy());
    if config.proxy_url.is_some() && !own_proxy && exempt() {
        config.proxy_url = None;
    }
    Ok(config)
}

fn no_proxy() -> String {
    env::var("NO_PROXY")
        .or_else(|_| env::var("no_proxy"))
        .unwrap_or_default()
}

/// Whether the chosen cluster names a proxy itself.
fn has_own_proxy(kubeconfig: &Kubeconfig, context: Option<&str>) -> bool {
    let name = context
        .or(kubeconfig.current_context.as_deref())
        .unwrap_or_default();
    let context = kubeconfig.contexts.iter().find(|c| c.name == name);
    let cluster = context.and_then(|c| c.context.as_ref()).map(|c| &c.cluster);
    let cluster = kubeconfig
        .clusters
        .iter()
        .find(|c| Some(&c.name) == cluster);
    let proxy = cluster.and_then(|c| c.cluster.as_ref()?.proxy_url.as_deref());
    proxy.is_some_and(|proxy| !proxy.is_empty())
}

/// The merged kubeconfig; absent when there is none and a service account can stand in.
fn kubeconfig(access: &Access) -> Result<Option<Kubeconfig>, KubeError> {
    if let Some(path) = &access.kubeconfig {
        return read(path).map(Some);
    }
    let listed: Vec<PathBuf> = env::var_os("KUBECONFIG")
        .map(|value| env::split_paths(&value).collect())
        .unwrap_or_default();
    let named: Vec<PathBuf> = listed
        .into_iter()
        .filter(|p| !p.as_os_str().is_empty())
        .collect();
    let from_environment = !named.is_empty();
    let paths = if from_environment {
        named
    } else {
        env::home_dir()
            .map(|home| home.join(".kube/config"))
            .into_iter()
            .collect()
    };
    // Like kubectl: files of the list that do not exist are passed over.
    let there: Vec<&PathBuf> = paths.iter().filter(|path| path.exists()).collect();
    if there.is_empty() {
        if env::var_os("KUBERNETES_SERVICE_HOST").is_some() && access.context.is_none() {
            return Ok(None);
        }
        let shown: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(KubeError::Config(format!(
            "no kubeconfig: {} does not exist; set KUBECONFIG, give --kubeconfig or --kube-dump, or leave Kubernetes \
             out with --no-kube",
            shown.join(" or ")
        )));
    }
    let mut merged = Kubeconfig::default();
    for path in there {
        merged = merged.merge(read(path)?).map_err(|error| {
            KubeError::Config(format!(
                "kubeconfig {}: {}",
                path.display(),
                unquoted(&error)
            ))
        })?;
    }
    Ok(Some(merged))
}

fn read(path: &Path) -> Result<Kubeconfig, KubeError> {
    Kubeconfig::read_from(path).map_err(|error| {
        let file = path.display();
        KubeError::Config(match &error {
            KubeconfigError::ReadConfig(cause, _) if cause.kind() == ErrorKind::NotFound => {
                format!("kubeconfig {file} does not exist: check the path")
            }
            KubeconfigError::ReadConfig(cause, _) => format!("kubeconfig {file}: {cause}"),
            KubeconfigError::Parse(cause) => {
                let line = cause
                    .location()
                    .map_or(String::new(), |l| format!(", line {}", l.line()));
                let shown = unquoted(cause.without_snippet());
                format!("kubeconfig {file}{line} is not a kubeconfig: {shown}")
            }
            error => format!("kubeconfig {file}: {}", unquoted(error)),
        })
    })
}

/// The first line of a message without the values it quotes: a kubeconfig is full of secrets.
fn unquoted(error: &dyn std::fmt::Display) -> String {
    let message = super::super::convert::without_values(&error.to_string());
    message.lines().next().unwrap_or_default().to_owned()
}

fn in_cluster(error: &InClusterError) -> KubeError {
    KubeError::Config(match error {
        InClusterError::ReadEnvironmentVariable(_) => {
            "not inside a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"
                .to_owned()
        }
        error => format!(
            "the pod's service account cannot be used: {}",
            root_cause(error)
        ),
    })
}
