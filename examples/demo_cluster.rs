//! The demo cluster as files, or alive: see `scripts/demo-servers` and `scripts/regenerate-demo`.
//!
//! ```text
//! demo_cluster write DIR              manifests.yaml, rules/, history-N.om
//! demo_cluster serve DIR [MINUTES]    starts etcd, kube-apiserver and Prometheus with all of it;
//!                                     writes DIR/env when ready; ends by itself, or when it is killed
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a program of the test tooling")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use support::history::{self, cluster, metrics, model, objects, rules};
use support::{ApiServer, Prometheus, Version, apiserver, prometheus};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["write", dir] => write(Path::new(dir), |_| Ok(())),
        ["serve", dir] => serve(Path::new(dir), 240),
        ["serve", dir, minutes] if minutes.parse::<u64>().is_ok() => serve(Path::new(dir), minutes.parse().unwrap_or(240)),
        _ => Err("usage: demo_cluster write DIR | serve DIR [MINUTES]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("demo_cluster: {message}");
            ExitCode::from(2)
        }
    }
}

/// Objects, rule files and history below `dir`; `each` is called with every file of the history.
fn write(dir: &Path, mut each: impl FnMut(&Path) -> Result<(), String>) -> Result<(), String> {
    let cluster = history::demo();
    let said = |error: io::Error| format!("{}: {error}", dir.display());
    fs::create_dir_all(dir.join("rules")).map_err(said)?;
    fs::write(dir.join("manifests.yaml"), objects::manifests(&cluster)).map_err(said)?;
    for set in rules::ALL {
        fs::write(dir.join("rules").join(set.file_name()), set.groups).map_err(said)?;
    }
    let (from, to) = objects::window();
    for (number, span) in metrics::slices().into_iter().enumerate() {
        let started = Instant::now();
        let file = dir.join(format!("history-{number}.om"));
        let mut out = metrics::Out::new(BufWriter::with_capacity(1 << 20, File::create(&file).map_err(said)?), span);
        metrics::write(&cluster, &mut out).map_err(said)?;
        let (series, samples) = (out.series, out.samples);
        out.finish().map_err(said)?;
        let megabytes = fs::metadata(&file).map_err(said)?.len() / 1_000_000;
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("history of {from} to {to}, {number}: {series} series, {samples} samples, {megabytes} MB, {seconds:.1}s");
        each(&file)?;
    }
    Ok(())
}

fn serve(dir: &Path, minutes: u64) -> Result<(), String> {
    let missing = |missing: support::Missing| missing.to_string();
    let said = |error: io::Error| format!("{}: {error}", dir.display());
    let cluster = history::demo();
    let started = Instant::now();
    let step = |what: &str| eprintln!("{what} ({:.1}s)", started.elapsed().as_secs_f64());

    let api = ApiServer::start_as(Some(cluster::SERVER)).map_err(missing)?;
    step("kube-apiserver is ready");
    support::demo::fill(&api, &cluster);
    step("objects are in place");

    let data = dir.join("data");
    if !data.is_dir() {
        // Made beside and renamed, so that a data directory is whole or absent.
        let partial = dir.join("data.partial");
        let _ = fs::remove_dir_all(&partial);
        write(dir, |file| {
            prometheus::create_blocks(Version::V3, file, &partial).map_err(missing)?;
            fs::remove_file(file).map_err(said)
        })?;
        fs::rename(&partial, &data).map_err(said)?;
        step("history is in blocks");
    }
    let mut builder = Prometheus::new(Version::V3).config(support::demo::CONFIG).data_dir(&data);
    for set in rules::ALL {
        builder = builder.rules(&set.file_name(), set.groups);
    }
    let prometheus = builder.start().map_err(missing)?;
    step("Prometheus is ready");

    let lines = [
        ("PROMTUNE_DEMO_PROMETHEUS", prometheus.url()),
        ("PROMTUNE_DEMO_AT", model::rfc3339(model::END)),
        ("PROMTUNE_DEMO_API", api.url()),
        ("KUBECONFIG", api.kubeconfig(apiserver::ADMIN).display().to_string()),
        ("PROMTUNE_DEMO_KUBECONFIG_READER", api.kubeconfig(apiserver::READER).display().to_string()),
        ("PROMTUNE_DEMO_KUBECONFIG_RESTRICTED", api.kubeconfig(apiserver::RESTRICTED).display().to_string()),
        ("PROMTUNE_DEMO_KUBECONFIG_NOBODY", api.kubeconfig(apiserver::NOBODY).display().to_string()),
    ];
    let text: String = lines.iter().map(|(key, value)| format!("export {key}={value}\n")).collect();
    let partial = dir.join("env.partial");
    fs::write(&partial, text).map_err(said)?;
    fs::rename(&partial, dir.join("env")).map_err(said)?;

    thread::sleep(Duration::from_secs(minutes * 60));
    let _ = fs::remove_file(dir.join("env"));
    Ok(())
}
