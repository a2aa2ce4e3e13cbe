//! The tree of a template.

use super::super::span::Span;

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    Text(Span),
    /// `{{ pipeline }}`
    Action(Pipeline),
    /// `if`, `with` or `range`.
    Control {
        keyword: Control,
        pipeline: Pipeline,
        body: Vec<Self>,
        otherwise: Vec<Self>,
    },
    /// `template "name" pipeline`
    Template {
        name: String,
        pipeline: Option<Pipeline>,
        span: Span,
    },
    /// `block "name" pipeline`: a template that is defined and used on the spot.
    Block {
        pipeline: Pipeline,
        body: Vec<Self>,
    },
    /// `define "name"`: the body sees none of the variables outside.
    Define {
        name: String,
        body: Vec<Self>,
    },
    Break,
    Continue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    If,
    With,
    Range,
}

/// Commands joined by `|`, whose last result goes to variables when some are declared.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub span: Span,
    pub variables: Vec<String>,
    pub commands: Vec<Command>,
}

/// A function with its arguments, or a single value.
#[derive(Clone, Debug)]
pub struct Command {
    pub span: Span,
    pub words: Vec<Operand>,
}

#[derive(Clone, Debug)]
pub struct Operand {
    pub span: Span,
    pub term: Term,
    /// The fields asked of it: `.a.b`.
    pub fields: Vec<(String, Span)>,
}

#[derive(Clone, Debug)]
pub enum Term {
    Function(String),
    Variable(String),
    /// The dot itself; a field of it has it as term too.
    Dot,
    Nil,
    Bool(bool),
    Number(String),
    Text(String),
    Pipeline(Box<Pipeline>),
}
