//! The files of a dump, and their text cut into YAML documents.
#![expect(clippy::disallowed_methods, reason = "files are read in source/")]

use std::fs::{self, File};
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

/// A file, or what a path has instead of one.
pub(super) type Found = Result<PathBuf, (PathBuf, String)>;

/// The files below a path, in order of their names; a path to a file is that file, whatever it is called.
pub(super) fn below(path: &Path) -> Vec<Found> {
    if !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    let mut found = Vec::new();
    walk(path, &mut found);
    if found.is_empty() {
        let because = "no .yaml, .yml or .json file below this folder".to_owned();
        found.push(Err((path.to_owned(), because)));
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<Found>) {
    let mut entries: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            found.push(Err((folder.to_owned(), cause(&error))));
            return;
        }
    };
    entries.sort();
    for path in entries {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // Links to folders are not followed: they may lead back up.
        if path.is_dir() {
            if !hidden && !path.is_symlink() {
                walk(&path, found);
            }
        } else if is_text(&path) {
            found.push(Ok(path));
        }
    }
}

fn is_text(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|e| {
            ["yaml", "yml", "json"]
                .iter()
                .any(|known| e.eq_ignore_ascii_case(known))
        })
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| cause(&error))
}

/// The cause of a failure to read, with the next step where there is one.
pub(super) fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder: check the path".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied: check who may read it".to_owned(),
        _ => error.to_string(),
    }
}

/// One document of a YAML stream.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) text: Vec<u8>,
    /// The line it starts on, from 1.
    pub(super) line: usize,
}

/// Cuts a stream at its document markers. A marker at the start of a line is one even inside a block scalar (YAML
/// 1.2.2, 9.1.2), so the cut needs no parser and a broken document cannot swallow its neighbours.
pub(super) struct Chunks<R> {
    reader: R,
    /// The marker line that opens the next document.
    opening: Option<Vec<u8>>,
    lines: usize,
    done: bool,
}

impl<R: BufRead> Chunks<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            opening: None,
            lines: 0,
            done: false,
        }
    }
}

impl<R: BufRead> Iterator for Chunks<R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<io::Result<Chunk>> {
        while !self.done {
            let explicit = self.opening.is_some();
            let line = self.lines.max(1);
            let mut text = self.opening.take().unwrap_or_default();
            let line = if explicit { line } else { self.lines + 1 };
            loop {
                let start = text.len();
                match self.reader.read_until(b'\n', &mut text) {
                    Err(error) => {
                        self.done = true;
                        return Some(Err(error));
                    }
                    Ok(0) => {
                        self.done = true;
                        break;
                    }
                    Ok(_) => self.lines += 1,
                }
                let last = text.get(start..).unwrap_or_default();
                if is_marker(last, b"---") {
                    self.opening = Some(text.split_off(start));
                    break;
                }
                if is_marker(last, b"...") {
                    text.truncate(start);
                    break;
                }
            }
            if explicit || has_content(&text) {
                return Some(Ok(Chunk { text, line }));
            }
        }
        None
    }
}

fn is_marker(line: &[u8], marker: &[u8]) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// Whether there is more than blank lines, comments and directives.
fn has_content(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .any(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(usize, String)> {
        Chunks::new(text.as_bytes())
            .map(|chunk| chunk.unwrap())
            .map(|chunk| (chunk.line, String::from_utf8(chunk.text).unwrap()))
            .collect()
    }

    fn cuts(pairs: &[(usize, &str)]) -> Vec<(usize, String)> {
        pairs
            .iter()
            .map(|(line, text)| (*line, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn documents_keep_their_lines() {
        assert_eq!(
            cut("a: 1\n---\nb: 2\n"),
            cuts(&[(1, "a: 1\n"), (2, "---\nb: 2\n")])
        );
        assert_eq!(
            cut("# only words\n---\r\na: 1\r\n--- # two\r\nb: 2"),
            cuts(&[(2, "---\r\na: 1\r\n"), (4, "--- # two\r\nb: 2")])
        );
        assert_eq!(
            cut("%YAML 1.2\n---\na: |\n  ---\n...\n# end\n"),
            cuts(&[(2, "---\na: |\n  ---\n")])
        );
        // An empty document counts: it has an index of its own.
        assert_eq!(
            cut("---\n---\na: 1"),
            cuts(&[(1, "---\n"), (2, "---\na: 1")])
        );
        assert_eq!(
            cut("a: 1\n...\nb: 2\n"),
            cuts(&[(1, "a: 1\n"), (3, "b: 2\n")])
        );
        assert_eq!(cut("---x: 1\n"), cuts(&[(1, "---x: 1\n")]));
        assert_eq!(cut(""), cuts(&[]));
    }
}
