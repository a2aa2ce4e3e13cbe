//! What a run over files is about: the workloads that they state, joined with a cluster that is known.

use std::collections::BTreeMap;

use crate::facts::cluster_of;
use crate::model::{Cluster, Origin, Snapshot, WorkloadRef};

/// The workloads of the files, each with its file and document.
pub(super) type Owned = BTreeMap<WorkloadRef, (String, usize)>;

/// Puts the workloads of the files into the snapshot: they replace those of the cluster that they describe. A manifest
/// without a namespace is that of the only workload of its kind and name.
pub(super) fn join(snapshot: &mut Snapshot, files: Cluster) -> Owned {
    let known = cluster_of(snapshot).into_owned();
    let mut owned = Owned::new();
    let mut cluster = Cluster {
        workloads: Vec::new(),
        ..known.clone()
    };
    for mut workload in files.workloads {
        let Origin::File { path, document } = &workload.origin else {
            continue;
        };
        let place = (path.clone(), *document);
        if workload.id.namespace.is_empty() {
            let id = &workload.id;
            let mut alike = known
                .workloads
                .iter()
                .filter(|w| w.id.kind == id.kind && w.id.name == id.name);
            if let (Some(only), None) = (alike.next(), alike.next()) {
                workload.id = only.id.clone();
            }
        }
        owned.insert(workload.id.clone(), place);
        cluster.workloads.push(workload);
    }
    let others = known
        .workloads
        .into_iter()
        .filter(|w| !owned.contains_key(&w.id));
    cluster.workloads.extend(others);
    cluster.sort();
    snapshot.cluster = Some(cluster);
    owned
}
