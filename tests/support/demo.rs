//! The demo cluster of [`super::history`] on real servers.

use super::ApiServer;
use super::history::{Cluster, objects};

/// Rules every minute, as the history was made.
pub const CONFIG: &str = "\
global:
  scrape_interval: 60s
  evaluation_interval: 60s
  external_labels:
    prometheus: monitoring/monitoring-kube-prometheus-prometheus
rule_files: [rules/*.yaml]
";

/// Puts every object of the cluster into the API, with statuses, uids and ages.
pub fn fill(api: &ApiServer, cluster: &Cluster) {
    api.install_crds();
    api.apply_yaml(&objects::manifests(cluster));
    api.apply(&objects::quotas());
    api.apply_status(&objects::statuses(cluster));
    let created = objects::created(cluster);
    api.etcd.rewrite(|object| objects::settle(object, &created));
}
