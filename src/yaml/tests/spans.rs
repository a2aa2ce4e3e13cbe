//! Places in the text, faults and recovery.

use super::super::{FaultKind, Kind, Position, ScalarStyle, Stream, Via};

fn at(line: usize, column: usize) -> Position {
    Position { line, column }
}

#[track_caller]
fn slice<'s>(source: &'s str, path: &str) -> &'s str {
    let stream = Stream::parse(source);
    let found = stream.documents[0]
        .find(&path.parse().unwrap())
        .expect(path);
    &source[found.node.span.clone()]
}

#[test]
fn spans_cover_quotes_and_brackets() {
    let source = "a: \"x\" # c\nb: [1, 'y']\nc: {d: e}\nf: &n !!str g\nh: *n\ni:\n";
    assert_eq!(slice(source, "a"), "\"x\"");
    assert_eq!(slice(source, "b"), "[1, 'y']");
    assert_eq!(slice(source, "b[1]"), "'y'");
    assert_eq!(slice(source, "c"), "{d: e}");
    assert_eq!(slice(source, "f"), "g");
    assert_eq!(slice(source, "h"), "*n");
    assert_eq!(slice(source, "i"), "");
}

#[test]
fn block_scalars_have_header_and_content() {
    let source = "k:\n  e: |- # c|x\n\n    foo\n      bar  \n\n  f: >+\n    a\n\n  g: |\n  h: 1\n";
    let stream = Stream::parse(source);
    let block = |path: &str| {
        let node = stream.documents[0]
            .find(&path.parse().unwrap())
            .unwrap()
            .node;
        let block = node.as_scalar().unwrap().block.clone().unwrap();
        (
            source[block.header].to_owned(),
            source[block.content].to_owned(),
            block.indent,
        )
    };
    assert_eq!(
        block("k.e"),
        ("|-".into(), "\n    foo\n      bar  ".into(), 4)
    );
    assert_eq!(block("k.f"), (">+".into(), "    a\n".into(), 4));
    assert_eq!(block("k.g"), ("|".into(), String::new(), 0));
    let node = stream.documents[0]
        .find(&"k.e".parse().unwrap())
        .unwrap()
        .node;
    assert_eq!((node.start, node.end), (at(2, 6), at(5, 12)));
}

#[test]
fn columns_count_characters() {
    let source = "\u{feff}\"é\": ü\nb: \"x\"\n";
    let stream = Stream::parse(source);
    let found = stream.documents[0].find(&"é".parse().unwrap()).unwrap();
    assert_eq!(found.key.unwrap().start, at(1, 1));
    assert_eq!((found.node.start, found.node.end), (at(1, 6), at(1, 7)));
    assert_eq!(&source[found.node.span.clone()], "ü");
}

#[test]
fn a_broken_document_does_not_end_the_others() {
    let stream = Stream::parse("a: 1\n---\nb: [\n---\nc: 3\n---\n- x\n y: {\n---\nd: 4\n");
    let broken: Vec<bool> = stream
        .documents
        .iter()
        .map(|it| it.root.is_none())
        .collect();
    assert_eq!(broken, [false, true, false, true, false]);
    let fault = &stream.documents[1].faults[0];
    assert_eq!((fault.kind, fault.position), (FaultKind::Syntax, at(3, 4)));
    assert_eq!(stream.documents[4].start, at(9, 1));
}

#[test]
fn duplicate_keys_are_faults_at_the_second_key() {
    let stream = Stream::parse("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\n");
    let faults: Vec<_> = stream.documents[0]
        .faults
        .iter()
        .map(|it| (it.kind, it.position))
        .collect();
    assert_eq!(
        faults,
        [
            (FaultKind::DuplicateKey, at(4, 3)),
            (FaultKind::DuplicateKey, at(5, 1))
        ]
    );
}

#[test]
fn an_unknown_alias_is_a_fault() {
    let stream = Stream::parse("a: *x\n");
    let fault = &stream.documents[0].faults[0];
    assert_eq!(
        (fault.kind, fault.position),
        (FaultKind::UnknownAlias, at(1, 4))
    );
    assert!(stream.documents[0].to_value().is_err());
}

