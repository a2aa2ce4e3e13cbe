//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds Prometheus alerts that lie and Kubernetes resource settings that hurt, and hands back the exact change.
#[derive(Debug, Parser)]
#[command(
    name = "promtune",
    version,
    about,
    max_term_width = 100,
    propagate_version = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit a cluster: rules, metrics and resource specs, one ranked report
    Audit(Audit),
    /// Check rule files and manifests, as in CI: offline, with exact lines
    Check(CheckArgs),
    /// Write a fix: as a diff of your files, a kubectl command, chart values, …
    Fix(FixArgs),
    /// Capture a cluster once; every other command accepts the file instead of live sources
    Snapshot(SnapshotArgs),
    /// Show the page of a check: what, why, how it decides, when it is wrong
    Explain(Explain),
}

/// Where to read from. Sources combine; what cannot be read is reported as not evaluated.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Sources")]
pub struct Sources {
    /// Base URL of Prometheus, Thanos, Mimir or VictoriaMetrics
    #[arg(
        long,
        value_name = "URL",
        env = "PROMTUNE_PROMETHEUS",
        hide_env_values = true
    )]
    pub prometheus: Option<String>,
    /// Header for every request to Prometheus, as `Name: value`
    #[arg(long = "header", value_name = "K:V")]
    pub headers: Vec<String>,
    /// File with a bearer token; read again when it changes
    #[arg(long, value_name = "FILE")]
    pub bearer_token_file: Option<PathBuf>,
    /// Command that prints a bearer token, run by the shell: `gcloud auth print-access-token`
    #[arg(long, value_name = "COMMAND", conflicts_with = "bearer_token_file")]
    pub bearer_token_command: Option<String>,
    /// File with `user:password` for basic auth
    #[arg(long, value_name = "FILE")]
    pub basic_auth_file: Option<PathBuf>,
    /// Tenant id (X-Scope-OrgID); may be repeated
    #[arg(long = "tenant", value_name = "ID")]
    pub tenants: Vec<String>,
    /// PEM file of certificate authorities to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// PEM file of a client certificate
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub client_cert: Option<PathBuf>,
    /// PEM file of the client certificate's key
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
    /// Do not verify the server's certificate
    #[arg(long)]
    pub insecure_skip_verify: bool,
    /// Limit of one query
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub query_timeout: String,
    /// Queries in flight
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub query_concurrency: usize,
    /// Most requests to Prometheus in all
    #[arg(long, value_name = "N")]
    pub max_queries: Option<u64>,
    /// Evaluate everything as of this instant: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How far back
    #[arg(long, value_name = "DURATION", default_value = "14d")]
    pub window: String,
    /// Context of the kubeconfig
    #[arg(long, value_name = "CTX")]
    pub kube_context: Option<String>,
    /// Kubeconfig file
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Use the service account of the pod promtune runs in
    #[arg(long, conflicts_with_all = ["kube_context", "kubeconfig"])]
    pub in_cluster: bool,
    /// Namespaces to read when the whole cluster may not be listed
    #[arg(long = "namespace", short = 'n', value_name = "NS")]
    pub namespaces: Vec<String>,
    /// Files or folders of `kubectl get … -A -o yaml|json` output
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub kube_dump: Vec<PathBuf>,
    /// Do not talk to the Kubernetes API
    #[arg(long, conflicts_with_all = ["kube_context", "kubeconfig", "in_cluster"])]
    pub no_kube: bool,
    /// A snapshot instead of live sources
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prometheus", "kube_dump", "kube_context", "kubeconfig", "in_cluster"])]
    pub snapshot: Option<PathBuf>,
    /// The recorded cluster that comes with promtune
    #[arg(long, conflicts_with_all = ["prometheus", "kube_dump", "kube_context", "kubeconfig", "in_cluster", "snapshot"])]
    pub demo: bool,
}

