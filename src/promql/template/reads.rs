//! What a template reads: labels, the value, queries.
//!
//! Values are followed through variables, pipelines, `with` and `range`, so `{{ with $l := $labels }}{{ $l.pod }}` is
//! seen to read `pod`, and `.Labels` of a query's sample is not mistaken for the alert's.

use std::collections::BTreeMap;

use super::super::span::Span;
use super::tree::{Command, Control, Operand, Part, Pipeline, Term};

/// What a template reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Labels of the alert, by name.
    pub labels: Vec<Read>,
    /// Places where all labels are read, printed or handed on.
    pub all_labels: Vec<Span>,
    pub external_labels: Vec<Read>,
    pub values: Vec<ValueRead>,
    pub queries: Vec<QueryRead>,
}

/// A label that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub label: String,
    /// The name itself, without dot; in `index $labels "x"` with its quotes.
    pub span: Span,
}

/// A use of the alert's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueRead {
    pub span: Span,
    /// The functions it passes through before it is printed or tested, the first one first. Empty when it is bare.
    pub through: Vec<String>,
    /// In the condition of an `if` or as the argument of a comparison: tested and not printed.
    pub tested: bool,
}

/// A query made while the template is expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryRead {
    /// The expression, or the format it is printed by; empty when it is made up otherwise.
    pub text: String,
    /// Whether `text` is the expression itself.
    pub exact: bool,
    /// The word `query`.
    pub span: Span,
}

/// What an operand stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Data,
    Labels,
    ExternalLabels,
    Value,
    Text(String),
    /// Text made by `printf` from this format.
    Printed(String),
    Other,
}

struct Reader {
    variables: BTreeMap<String, Meaning>,
    dot: Meaning,
    reads: Reads,
}

/// Follows everything a template does.
pub(super) fn of(parts: &[Part]) -> Reads {
    let mut reader = Reader {
        variables: [
            ("$", Meaning::Data),
            ("$labels", Meaning::Labels),
            ("$externalLabels", Meaning::ExternalLabels),
            ("$value", Meaning::Value),
        ]
        .map(|(name, meaning)| (name.to_owned(), meaning))
        .into(),
        dot: Meaning::Data,
        reads: Reads::default(),
    };
    reader.parts(parts);
    reader.reads
}

