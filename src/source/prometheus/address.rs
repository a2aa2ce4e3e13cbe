//! The base URL, as people paste it.

use reqwest::Url;

use super::error::Error;
use super::secret::Secret;

/// Splits user information off and removes what people paste along.
pub(super) fn base_url(text: &str) -> Result<(Url, Option<(String, Secret)>), Error> {
    let wrong = |why: &str| Error::Settings(format!("the Prometheus URL {why}"));
    let mut url = Url::parse(text.trim()).map_err(|e| wrong(&format!("cannot be read: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("must begin with http:// or https://"));
    }
    let user = user_info(&url);
    // These fail for URLs without a host only.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let mut path = url.path().trim_end_matches('/').to_owned();
    for pasted in ["/graph", "/api/v1/query", "/api/v1"] {
        path = path.strip_suffix(pasted).unwrap_or(&path).to_owned();
    }
    url.set_path(&path);
    Ok((url, user))
}

fn user_info(url: &Url) -> Option<(String, Secret)> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decode = |text: &str| percent_decode(text);
    let password = decode(url.password().unwrap_or_default());
    Some((decode(url.username()), Secret::from(password)))
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|h| u8::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_urls_lead_to_the_base() {
        for (text, base) in [
            ("http://p:9090", "http://p:9090/"),
            ("http://p:9090/", "http://p:9090/"),
            (
                "https://m.example/prometheus/",
                "https://m.example/prometheus",
            ),
            (
                "http://p:9090/graph?g0.expr=up#x",
                "http://p:9090/?g0.expr=up",
            ),
            ("http://p/x/api/v1/query", "http://p/x"),
            ("http://me:pw@p:9090", "http://p:9090/"),
        ] {
            let (url, _) = base_url(text).unwrap();
            assert_eq!(url.as_str(), base, "{text}");
        }
    }

    #[test]
    fn user_information_is_decoded() {
        let (_, user) = base_url("https://me%40x:p%3Aw%ZZ@p").unwrap();
        assert_eq!(user, Some(("me@x".to_owned(), Secret::from("p:w%ZZ"))));
    }

    #[test]
    fn what_is_not_a_url_is_refused_without_quoting_it() {
        for text in [
            "localhost:9090",
            "p.example",
            "ftp://u:hunter2@p",
            "http://u:hunter2@",
        ] {
            let error = base_url(text).unwrap_err().to_string();
            assert!(error.starts_with("the Prometheus URL "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
