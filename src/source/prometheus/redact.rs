//! Makes text from a server fit to be printed: no credentials, no control characters, no end of it.

/// Longest text quoted from a server, in characters.
const LONGEST: usize = 300;

/// Shorter secrets are not searched for: `a` would blank out every word.
const SHORTEST_SECRET: usize = 4;

/// One printable line of `text`, with every occurrence of a secret replaced by `***`.
pub(super) fn one_line<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut clean = text.to_owned();
    for secret in secrets {
        if secret.len() >= SHORTEST_SECRET {
            clean = clean.replace(secret, "***");
        }
    }
    let words: Vec<&str> = clean
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    shorten(&words.join(" "), LONGEST)
}

/// At most `most` characters of `text`.
pub(super) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Leaves out addresses and URLs, so that equal faults of many targets are equal texts.
pub(super) fn without_addresses(text: &str) -> String {
    let kept: Vec<&str> = text.split_whitespace().filter_map(strip_address).collect();
    let line = kept.join(" ");
    let line = line.strip_prefix("Get ").unwrap_or(&line);
    one_line(line.trim_start_matches([':', ' ']), [])
}

fn strip_address(word: &str) -> Option<&str> {
    let bare = word.trim_matches(['"', ',', ';', '(', ')', '\'', '`']);
    let looks_like_address = bare.contains("://") || is_host_and_port(bare);
    if !looks_like_address {
        return Some(word);
    }
    // `dial tcp 10.0.0.1:9100: connect` keeps nothing of the address; an arrow between two addresses goes as well.
    None
}

/// `10.0.0.1:9100`, `[::1]:9100`, `10.0.0.1:52344->10.0.0.2:9100:`, `node-1.example:9100`, `10.0.0.1`.
fn is_host_and_port(word: &str) -> bool {
    let word = word.trim_end_matches(':');
    let first = word.split("->").next().unwrap_or(word);
    if first.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    first.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_control_characters_go() {
        assert_eq!(
            one_line("bad\u{1b}[31m token\r\n s3cret!", ["s3cret", "t"]),
            "bad [31m token ***!"
        );
        assert_eq!(one_line(&"é".repeat(400), []).chars().count(), 301);
    }

    #[test]
    fn addresses_go_and_causes_stay() {
        for (text, kept) in [
            (
                r#"Get "https://10.0.0.1:10257/metrics": dial tcp 10.0.0.1:10257: connect: connection refused"#,
                "dial tcp connect: connection refused",
            ),
            (
                "read tcp 10.0.0.9:4242->10.0.0.1:9100: i/o timeout",
                "read tcp i/o timeout",
            ),
            (
                "server returned HTTP status 403 Forbidden",
                "server returned HTTP status 403 Forbidden",
            ),
            (
                "dial tcp: lookup node-1.example on 10.96.0.10:53: no such host",
                "dial tcp: lookup node-1.example on no such host",
            ),
            ("context deadline exceeded", "context deadline exceeded"),
        ] {
            assert_eq!(without_addresses(text), kept);
        }
    }
}
