//! Pod → workload, for live pods and for pods that only history remembers, in bulk.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Cluster, Owner, Snapshot, Text, WorkloadKind, WorkloadRef};

/// Resolves pods to the workload at the top of their chain of controllers.
#[derive(Debug)]
pub struct Owners {
    /// (namespace, pod) → direct controller.
    pods: HashMap<(Text, Text), Owner>,
    /// (namespace, kind, name) → controller of a ReplicaSet or Job.
    links: HashMap<(Text, WorkloadKind, Text), Owner>,
    /// Workloads that exist, for names whose links are lost.
    known: BTreeSet<WorkloadRef>,
}

impl Owners {
    /// Indexes live objects first, then what kube-state-metrics recorded over the window.
    #[must_use]
    pub fn new(cluster: &Cluster, snapshot: &Snapshot) -> Self {
        let mut pods = HashMap::new();
        let mut links = HashMap::new();
        for row in rows(snapshot, "pod-owner") {
            if let [namespace, pod, kind, name] = row {
                let owner = Owner {
                    kind: kind.as_ref().into(),
                    name: name.clone(),
                };
                pods.insert((namespace.clone(), pod.clone()), owner);
            }
        }
        for (query, kind) in [
            ("replicaset-owner", WorkloadKind::ReplicaSet),
            ("job-owner", WorkloadKind::Job),
        ] {
            for row in rows(snapshot, query) {
                if let [namespace, name, owner_kind, owner_name] = row {
                    let owner = Owner {
                        kind: owner_kind.as_ref().into(),
                        name: owner_name.clone(),
                    };
                    links.insert((namespace.clone(), kind.clone(), name.clone()), owner);
                }
            }
        }
        for pod in &cluster.pods {
            if let Some(owner) = &pod.owner {
                pods.insert((pod.namespace.clone(), pod.name.clone()), owner.clone());
            }
        }
        for link in &cluster.links {
            let key = (link.namespace.clone(), link.kind.clone(), link.name.clone());
            links.insert(key, link.owner.clone());
        }
        let known = cluster.workloads.iter().map(|w| w.id.clone()).collect();
        Self { pods, links, known }
    }

    /// The workload that a pod belongs to; the pod itself when nothing controls it.
    #[must_use]
    pub fn of_pod(&self, namespace: &Text, pod: &Text) -> WorkloadRef {
        match self.pods.get(&(namespace.clone(), pod.clone())) {
            // A static pod is controlled by its node: it is its own workload.
            Some(owner) if owner.kind.as_str() == "Node" || owner.kind.as_str() == "<none>" => {
                reference(namespace, WorkloadKind::Pod, pod)
            }
            Some(owner) => self.top(namespace, owner),
            None => self
                .by_name(namespace, pod)
                .unwrap_or_else(|| reference(namespace, WorkloadKind::Pod, pod)),
        }
    }

    /// Follows controllers upwards.
    fn top(&self, namespace: &Text, owner: &Owner) -> WorkloadRef {
        let key = (namespace.clone(), owner.kind.clone(), owner.name.clone());
        if let Some(above) = self.links.get(&key) {
            return reference(namespace, above.kind.clone(), &above.name);
        }
        let guess = match owner.kind {
            WorkloadKind::ReplicaSet => [WorkloadKind::Deployment, WorkloadKind::Rollout]
                .into_iter()
                .find_map(|k| {
                    let (stem, _) = owner.name.rsplit_once('-')?;
                    Some(reference(namespace, k, stem)).filter(|r| self.known.contains(r))
                }),
            WorkloadKind::Job => {
                let stem = owner
                    .name
                    .rsplit_once('-')
                    .filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
                stem.map(|(s, _)| reference(namespace, WorkloadKind::CronJob, s))
                    .filter(|r| self.known.contains(r))
            }
            _ => None,
        };
        guess.unwrap_or_else(|| reference(namespace, owner.kind.clone(), &owner.name))
    }

