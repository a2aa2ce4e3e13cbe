//! Text to span tree, over the events of the parser crate.

use std::ops::Range;

use granit_parser::{Event, Marker, Parser, ScalarStyle as EventStyle, Span, StructureStyle};

use super::block;
use super::duplicates::duplicates;
use super::template;
use super::text;
use super::tree::{
    Alias, AnchorRoute, Document, Entry, Fault, FaultKind, Kind, Mapping, Node, Position, Property,
    Scalar, ScalarStyle, Sequence, Stream,
};

/// Deep enough for every manifest and CRD schema, shallow enough for recursion on a small stack.
const FLOW_NESTING: usize = 96;
const BLOCK_NESTING: usize = 160;

impl Stream {
    /// Reads every document of `source`. A broken document becomes a [`Fault`] and reading goes on
    /// at the next `---`. Work and memory are linear in the text: aliases are not expanded.
    #[must_use]
    pub fn parse(source: &str) -> Self {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: FLOW_NESTING,
            block_nesting_limit: BLOCK_NESTING,
        };
        let mut parser = Parser::new_from_str_with_options(source, options);
        let mut builder = Builder::new(source);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => builder.event(event, &span),
                Err(error) => {
                    builder.fail(*error.marker(), error.info());
                    if !parser.proceed_next_document().unwrap_or(false) {
                        break;
                    }
                }
            }
        }
        builder.finish()
    }
}

/// A collection that is still open.
struct Frame {
    node: Node,
    /// Items, or keys and values alternating.
    children: Vec<Node>,
}

struct Builder<'s> {
    source: &'s str,
    stream: Stream,
    open: Option<Document>,
    frames: Vec<Frame>,
    root: Option<Node>,
    /// The end of the last token seen, a lower bound for what follows it.
    previous: usize,
    /// Whether the last node event opened a collection (anchor events follow their node).
    last_opened: bool,
}

impl<'s> Builder<'s> {
    fn new(source: &'s str) -> Self {
        let stream = Stream {
            documents: Vec::new(),
            comments: Vec::new(),
        };
        Self {
            source,
            stream,
            open: None,
            frames: Vec::new(),
            root: None,
            previous: 0,
            last_opened: false,
        }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) {
        let range = bytes(span);
        match event {
            Event::DocumentStart(..) => self.start_document(range.start, position(span.start)),
            Event::DocumentEnd => {
                self.end_document();
                self.previous = range.end;
            }
            Event::Comment(..) => self.stream.comments.push(range),
            Event::Scalar(text, style, ..) => self.scalar(&text, style, span),
            Event::SequenceStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                self.open(
                    Kind::Sequence(Sequence {
                        items: Vec::new(),
                        flow,
                    }),
                    span,
                );
            }
            Event::MappingStart(style, ..) => {
                let kind = Kind::Mapping(Mapping {
                    entries: Vec::new(),
                    flow: style == StructureStyle::Flow,
                    has_duplicates: false,
                    has_merge: false,
                });
                self.open(kind, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(Some(id), span),
            Event::UnresolvedAlias(name) => {
                self.fault(
                    FaultKind::UnknownAlias,
                    position(span.start),
                    unknown_alias(&name),
                );
                self.alias(None, span);
            }
            Event::Anchor(id, name) => self.anchor(id, name.into_owned(), range),
            _ => {}
        }
    }

    fn start_document(&mut self, offset: usize, start: Position) {
        self.close_span(offset);
        self.open = Some(Document {
            root: None,
            faults: Vec::new(),
            span: offset..self.source.len(),
            start,
            anchors: Vec::new(),
            aliased: Vec::new(),
        });
        self.previous = offset
            + if self.source[offset..].starts_with("---") {
                3
            } else {
                0
            };
    }

    /// Ends the byte range of the last finished document where the next one starts.
    fn close_span(&mut self, offset: usize) {
        if let Some(last) = self.stream.documents.last_mut() {
            last.span.end = offset.max(last.span.start);
        }
    }

    fn end_document(&mut self) {
        let Some(mut document) = self.open.take() else {
            return;
        };
        document.root = self.root.take();
        if let Some(position) = document
            .root
            .as_ref()
            .and_then(|it| template::find(it, self.source))
        {
            document.faults.push(template::fault(position));
        }
        document.faults.sort_by_key(|fault| fault.position);
        self.stream.documents.push(document);
    }

    /// Records that the current document is broken at `marker`.
    fn fail(&mut self, marker: Marker, message: String) {
        let position = position(marker);
        let offset = marker.byte_offset().unwrap_or(self.source.len());
        if self.open.is_none() {
            self.start_document(text::line_start(self.source, offset), position);
        }
        self.frames.clear();
        self.root = None;
        self.fault(FaultKind::Syntax, position, message);
        if let Some(mut document) = self.open.take() {
            document.anchors.clear();
            document.aliased.clear();
            self.stream.documents.push(document);
        }
    }

    fn fault(&mut self, kind: FaultKind, position: Position, message: String) {
        if let Some(document) = &mut self.open {
            document.faults.push(Fault {
                kind,
                position,
                message,
            });
        }
    }

    fn scalar(&mut self, text: &str, style: EventStyle, span: &Span) {
        let mut node = self.node(placeholder(), span);
        let missing = node.span.is_empty() && style == EventStyle::Plain;
        let style = match style {
            EventStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            EventStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            EventStyle::Literal => ScalarStyle::Literal,
            EventStyle::Folded => ScalarStyle::Folded,
            _ => ScalarStyle::Plain,
        };
        let mut spans = None;
        if missing {
            self.place_missing(&mut node);
        } else if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let located = block::locate(self.source, self.previous, &node);
            node.span = located.spans.header.start..located.end();
            node.start = located.start;
            node.end = located.end_position(self.source);
            spans = Some(Box::new(located.spans));
        }
        let text = if missing { "" } else { text };
        node.kind = Kind::Scalar(Scalar {
            text: text.into(),
            style,
            block: spans,
        });
        self.push(node);
    }

