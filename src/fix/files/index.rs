//! What stands in the files: objects and rule groups, each with its place.

use crate::fix::SourceText;
use crate::yaml::{Document, Kind, Node, Path, Segment, Stream};

/// Everything that edits can be about, found once per set of files.
#[derive(Clone, Debug, Default)]
pub(in crate::fix) struct Index {
    pub(super) streams: Vec<Stream>,
    pub(super) objects: Vec<Object>,
    pub(super) groups: Vec<Groups>,
}

/// A Kubernetes object in a file.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) file: usize,
    pub(super) document: usize,
    /// Empty, or the item of a `List`.
    pub(super) at: Path,
    pub(super) kind: String,
    pub(super) name: String,
    /// Empty when the file states none.
    pub(super) namespace: String,
}

/// A list of rule groups in a file.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    pub(super) file: usize,
    pub(super) document: usize,
    pub(super) at: Path,
}

impl Index {
    /// Reads the files. What does not parse holds nothing.
    pub(in crate::fix) fn new(documents: &[SourceText]) -> Self {
        let mut index = Self::default();
        for (file, source) in documents.iter().enumerate() {
            let stream = Stream::parse(&source.text);
            for (at, document) in stream.documents.iter().enumerate() {
                index.add(document, file, at);
            }
            index.streams.push(stream);
        }
        index
    }

    fn add(&mut self, document: &Document, file: usize, at: usize) {
        let Some(root) = &document.root else { return };
        let Some(kind) = text(document, root, &["kind"]) else {
            return self.add_plain(document, root, file, at);
        };
        if !kind.ends_with("List") {
            return self.add_object(document, root, Path::root(), (file, at));
        }
        for item in 0..items(document, root, "items") {
            let path = Path::root().key("items").index(item);
            if let Some(found) = document.find(&path) {
                self.add_object(document, found.node, path, (file, at));
            }
        }
    }

    /// A rule file of Prometheus, or values with rules for the chart.
    fn add_plain(&mut self, document: &Document, root: &Node, file: usize, at: usize) {
        let mut add = |path: Path| {
            self.groups.push(Groups {
                file,
                document: at,
                at: path,
            });
        };
        if items(document, root, "groups") > 0 {
            add(Path::root().key("groups"));
        }
        let map = Path::root().key("additionalPrometheusRulesMap");
        let entries = document
            .find(&map)
            .and_then(|f| document.resolve(f.node)?.as_mapping());
        for entry in entries.into_iter().flat_map(|m| &m.entries) {
            if let Some(key) = entry.key.as_text() {
                add(map.clone().key(key).key("groups"));
            }
        }
    }

    fn add_object(&mut self, document: &Document, node: &Node, at: Path, place: (usize, usize)) {
        let name = text(document, node, &["metadata", "name"]);
        let (Some(kind), Some(name)) = (text(document, node, &["kind"]), name) else {
            return;
        };
        if kind == "PrometheusRule" {
            self.groups.push(Groups {
                file: place.0,
                document: place.1,
                at: at.clone().key("spec").key("groups"),
            });
        }
        self.objects.push(Object {
            file: place.0,
            document: place.1,
            at,
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: text(document, node, &["metadata", "namespace"])
                .unwrap_or_default()
                .to_owned(),
        });
    }

    /// The document of a file.
    pub(super) fn document(&self, file: usize, document: usize) -> Option<&Document> {
        self.streams.get(file)?.documents.get(document)
    }
}

/// The text at keys below a node.
pub(super) fn text<'t>(document: &'t Document, node: &'t Node, keys: &[&str]) -> Option<&'t str> {
    below(document, node, keys)?.as_text()
}

/// The node at keys below a node, through aliases.
pub(super) fn below<'t>(document: &'t Document, node: &'t Node, keys: &[&str]) -> Option<&'t Node> {
    keys.iter().try_fold(document.resolve(node)?, |node, key| {
        document.resolve(&node.as_mapping()?.entry(key)?.value)
    })
}

fn items(document: &Document, node: &Node, key: &str) -> usize {
    match below(document, node, &[key]).map(|n| &n.kind) {
        Some(Kind::Sequence(list)) => list.items.len(),
        _ => 0,
    }
}

/// `path` and then the keys.
pub(super) fn join(path: &Path, keys: &[&str]) -> Path {
    let mut segments = path.segments.clone();
    segments.extend(keys.iter().map(|&k| Segment::Key(k.to_owned())));
    Path::from(segments)
}
