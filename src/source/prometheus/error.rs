//! What can go wrong between promtune and a Prometheus-compatible server. Every message is one line: the cause, then
//! the next step. None holds a URL with a user, a password or a query string, nor any credential.

use thiserror::Error;

/// A request that was not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    #[error(
        "cannot connect to {host}: {cause}; check the URL, the port-forward or the network policy"
    )]
    Connect { host: String, cause: String },
    #[error(
        "TLS with {host} failed: {cause}; name the issuing authority with --ca-file, or check the host name and client certificate"
    )]
    Tls { host: String, cause: String },
    /// promtune's own limit ran out.
    #[error("no complete answer within {seconds} s; raise --query-timeout or narrow the query")]
    Timeout { seconds: u64 },
    /// The server's own limit ran out.
    #[error("the server stopped the query: {text}; raise its --query.timeout or narrow the query")]
    QueryTimeout { text: String },
    #[error(
        "{status} for {path}: the credentials are wrong, expired or may not query; renew them, or check tenant and role{hint}"
    )]
    Unauthorized {
        status: u16,
        path: String,
        hint: String,
    },
    #[error("404 for {path}: {hint}")]
    NotFound { path: String, hint: String },
    #[error(
        "{path} redirects to {target}; use the final URL, and an API address rather than one behind a login page"
    )]
    Redirect { path: String, target: String },
    #[error("{path} answered with a web page{title}, not JSON; {hint}")]
    Html {
        path: String,
        title: String,
        hint: String,
    },
    #[error(
        "{path} answered with content type {found:?}, not JSON; the URL leads to something else than a Prometheus API"
    )]
    ContentType { path: String, found: String },
    #[error(
        "the answer broke off after {bytes} bytes; a proxy or the server closed the connection: see its log or narrow the query"
    )]
    Truncated { bytes: u64 },
    /// The text ends in the line and column of the fault; the API writes one line, so the column is the byte offset.
    #[error("the answer is not the JSON of a Prometheus API: {text}; check what the URL leads to")]
    InvalidJson { text: String },
    #[error(
        "the query is larger than the server allows: {text}; narrow the query or raise the limit"
    )]
    TooManySamples { text: String },
    #[error("the answer is larger than {limit} bytes; it was left out")]
    TooLarge { limit: u64 },
    #[error(
        "the server refused the length of the request ({status}); allow POST on {path} or shorten the query"
    )]
    RequestTooLong { status: u16, path: String },
    #[error(
        "the server is rate limiting (429) and kept doing so after {attempts} attempts; lower --query-concurrency or try later"
    )]
    RateLimited {
        attempts: u32,
        /// The pause the server asked for, in seconds.
        retry_after: Option<u64>,
    },
    #[error(
        "the server is not available ({status}{text}) after {attempts} attempts; see its log or try later"
    )]
    Unavailable {
        status: u16,
        text: String,
        attempts: u32,
        /// The pause the server asked for, in seconds.
        retry_after: Option<u64>,
    },
    /// The server understood and refused, in its own words.
    #[error("the server answered {status} {error_type}: {text}")]
    Server {
        status: u16,
        error_type: String,
        text: String,
    },
    #[error("the budget of {limit} requests is used up; raise --max-queries to ask for the rest")]
    Budget { limit: u64 },
    #[error("no token: {0}")]
    Token(String),
}

impl Error {
    /// Whether asking the same again may work.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::RateLimited { .. }
                | Self::Unavailable { .. }
                | Self::Truncated { .. }
        )
    }

    /// Whether asking for less may work.
    #[must_use]
    pub fn asks_for_less(&self) -> bool {
        matches!(
            self,
            Self::TooManySamples { .. }
                | Self::TooLarge { .. }
                | Self::RequestTooLong { .. }
                | Self::Timeout { .. }
                | Self::QueryTimeout { .. }
                | Self::Truncated { .. }
                | Self::Unavailable { .. }
        )
    }

    /// Whether nothing else will work either.
    #[must_use]
    pub fn ends_the_run(&self) -> bool {
        matches!(
            self,
            Self::Settings(_)
                | Self::Unauthorized { status: 401, .. }
                | Self::Tls { .. }
                | Self::Token(_)
                | Self::Redirect { .. }
                | Self::Html { .. }
        )
    }

    /// Whether the server does not offer what was asked for.
    #[must_use]
    pub fn is_missing_endpoint(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::ContentType { .. } | Self::Html { .. } => true,
            Self::Server { status, .. } => matches!(status, 400 | 405 | 501),
            _ => false,
        }
    }

    /// Whether a shorter time range is the first thing to try.
    #[must_use]
    pub(super) fn wants_shorter_range(&self) -> bool {
        let Self::TooManySamples { text } = self else {
            return false;
        };
        [
            "resolution",
            "query-length",
            "query length",
            "PointsPerTimeseries",
        ]
        .iter()
        .any(|hint| text.contains(hint))
    }

    /// The pause the server asked for, in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// The same fault, seen this many times.
    #[must_use]
    pub(super) fn after(mut self, times: u32) -> Self {
        if let Self::RateLimited { attempts, .. } | Self::Unavailable { attempts, .. } = &mut self {
            *attempts = times;
        }
        self
    }
}
