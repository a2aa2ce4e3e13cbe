//! One server: sends requests, repeats what may pass, and says in one line what went wrong.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response, Url, redirect};
use tokio::sync::Semaphore;
use tokio_util::bytes::Bytes;

use super::address::base_url;
use super::auth::Auth;
use super::body::{self, Body};
use super::envelope::Reply;
use super::error::Error;
use super::redact::one_line;
use super::reply::{Refusal, from_text, not_json};
use super::secret::Secret;
use super::settings::Settings;
use super::tls::Trust;

/// Bytes of a refusal that are read for its text.
const REFUSAL: usize = 16 << 10;
const CONNECT: Duration = Duration::from_secs(10);

/// A Prometheus-compatible server.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    auth: Auth,
    settings: Settings,
    permits: Semaphore,
    sent: AtomicU64,
    /// Whether queries are posted; cleared when a proxy allows GET only.
    post: AtomicBool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.host())
    }
}

impl Client {
    /// Checks the settings and reads the certificate files; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Settings`] names the setting that cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let (base, user) = base_url(settings.url.reveal())?;
        let trust = Trust::read(&settings, base.scheme() == "http")?;
        let http = trust.build(|| {
            reqwest::Client::builder()
                .user_agent(concat!("promtune/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT.min(settings.timeout))
                // A redirect of an API is a login page or a wrong URL; following it would carry credentials along.
                .redirect(redirect::Policy::none())
        })?;
        let auth = Auth::new(&settings, user, &http)?;
        Ok(Self {
            http,
            base,
            auth,
            permits: Semaphore::new(settings.concurrency.max(1)),
            settings,
            sent: AtomicU64::new(0),
            post: AtomicBool::new(true),
        })
    }

    /// Host and port, fit to be printed.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Requests sent so far, repetitions not counted.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Requests that may be in flight.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        self.settings.concurrency.max(1)
    }

