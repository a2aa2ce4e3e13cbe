//! PromQL: the facade over the parser.
//!
//! Architecture invariant: no other module names the parser's crate, and nothing here prints an expression it parsed:
//! the parser's printer loses comments and order, so edits replace text.

mod gate;
mod parse;
mod shape;

pub use gate::Gate;
pub use parse::{Query, SyntaxError};
pub use shape::{Matcher, Selector, UpTest};
