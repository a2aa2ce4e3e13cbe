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
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}