    /// Without owner series, the name of a generated pod still starts with its workload's.
    fn by_name(&self, namespace: &str, pod: &str) -> Option<WorkloadRef> {
        let suffix = |text: &str, least: usize, most: usize| {
            (least..=most).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b))
        };
        let (stem, last) = pod.rsplit_once('-')?;
        let candidates = [
            (
                WorkloadKind::StatefulSet,
                Some(stem).filter(|_| last.bytes().all(|b| b.is_ascii_digit())),
            ),
            (
                WorkloadKind::DaemonSet,
                Some(stem).filter(|_| suffix(last, 5, 5)),
            ),
            (
                WorkloadKind::Deployment,
                stem.rsplit_once('-')
                    .filter(|(_, h)| suffix(last, 5, 5) && suffix(h, 1, 10))
                    .map(|(s, _)| s),
            ),
        ];
        candidates.into_iter().find_map(|(kind, name)| {
            Some(reference(namespace, kind, name?)).filter(|r| self.known.contains(r))
        })
    }
}

fn reference(namespace: &str, kind: WorkloadKind, name: &str) -> WorkloadRef {
    WorkloadRef {
        namespace: namespace.to_owned(),
        kind,
        name: name.to_owned(),
    }
}

fn rows<'s>(snapshot: &'s Snapshot, query: &str) -> impl Iterator<Item = &'s [Text]> {
    snapshot
        .queries
        .get(query)
        .into_iter()
        .flat_map(|r| r.rows.iter().map(|row| row.0.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OwnerLink, PromDuration, QueryResult, Row, Timestamp};

    fn snapshot(query: &str, rows: &[[&str; 4]]) -> Snapshot {
        let mut snapshot = Snapshot::empty(Timestamp(0), PromDuration::DAY);
        let rows = rows
            .iter()
            .map(|r| Row(r.iter().map(|t| Text::from(*t)).collect(), 1.0))
            .collect();
        snapshot.queries.insert(
            query.into(),
            QueryResult {
                rows,
                ..QueryResult::default()
            },
        );
        snapshot
    }

    #[test]
    fn history_names_the_deployment_of_a_pod_that_is_gone() {
        let mut snap = snapshot(
            "pod-owner",
            &[["shop", "api-6d5-x2k4p", "ReplicaSet", "api-6d5"]],
        );
        let links = snapshot(
            "replicaset-owner",
            &[["shop", "api-6d5", "Deployment", "api"]],
        );
        snap.queries.extend(links.queries);
        let owners = Owners::new(&Cluster::default(), &snap);
        assert_eq!(
            owners
                .of_pod(&"shop".into(), &"api-6d5-x2k4p".into())
                .to_string(),
            "Deployment/api"
        );
    }

    #[test]
    fn live_links_win_and_static_pods_are_their_own() {
        let link = |kind: &str, name: &str, above: &str, to: &str| OwnerLink {
            namespace: "ns".into(),
            kind: kind.into(),
            name: name.into(),
            owner: Owner {
                kind: above.into(),
                name: to.into(),
            },
        };
        let cluster = Cluster {
            links: vec![link("Job", "b-1", "CronJob", "b")],
            ..Cluster::default()
        };
        let snap = snapshot(
            "pod-owner",
            &[
                ["ns", "b-1-zzz", "Job", "b-1"],
                ["ns", "etcd-n1", "Node", "n1"],
                ["ns", "x", "<none>", "<none>"],
            ],
        );
        let owners = Owners::new(&cluster, &snap);
        let of = |p: &str| owners.of_pod(&"ns".into(), &p.into()).to_string();
        assert_eq!(of("b-1-zzz"), "CronJob/b");
        assert_eq!(of("etcd-n1"), "Pod/etcd-n1");
        assert_eq!(of("x"), "Pod/x");
        assert_eq!(of("unknown"), "Pod/unknown");
    }
}
