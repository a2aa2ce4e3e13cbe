//! Everything there is to read of one cluster.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use serde::Deserialize;

use super::super::Collected;
use super::super::convert::Collector;
use super::super::kind::{ALL, Served};
use super::super::wire::{list, text};
use super::fault::Fault;
use super::list::{Reader, percent_encoded};
use super::{Connection, KubeError};
use crate::model::Gap;

/// Told about each page: the resource, and how many of its objects have been read.
pub type Progress = Arc<dyn Fn(&'static str, u64) + Send + Sync>;

/// How to read a cluster.
#[derive(Clone)]
pub struct ListOptions {
    /// Where to look when the whole cluster may not be listed.
    pub namespaces: Vec<String>,
    /// Objects per page.
    pub page_size: u32,
    /// Lists that are read at a time.
    pub concurrency: usize,
    /// For one request, its answer included.
    pub timeout: Duration,
    /// Tries per request.
    pub attempts: u32,
    /// Pause before the second try; doubled for each further one.
    pub retry_delay: Duration,
    /// The longest pause, whatever the server asks for.
    pub max_delay: Duration,
    pub progress: Option<Progress>,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self {
            namespaces: Vec::new(),
            page_size: 500,
            concurrency: 4,
            timeout: Duration::from_secs(60),
            attempts: 5,
            retry_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            progress: None,
        }
    }
}

impl fmt::Debug for ListOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListOptions")
            .field("namespaces", &self.namespaces)
            .field("page_size", &self.page_size)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// `/version`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Version {
    #[serde(deserialize_with = "text")]
    git_version: String,
}

/// `/apis`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Groups {
    #[serde(deserialize_with = "list")]
    groups: Vec<Group>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "list")]
    versions: Vec<GroupVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GroupVersion {
    #[serde(deserialize_with = "text")]
    version: String,
}

/// Reads every kind that the cluster serves. What may not be read is a gap.
///
/// # Errors
/// When the server cannot be reached, refuses the credentials, or is not a Kubernetes API.
pub async fn collect(
    connection: Connection,
    options: &ListOptions,
) -> Result<Collected, KubeError> {
    let reader = Reader::new(connection.client, options);
    let mut collector = Collector::default();
    collector.cluster.server_version =
        server_version(&reader, &connection.server, &mut collector.gaps).await?;
    let groups = match reader.object::<Groups>("/apis").await {
        Ok(groups) => Some(groups.groups),
        Err(fault) => {
            let because = fault.because("API groups");
            collector
                .gaps
                .push(Gap::new("kubernetes:api-groups", because));
            None
        }
    };
    let versions: Option<BTreeMap<String, Vec<String>>> = groups.map(|groups| {
        let versions = |group: Group| group.versions.into_iter().map(|v| v.version).collect();
        groups
            .into_iter()
            .map(|group| (group.name.clone(), versions(group)))
            .collect()
    });
    collector.cluster.api_groups = versions.iter().flat_map(BTreeMap::keys).cloned().collect();
    let wanted = ALL.iter().filter_map(|served| {
        let version = version_of(served, versions.as_ref());
        if version.is_none() && !served.custom {
            let because = Fault::Missing.because(served.plural);
            collector.gaps.push(Gap::new(served.wanted(), because));
        }
        Some((served, version?))
    });
    let wanted: Vec<_> = wanted.collect();
    let mut parts: Vec<(usize, Collector)> = futures::stream::iter(wanted.into_iter().enumerate())
        .map(|(place, (served, version))| {
            let reader = &reader;
            async move { (place, kind(reader, served, version).await) }
        })
        .buffer_unordered(options.concurrency.max(1))
        .collect()
        .await;
    parts.sort_by_key(|(place, _)| *place);
    for (_, part) in parts {
        collector.append(part);
    }
    let all = Collected::from_collector(collector, reader.requests());
    // `/version` is open to everybody: that it was answered says nothing about the credentials.
    let anonymous = format!("`{ANONYMOUS}`");
    if all.is_useless() && all.gaps.iter().any(|gap| gap.because.contains(&anonymous)) {
        return Err(nobody());
    }
    Ok(all)
}

/// Whom the API takes a request without credentials for.
const ANONYMOUS: &str = "system:anonymous";

