//! Properties of the YAML editor over random documents written in random styles.
//!
//! The documents are written by the small writer below and not by the library, so that the library
//! meets layouts it would never produce itself.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use promtune::yaml::{Edit, Operation, Path, Segment, Stream, apply, to_yaml};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// How one document is written. `picks` are consumed as the writer goes, one for each choice.
#[derive(Clone, Debug)]
struct Style {
    step: usize,
    dash: usize,
    eol: &'static str,
    final_break: bool,
    picks: Vec<u8>,
}

struct Writer {
    style: Style,
    used: usize,
}

impl Writer {
    fn pick(&mut self, choices: u8) -> u8 {
        let pick = self.style.picks[self.used % self.style.picks.len()];
        self.used += 1;
        pick % choices
    }

    /// A comment behind a value, a third of the time.
    fn comment(&mut self) -> String {
        match self.pick(6) {
            0 => format!(" # c{}", self.used),
            1 => format!("   # it's \"{}\" {{x}}", self.used),
            _ => String::new(),
        }
    }

    /// Lines between entries: nothing, a blank line, or a comment.
    fn between(&mut self, indent: usize, lines: &mut Vec<String>) {
        match self.pick(8) {
            0 => lines.push(String::new()),
            1 => lines.push(format!("{}# above {}", " ".repeat(indent), self.used)),
            _ => {}
        }
    }

    fn scalar(&mut self, value: &Value) -> String {
        let Value::String(text) = value else {
            return value.to_string();
        };
        let is_word = !text.is_empty()
            && text.chars().all(|it| it.is_ascii_lowercase())
            && !["y", "n", "no", "on", "off", "yes", "null", "true", "false"]
                .contains(&text.as_str());
        match self.pick(3) {
            0 if is_word => text.clone(),
            1 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
            _ => Value::String(text.clone()).to_string(),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        let pad = if self.pick(2) == 0 { "" } else { " " };
        match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|it| self.flow(it)).collect();
                format!("[{pad}{}{pad}]", items.join(", "))
            }
            Value::Object(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", key_text(key), self.flow(value)))
                    .collect();
                format!("{{{pad}{}{pad}}}", entries.join(", "))
            }
            other => self.scalar(other),
        }
    }

    fn literal(text: &str, indent: usize, head: &str) -> Option<Vec<String>> {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let fits = text.contains('\n')
            && !body.is_empty()
            && body
                .split('\n')
                .all(|it| !it.is_empty() && !it.starts_with(' '));
        if !fits {
            return None;
        }
        let chomp = if text.ends_with('\n') { "" } else { "-" };
        let mut lines = vec![format!("{head} |{chomp}")];
        lines.extend(
            body.split('\n')
                .map(|it| format!("{}{it}", " ".repeat(indent))),
        );
        Some(lines)
    }

    /// The lines of what stands behind `head`, which is a key with its colon or a dash.
    fn behind(&mut self, head: &str, value: &Value, nested: usize, dashes: usize) -> Vec<String> {
        if let Value::String(text) = value
            && self.pick(3) > 0
            && let Some(lines) = Self::literal(text, nested, head)
        {
            return lines;
        }
        let is_nested = match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(entries) => !entries.is_empty(),
            _ => false,
        };
        if is_nested && self.pick(4) > 0 {
            let comment = self.comment();
            let mut lines = vec![format!("{head}{comment}")];
            let indent = if value.is_array() { dashes } else { nested };
            lines.extend(self.block(value, indent));
            return lines;
        }
        if value.is_null() && self.pick(2) == 0 {
            return vec![format!("{head}{}", self.comment())];
        }
        let text = if is_nested {
            self.flow(value)
        } else {
            self.scalar(value)
        };
        vec![format!("{head} {text}{}", self.comment())]
    }

    fn block(&mut self, value: &Value, indent: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let pad = " ".repeat(indent);
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    self.between(indent, &mut lines);
                    let (step, dash) = (self.style.step, self.style.dash);
                    let head = format!("{pad}{}:", key_text(key));
                    lines.extend(self.behind(&head, value, indent + step, indent + dash));
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.between(indent, &mut lines);
                    let is_map = item.as_object().is_some_and(|it| !it.is_empty());
                    if is_map && self.pick(3) > 0 {
                        let mut inner = self.block(item, indent + 2);
                        while inner[0].trim().is_empty() || inner[0].trim().starts_with('#') {
                            inner.remove(0);
                        }
                        inner[0] = format!("{pad}- {}", inner[0].trim_start());
                        lines.extend(inner);
                    } else {
                        let head = format!("{pad}-");
                        lines.extend(self.behind(&head, item, indent + 2, indent + 2));
                    }
                }
            }
            _ => {}
        }
        lines
    }
}

