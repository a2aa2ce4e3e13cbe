//! From what a server answered to what it means.

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;

use super::error::Error;
use super::redact::{one_line, shorten};
use super::secret::Secret;

/// An answer that is not a success: its head and the beginning of its body.
pub(super) struct Refusal<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) anonymous: bool,
    /// Never to be quoted.
    pub(super) secrets: &'a [Secret],
}

/// The body of an error, as Prometheus and its kin write it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    #[serde(rename = "errorType")]
    error_type: String,
    error: String,
    /// Hosted services.
    message: String,
}

impl Refusal<'_> {
    /// The error that this answer stands for.
    pub(super) fn error(&self) -> Error {
        let (kind, text) = self.fault();
        let path = self.path.to_owned();
        match self.status {
            300..=399 => Error::Redirect {
                path,
                target: self.target(),
            },
            401 | 403 => Error::Unauthorized {
                status: self.status,
                path,
                hint: self.access_hint(&text),
            },
            404 if kind.is_empty() || kind == "not_found" => Error::NotFound {
                path,
                hint: path_hint(&text),
            },
            413 | 414 | 431 => Error::RequestTooLong {
                status: self.status,
                path,
            },
            429 => Error::RateLimited {
                attempts: 1,
                retry_after: self.retry_after(),
            },
            status => self.failure(status, &kind, text),
        }
    }

    fn failure(&self, status: u16, kind: &str, text: String) -> Error {
        if let Some(error) = from_text(kind, &text) {
            return error;
        }
        if matches!(status, 502..=504) {
            let separator = if text.is_empty() { "" } else { ": " };
            return Error::Unavailable {
                status,
                text: format!("{separator}{text}"),
                attempts: 1,
                retry_after: self.retry_after(),
            };
        }
        Error::Server {
            status,
            error_type: kind.to_owned(),
            text,
        }
    }

    /// Error type and text; a web page is reduced to its title.
    fn fault(&self) -> (String, String) {
        if let Ok(fault) = serde_json::from_str::<Fault>(self.text) {
            let text = if fault.error.is_empty() {
                fault.message
            } else {
                fault.error
            };
            return (self.clean(&fault.error_type), self.clean(&text));
        }
        let text = if looks_like_html(self.text) {
            title(self.text).unwrap_or_default()
        } else {
            self.text.to_owned()
        };
        (String::new(), self.clean(&text))
    }

    fn clean(&self, text: &str) -> String {
        one_line(text, self.secrets.iter().map(Secret::reveal))
    }

    fn access_hint(&self, text: &str) -> String {
        let lower = text.to_lowercase();
        if lower.contains("no org id") || lower.contains("orgid") {
            return "; the server wants a tenant: give --tenant ID".to_owned();
        }
        if self.anonymous {
            return "; no credentials were given: see --bearer-token-file and --header".to_owned();
        }
        String::new()
    }

    /// Where a redirect leads, without query: it may hold a session or a return address.
    fn target(&self) -> String {
        let location = self.headers.get(LOCATION).and_then(|v| v.to_str().ok());
        let location = self.clean(location.unwrap_or("nowhere"));
        let end = location.find(['?', '#']).unwrap_or(location.len());
        let bare = &location[..end];
        match (bare.find("://"), bare.rfind('@')) {
            (Some(scheme), Some(at)) if at > scheme => {
                format!("{}://{}", &bare[..scheme], &bare[at + 1..])
            }
            _ => bare.to_owned(),
        }
    }

    /// Seconds; the date form is not used by any server we know.
    fn retry_after(&self) -> Option<u64> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        value.trim().parse().ok()
    }
}

/// What an error's own words say, whatever the status: the servers do not agree on statuses.
pub(super) fn from_text(kind: &str, text: &str) -> Option<Error> {
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let text = text.to_owned();
    // Prometheus; Mimir and Cortex; VictoriaMetrics' `-search.max…` flags; Thanos' store limits.
    if says(&[
        "too many samples",
        "maximum resolution",
        "err-mimir-max-",
        "-search.maxsamplesperquery",
        "-search.maxsamplesperseries",
        "-search.maxuniquetimeseries",
        "-search.maxseries",
        "-search.maxmemoryperquery",
        "-search.maxpointspertimeseries",
        "-search.maxpointssubquerypertimeseries",
        "exceeded series limit",
        "exceeded chunks limit",
        "exceeded bytes limit",
        "exceeded sample limit",
        "the query hit the max number of",
        "limit exceeded",
        "exceeds the limit",
        "exceeds limit",
        "query length",
        "violated",
    ]) {
        return Some(Error::TooManySamples { text });
    }
    if kind == "timeout" || says(&["timed out", "deadline exceeded", "-search.maxqueryduration"]) {
        return Some(Error::QueryTimeout { text });
    }
    None
}

fn path_hint(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.contains("thanos") {
        return "a Thanos component other than the querier answers; use the address of Thanos Query"
            .to_owned();
    }
    "the URL needs the path in front of /api/v1: /prometheus for Mimir, /select/0/prometheus for a \
     VictoriaMetrics cluster, /api/prom for Grafana Cloud, the --web.route-prefix of Prometheus; Thanos \
     answers queries on its querier only"
        .to_owned()
}

/// The error of a success whose body is not the API's; nothing when the body may be parsed.
pub(super) fn not_json(
    headers: &HeaderMap,
    path: &str,
    start: &str,
    secrets: &[Secret],
) -> Option<Error> {
    let clean = |text: &str| one_line(text, secrets.iter().map(Secret::reveal));
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let found = content_type.unwrap_or_default().to_ascii_lowercase();
    if found.contains("html") || looks_like_html(start) {
        let title = title(start).map(|t| format!(" titled \"{}\"", clean(&t)));
        return Some(Error::Html {
            path: path.to_owned(),
            title: title.unwrap_or_default(),
            hint: page_hint(start).to_owned(),
        });
    }
    // Proxies like to relabel JSON as text: what opens like an object is given to the parser.
    if found.is_empty() || found.contains("json") || start.trim_start().starts_with('{') {
        return None;
    }
    Some(Error::ContentType {
        path: path.to_owned(),
        found: shorten(&clean(&found), 60),
    })
}

fn page_hint(page: &str) -> &'static str {
    let lower = page.to_lowercase();
    if lower.contains("grafana") {
        return "this is Grafana: use https://GRAFANA/api/datasources/proxy/uid/DATASOURCE-UID with a service \
                account token";
    }
    if ["login", "log in", "sign in", "signin", "oauth"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return "this is a login page: use an address behind it, or send a token with --header";
    }
    "the URL leads to a user interface or a proxy, not to a Prometheus API"
}

fn looks_like_html(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let title = page[start..end].trim();
    (!title.is_empty()).then(|| shorten(title, 80))
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
