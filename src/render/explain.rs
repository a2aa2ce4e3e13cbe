use crate::check::Meta;

/// A check's page: what `promtune explain` shows.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// `group/name`.
    pub id: &'static str,
    pub meta: &'static Meta,
    /// Markdown with the headings of a check's page.
    pub docs: &'static str,
}