fn key_text(key: &str) -> String {
    if key.chars().all(|it| it.is_ascii_lowercase())
        && key.len() > 1
        && !["no", "on"].contains(&key)
    {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
}

fn write(documents: &[Value], style: &Style) -> String {
    let mut writer = Writer {
        style: style.clone(),
        used: 0,
    };
    let mut lines = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        if index > 0 || writer.pick(2) == 0 {
            lines.push("---".to_owned());
        }
        lines.extend(writer.block(document, 0));
    }
    let mut text = lines.join(style.eol);
    if style.final_break {
        text.push_str(style.eol);
    }
    text
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000.0..1000.0_f64).prop_map(Value::from),
        "[a-z]{1,8}".prop_map(Value::from),
        "[ -~é]{0,10}".prop_map(Value::from),
        prop::sample::select(vec![
            "1", "yes", "1e3", "100m", "1Gi", "a: b", "# no", "{{ $x }}", "- a", "0x1", "null", ""
        ])
        .prop_map(Value::from),
        prop::sample::select(vec![
            "a\nb",
            "a\nb\n",
            "sum(x)\n  / y\n",
            "a\n\nb\n",
            "\n",
            "a\n\n"
        ])
        .prop_map(Value::from),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            map(inner, 0..4),
        ]
    })
}

fn map(
    inner: impl Strategy<Value = Value>,
    size: std::ops::Range<usize>,
) -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-e]{1,3}|[a-c./ ]{2,4}", inner), size)
        .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

fn style() -> impl Strategy<Value = Style> {
    let eol = prop::sample::select(vec!["\n", "\r\n"]);
    let picks = prop::collection::vec(any::<u8>(), 40);
    (
        prop::sample::select(vec![2, 4]),
        any::<bool>(),
        eol,
        any::<bool>(),
        picks,
    )
        .prop_map(|(step, indented, eol, final_break, picks)| Style {
            step,
            dash: if indented { 2 } else { 0 },
            eol,
            final_break,
            picks,
        })
}

/// All paths of a value, with items by index.
fn paths(value: &Value, here: &Path, all: &mut Vec<Path>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = here.clone().index(index);
                all.push(path.clone());
                paths(item, &path, all);
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                let path = here.clone().key(key);
                all.push(path.clone());
                paths(value, &path, all);
            }
        }
        _ => {}
    }
}

/// What an edit means, on plain values.
fn expected(value: &Value, path: &[Segment], operation: &Operation) -> Value {
    let mut value = value.clone();
    let Some((first, rest)) = path.split_first() else {
        match operation {
            Operation::Set(new) => return new.clone(),
            Operation::Append(item) => {
                if value.is_null() {
                    value = json!([]);
                }
                let items = value.as_array_mut().unwrap();
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            Operation::Remove => unreachable!("removed by the parent"),
        }
        return value;
    };
    if rest.is_empty() && *operation == Operation::Remove {
        match first {
            Segment::Key(key) => {
                value.as_object_mut().unwrap().shift_remove(key);
            }
            Segment::Index(index) => {
                value.as_array_mut().unwrap().remove(*index);
            }
            Segment::Item { .. } => unreachable!("paths here are by index"),
        }
        return value;
    }
    match first {
        Segment::Key(key) => {
            if value.is_null() {
                value = json!({});
            }
            let entries = value.as_object_mut().unwrap();
            let child = entries.get(key).cloned().unwrap_or_default();
            entries.insert(key.clone(), expected(&child, rest, operation));
        }
        Segment::Index(index) => value[*index] = expected(&value[*index], rest, operation),
        Segment::Item { .. } => unreachable!("paths here are by index"),
    }
    value
}

fn values(text: &str) -> Vec<Value> {
    Stream::parse(text)
        .documents
        .iter()
        .map(|it| it.to_value().unwrap())
        .collect()
}

/// The lines that two texts share at their start and end.
fn shared_lines(old: &str, new: &str) -> (usize, usize) {
    let old: Vec<&str> = old.split('\n').collect();
    let new: Vec<&str> = new.split('\n').collect();
    let start = old
        .iter()
        .zip(&new)
        .take_while(|(left, right)| left == right)
        .count();
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(left, right)| left == right)
        .count();
    (start, end)
}

#[derive(Clone, Debug)]
struct Case {
    documents: Vec<Value>,
    style: Style,
    target: prop::sample::Index,
    document: prop::sample::Index,
    new: Value,
    kind: u8,
}

