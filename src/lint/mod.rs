//! What files say, with exact places: rules, groups, containers; and what is wrong with how they are written.
//!
//! Architecture invariant: pure, from text to plain data. A file that is broken gives faults, never an error.

mod container;
mod fields;
mod find;
mod group;
mod helm;
mod keys;
mod places;
mod rule;

pub use container::{Extent, extents, locate};

use crate::model::{RuleFile, RuleGroup};
use crate::yaml::Stream;

/// The rules of one text.
#[derive(Clone, Debug, Default)]
pub struct Read {
    pub groups: Vec<RuleGroup>,
    pub file: RuleFile,
}

/// Reads everything that looks like rules: rule files, rule objects, rules in ConfigMaps, lists and chart values.
/// `text` is the whole file, `path` its name as the user gave it.
#[must_use]
pub fn read_rules(path: &str, text: &str) -> Read {
    let mut reader = find::Reader::new(path);
    let stream = Stream::parse(text);
    reader.stream(
        &stream,
        text,
        &places::Places::of_file(text),
        &helm::Mask::none(),
    );
    reader.finish()
}

#[cfg(test)]
mod tests;
