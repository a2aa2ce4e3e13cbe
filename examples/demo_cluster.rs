//! The demo cluster as files, or alive: see `scripts/demo-servers` and `scripts/regenerate-demo`.
//!
//! ```text
//! demo_cluster write DIR              manifests.yaml, statuses.json, rules/, history-N.om (3 GB)
//! demo_cluster serve DIR [MINUTES]    starts etcd, kube-apiserver and Prometheus with all of it; writes
//!                                     DIR/env when ready; ends when DIR/stop is there, or by itself
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of the test tooling"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use support::history::{demo, model, objects, rules};
use support::{Missing, Version, apiserver};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["write", dir] => write(Path::new(dir)),
        ["serve", dir] => serve(Path::new(dir), 240),
        ["serve", dir, minutes] if minutes.parse::<u64>().is_ok() => {
            serve(Path::new(dir), minutes.parse().unwrap_or(240))
        }
        _ => Err(io::Error::other(
            "usage: demo_cluster write DIR | serve DIR [MINUTES]",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo_cluster: {error}");
            ExitCode::from(2)
        }
    }
}

fn write(dir: &Path) -> io::Result<()> {
    let cluster = demo();
    fs::create_dir_all(dir.join("rules"))?;
    fs::write(dir.join("manifests.yaml"), objects::manifests(&cluster))?;
    fs::write(
        dir.join("statuses.json"),
        objects::statuses(&cluster).to_string(),
    )?;
    for set in rules::ALL {
        fs::write(dir.join("rules").join(set.file_name()), set.groups)?;
    }
    support::demo::write_history(dir, |_| Ok(()))
}

fn serve(dir: &Path, minutes: u64) -> io::Result<()> {
    let missing = |missing: Missing| io::Error::other(missing.to_string());
    let started = Instant::now();
    let step = |what: &str| eprintln!("{what} ({:.1}s)", started.elapsed().as_secs_f64());

    let api = support::demo::api().map_err(missing)?;
    step("the Kubernetes API is ready");
    let builder = support::demo::prometheus(Version::V3).map_err(missing)?;
    step("the history is ready");
    let prometheus = builder.start().map_err(missing)?;
    step("Prometheus is ready");

    let lines = [
        ("PROMTUNE_DEMO_PROMETHEUS", prometheus.url()),
        ("PROMTUNE_DEMO_AT", model::rfc3339(model::END)),
        ("PROMTUNE_DEMO_API", api.url()),
        (
            "KUBECONFIG",
            api.kubeconfig(apiserver::ADMIN).display().to_string(),
        ),
        (
            "PROMTUNE_DEMO_KUBECONFIG_READER",
            api.kubeconfig(apiserver::READER).display().to_string(),
        ),
        (
            "PROMTUNE_DEMO_KUBECONFIG_RESTRICTED",
            api.kubeconfig(apiserver::RESTRICTED).display().to_string(),
        ),
        (
            "PROMTUNE_DEMO_KUBECONFIG_NOBODY",
            api.kubeconfig(apiserver::NOBODY).display().to_string(),
        ),
    ];
    let text: String = lines
        .iter()
        .map(|(key, value)| format!("export {key}={value}\n"))
        .collect();
    let partial = dir.join("env.partial");
    fs::write(&partial, text)?;
    fs::rename(&partial, dir.join("env"))?;

    let (end, stop) = (
        Instant::now() + Duration::from_secs(minutes * 60),
        dir.join("stop"),
    );
    while Instant::now() < end && !stop.exists() {
        thread::sleep(Duration::from_millis(200));
    }
    fs::remove_file(dir.join("env"))
}
