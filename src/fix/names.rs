//! Text that came from a cluster or a file and goes into a command, a comment or a document of ours.
//!
//! Names are untrusted: a snapshot can come from anywhere, and what is printed here is pasted into a shell.

use std::fmt::Write as _;

use serde_json::Value;

use super::refusal::{Refusal, refuse};

/// A name of a Kubernetes object (RFC 1123 subdomain), or why it cannot be one. A checked name has no character that
/// means something to a shell and does not start with a dash.
pub(super) fn object(name: &str) -> Result<&str, Refusal> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = name.as_bytes();
    let fits = bytes.len() <= 253 && bytes.iter().all(|&b| inner(b));
    if fits && ends(bytes.first().copied()) && ends(bytes.last().copied()) {
        Ok(name)
    } else {
        refuse(format!("{name:?} is not a name Kubernetes allows"))
    }
}

/// A namespace or a container (RFC 1123 label), or why it cannot be one.
pub(super) fn label(name: &str) -> Result<&str, Refusal> {
    if name.len() <= 63 && !name.contains('.') {
        object(name)
    } else {
        refuse(format!("{name:?} is not a name Kubernetes allows"))
    }
}

/// One argument of a POSIX shell that means exactly `text`.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// JSON on one line in ASCII only: nothing in it can hide from the reader or steer a terminal.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && c != '\x7f' {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// `text` as comment lines of at most about a hundred characters, each with `indent` and `# ` in front.
pub(super) fn comment(indent: &str, text: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in plain(text).split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() > 100 {
            let _ = writeln!(out, "{indent}# {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        let _ = writeln!(out, "{indent}# {line}");
    }
    out
}

/// `text` without characters that end a line, steer a terminal or change the reading direction.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || is_hidden(c) {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// Whether a character is not seen, or changes how others are read.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// Lower-case letters, digits and dashes of at most `limit` bytes: `KubePodNotReady` → `kubepodnotready`. A name that
/// had to be cut or changed carries a mark made from the whole name, so that two names never meet.
pub(super) fn slug(name: &str, limit: usize) -> String {
    let simple: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let simple = simple.trim_matches('-');
    let faithful = name.chars().all(|c| c.is_ascii_alphanumeric());
    if faithful && !simple.is_empty() && simple.len() <= limit {
        return simple.to_owned();
    }
    let mark = hash(name, 6);
    let room = limit.saturating_sub(mark.len() + 1);
    let kept = simple.get(..room.min(simple.len())).unwrap_or_default();
    let joined = format!("{}-{mark}", kept.trim_end_matches('-'));
    joined.trim_start_matches('-').to_owned()
}

/// The first `digits` hexadecimal digits of the SHA-256 of `text`.
pub(super) fn hash(text: &str, digits: usize) -> String {
    use sha2::{Digest, Sha256};
    let mut out = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out.truncate(digits);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_that_a_shell_could_misread_are_refused() {
        for good in ["api", "api.v2", "a-1", "0"] {
            assert_eq!(object(good), Ok(good));
        }
        for bad in [
            "",
            "-o",
            "--patch-file",
            "a b",
            "a;b",
            "$(id)",
            "a\nb",
            "a'b",
            "`id`",
            "Ä",
            "api-",
            "A",
            "a/b",
        ] {
            assert!(object(bad).is_err(), "{bad:?}");
            assert!(label(bad).is_err(), "{bad:?}");
        }
        assert!(label("a.b").is_err());
        assert!(label(&"a".repeat(64)).is_err());
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a real shell is the judge of what was quoted"
    )]
    fn a_shell_gives_back_what_was_quoted() {
        for text in ["it's", "$(id)", "a\nb", "''", "\\", "`x` && y", ""] {
            let script = format!("printf %s {}", shell(text));
            let said = std::process::Command::new("sh")
                .arg("-c")
                .arg(&script)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), text);
        }
    }

    #[test]
    fn json_is_ascii_and_means_the_same() {
        let value = json!({"expr": "a \u{202e} ü 🦀 \u{7f} 'q' \n"});
        let text = json(&value);
        assert!(text.is_ascii() && !text.contains('\n') && !text.contains('\u{7f}'));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_comment_stays_a_comment() {
        assert_eq!(
            comment("", "why\nkubeProxy: x\r\u{2028}z"),
            "# why kubeProxy: x z\n"
        );
        assert!(
            comment("  ", &"word ".repeat(60))
                .lines()
                .all(|l| l.starts_with("  # "))
        );
        assert_eq!(comment("", ""), "");
    }

    #[test]
    fn slugs_are_short_and_never_meet() {
        assert_eq!(slug("KubePodNotReady", 30), "kubepodnotready");
        let long = "KubePersistentVolumeInodesFillingUpVeryLong";
        assert!(slug(long, 30).len() <= 30);
        assert_ne!(slug(&format!("{long}A"), 30), slug(&format!("{long}B"), 30));
        assert_ne!(slug("a b", 30), slug("a-b", 30));
        assert!(
            object(&slug("$(x)", 30)).is_ok()
                && object(&slug("", 30)).is_ok()
                && object(&slug("ü", 30)).is_ok()
        );
    }
}
