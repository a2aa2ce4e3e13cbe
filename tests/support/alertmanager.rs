//! A real Alertmanager without a cluster of its own kind.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::find::{self, Missing};
use super::http;
use super::process::Process;

pub struct Alertmanager {
    process: Process,
    pub port: u16,
    dir: TempDir,
}

impl Alertmanager {
    pub fn start(config: &str) -> Result<Self, Missing> {
        let program = find::program("prometheus-alertmanager", "alertmanager")?;
        let dir = tempfile::Builder::new()
            .prefix("promtune-alertmanager-")
            .tempdir()
            .expect("temp dir");
        let at = dir.path();
        fs::write(at.join("alertmanager.yml"), config).expect("write the configuration");
        let [port] = http::free_ports();
        let args = [
            format!("--config.file={}", at.join("alertmanager.yml").display()),
            format!("--storage.path={}", at.join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--cluster.listen-address=".to_owned(),
        ];
        let mut process = Process::start("alertmanager", &program, args, &[], at);
        process.wait_ready(Duration::from_secs(30), || {
            http::get(port, "/-/ready").is_ok_and(|r| r.status == 200)
        });
        Ok(Self { process, port, dir })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn api(&self, path: &str) -> Value {
        let response = http::get(self.port, path).expect("alertmanager answers");
        serde_json::from_str(&response.body).expect("alertmanager answers JSON")
    }
}