/// Which checks run and what becomes of their findings.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Checks")]
pub struct Selection {
    /// Only these checks: an id, or a group as `throttling/*`
    #[arg(long, value_name = "CHECK")]
    pub only: Vec<String>,
    /// Configuration file; default: promtune.yaml in this folder, when there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub sources: Sources,
    #[command(flatten)]
    pub selection: Selection,
    /// Your manifests and rule files: fixes are then also given as diffs of them
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub manifests: Vec<PathBuf>,
    /// Shape of the report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: FormatArg,
    /// Write the report to a file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Everything: all findings with their evidence, queries and patches
    #[arg(long, short)]
    pub verbose: bool,
    /// List every query that was sent, with its cost and what became of it
    #[arg(long)]
    pub show_queries: bool,
    /// Exit with 1 when there is a finding of this severity or above [default: critical]
    #[arg(long, value_name = "SEV")]
    pub fail_on: Option<SeverityArg>,
    /// Exit with 4 when something could not be evaluated
    #[arg(long)]
    pub strict: bool,
    /// Also save what was read
    #[arg(long, value_name = "FILE")]
    pub save_snapshot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Rule files and manifests, files or folders; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub selection: Selection,
    /// Only findings on what changed since this commit or branch
    #[arg(long, value_name = "GITREF")]
    pub diff_base: Option<String>,
    /// A snapshot of the cluster: brings usage and history into it
    #[arg(long, value_name = "FILE", conflicts_with = "prometheus")]
    pub snapshot: Option<PathBuf>,
    /// The same from a live server
    #[arg(
        long,
        value_name = "URL",
        env = "PROMTUNE_PROMETHEUS",
        hide_env_values = true
    )]
    pub prometheus: Option<String>,
    /// Shape of the report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: CheckFormat,
    /// Write the report to a file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not report findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// List all present findings in a file, for --baseline
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Apply the fixes that are safe
    #[arg(long, conflicts_with = "diff")]
    pub fix: bool,
    /// Show the fixes that are safe as a diff, instead of the report
    #[arg(long)]
    pub diff: bool,
    /// Exit with 1 when there is a finding of this severity or above [default: warning]
    #[arg(long, value_name = "SEV")]
    pub fail_on: Option<SeverityArg>,
}

#[derive(Debug, Args)]
pub struct FixArgs {
    /// Your manifests and rule files, files or folders
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub sources: Sources,
    #[command(flatten)]
    pub selection: Selection,
    /// Shape of the fixes
    #[arg(long = "as", value_name = "SHAPE", default_value = "diff")]
    pub shape: Shape,
    /// Show what would change (the default)
    #[arg(long, conflicts_with_all = ["write", "out"])]
    pub diff: bool,
    /// Change the files
    #[arg(long, conflicts_with = "out")]
    pub write: bool,
    /// Write changed copies of the files below this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SnapshotArgs {
    #[command(flatten)]
    pub sources: Sources,
    /// File to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace names of namespaces, workloads, pods, containers and nodes by hashes
    #[arg(long)]
    pub redact: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Id of a check, as in `requests/memory-request-not-limit`
    #[arg(value_name = "CHECK", required_unless_present_any = ["list", "write_docs"])]
    pub check: Option<String>,
    /// List all checks
    #[arg(long)]
    pub list: bool,
    /// Write every page below this folder (how docs/checks/ is made)
    #[arg(long, value_name = "DIR", hide = true)]
    pub write_docs: Option<PathBuf>,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    Table,
    Markdown,
    Json,
    Html,
    Sarif,
}

/// `--format` of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Table,
    Json,
    Sarif,
    Github,
    Gitlab,
    Azure,
    Junit,
    Checkstyle,
    Rdjson,
}

/// A severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SeverityArg {
    Info,
    Warning,
    Critical,
}

/// `--as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    Diff,
    Values,
    Kustomize,
    Kubectl,
    Prometheusrule,
}

impl Shape {
    /// The name of the output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Values => "values",
            Self::Kustomize => "kustomize",
            Self::Kubectl => "kubectl",
            Self::Prometheusrule => "prometheusrule",
        }
    }
}
