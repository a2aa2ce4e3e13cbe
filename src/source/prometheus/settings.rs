//! How to reach a Prometheus-compatible server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;

/// Everything a [`super::Client`] needs. Proxies are taken from the environment (`HTTPS_PROXY`, `NO_PROXY` …).
#[derive(Clone)]
pub struct Settings {
    /// Base URL, as in `https://mimir.example/prometheus`. User and password in it are used as basic auth.
    pub url: Secret,
    /// Sent with every request.
    pub headers: Vec<(String, Secret)>,
    pub bearer_token: Option<Secret>,
    /// Read again for every request, so that rotated tokens are picked up.
    pub bearer_token_file: Option<PathBuf>,
    /// A program and its arguments that print a token. The token is kept for 50 minutes or until the server says 401.
    pub token_command: Vec<String>,
    pub basic_auth: Option<(String, Secret)>,
    /// Sent as `X-Scope-OrgID`, joined by `|`.
    pub tenants: Vec<String>,
    /// PEM file of certificate authorities trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM files of a client certificate chain and of its key.
    pub client_cert: Option<(PathBuf, PathBuf)>,
    pub insecure_skip_verify: bool,
    /// Limit of one request, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// Requests in flight.
    pub concurrency: usize,
    /// How often a request is repeated after a fault that may pass.
    pub retries: usize,
    /// First pause between repetitions; doubled and jittered after.
    pub backoff: Duration,
    /// Longest pause, also when the server asks for more with `Retry-After`.
    pub max_backoff: Duration,
    /// Requests that may be sent in all, repetitions not counted.
    pub max_requests: Option<u64>,
    /// Largest answer read, in bytes after decompression.
    pub max_body: u64,
}

impl Settings {
    /// Defaults for one server.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::from(url.into()),
            headers: Vec::new(),
            bearer_token: None,
            bearer_token_file: None,
            token_command: Vec::new(),
            basic_auth: None,
            tenants: Vec::new(),
            ca_file: None,
            client_cert: None,
            insecure_skip_verify: false,
            timeout: Duration::from_secs(120),
            concurrency: 4,
            retries: 3,
            backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            max_requests: None,
            max_body: 512 << 20,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments of a program may hold what it needs to make a token.
        let program = self.token_command.first();
        f.debug_struct("Settings")
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("bearer_token", &self.bearer_token)
            .field("bearer_token_file", &self.bearer_token_file)
            .field("token_command", &program)
            .field("basic_auth", &self.basic_auth)
            .field("tenants", &self.tenants)
            .field("ca_file", &self.ca_file)
            .field("client_cert", &self.client_cert)
            .field("insecure_skip_verify", &self.insecure_skip_verify)
            .field("timeout", &self.timeout)
            .field("concurrency", &self.concurrency)
            .field("retries", &self.retries)
            .field("max_requests", &self.max_requests)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}
