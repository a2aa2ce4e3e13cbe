//! The files that a run over files is about.

#![expect(clippy::disallowed_methods, reason = "files are read in source/")]

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::files::TextFile;

/// A text file larger than this is not written by people.
const MAX_BYTES: u64 = 64 << 20;

/// What `-` is called.
const STDIN: &str = "stdin";

/// A path that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub path: String,
    pub because: String,
}

/// Reads files and, below folders, every `.yaml`, `.yml` and `.rules`, in order of their names and without what
/// `.gitignore` names; `-` is standard input.
#[must_use]
pub fn read_tree(paths: &[PathBuf]) -> (Vec<TextFile>, Vec<Unread>) {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            match io::stdin().lock().read_to_string(&mut text) {
                Ok(_) => files.push(TextFile {
                    path: STDIN.to_owned(),
                    text,
                }),
                Err(error) => unread.push(Unread {
                    path: STDIN.to_owned(),
                    because: error.to_string(),
                }),
            }
        } else if path.is_dir() {
            folder(path, &mut files, &mut unread);
        } else {
            file(path, &mut files, &mut unread);
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    (files, unread)
}

fn folder(path: &Path, files: &mut Vec<TextFile>, unread: &mut Vec<Unread>) {
    for entry in WalkBuilder::new(path).require_git(false).build() {
        match entry {
            Ok(entry) => {
                let extension = entry
                    .path()
                    .extension()
                    .and_then(|e| e.to_str())
                    .unwrap_or_default();
                let wanted = matches!(extension, "yaml" | "yml" | "rules");
                if wanted && entry.file_type().is_some_and(|t| t.is_file()) {
                    file(entry.path(), files, unread);
                }
            }
            Err(error) => unread.push(Unread {
                path: shown(path),
                because: error.to_string(),
            }),
        }
    }
}

fn file(path: &Path, files: &mut Vec<TextFile>, unread: &mut Vec<Unread>) {
    let mut refuse = |because: String| {
        unread.push(Unread {
            path: shown(path),
            because,
        })
    };
    match fs::metadata(path) {
        Ok(m) if m.len() > MAX_BYTES => {
            return refuse(format!("larger than {} MiB", MAX_BYTES >> 20));
        }
        Ok(_) => {}
        Err(error) => return refuse(error.to_string()),
    }
    match fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => files.push(TextFile {
            path: shown(path),
            text,
        }),
        Ok(Err(_)) => refuse("not UTF-8 text".to_owned()),
        Err(error) => refuse(error.to_string()),
    }
}

/// The path as reports show it: with forward slashes, without a leading `./`.
fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_files_are_left_out_unless_they_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.yaml", "a.rules", "c.txt", "out.yaml"] {
            fs::write(at(name), "x: 1\n").unwrap();
        }
        fs::write(at(".gitignore"), "out.yaml\n").unwrap();
        fs::write(at("bad.yml"), [0xff, 0xfe]).unwrap();
        let (files, unread) = read_tree(&[folder.path().to_owned(), at("missing.yaml")]);
        let names: Vec<_> = files
            .iter()
            .map(|f| f.path.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(names, ["a.rules", "b.yaml"]);
        assert_eq!(unread.len(), 2);
        assert_eq!(read_tree(&[at("out.yaml"), at("out.yaml")]).0.len(), 1);
    }
}
