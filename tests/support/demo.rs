//! The demo cluster of [`super::history`] on real servers.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::find::{self, Missing};
use super::history::{Cluster, cluster, demo, metrics, model, objects, rules};
use super::prometheus::{Builder, create_blocks};
use super::{ApiServer, Prometheus, Version};

/// Rules every minute, as the history was made.
const CONFIG: &str = "\
global:
  scrape_interval: 60s
  evaluation_interval: 60s
  external_labels:
    prometheus: monitoring/monitoring-kube-prometheus-prometheus
rule_files: [rules/*.yaml]
";

/// The Kubernetes API of the demo cluster, every object in place.
pub fn api() -> Result<ApiServer, Missing> {
    let api = ApiServer::start_as(Some(cluster::SERVER))?;
    fill(&api, &demo());
    Ok(api)
}

/// Its Prometheus: the history until [`model::END`], and the rules.
pub fn prometheus(version: Version) -> Result<Builder, Missing> {
    version.prometheus()?;
    let blocks = blocks()?;
    let builder = Prometheus::new(version).config(CONFIG).blocks(&blocks);
    Ok(rules::ALL.iter().fold(builder, |builder, set| {
        builder.rules(&set.file_name(), set.groups)
    }))
}

/// Puts every object of a cluster into the API, with statuses, uids and ages.
pub fn fill(api: &ApiServer, cluster: &Cluster) {
    api.install_crds();
    api.apply_yaml(&objects::manifests(cluster));
    api.apply(&objects::quotas());
    api.apply_status(&objects::statuses(cluster));
    let created = objects::created(cluster);
    api.etcd.rewrite(|object| objects::settle(object, &created));
}

/// The history as blocks, from the cache; the first time takes a minute and half a gigabyte.
pub fn blocks() -> Result<PathBuf, Missing> {
    let sources = [
        include_str!("history/alerts.rs"),
        include_str!("history/cadvisor.rs"),
        include_str!("history/cluster.rs"),
        include_str!("history/ksm.rs"),
        include_str!("history/metrics.rs"),
        include_str!("history/model.rs"),
    ];
    // One at a time in this process; another process has a directory of its own.
    static MAKING: Mutex<()> = Mutex::new(());
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = find::cache().join(format!("demo-{:016x}", model::hash(&sources)));
    if dir.is_dir() {
        return Ok(dir);
    }
    Version::V3.promtool()?;
    let partial = dir.with_extension(std::process::id().to_string());
    fs::create_dir_all(&partial).expect("make a directory in the cache");
    write_history(&partial, |file| {
        create_blocks(Version::V3, file, &partial.join("blocks")).expect("promtool is there");
        fs::remove_file(file)
    })
    .expect("write the history");
    // Whoever comes second finds it done.
    let _ = fs::rename(partial.join("blocks"), &dir);
    let _ = fs::remove_dir_all(&partial);
    Ok(dir)
}

/// Writes the history file by file to `dir`; `each` is called with every file.
pub fn write_history(dir: &Path, mut each: impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    let cluster = demo();
    for (number, span) in metrics::slices().into_iter().enumerate() {
        let file = dir.join(format!("history-{number}.om"));
        let mut out = metrics::Out::new(
            BufWriter::with_capacity(1 << 20, File::create(&file)?),
            span,
        );
        metrics::write(&cluster, &mut out)?;
        eprintln!(
            "{}: {} series, {} samples",
            file.display(),
            out.series,
            out.samples
        );
        out.finish()?;
        each(&file)?;
    }
    Ok(())
}