fn nobody() -> KubeError {
    KubeError::Unauthorized(format!(
        "this context logs in as nobody ({ANONYMOUS}); log in, or choose another with --kube-context"
    ))
}

/// Asks for the version first: whatever stands in the way of everything shows here.
async fn server_version(
    reader: &Reader<'_>,
    server: &str,
    gaps: &mut Vec<Gap>,
) -> Result<Option<String>, KubeError> {
    let fault = match reader.object::<Version>("/version").await {
        Ok(version) if version.git_version.is_empty() => {
            let because = "its /version does not state a gitVersion".to_owned();
            return Err(KubeError::NotKubernetes(because));
        }
        Ok(version) => return Ok(Some(version.git_version)),
        Err(fault) => fault,
    };
    Err(match fault {
        Fault::Unauthorized => KubeError::Unauthorized(
            "401, they are expired or for another cluster; log in again and try `kubectl get namespaces`"
                .to_owned(),
        ),
        Fault::Login(because) => KubeError::Login(because),
        Fault::Unreachable(because) | Fault::Busy { because, .. } => KubeError::Unreachable {
            server: server.to_owned(),
            next: next_step(&because),
            because,
        },
        Fault::Foreign(because) | Fault::Garbled(because) | Fault::Refused(because) => {
            KubeError::NotKubernetes(because)
        }
        Fault::Missing => KubeError::NotKubernetes("it has no /version (404)".to_owned()),
        Fault::Forbidden { user } if user == ANONYMOUS => nobody(),
        fault @ (Fault::Forbidden { .. } | Fault::Expired) => {
            let because = fault.because("the server's version");
            gaps.push(Gap::new("kubernetes:version", because));
            return Ok(None);
        }
    })
}

fn next_step(because: &str) -> &'static str {
    if because.contains("certificate") {
        "the kubeconfig's certificate-authority is not that of this server: fetch the kubeconfig again"
    } else {
        "check the network, the VPN, HTTPS_PROXY and `kubectl config current-context`"
    }
}

/// The version to ask for; absent when the cluster does not serve the kind's group. Where the groups could not be
/// read, the preferred version is tried.
fn version_of(
    served: &Served,
    groups: Option<&BTreeMap<String, Vec<String>>>,
) -> Option<&'static str> {
    let (Some(groups), false) = (groups, served.group.is_empty()) else {
        return served.versions.first().copied();
    };
    let offered = groups.get(served.group)?;
    let known = |version: &&&str| offered.iter().any(|offered| offered == **version);
    served.versions.iter().find(known).copied()
}

/// One kind, cluster-wide, or in the given namespaces where that is forbidden.
async fn kind(reader: &Reader<'_>, served: &'static Served, version: &str) -> Collector {
    match reader.list(served, &served.path(version, None)).await {
        Ok(part) => part,
        Err(Fault::Missing) if served.custom => Collector::default(),
        Err(fault @ Fault::Forbidden { .. }) if served.namespaced && reader.has_namespaces() => {
            in_namespaces(reader, served, version, &fault).await
        }
        Err(fault) => {
            let mut none = Collector::default();
            none.gaps
                .push(Gap::new(served.wanted(), fault.because(served.plural)));
            none
        }
    }
}

async fn in_namespaces(
    reader: &Reader<'_>,
    served: &'static Served,
    version: &str,
    fault: &Fault,
) -> Collector {
    let mut all = Collector::default();
    let mut read = Vec::new();
    for namespace in reader.namespaces() {
        let path = served.path(version, Some(&percent_encoded(namespace)));
        match reader.list(served, &path).await {
            Ok(part) => {
                all.append(part);
                read.push(namespace.as_str());
            }
            Err(Fault::Missing) if served.custom => return Collector::default(),
            // The gap below covers it.
            Err(Fault::Forbidden { .. }) => {}
            Err(fault) => {
                let gap = Gap::new(served.wanted(), fault.because(served.plural));
                all.gaps.push(gap.in_part(format!("namespace {namespace}")));
            }
        }
    }
    let part = if read.is_empty() {
        String::new()
    } else {
        format!("all namespaces but {}", read.join(", "))
    };
    let gap = Gap::new(served.wanted(), fault.because(served.plural));
    all.gaps.push(gap.in_part(part));
    all
}
