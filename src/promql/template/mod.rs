//! Go templates in labels and annotations of rules: whether they are well formed, and what they read.

mod cursor;
mod functions;
mod lex;
mod number;
mod parse;
mod pipeline;
mod reads;
mod tree;

#[cfg(test)]
mod tests;

use super::span::Span;

pub use reads::{QueryRead, Read, Reads, ValueRead};
pub use tree::{Command, Control, Operand, Part, Pipeline, Term};

/// The variables that Prometheus declares before a template's own text; `$` is the data itself.
const VARIABLES: [&str; 5] = ["$", "$labels", "$externalLabels", "$externalURL", "$value"];

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// Why a template could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// As Prometheus words it, without the template's name and line.
    pub message: String,
    pub span: Span,
    /// Counted from 1.
    pub line: usize,
    /// It is not wrong but longer or deeper than what is read here.
    pub is_limit: bool,
}

impl Template {
    /// Parses the text of a label or an annotation.
    ///
    /// # Errors
    /// When Prometheus would refuse it, or when it is too long or too deep to be read here.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::parse(text)
    }

    /// The text as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether it is plain text: nothing in it is replaced.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|p| matches!(p, Part::Text(_)))
    }

    /// What it reads.
    #[must_use]
    pub fn reads(&self) -> Reads {
        reads::of(&self.parts)
    }
}

impl TemplateError {
    fn wrong(text: &str, message: String, span: Span) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        Self {
            message,
            span,
            line: before.matches('\n').count() + 1,
            is_limit: false,
        }
    }

    fn limit(message: String) -> Self {
        Self {
            message,
            span: Span::default(),
            line: 1,
            is_limit: true,
        }
    }
}