    /// Limit of one request.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// Asks for `path` below `/api/v1` and parses the answer as it arrives.
    pub(super) async fn fetch<T, P>(
        &self,
        path: &str,
        params: &[(&str, &str)],
        parser: P,
    ) -> Result<Reply<T>, Error>
    where
        T: Send + 'static,
        P: Fn(Body) -> serde_json::Result<Reply<T>> + Clone + Send + 'static,
    {
        self.spend()?;
        // The semaphore is never closed, so that this cannot fail.
        let _permit = self.permits.acquire().await.ok();
        let mut pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.settings.backoff)
            .with_max_delay(self.settings.max_backoff)
            .with_max_times(self.settings.retries)
            .build();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(path, params, parser.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error.after(attempts),
            };
            let pause = pauses.next().filter(|_| error.is_passing());
            let Some(pause) = pause else {
                return Err(error);
            };
            let pause = longer(pause, error.retry_after(), self.settings.max_backoff);
            tokio::time::sleep(pause).await;
        }
    }

    fn spend(&self) -> Result<(), Error> {
        let before = self.sent.fetch_add(1, Ordering::Relaxed);
        match self.settings.max_requests {
            Some(limit) if before >= limit => {
                self.sent.fetch_sub(1, Ordering::Relaxed);
                Err(Error::Budget { limit })
            }
            _ => Ok(()),
        }
    }

    async fn attempt<T, P>(
        &self,
        path: &str,
        params: &[(&str, &str)],
        parser: P,
    ) -> Result<Reply<T>, Error>
    where
        T: Send + 'static,
        P: Fn(Body) -> serde_json::Result<Reply<T>> + Send + 'static,
    {
        let answered = async {
            let response = self.send(path, params).await?;
            self.read(path, response, parser).await
        };
        tokio::time::timeout(self.settings.timeout, answered)
            .await
            .unwrap_or_else(|_| Err(self.timed_out()))
    }

    fn timed_out(&self) -> Error {
        Error::Timeout {
            seconds: self.settings.timeout.as_secs(),
        }
    }

    /// Sends once, and again where another token or another method may help.
    async fn send(&self, path: &str, params: &[(&str, &str)]) -> Result<Response, Error> {
        let may_post = matches!(path, "query" | "query_range" | "series");
        let mut post = may_post && self.post.load(Ordering::Relaxed);
        let mut renewed = false;
        loop {
            let headers = self.auth.headers().await?;
            let request = self.request(path, params, post).headers(headers.clone());
            let response = request.send().await.map_err(|e| self.transport(&e))?;
            match response.status().as_u16() {
                401 if !renewed && self.auth.renew(&headers).await => renewed = true,
                // Read-only proxies, the Kubernetes API server among them, allow GET where they refuse POST.
                403 | 405 if post => post = false,
                status => {
                    if may_post && !post && status < 400 {
                        self.post.store(false, Ordering::Relaxed);
                    }
                    return Ok(response);
                }
            }
        }
    }

    fn request(&self, path: &str, params: &[(&str, &str)], post: bool) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&self.path(path));
        let mut form = url.clone();
        form.set_query(None);
        form.query_pairs_mut().extend_pairs(params);
        if post {
            let form = form.query().unwrap_or_default().to_owned();
            return self
                .http
                .request(Method::POST, url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form);
        }
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        self.http.request(Method::GET, url)
    }

    fn path(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base.path().trim_end_matches('/'))
    }

    async fn read<T, P>(
        &self,
        path: &str,
        mut response: Response,
        parser: P,
    ) -> Result<Reply<T>, Error>
    where
        T: Send + 'static,
        P: Fn(Body) -> serde_json::Result<Reply<T>> + Send + 'static,
    {
        let full_path = self.path(path);
        let status = response.status();
        if !status.is_success() {
            return Err(Refusal {
                text: &refusal_text(&mut response).await,
                status: status.as_u16(),
                headers: response.headers(),
                path: &full_path,
                anonymous: self.auth.is_anonymous(),
                secrets: &self.auth.secrets().await,
            }
            .error());
        }
        let first = response.chunk().await;
        let first = first.map_err(|_| Error::Truncated { bytes: 0 })?;
        let first = first.unwrap_or_default();
        let secrets = self.auth.secrets().await;
        if let Some(error) = not_json(response.headers(), &full_path, &start(&first), &secrets) {
            return Err(error);
        }
        let parsed = body::parse(first, response, self.settings.max_body, parser).await;
        let reply = match parsed {
            Err(Error::InvalidJson { text }) => {
                let text = self.quote(&text).await;
                return Err(Error::InvalidJson { text });
            }
            parsed => parsed?,
        };
        self.accept(reply, status.as_u16()).await
    }

    /// Turns a refusal that came with status 200 into an error.
    async fn accept<T>(&self, mut reply: Reply<T>, status: u16) -> Result<Reply<T>, Error> {
        for warning in &mut reply.warnings {
            *warning = self.quote(warning).await;
        }
        let Some((error_type, text)) = &reply.error else {
            return Ok(reply);
        };
        let (error_type, text) = (self.quote(error_type).await, self.quote(text).await);
        Err(from_text(&error_type, &text).unwrap_or(Error::Server {
            status,
            error_type,
            text,
        }))
    }

    async fn quote(&self, text: &str) -> String {
        let secrets = self.auth.secrets().await;
        one_line(text, secrets.iter().map(Secret::reveal))
    }

    fn transport(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() && !error.is_connect() {
            return self.timed_out();
        }
        let host = self.host();
        let cause = cause(error);
        if is_tls(error) {
            return Error::Tls { host, cause };
        }
        Error::Connect { host, cause }
    }
}

/// Our pause or the one that the server asks for, in seconds, whichever is longer; never longer than `most`.
fn longer(ours: Duration, asked: Option<u64>, most: Duration) -> Duration {
    ours.max(Duration::from_secs(asked.unwrap_or(0))).min(most)
}

async fn refusal_text(response: &mut Response) -> String {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        text.extend_from_slice(&chunk);
        if text.len() > REFUSAL {
            text.truncate(REFUSAL);
            break;
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn start(first: &Bytes) -> String {
    String::from_utf8_lossy(&first[..first.len().min(REFUSAL)]).into_owned()
}

/// The innermost cause: outer ones repeat the URL.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost = "the request failed".to_owned();
    let mut next = error.source();
    while let Some(error) = next {
        innermost = error.to_string();
        next = error.source();
    }
    one_line(&innermost, [])
}

/// Whether TLS is at the bottom of it. `io::Error` leaves the error it wraps out of its chain of sources.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<std::io::Error>();
    let wrapped = wrapped.and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_a_server_asks_for_is_kept_and_bounded() {
        let seconds = Duration::from_secs;
        assert_eq!(longer(seconds(1), Some(5), seconds(30)), seconds(5));
        assert_eq!(longer(seconds(8), Some(5), seconds(30)), seconds(8));
        assert_eq!(longer(seconds(1), Some(86_400), seconds(30)), seconds(30));
        assert_eq!(longer(seconds(1), None, seconds(30)), seconds(1));
    }
}
