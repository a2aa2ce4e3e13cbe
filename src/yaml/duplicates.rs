//! Finds keys that occur more than once in a map.

use std::collections::HashSet;

use super::tree::{Entry, Position};

/// Up to how many keys comparing all pairs is faster than hashing.
const FEW_KEYS: usize = 12;

/// The second and later occurrences of a key. Merge keys may repeat: their sources differ.
pub(super) fn duplicates(entries: &[Entry]) -> Vec<(Position, String)> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some(key) = entry.key.as_text() else {
            continue;
        };
        let is_new = if entries.len() <= FEW_KEYS {
            !entries[..index]
                .iter()
                .any(|it| it.key.as_text() == Some(key))
        } else {
            seen.insert(key)
        };
        if !is_new && !entry.is_merge() {
            let message = format!("the key `{key}` is already set above in the same mapping");
            faults.push((entry.key.start, message));
        }
    }
    faults
}