fn case() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(map(tree(), 1..5), 1..3),
        style(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        tree(),
        0..5_u8,
    )
        .prop_map(|(documents, style, target, document, new, kind)| Case {
            documents,
            style,
            target,
            document,
            new,
            kind,
        })
}

/// The edit a case stands for, or none when its document has no place for it.
fn edit_of(case: &Case) -> Option<Edit> {
    let document = case.document.index(case.documents.len());
    let root = &case.documents[document];
    let mut all = Vec::new();
    paths(root, &Path::root(), &mut all);
    let path = all.get(case.target.index(all.len().max(1)))?.clone();
    let value = path
        .segments
        .iter()
        .fold(root, |at, segment| match segment {
            Segment::Key(key) => &at[key],
            Segment::Index(index) => &at[*index],
            Segment::Item { .. } => at,
        });
    let is_null_or_map = value.is_null() || value.is_object();
    let is_null_or_list = value.is_null() || value.is_array();
    let (path, operation) = match case.kind {
        0 | 1 => (path, Operation::Set(case.new.clone())),
        2 if is_null_or_map => (
            path.key("limits").key("memory"),
            Operation::Set(case.new.clone()),
        ),
        3 if is_null_or_list => (path, Operation::Append(case.new.clone())),
        4 => (path, Operation::Remove),
        _ => return None,
    };
    Some(Edit {
        document,
        path,
        operation,
    })
}

/// Enough to meet every layout; `PROPTEST_CASES` does not matter here.
const CASES: u32 = 1000;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_writer_of_this_test_is_read_back(documents in prop::collection::vec(map(tree(), 1..5), 1..3), style in style()) {
        let text = write(&documents, &style);
        prop_assert_eq!(values(&text), documents, "{}", text);
    }

    #[test]
    fn an_edit_gives_exactly_the_wanted_values_or_is_refused(case in case()) {
        let text = write(&case.documents, &case.style);
        let Some(edit) = edit_of(&case) else { return Ok(()) };
        let Ok(result) = apply(&text, std::slice::from_ref(&edit)) else { return Ok(()) };
        let mut wanted = case.documents.clone();
        wanted[edit.document] =
            expected(&wanted[edit.document], &edit.path.segments, &edit.operation);
        prop_assert_eq!(values(&result), wanted, "{}\n--- to\n{}", text, result);
        let other = if text.contains("\r\n") { '\n' } else { '\r' };
        prop_assert!(!result.replace("\r\n", "").contains(other), "mixed line breaks");
        let is_by_index = matches!(edit.path.segments.last(), Some(Segment::Index(_)));
        if edit.operation != Operation::Remove || !is_by_index {
            let again = apply(&result, std::slice::from_ref(&edit));
            prop_assert_eq!(again.as_deref(), Ok(result.as_str()), "twice is once");
        }
    }

    #[test]
    fn two_edits_at_once_are_both_made(case in case(), other in any::<prop::sample::Index>(), second in scalar()) {
        let text = write(&case.documents, &case.style);
        let Some(first) = edit_of(&case).filter(|it| it.operation != Operation::Remove) else { return Ok(()) };
        let mut all = Vec::new();
        paths(&case.documents[first.document], &Path::root(), &mut all);
        let path = all[other.index(all.len())].clone();
        let second = Edit { document: first.document, path, operation: Operation::Set(second) };
        let (left, right) = (&first.path.segments, &second.path.segments);
        let overlap = left.starts_with(right) || right.starts_with(left);
        let result = apply(&text, &[first.clone(), second.clone()]);
        if overlap {
            prop_assert!(result.is_err() || first == second || matches!(first.operation, Operation::Append(_)));
            return Ok(());
        }
        let Ok(result) = result else { return Ok(()) };
        let mut wanted = case.documents.clone();
        for edit in [&second, &first] {
            let root = &mut wanted[edit.document];
            *root = expected(root, &edit.path.segments, &edit.operation);
        }
        prop_assert_eq!(values(&result), wanted, "{}\n--- to\n{}", text, result);
    }

    #[test]
    fn paths_are_read_as_they_are_printed(keys in prop::collection::vec(("\\PC{0,6}", 0..3_u8, 0..100_usize), 0..5)) {
        let path = keys.iter().fold(Path::root(), |path, (key, kind, index)| match kind {
            0 => path.key(key),
            1 => path.index(*index),
            _ => path.item(key, key.to_uppercase()),
        });
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn lines_that_the_edit_is_not_about_stay(case in case()) {
        let text = write(&case.documents, &case.style);
        let Some(edit) = edit_of(&case) else { return Ok(()) };
        let Ok(result) = apply(&text, std::slice::from_ref(&edit)) else { return Ok(()) };
        let stream = Stream::parse(&text);
        let mut path = edit.path.clone();
        let found = loop {
            match stream.documents[edit.document].find(&path) {
                Some(found) => break found,
                None => { path.segments.pop(); }
            }
        };
        // Removing the only child rewrites the collection around it.
        if edit.operation == Operation::Remove { path.segments.pop(); }
        let around = stream.documents[edit.document].find(&path).unwrap();
        let first = around.key.map_or(around.node.start.line, |it| it.start.line).min(found.node.start.line);
        let last = around.node.end.line.max(found.node.end.line);
        let (start, end) = shared_lines(&text, &result);
        let total = text.split('\n').count();
        // A dash can stand on the line before its item; comments can follow it there.
        let slack = text.lines().take(first - 1).collect::<Vec<_>>().into_iter().rev()
            .take_while(|it| it.trim().is_empty() || it.trim().starts_with('#') || it.trim_start().starts_with('-')).count();
        prop_assert!(start + 1 + slack >= first, "line {} changed, value starts at {}\n{}\n--- to\n{}", start + 1, first, text, result);
        // At the end of a file without a final line break, the last line gets or loses one.
        let allowed = if case.style.final_break { last } else { total };
        prop_assert!(total - end.min(total) <= allowed, "line {} changed, value ends at {}\n{}\n--- to\n{}", total - end, last, text, result);
    }

    #[test]
    fn emitted_documents_are_read_back(value in tree()) {
        let text = to_yaml(&value);
        prop_assert_eq!(values(&text), vec![value], "{}", text);
    }

    #[test]
    fn nothing_panics_on_arbitrary_text(text in "\\PC{0,60}|[-\\[\\]{}:,&*!|>'\"#?a \n\t\r]{0,60}", path in "[a-c\\[\\]0-9.=\"]{0,8}") {
        no_panic(&text, &path);
    }

    #[test]
    fn nothing_panics_on_damaged_documents(case in case(), at in any::<prop::sample::Index>(), noise in "[-\\[\\]{}:,&*!|>'\"#?~%@`é \n\t\r]{0,3}", cut in 0..4_usize) {
        let text = write(&case.documents, &case.style);
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len() + 1);
        let end = (at + cut).min(characters.len());
        characters.splice(at..end, noise.chars());
        let damaged: String = characters.into_iter().collect();
        if let Some(edit) = edit_of(&case) {
            let before = Stream::parse(&damaged);
            if let Ok(result) = apply(&damaged, std::slice::from_ref(&edit)) {
                let after = Stream::parse(&result);
                prop_assert_eq!(before.documents.len(), after.documents.len());
            }
        }
        no_panic(&damaged, "aa.b[0]");
    }
}

