//! Requests and paged lists.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::super::convert::{Collector, Item, Place};
use super::super::kind::Served;
use super::super::wire::{or_default, text};
use super::collect::ListOptions;
use super::fault::Fault;

/// The most that one answer may hold. A page of 500 pods has about 3 MB; objects of etcd have at most about 1.5 MB.
const MAX_ANSWER: usize = 1 << 30;

/// How often a list is started again when the server forgets it.
const RESTARTS: usize = 3;

/// Sends requests and counts them.
pub(super) struct Reader<'o> {
    client: Client,
    options: &'o ListOptions,
    requests: AtomicU32,
}

/// One page of a list. Items stay text until they are read one by one.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default, deserialize_with = "or_default")]
    metadata: PageMeta,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PageMeta {
    #[serde(rename = "continue", deserialize_with = "text")]
    next: String,
}

impl<'o> Reader<'o> {
    pub(super) fn new(client: Client, options: &'o ListOptions) -> Self {
        Self {
            client,
            options,
            requests: AtomicU32::new(0),
        }
    }

    /// Requests sent so far, retries not counted.
    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The namespaces to fall back to.
    pub(super) fn namespaces(&self) -> &'o [String] {
        &self.options.namespaces
    }

    pub(super) fn has_namespaces(&self) -> bool {
        !self.options.namespaces.is_empty()
    }

    /// One small object.
    pub(super) async fn object<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.get(path, |body| serde_json::from_slice(body)).await
    }

    /// The whole list at `path`.
    pub(super) async fn list(&self, served: &Served, path: &str) -> Result<Collector, Fault> {
        for _ in 0..RESTARTS {
            match self.list_once(served, path).await {
                Err(Fault::Expired) => {}
                other => return other,
            }
        }
        Err(Fault::Expired)
    }

    async fn list_once(&self, served: &Served, path: &str) -> Result<Collector, Fault> {
        let mut collector = Collector::default();
        let mut seen = HashSet::new();
        let mut next = String::new();
        let mut objects = 0;
        loop {
            let url = page_url(path, self.options.page_size, &next);
            let (count, token) = self
                .get(&url, |body| take(&mut collector, served, body))
                .await?;
            objects += count;
            if let Some(progress) = &self.options.progress {
                progress(served.plural, objects);
            }
            if token.is_empty() {
                return Ok(collector);
            }
            // A server that hands out a token twice would be asked for ever.
            if !seen.insert(token.clone()) {
                return Err(Fault::Garbled(
                    "the API server pages in a circle".to_owned(),
                ));
            }
            next = token;
        }
    }

    /// One request, tried again while its fault is a passing one.
    async fn get<T>(
        &self,
        url: &str,
        mut read: impl FnMut(&[u8]) -> serde_json::Result<T>,
    ) -> Result<T, Fault> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut delay = self.options.retry_delay;
        for attempt in 1.. {
            let fault = match self.answer(url).await {
                Ok(body) => match read(&body) {
                    Ok(value) => return Ok(value),
                    Err(error) => garbled(&body, &error),
                },
                Err(fault) => fault,
            };
            if attempt >= self.options.attempts || !fault.is_passing() {
                return Err(fault);
            }
            let asked = match fault {
                Fault::Busy { pause, .. } => pause,
                _ => None,
            };
            tokio::time::sleep(asked.unwrap_or(delay).min(self.options.max_delay)).await;
            delay = delay.saturating_mul(2);
        }
        Err(Fault::Refused("no attempt was allowed".to_owned()))
    }

    /// The body of a successful answer.
    async fn answer(&self, url: &str) -> Result<Vec<u8>, Fault> {
        let seconds = self.options.timeout.as_secs();
        let late = |_| Fault::Busy {
            because: format!("no answer within {seconds} s"),
            pause: None,
        };
        tokio::time::timeout(self.options.timeout, self.send(url))
            .await
            .unwrap_or_else(|elapsed| Err(late(elapsed)))
    }

    async fn send(&self, url: &str) -> Result<Vec<u8>, Fault> {
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .body(Body::empty())
            .map_err(|error| Fault::Refused(error.to_string()))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| Fault::from_client(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body =
            body.map_err(|error| Fault::Garbled(format!("the answer breaks off: {error}")))?;
        let body: Vec<u8> = body.to_bytes().into();
        if head.status.is_success() {
            return Ok(body);
        }
        let html = is_html(&head.headers, &body);
        Err(Fault::from_status(
            head.status,
            html,
            retry_after(&head.headers),
            &body,
        ))
    }
}

/// Takes the items of one page; nothing is taken of a page that is not whole.
fn take(
    collector: &mut Collector,
    served: &Served,
    body: &[u8],
) -> serde_json::Result<(u64, String)> {
    let page: Page<'_> = serde_json::from_slice(body)?;
    let items = page.items.unwrap_or_default();
    for item in &items {
        collector.add(served, &Item::Json(item.get()), &Place::default());
    }
    Ok((items.len() as u64, page.metadata.next))
}

/// What is wrong with an answer that claims success but is not JSON.
fn garbled(body: &[u8], error: &serde_json::Error) -> Fault {
    if is_html(&HeaderMap::new(), body) {
        Fault::Foreign("an HTML page, as of a login or a proxy".to_owned())
    } else if error.is_eof() {
        Fault::Garbled(format!(
            "the answer ends after {} bytes, in the middle",
            body.len()
        ))
    } else {
        Fault::Garbled("the answer is not the JSON of a Kubernetes API".to_owned())
    }
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers.get(header::CONTENT_TYPE);
    declared.is_some_and(|v| v.as_bytes().starts_with(b"text/html"))
        || body.trim_ascii_start().starts_with(b"<")
}

/// `Retry-After` in seconds; its date form is not used by API servers.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(seconds.trim().parse().ok()?))
}

fn page_url(path: &str, limit: u32, token: &str) -> String {
    let mut url = format!("{path}?limit={limit}");
    if !token.is_empty() {
        url.push_str("&continue=");
        url.push_str(&percent_encoded(token));
    }
    url
}

/// A text as a part of a URL.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
