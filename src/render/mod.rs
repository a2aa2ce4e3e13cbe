//! Renderers: one file per output format, each one function from a [`Report`] to bytes.
//!
//! Architecture invariant: a renderer computes nothing and sees nothing but the report. Internal types are never
//! serialized: machine formats have their own versioned types. All text that comes from a cluster or from a file is
//! untrusted; every renderer for people passes it through [`text::plain`] and its own escaping.

use std::io;

use crate::report::Report;

mod canvas;
pub mod ci;
mod doc;
pub mod explain;
pub mod html;
pub mod json;
pub mod markdown;
pub mod queries;
pub mod sarif;
pub mod snippets;
pub mod table;
pub mod text;
mod words;

pub use explain::Page;

/// Lines of a file that are shown with a finding at most.
pub const EXCERPT: u32 = 3;

/// How a report is shown. Decided by the caller: a renderer reads no environment and no terminal.
#[derive(Clone, Debug)]
pub struct Options {
    /// Columns of the terminal; lines for people are wrapped at it.
    pub width: usize,
    /// Lines that the short report aims for.
    pub height: usize,
    /// Whether ANSI colours are wanted.
    pub color: bool,
    /// Everything instead of one screen.
    pub verbose: bool,
    /// Nothing but ASCII, for terminals and logs that garble the rest.
    pub ascii: bool,
    /// The pages of the checks, for formats that carry help texts. Those without findings are left out.
    pub pages: Vec<Page>,
    /// What the run was about, as in `audit/production`: keeps two uploads to one code host apart.
    pub category: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 100,
            height: 40,
            color: false,
            verbose: false,
            ascii: false,
            pages: Vec::new(),
            category: None,
        }
    }
}

impl Options {
    /// The page of a check, when it was handed over.
    pub(crate) fn page(&self, check: &str) -> Option<&Page> {
        self.pages.iter().find(|p| p.id == check)
    }
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table,
    Markdown,
    Json,
    Html,
    Sarif,
}

impl Format {
    /// Every format, in the order of the command line's help.
    pub const ALL: [Self; 5] = [
        Self::Table,
        Self::Markdown,
        Self::Json,
        Self::Html,
        Self::Sarif,
    ];

    /// The name used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Html => "html",
            Self::Sarif => "sarif",
        }
    }

    /// Reads a format's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == name)
    }

    /// Writes the report in this format.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn render(
        self,
        report: &Report,
        options: &Options,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Table => table::render(report, options, out),
            Self::Markdown => markdown::render(report, options, out),
            Self::Json => json::render(report, options, out),
            Self::Html => html::render(report, options, out),
            Self::Sarif => sarif::render(report, options, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_by_their_names() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.as_str()), Some(format));
        }
        assert_eq!(Format::parse("xml"), None);
    }
}
