//! What a document knows about itself: template or not, and where its aliases lead.

use super::tree::{Alias, Document, FaultKind, Kind, Node};

impl Document {
    /// Whether the document is Helm template source (`{{ … }}` outside of quoted text), which is
    /// never edited.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.faults
            .iter()
            .any(|fault| fault.kind == FaultKind::Template)
    }

    /// The node an alias refers to; `None` when its anchor is unknown.
    #[must_use]
    pub fn alias_target(&self, alias: &Alias) -> Option<&Node> {
        let id = alias.target?;
        let anchor = self.anchors.iter().find(|anchor| anchor.id == id)?;
        let mut node = self.root.as_ref()?;
        for &index in &anchor.route {
            node = match &node.kind {
                Kind::Sequence(it) => it.items.get(index)?,
                Kind::Mapping(it) => {
                    let entry = it.entries.get(index / 2)?;
                    if index % 2 == 0 {
                        &entry.key
                    } else {
                        &entry.value
                    }
                }
                Kind::Scalar(_) | Kind::Alias(_) => return None,
            };
        }
        Some(node)
    }

    /// Follows an alias to its node; any other node is returned as it is.
    #[must_use]
    pub fn resolve<'t>(&'t self, node: &'t Node) -> Option<&'t Node> {
        match &node.kind {
            // An anchor cannot sit on an alias, so one step is enough.
            Kind::Alias(alias) => self.alias_target(alias),
            _ => Some(node),
        }
    }

    /// Whether the node has an anchor that an alias refers to: changing it changes both places.
    #[must_use]
    pub fn is_shared(&self, node: &Node) -> bool {
        node.anchor
            .as_ref()
            .is_some_and(|anchor| self.aliased.contains(&anchor.id))
    }
}
