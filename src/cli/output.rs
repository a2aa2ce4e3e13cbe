//! Where text goes: reports to stdout or a file, everything else to stderr.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::exit::Failure;
use crate::render::{Options, text};
use crate::source::files::write_whole;

/// Writes a report to stdout, or to a file. A reader that closed the pipe has read enough.
///
/// # Errors
/// When it cannot be written.
pub(super) fn report(
    file: Option<&Path>,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let written = match file {
        Some(path) => {
            let mut bytes = Vec::new();
            write(&mut bytes).and_then(|()| write_whole(path, &bytes))
        }
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            write(&mut out).and_then(|()| out.flush())
        }
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let place = file.map_or_else(|| "stdout".to_owned(), |p| p.display().to_string());
            Err(Failure::Usage(format!(
                "cannot write the report to {place}: {error}"
            )))
        }
        Ok(()) => Ok(()),
    }
}

/// How the report is shown on this terminal.
#[expect(
    clippy::disallowed_methods,
    reason = "the terminal is described by the environment"
)]
pub(super) fn options(to_file: bool, verbose: bool) -> Options {
    let terminal = io::stdout().is_terminal() && !to_file;
    let size = terminal.then(terminal_size::terminal_size).flatten();
    let usual = Options::default();
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()))
        .is_none_or(|v| v.to_lowercase().contains("utf"));
    Options {
        width: size.map_or(usual.width, |(w, _)| usize::from(w.0).clamp(40, 160)),
        color: terminal && !set("NO_COLOR") && std::env::var("TERM").map_or(true, |t| t != "dumb"),
        ascii: terminal && !utf8,
        verbose,
        ..usual
    }
}

/// A line for people on stderr.
pub(super) fn note(line: &str) {
    // Nothing can be done when stderr is gone.
    let _ = writeln!(io::stderr().lock(), "{}", clean(line));
}

/// An error on stderr.
pub(super) fn error(line: &str) {
    note(&format!("error: {line}"));
}

/// Text from a cluster or a file may hold control characters; lines are kept.
fn clean(lines: &str) -> String {
    lines
        .lines()
        .map(|l| text::plain(l).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
