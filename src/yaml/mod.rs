//! Reading and editing YAML with exact places in the text.
//!
//! This is the only module that names a YAML crate. It touches no files and reads no clock.
//!
//! - [`Stream::parse`] never fails: a broken document is a [`Fault`], the others are still read.
//! - [`Document::find`] follows a [`Path`] to a [`Node`] with its bytes, line and column.
//! - [`Document::to_value`] and [`Document::read`] give typed values as Kubernetes reads them.
//! - [`apply`] changes values in place and proves the result, or refuses with a reason.
//! - [`unified_diff`] and [`to_yaml`] write diffs and new documents.
//!
//! Invariants:
//! - Work and memory are linear in the text; nesting and alias expansion are bounded.
//! - An edit never changes a byte outside of the lines it is about.
//! - A text handed out by [`apply`] has been parsed again: exactly the wanted paths differ.
//! - Doing an edit twice is the same as doing it once.

mod block;
mod diff;
mod document;
mod duplicates;
mod edit;
mod emit;
mod find;
mod large;
mod layout;
mod parse;
mod path;
mod proof;
mod quote;
mod read;
mod resolve;
mod shape;
mod template;
mod text;
mod tree;

#[cfg(test)]
mod tests;

pub use diff::unified_diff;
pub use edit::{Edit, Operation, Refusal, apply};
pub use emit::to_yaml;
pub use find::{Found, Via};
pub use large::{LargeFault, read_large};
pub use path::{Path, PathError, Segment};
pub use read::{ReadError, from_str};
pub use tree::{
    Alias, BlockSpans, Document, Entry, Fault, FaultKind, Kind, Mapping, Node, Position, Property,
    Scalar, ScalarStyle, Sequence, Stream,
};