fn no_panic(text: &str, path: &str) {
    let stream = Stream::parse(text);
    for (index, document) in stream.documents.iter().enumerate() {
        assert!(text.get(document.span.clone()).is_some());
        assert!(document.root.is_some() || !document.faults.is_empty());
        let _ = document.to_value();
        let Ok(path) = path.parse::<Path>() else {
            continue;
        };
        let _ = document.find(&path);
        for operation in [
            Operation::Set(json!({"k": ["v"]})),
            Operation::Set(json!("a\nb")),
            Operation::Append(json!(1)),
            Operation::Remove,
        ] {
            let _ = apply(
                text,
                &[Edit {
                    document: index,
                    path: path.clone(),
                    operation,
                }],
            );
        }
    }
    for comment in stream.comments {
        assert!(text[comment].starts_with('#'));
    }
}

/// Edits must not be refused for being inconvenient: most random ones are made.
#[test]
fn few_edits_are_refused() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut made, mut refused) = (0, Vec::new());
    for _ in 0..1500 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let Some(edit) = edit_of(&case) else { continue };
        let text = write(&case.documents, &case.style);
        match apply(&text, std::slice::from_ref(&edit)) {
            Ok(_) => made += 1,
            Err(refusal) => refused.push(format!("{}\n{text}\n{edit:?}", refusal.reason)),
        }
    }
    assert!(made > 500, "only {made} edits were tried");
    assert!(
        refused.len() * 50 <= made,
        "{} made, {} refused, for example:\n{}",
        made,
        refused.len(),
        refused
            .iter()
            .take(5)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n======\n")
    );
}