impl Reader {
    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(_) | Part::Break | Part::Continue => {}
                Part::Action(pipeline) => {
                    let meaning = self.pipeline(pipeline, false);
                    if pipeline.variables.is_empty() && meaning == Meaning::Labels {
                        self.reads.all_labels.push(pipeline.span);
                    }
                }
                Part::Control {
                    keyword,
                    pipeline,
                    body,
                    otherwise,
                } => self.control(*keyword, pipeline, body, otherwise),
                Part::Template { pipeline, .. } => {
                    if let Some(pipeline) = pipeline {
                        self.handed_on(pipeline);
                    }
                }
                Part::Block { pipeline, body } => {
                    let dot = self.pipeline(pipeline, false);
                    self.inside(dot, body);
                }
                // Whoever uses it decides what its dot is; that of the alert is usual.
                Part::Define { body, .. } => self.inside(Meaning::Data, body),
            }
        }
    }

    /// A body with its own dot and its own variables.
    fn inside(&mut self, dot: Meaning, body: &[Part]) {
        let root = BTreeMap::from([("$".to_owned(), dot.clone())]);
        let outer = (
            std::mem::replace(&mut self.variables, root),
            std::mem::replace(&mut self.dot, dot),
        );
        self.parts(body);
        (self.variables, self.dot) = outer;
    }

    fn control(
        &mut self,
        keyword: Control,
        pipeline: &Pipeline,
        body: &[Part],
        otherwise: &[Part],
    ) {
        let outer = self.variables.clone();
        let meaning = self.pipeline(pipeline, keyword == Control::If);
        let dot = match keyword {
            Control::If => self.dot.clone(),
            Control::With => meaning,
            Control::Range => {
                if meaning == Meaning::Labels {
                    self.reads.all_labels.push(pipeline.span);
                }
                for name in &pipeline.variables {
                    self.variables.insert(name.clone(), Meaning::Other);
                }
                Meaning::Other
            }
        };
        let before = std::mem::replace(&mut self.dot, dot);
        self.parts(body);
        self.dot = before;
        self.parts(otherwise);
        self.variables = outer;
    }

    fn handed_on(&mut self, pipeline: &Pipeline) {
        let meaning = self.pipeline(pipeline, false);
        if meaning == Meaning::Labels {
            self.reads.all_labels.push(pipeline.span);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, tested: bool) -> Meaning {
        let first_value = self.reads.values.len();
        let mut last: Option<Meaning> = None;
        for command in &pipeline.commands {
            let passed = first_value..self.reads.values.len();
            let piped = last.is_some();
            last = Some(self.command(command, last));
            if piped && let Some(Term::Function(name)) = command.words.first().map(|w| &w.term) {
                for value in &mut self.reads.values[passed] {
                    value.pass(name);
                }
            }
        }
        let meaning = last.unwrap_or(Meaning::Other);
        for value in &mut self.reads.values[first_value..] {
            value.tested |= tested;
        }
        for name in &pipeline.variables {
            self.variables.insert(name.clone(), meaning.clone());
        }
        if meaning == Meaning::Value && !pipeline.variables.is_empty() {
            // Kept for later: what uses the variable is the use.
            self.reads.values.truncate(first_value);
        }
        meaning
    }

    fn command(&mut self, command: &Command, piped: Option<Meaning>) -> Meaning {
        let Some((first, arguments)) = command.words.split_first() else {
            return Meaning::Other;
        };
        let Term::Function(name) = &first.term else {
            let meaning = self.operand(first);
            // A value with arguments is a method's call: `.Labels.Get "x"` is no part of Prometheus' data.
            arguments.iter().for_each(|a| {
                self.operand(a);
            });
            return meaning;
        };
        let first_value = self.reads.values.len();
        let mut meanings: Vec<Meaning> = arguments.iter().map(|a| self.operand(a)).collect();
        for value in &mut self.reads.values[first_value..] {
            value.pass(name);
        }
        meanings.extend(piped);
        self.called(name, first, arguments, &meanings)
    }

    fn called(
        &mut self,
        name: &str,
        word: &Operand,
        arguments: &[Operand],
        meanings: &[Meaning],
    ) -> Meaning {
        match (name, meanings) {
            (
                "index",
                [
                    map @ (Meaning::Labels | Meaning::ExternalLabels),
                    Meaning::Text(label),
                    ..,
                ],
            ) => {
                let span = arguments.get(1).map_or(word.span, |a| a.span);
                self.read(map, label.clone(), span);
            }
            ("query", [.., last]) => {
                let (text, exact) = match last {
                    Meaning::Text(text) => (text.clone(), true),
                    Meaning::Printed(format) => (format.clone(), false),
                    _ => (String::new(), false),
                };
                self.reads.queries.push(QueryRead {
                    text,
                    exact,
                    span: word.span,
                });
            }
            ("printf", [Meaning::Text(format)]) => return Meaning::Text(format.clone()),
            ("printf", [Meaning::Text(format), ..]) => {
                self.all_if_passed(word, arguments, meanings);
                return Meaning::Printed(format.clone());
            }
            _ => self.all_if_passed(word, arguments, meanings),
        }
        Meaning::Other
    }

    /// A function that is given the labels as a whole may read any.
    fn all_if_passed(&mut self, word: &Operand, arguments: &[Operand], meanings: &[Meaning]) {
        for (i, meaning) in meanings.iter().enumerate() {
            if *meaning == Meaning::Labels {
                self.reads
                    .all_labels
                    .push(arguments.get(i).map_or(word.span, |a| a.span));
            }
        }
    }

    fn operand(&mut self, operand: &Operand) -> Meaning {
        let mut meaning = match &operand.term {
            Term::Variable(name) => self.variables.get(name).cloned().unwrap_or(Meaning::Other),
            Term::Dot => self.dot.clone(),
            Term::Text(text) => Meaning::Text(text.clone()),
            Term::Pipeline(inner) => self.pipeline(inner, false),
            // A function without arguments, in the place of an argument.
            Term::Function(name) if name == "query" => {
                self.called(name, operand, &[], &[Meaning::Other])
            }
            _ => Meaning::Other,
        };
        // The value came from a pipeline, which has noted it itself.
        let noted = matches!(operand.term, Term::Pipeline(_));
        for (field, span) in &operand.fields {
            meaning = self.field(&meaning, field, *span);
        }
        if meaning == Meaning::Value && !noted {
            self.reads.values.push(ValueRead {
                span: operand.span,
                through: Vec::new(),
                tested: false,
            });
        }
        meaning
    }

    fn field(&mut self, of: &Meaning, field: &str, span: Span) -> Meaning {
        match (of, field) {
            (Meaning::Data, "Labels") => Meaning::Labels,
            (Meaning::Data, "ExternalLabels") => Meaning::ExternalLabels,
            (Meaning::Data, "Value") => Meaning::Value,
            (Meaning::Labels | Meaning::ExternalLabels, _) => {
                self.read(of, field.to_owned(), span);
                Meaning::Other
            }
            _ => Meaning::Other,
        }
    }

    fn read(&mut self, map: &Meaning, label: String, span: Span) {
        let read = Read { label, span };
        match map {
            Meaning::ExternalLabels => self.reads.external_labels.push(read),
            _ => self.reads.labels.push(read),
        }
    }
}

impl ValueRead {
    fn pass(&mut self, function: &str) {
        self.tested |= matches!(
            function,
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "and" | "or" | "not"
        );
        self.through.push(function.to_owned());
    }
}