    /// A missing value is reported before its `:`; it belongs behind it.
    fn place_missing(&self, node: &mut Node) {
        let Some(Frame {
            node: Node {
                kind: Kind::Mapping(_),
                ..
            },
            children,
        }) = self.frames.last()
        else {
            return;
        };
        let Some(key) = children.last().filter(|_| children.len() % 2 == 1) else {
            return;
        };
        let from = key.span.end;
        let rest = &self.source[from..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blanks..].starts_with(':') {
            let offset = from + blanks + 1;
            node.span = offset..offset;
            node.start = Position {
                line: key.end.line,
                column: key.end.column + blanks + 1,
            };
            node.end = node.start;
        }
    }

    fn alias(&mut self, target: Option<usize>, span: &Span) {
        let mut node = self.node(placeholder(), span);
        let name = self
            .source
            .get(node.span.clone())
            .unwrap_or_default()
            .trim_start_matches('*');
        node.kind = Kind::Alias(Alias {
            name: name.to_owned(),
            target,
        });
        if let (Some(id), Some(document)) = (target, &mut self.open)
            && !document.aliased.contains(&id)
        {
            document.aliased.push(id);
        }
        self.push(node);
    }

    fn node(&self, kind: Kind, span: &Span) -> Node {
        let tag = span.tag_span().and_then(|it| it.byte_range()).map(|range| {
            let name = self
                .source
                .get(range.clone())
                .unwrap_or_default()
                .to_owned();
            Box::new(Property {
                name,
                span: range,
                id: 0,
            })
        });
        Node {
            kind,
            span: bytes(span),
            start: position(span.start),
            end: position(span.end),
            anchor: None,
            tag,
        }
    }

    fn open(&mut self, kind: Kind, span: &Span) {
        let node = self.node(kind, span);
        self.previous = self.previous.max(node.span.end);
        self.frames.push(Frame {
            node,
            children: Vec::new(),
        });
        self.last_opened = true;
    }

    fn close(&mut self, span: &Span) {
        let Some(Frame { mut node, children }) = self.frames.pop() else {
            return;
        };
        let is_flow = !node.is_block_collection();
        if is_flow {
            node.span.end = bytes(span).end;
            node.end = position(span.end);
        } else if let Some(last) = children.last() {
            node.span.end = last.outer_end().max(node.span.start);
            node.end = last.end;
        }
        match &mut node.kind {
            Kind::Sequence(it) => it.items = children,
            Kind::Mapping(it) => {
                it.entries = pair(children);
                it.has_merge = it.entries.iter().any(Entry::is_merge);
                let faults = duplicates(&it.entries);
                it.has_duplicates = !faults.is_empty();
                for (position, message) in faults {
                    self.fault(FaultKind::DuplicateKey, position, message);
                }
            }
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
        self.push(node);
    }

    fn push(&mut self, node: Node) {
        self.previous = self.previous.max(node.span.end);
        self.last_opened = false;
        match self.frames.last_mut() {
            Some(frame) => frame.children.push(node),
            None => self.root = Some(node),
        }
    }

    fn anchor(&mut self, id: usize, name: String, span: Range<usize>) {
        let mut route: Vec<usize> = self.frames.iter().map(|it| it.children.len()).collect();
        let node = if self.last_opened {
            route.pop();
            self.frames.last_mut().map(|frame| &mut frame.node)
        } else if let Some(frame) = self.frames.last_mut() {
            if let Some(last) = route.last_mut() {
                *last = last.saturating_sub(1);
            }
            frame.children.last_mut()
        } else {
            self.root.as_mut()
        };
        if let Some(node) = node {
            node.anchor = Some(Box::new(Property { name, span, id }));
        }
        if let Some(document) = &mut self.open {
            document.anchors.push(AnchorRoute { id, route });
        }
    }

    fn finish(mut self) -> Stream {
        self.end_document();
        self.stream.comments.sort_by_key(|range| range.start);
        self.stream.comments.dedup();
        for document in &mut self.stream.documents {
            template::reclassify(document, self.source);
        }
        self.stream
    }
}

fn placeholder() -> Kind {
    Kind::Sequence(Sequence {
        items: Vec::new(),
        flow: true,
    })
}

fn unknown_alias(name: &str) -> String {
    format!("the alias *{name} refers to an anchor that is not defined before it")
}

fn pair(children: Vec<Node>) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        entries.push(Entry { key, value });
    }
    entries
}

fn position(marker: Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

fn bytes(span: &Span) -> Range<usize> {
    let start = span.start.byte_offset().unwrap_or_default();
    start..span.end.byte_offset().unwrap_or(start).max(start)
}
