//! A real Prometheus, 2.42 or 3.x, with a past of one's own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::find::{self, Missing};
use super::http;
use super::process::Process;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Debian's 2.42.
    V2,
    /// A current 3.x.
    V3,
}

impl Version {
    pub const ALL: [Self; 2] = [Self::V2, Self::V3];

    pub fn prometheus(self) -> Result<PathBuf, Missing> {
        match self {
            Self::V2 => find::program("prometheus", "prometheus 2.42"),
            Self::V3 => find::program("prometheus3", "prometheus 3"),
        }
    }

    pub fn promtool(self) -> Result<PathBuf, Missing> {
        match self {
            Self::V2 => find::program("promtool", "promtool 2.42"),
            Self::V3 => find::program("promtool3", "promtool 3"),
        }
    }
}

/// Scrapes nothing and evaluates the rule files beside it.
pub const DEFAULT_CONFIG: &str = "\
global:
  scrape_interval: 30s
  evaluation_interval: 30s
rule_files: [rules/*.yaml]
";

/// What to start; see [`Prometheus::new`].
pub struct Builder {
    version: Version,
    config: String,
    files: Vec<(String, String)>,
    openmetrics: Vec<PathBuf>,
    text: Option<String>,
    blocks: Option<PathBuf>,
    flags: Vec<String>,
    port: Option<u16>,
}

impl Builder {
    /// The configuration file; rule files are in `rules/` beside it, `{port}` is the port listened on.
    pub fn config(mut self, text: &str) -> Self {
        text.clone_into(&mut self.config);
        self
    }

    /// One rule file, by its name without a folder.
    pub fn rules(self, name: &str, text: &str) -> Self {
        self.file(&format!("rules/{name}"), text)
    }

    /// Another file beside the configuration: targets, certificates, `--web.config.file`.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// History, as OpenMetrics text that ends in `# EOF`.
    pub fn openmetrics(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    /// History, as files of OpenMetrics text.
    pub fn openmetrics_file(mut self, path: &Path) -> Self {
        self.openmetrics.push(path.to_owned());
        self
    }

    /// History, as a directory of blocks; they are copied.
    pub fn blocks(mut self, path: &Path) -> Self {
        self.blocks = Some(path.to_owned());
        self
    }

    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    pub fn start(self) -> Result<Prometheus, Missing> {
        let program = self.version.prometheus()?;
        let dir = tempfile::Builder::new()
            .prefix("promtune-prometheus-")
            .tempdir()
            .expect("temp dir");
        let at = dir.path();
        let port = self.port.unwrap_or_else(|| http::free_ports::<1>()[0]);
        fs::create_dir(at.join("rules")).expect("create rules/");
        for (name, text) in &self.files {
            fs::write(at.join(name), text).expect("write a file");
        }
        let config = self.config.replace("{port}", &port.to_string());
        fs::write(at.join("prometheus.yml"), config).expect("write the configuration");
        let data = at.join("data");
        if let Some(blocks) = &self.blocks {
            copy(blocks, &data).expect("copy the blocks");
        }
        if let Some(text) = &self.text {
            let path = at.join("history.om");
            fs::write(&path, text).expect("write the history");
            create_blocks(self.version, &path, &data)?;
        }
        for path in &self.openmetrics {
            create_blocks(self.version, path, &data)?;
        }
        let mut args = vec![
            // Relative, so that what the API says of files does not depend on the temp dir.
            "--config.file=prometheus.yml".to_owned(),
            "--storage.tsdb.path=data".to_owned(),
            "--storage.tsdb.retention.time=20y".to_owned(),
            // Blocks that were made stay as they were made.
            "--storage.tsdb.max-block-duration=162h".to_owned(),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--log.level=warn".to_owned(),
        ];
        args.extend(self.flags);
        let mut process = Process::start("prometheus", &program, args, &[], at);
        process.wait_ready(Duration::from_secs(60), || {
            // With a password or TLS it is ready when it refuses.
            http::get(port, "/-/ready").is_ok_and(|r| r.status != 503)
        });
        Ok(Prometheus {
            process,
            port,
            version: self.version,
            dir,
        })
    }
}

pub struct Prometheus {
    process: Process,
    pub port: u16,
    pub version: Version,
    dir: TempDir,
}

impl Prometheus {
    #[expect(
        clippy::new_ret_no_self,
        reason = "`Prometheus::new(V3)…start()` reads as what it does"
    )]
    pub fn new(version: Version) -> Builder {
        Builder {
            version,
            config: DEFAULT_CONFIG.to_owned(),
            files: Vec::new(),
            openmetrics: Vec::new(),
            text: None,
            blocks: None,
            flags: Vec::new(),
            port: None,
        }
    }

    /// Where its configuration and its data are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// GET of an API path; panics unless the status is `success`.
    pub fn api(&self, path: &str) -> Value {
        let response = http::get(self.port, path).expect("prometheus answers");
        let body: Value = serde_json::from_str(&response.body).expect("prometheus answers JSON");
        assert_eq!(body["status"], "success", "{path}: {}", response.body);
        body["data"].clone()
    }

    /// The result vector of an instant query.
    pub fn query(&self, promql: &str, at: i64) -> Vec<Value> {
        let path = format!("/api/v1/query?query={}&time={at}", http::encode(promql));
        self.api(&path)["result"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// The one value of a query that has one result.
    pub fn value(&self, promql: &str, at: i64) -> f64 {
        let result = self.query(promql, at);
        assert_eq!(
            result.len(),
            1,
            "{promql} at {at} has {} results",
            result.len()
        );
        result[0]["value"][1]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    }

    pub fn running(&mut self) -> bool {
        self.process.running()
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Blocks from one file of OpenMetrics text. Long blocks: promtool reads the whole file once per block.
pub fn create_blocks(version: Version, file: &Path, data: &Path) -> Result<(), Missing> {
    let output = Command::new(version.promtool()?)
        .args([
            "tsdb",
            "create-blocks-from",
            "--max-block-duration=162h",
            "--quiet",
            "openmetrics",
        ])
        .args([file, data])
        .output()
        .expect("run promtool");
    assert!(
        output.status.success(),
        "promtool tsdb create-blocks-from openmetrics {}: {}",
        file.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