#[test]
fn templates_are_recognised() {
    for source in [
        "a: {{ .Values.a }}\nb: 1\n",
        "a: {{ .Values.a }}-x\n",
        "a:\n  {{- toYaml .Values.x | nindent 2 }}\n",
        "{{- if .Values.x }}\na: 1\n{{- end }}\n",
        "a: 1\n{{ include \"x\" . }}\nb: 1\n",
    ] {
        assert!(Stream::parse(source).documents[0].is_template(), "{source}");
    }
    for source in [
        "a: Pod {{ $labels.pod }}\n",
        "a: '{{ $value }}'\n",
        "a: |\n  {{ x }}\n",
        "a: {b: {c: 1}}\n",
        "# {{ x }}\na: [\n",
    ] {
        assert!(
            !Stream::parse(source).documents[0].is_template(),
            "{source}"
        );
    }
}

#[test]
fn paths_know_what_they_ran_through() {
    let source = "x: &r\n  m: 1\nz: *r\nw:\n  <<: *r\n  k: 1\nq: &unused 1\n";
    let stream = Stream::parse(source);
    let via = |path: &str| {
        stream.documents[0]
            .find(&path.parse().unwrap())
            .unwrap()
            .via
    };
    assert_eq!(via("w.k"), Via::Direct);
    assert_eq!(via("q"), Via::Direct);
    assert_eq!(via("x.m"), Via::Alias(at(2, 3)));
    assert_eq!(via("z.m"), Via::Alias(at(3, 4)));
    assert_eq!(via("w.m"), Via::Merge(at(5, 3)));
}

#[test]
fn paths_print_what_they_read() {
    for text in [
        "",
        "a.b",
        "spec.containers[name=app].resources.limits.memory",
        "a[\"prometheus.io/scrape\"][0].b",
        "[0][\"x y\"]",
        "a[name=\"x.y]\"]",
    ] {
        let path: super::super::Path = text.parse().unwrap();
        assert_eq!(path.to_string(), text);
    }
    for text in [
        "a..b", ".a", "a[", "a[b]", "a[0", "a[\"x", "a[x=]", "a]b[", "a[0]b",
    ] {
        assert!(text.parse::<super::super::Path>().is_err(), "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    for source in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        format!("{}1", "[".repeat(90)),
    ] {
        let stream = Stream::parse(&source);
        assert!(stream.documents.iter().all(|it| !it.faults.is_empty()));
    }
    let mut deep = String::new();
    for level in 0..150 {
        deep.push_str(&" ".repeat(level));
        deep.push_str("a:\n");
    }
    let flow = format!("{}{}", "[".repeat(90), "]".repeat(90));
    let deep = format!("{deep}{}b: {flow}\n", " ".repeat(150));
    let stream = Stream::parse(&deep);
    assert_eq!(stream.documents[0].faults, []);
    assert!(stream.documents[0].to_value().is_ok());
}

#[test]
fn empty_texts_have_no_documents() {
    assert_eq!(Stream::parse("").documents.len(), 0);
    assert_eq!(Stream::parse("# only\n").documents.len(), 0);
    assert_eq!(Stream::parse("---\n---\n").documents.len(), 2);
}

#[test]
fn comments_have_spans() {
    let source = "# a\nb: 1 # c\nd: |\n  # not\n";
    let comments = Stream::parse(source).comments;
    let texts: Vec<&str> = comments.iter().map(|it| &source[it.clone()]).collect();
    assert_eq!(texts, ["# a", "# c"]);
}

#[test]
fn styles_are_known() {
    let stream = Stream::parse("- a\n- 'b'\n- \"c\"\n- |\n  d\n- >\n  e\n- [f]\n");
    let root = stream.documents[0].root.as_ref().unwrap();
    let items = &root.as_sequence().unwrap().items;
    let styles: Vec<_> = items
        .iter()
        .filter_map(|it| it.as_scalar())
        .map(|it| it.style)
        .collect();
    use ScalarStyle::{DoubleQuoted, Folded, Literal, Plain, SingleQuoted};
    assert_eq!(styles, [Plain, SingleQuoted, DoubleQuoted, Literal, Folded]);
    assert!(matches!(&items[5].kind, Kind::Sequence(list) if list.flow));
}
