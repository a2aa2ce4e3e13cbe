//! PromQL: the facade over the parser.
//!
//! Architecture invariant: no other module names the parser's crate, and nothing here prints an expression it parsed:
//! the parser's printer loses comments and order, so edits replace text.
//!
//! [`Query::parse`] gives the expression with [`tree`] (the place of everything in the text), [`Query::analyse`] its
//! label [`flow`], [`Query::replaced`] a proved edit. [`template`] reads the Go templates of labels and annotations.

mod adapt;
mod align;
mod blame;
mod cursor;
mod dialect;
pub mod flow;
mod gate;
mod grammar;
mod grammar_parts;
mod literal;
mod parse;
mod rewrite;
mod same;
mod shape;
mod span;
pub mod template;
mod token;
pub mod tree;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub use gate::Gate;
pub use parse::{Query, SyntaxError};
pub use rewrite::Refused;
pub use shape::{Matcher, Selector, UpTest};
pub use span::Span;
