//! Unified diffs that `git apply` and `patch` accept.

/// The difference between two texts as a unified diff with three lines of context, under the
/// headers `--- a/path` and `+++ b/path`; empty when the texts are equal. Line breaks are kept
/// (CRLF too), and a missing one at the end of a text is marked.
#[must_use]
pub fn unified_diff(old: &str, new: &str, path: &str) -> String {
    if old == new {
        return String::new();
    }
    let path = path.trim_start_matches("./").trim_start_matches('/');
    // A tab ends a file name that has blanks in it, as git writes it; without it, patch reads half of the name.
    let end = if path.contains(' ') { "\t" } else { "" };
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .header(&format!("a/{path}{end}"), &format!("b/{path}{end}"))
        .to_string()
}
