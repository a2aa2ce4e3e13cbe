//! The entries of a map that count, with duplicates and merge keys worked out.

use std::collections::HashMap;

use serde::de;

use super::super::tree::{Entry, Mapping};
use super::ReadError;
use super::reader::Context;

/// How many merge keys may lead to each other.
const MERGE_DEPTH: usize = 16;

/// The last of duplicate entries, and the merged ones that are not overridden.
pub(super) fn effective<'t>(
    context: &Context<'t>,
    mapping: &'t Mapping,
) -> Result<Vec<&'t Entry>, ReadError> {
    if !mapping.has_merge && !mapping.has_duplicates {
        return Ok(mapping.entries.iter().collect());
    }
    let mut effective = Effective::default();
    effective.add_all(context, mapping, MERGE_DEPTH)?;
    Ok(effective.list)
}

#[derive(Default)]
struct Effective<'t> {
    list: Vec<&'t Entry>,
    by_key: HashMap<&'t str, usize>,
}

impl<'t> Effective<'t> {
    fn add_all(
        &mut self,
        context: &Context<'t>,
        mapping: &'t Mapping,
        depth: usize,
    ) -> Result<(), ReadError> {
        let too_deep = || <ReadError as de::Error>::custom("merge keys are nested too deeply");
        let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
        let outer = self.list.len();
        for entry in mapping.entries.iter().filter(|it| !it.is_merge()) {
            self.add(entry, outer);
        }
        for merge in mapping.entries.iter().filter(|it| it.is_merge()) {
            for source in context.document.merge_sources(&merge.value) {
                context.spend(1 + source.entries.len())?;
                self.add_all(context, source, depth)?;
            }
        }
        Ok(())
    }

    /// Adds an entry of a map whose entries start at `outer` in the list; those before it come
    /// from maps that override this one.
    fn add(&mut self, entry: &'t Entry, outer: usize) {
        let Some(key) = entry.key.as_text() else {
            return self.list.push(entry);
        };
        match self.by_key.get(key) {
            Some(&at) if at >= outer => self.list[at] = entry,
            Some(_) => {}
            None => {
                self.by_key.insert(key, self.list.len());
                self.list.push(entry);
            }
        }
    }
}
