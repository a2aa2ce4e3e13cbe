//! What a branch changed, as the git command says.

#![expect(
    clippy::disallowed_methods,
    reason = "programs are started and paths resolved in source/"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a file that were changed: the first and the last one. Where lines were only removed, those around the
/// place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub first: u32,
    pub last: u32,
    /// Whether nothing but the lines between the two are gone.
    pub removed: bool,
}

/// Changes by file.
#[derive(Clone, Debug, Default)]
pub struct Changes(BTreeMap<PathBuf, Vec<Changed>>);

impl Changes {
    /// The changes of a file as the user named it; none when it is as it was.
    #[must_use]
    pub fn of(&self, path: &str) -> &[Changed] {
        let known = fs::canonicalize(path).ok().and_then(|p| self.0.get(&p));
        known.map_or(&[], Vec::as_slice)
    }
}

/// What the working tree has that the common ancestor with `base` has not.
///
/// # Errors
/// With a sentence for the user, when there is no repository, no such commit, or the clone is too shallow to tell.
pub fn changes_since(base: &str) -> Result<Changes, String> {
    let root = git(&["rev-parse", "--show-toplevel"]).map_err(|_| {
        "--diff-base: this folder is not in a git repository, or git is not installed".to_owned()
    })?;
    let root = PathBuf::from(root.trim_end());
    let ancestor =
        git(&["merge-base", "--end-of-options", base, "HEAD"]).map_err(|_| no_ancestor(base))?;
    let diff = git(&[
        "-c",
        "core.quotepath=off",
        "diff",
        "-U0",
        "--no-color",
        "--no-ext-diff",
        "-M",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        ancestor.trim(),
    ])?;
    let mut changes = BTreeMap::new();
    for (path, changed) in parse(&diff) {
        changes.insert(resolved(&root, path), changed);
    }
    let new = git(&[
        "-C",
        &root.to_string_lossy(),
        "ls-files",
        "-z",
        "--others",
        "--exclude-standard",
    ])?;
    for path in new.split('\0').filter(|p| !p.is_empty()) {
        changes.insert(
            resolved(&root, path),
            vec![Changed {
                first: 1,
                last: u32::MAX,
                removed: false,
            }],
        );
    }
    Ok(Changes(changes))
}

fn resolved(root: &Path, path: &str) -> PathBuf {
    let path = root.join(path);
    fs::canonicalize(&path).unwrap_or(path)
}

/// Why there is no common ancestor, and what to do.
fn no_ancestor(base: &str) -> String {
    if git(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|s| s.trim() == "true") {
        return format!(
            "--diff-base {base}: this is a shallow clone that does not reach back to where the branch began: \
             fetch more (`git fetch --unshallow`; `fetch-depth: 0` in actions/checkout; `GIT_DEPTH: 0` in GitLab)"
        );
    }
    if git(&[
        "rev-parse",
        "--verify",
        "--end-of-options",
        &format!("{base}^{{commit}}"),
    ])
    .is_err()
    {
        return format!(
            "--diff-base {base}: there is no such commit here; is it fetched? try origin/{base}"
        );
    }
    format!("--diff-base {base}: it has no commit in common with HEAD")
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(arguments)
        .output()
        .map_err(|e| format!("git: {e}"))?;
    if !output.status.success() {
        return Err(format!(
            "git: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Files and changed lines of a diff without context.
fn parse(diff: &str) -> Vec<(&str, Vec<Changed>)> {
    let mut files: Vec<(&str, Vec<Changed>)> = Vec::new();
    let mut in_header = true;
    for line in diff.lines() {
        if line.starts_with("diff --git ") {
            in_header = true;
        } else if let Some(path) = line.strip_prefix("+++ ").filter(|_| in_header) {
            let path = path.trim_end_matches('\t').trim_matches('"');
            files.push((path.strip_prefix("b/").unwrap_or(path), Vec::new()));
        } else if line.starts_with("@@ ") {
            in_header = false;
            let last = files.last_mut().map(|f| &mut f.1);
            last.into_iter().for_each(|c| c.extend(hunk(line)));
        }
    }
    files
}

/// `@@ -a,b +c,d @@`.
fn hunk(line: &str) -> Option<Changed> {
    let new = line.split(' ').nth(2)?.strip_prefix('+')?;
    let (first, count) = new.split_once(',').unwrap_or((new, "1"));
    let (first, count): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
    let last = if count == 0 {
        first + 1
    } else {
        first + count - 1
    };
    Some(Changed {
        first,
        last,
        removed: count == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_give_the_lines_of_the_new_file() {
        let diff = "diff --git a/x.yaml b/y.yaml\n--- a/x.yaml\n+++ b/y.yaml\n@@ -1 +1,2 @@\n-a\n+++ b\n+c\n@@ -9,2 +9,0 @@ x\n-d\n-e\n";
        let changed = |first, last, removed| Changed {
            first,
            last,
            removed,
        };
        assert_eq!(
            parse(diff),
            [("y.yaml", vec![changed(1, 2, false), changed(9, 10, true)])]
        );
    }
}
