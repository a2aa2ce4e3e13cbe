//! The entries of a mapping, with what merge keys bring.

use crate::yaml::{Document, Kind, Mapping, Node};

/// A key and its value; aliases are followed.
pub(super) struct Field<'t> {
    pub(super) name: &'t str,
    pub(super) key: &'t Node,
    pub(super) value: &'t Node,
}

impl Field<'_> {
    /// Whether there is no value: nothing, `null` or `~`.
    pub(super) fn is_null(&self) -> bool {
        is_null(self.value)
    }
}

/// Whether a node is YAML's null.
pub(super) fn is_null(node: &Node) -> bool {
    let plain = |s: &crate::yaml::Scalar| s.style == crate::yaml::ScalarStyle::Plain;
    node.as_scalar()
        .is_some_and(|s| plain(s) && matches!(&*s.text, "" | "~" | "null" | "Null" | "NULL"))
}

/// The entries in the order of the text, own ones before merged ones; a key that comes twice counts once.
pub(super) fn fields<'t>(document: &'t Document, mapping: &'t Mapping) -> Vec<Field<'t>> {
    let mut found = Vec::new();
    collect(document, mapping, 0, &mut found);
    found
}

fn collect<'t>(
    document: &'t Document,
    mapping: &'t Mapping,
    depth: usize,
    found: &mut Vec<Field<'t>>,
) {
    let own = found.len();
    let mut merges = Vec::new();
    for entry in &mapping.entries {
        let Some(name) = entry.key.as_text() else {
            continue;
        };
        if name == "<<" {
            merges.push(&entry.value);
            continue;
        }
        let value = document.resolve(&entry.value).unwrap_or(&entry.value);
        let field = Field {
            name,
            key: &entry.key,
            value,
        };
        match found.iter().position(|f| f.name == name) {
            // The last of two own keys counts; a merged one never wins.
            Some(at) if at >= own => {
                if let Some(place) = found.get_mut(at) {
                    *place = field;
                }
            }
            Some(_) => {}
            None => found.push(field),
        }
    }
    // Maps can merge each other without end.
    if depth > 8 {
        return;
    }
    for value in merges {
        let Some(node) = document.resolve(value) else {
            continue;
        };
        match &node.kind {
            Kind::Mapping(source) => collect(document, source, depth + 1, found),
            Kind::Sequence(list) => {
                let maps = list
                    .items
                    .iter()
                    .filter_map(|i| document.resolve(i)?.as_mapping());
                maps.for_each(|m| collect(document, m, depth + 1, found));
            }
            _ => {}
        }
    }
}
