//! The user's own files, and files that promtune writes.

#![expect(
    clippy::disallowed_methods,
    reason = "files are read and written in source/"
)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::Gap;

/// A text file larger than this is not a manifest.
const MAX_BYTES: u64 = 64 << 20;

/// A text file as the user named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    pub path: String,
    pub text: String,
}

/// Reads YAML files and, below folders, every `.yaml` and `.yml`, sorted. What cannot be read is a gap.
#[must_use]
pub fn read_manifests(paths: &[PathBuf]) -> (Vec<TextFile>, Vec<Gap>) {
    let (mut files, mut gaps) = (Vec::new(), Vec::new());
    for path in paths {
        visit(path, true, &mut files, &mut gaps);
    }
    (files, gaps)
}

fn visit(path: &Path, named: bool, files: &mut Vec<TextFile>, gaps: &mut Vec<Gap>) {
    let shown = path.display().to_string();
    let fault = |because: String| Gap::new(format!("file:{shown}"), because);
    let metadata = match fs::metadata(path) {
        Ok(m) => m,
        Err(error) => return gaps.push(fault(format!("{shown}: {error}"))),
    };
    if metadata.is_dir() {
        match sorted_entries(path) {
            Ok(entries) => entries.iter().for_each(|e| visit(e, false, files, gaps)),
            Err(error) => gaps.push(fault(format!("{shown}: {error}"))),
        }
        return;
    }
    let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
    if !named && !yaml {
        return;
    }
    if metadata.len() > MAX_BYTES {
        return gaps.push(fault(format!(
            "{shown} is larger than {} MiB and is not read as a manifest",
            MAX_BYTES >> 20
        )));
    }
    match fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => files.push(TextFile { path: shown, text }),
        Ok(Err(_)) => gaps.push(fault(format!("{shown} is not UTF-8 text"))),
        Err(error) => gaps.push(fault(format!("{shown}: {error}"))),
    }
}

fn sorted_entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|e| e.map(|e| e.path()))
        .collect::<io::Result<_>>()?;
    // Version control and vendored charts are not the user's manifests.
    entries.retain(|p| {
        !p.file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'))
    });
    entries.sort();
    Ok(entries)
}

/// Reads a small text file, as a configuration or a token; `None` when it does not exist.
///
/// # Errors
/// When it exists and cannot be read.
pub fn read_optional(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a path is a device or a pipe, as `/dev/stdout`: written to, never replaced.
pub(super) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Writes a file whole or not at all, making its folder when needed.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if is_special(path) {
        return fs::write(path, bytes);
    }
    // A link stays one.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = fs::write(&part, bytes).and_then(|()| {
        // The new file keeps the old one's permissions.
        if let Ok(metadata) = fs::metadata(path) {
            fs::set_permissions(&part, metadata.permissions())?;
        }
        fs::rename(&part, path)
    });
    if written.is_err() {
        // Best effort: the first failure is the one to report.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_faults_are_gaps() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("b.yaml"), "b: 1\n").unwrap();
        fs::write(at("a.yml"), "a: 1\n").unwrap();
        fs::write(at("c.txt"), "no").unwrap();
        fs::write(at("d.yaml"), [0xff, 0xfe, 0x00]).unwrap();
        fs::create_dir(at(".git")).unwrap();
        fs::write(at(".git/x.yaml"), "x: 1\n").unwrap();
        let (files, gaps) = read_manifests(&[folder.path().to_owned(), at("missing.yaml")]);
        let names: Vec<_> = files
            .iter()
            .map(|f| f.path.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(names, ["a.yml", "b.yaml"]);
        assert_eq!(gaps.len(), 2, "{gaps:?}");
    }

    #[test]
    fn writing_is_whole_and_keeps_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/x.yaml");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(
            is_special(Path::new("/dev/null")) && !is_special(&file) && !is_special(folder.path())
        );
    }
}
