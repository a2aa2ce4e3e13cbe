//! The report as JSON, version 1: for programs, and stable for them.

use std::io;

use serde::Serialize;

use super::{Options, text};
use crate::report::Report;

pub mod v1;

/// Writes the report as JSON, version 1.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, _options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    write(&v1::Document::from(report), out)
}

/// Writes any document: indented, with a final newline, and with nothing in it that acts on a terminal.
pub(super) fn write(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(document)?;
    out.write_all(escape_hidden(&json).as_bytes())?;
    out.write_all(b"\n")
}

/// JSON allows hidden characters raw in strings, the only place where they can stand; escaped, a report can be read
/// with `cat` and still says exactly the same.
fn escape_hidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !text::is_hidden(c) {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            out.extend(format!("\\u{unit:04x}").chars());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hidden_characters_survive_without_showing(text in any::<String>()) {
            let mut bytes = Vec::new();
            write(&text, &mut bytes)?;
            let json = String::from_utf8(bytes)?;
            prop_assert!(json.trim_end().chars().all(|c| !text::is_hidden(c)));
            prop_assert_eq!(serde_json::from_str::<String>(&json)?, text);
        }
    }
}
