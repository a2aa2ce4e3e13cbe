//! The grammar of Go templates, as `text/template` reads them.

use std::collections::BTreeSet;

use super::super::span::Span;
use super::lex::{Item, Token, tokens};
use super::tree::{Control, Part};
use super::{Template, TemplateError};

/// Templates nested deeper are refused.
pub(super) const MAX_DEPTH: usize = 100;

/// Longer templates are refused.
const MAX_LENGTH: usize = 200_000;

pub(super) type Parsed<T> = Result<T, TemplateError>;

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    pub at: usize,
    pub variables: Vec<String>,
    ranges: usize,
    pub depth: usize,
    defined: BTreeSet<String>,
}

/// How a list of parts ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
}

impl Ending {
    const fn shown(self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

enum Next {
    Part(Part),
    Ending(Ending, Span),
}

/// Parses a template in which Prometheus has declared its variables.
pub(super) fn parse(text: &str) -> Parsed<Template> {
    if text.len() > MAX_LENGTH {
        return Err(TemplateError::limit(format!(
            "longer than {MAX_LENGTH} bytes"
        )));
    }
    let mut parser = Parser {
        text,
        tokens: tokens(text),
        at: 0,
        variables: super::VARIABLES.map(str::to_owned).to_vec(),
        ranges: 0,
        depth: 0,
        defined: BTreeSet::new(),
    };
    let mut parts = Vec::new();
    while parser.peek().item != Item::End {
        match parser.definition() {
            Some(define) => parts.push(define?),
            None => match parser.part()? {
                Next::Part(part) => parts.push(part),
                Next::Ending(ending, span) => {
                    return parser.fail(format!("unexpected {}", ending.shown()), span);
                }
            },
        }
    }
    Ok(Template {
        text: text.to_owned(),
        parts,
    })
}

impl Parser<'_> {
    /// A `define` at the top; elsewhere the keyword is an error.
    fn definition(&mut self) -> Option<Parsed<Part>> {
        let start = self.at;
        if self.peek().item == Item::Left {
            self.next();
            let word = self.next_word();
            if word.as_deref() == Some("define") {
                return Some(self.define());
            }
        }
        self.at = start;
        None
    }

    fn next_word(&mut self) -> Option<String> {
        let token = self.next_solid();
        (token.item == Item::Word).then(|| token.span.slice(self.text).to_owned())
    }

    fn define(&mut self) -> Parsed<Part> {
        let name = self.name("define clause")?;
        self.right("define clause")?;
        let body = self.body(&name, "define clause")?;
        Ok(Part::Define { name, body })
    }

    /// The body of a `define` or `block`: a template of its own, with variables of its own.
    fn body(&mut self, name: &str, context: &str) -> Parsed<Vec<Part>> {
        let outer = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (body, ending, span) = self.list()?;
        self.variables = outer;
        self.ranges = ranges;
        if ending != Ending::End {
            return self.fail(format!("unexpected {} in {context}", ending.shown()), span);
        }
        let empty = body
            .iter()
            .all(|p| matches!(p, Part::Text(s) if s.slice(self.text).trim().is_empty()));
        if !empty && !self.defined.insert(name.to_owned()) {
            return self.fail(
                format!("template: multiple definition of template {name:?}"),
                span,
            );
        }
        Ok(body)
    }

    fn name(&mut self, context: &str) -> Parsed<String> {
        let token = self.next_solid();
        match token.item {
            Item::Str | Item::RawStr => self.unquoted(&token),
            _ => self.unexpected(&token, context),
        }
    }

    /// The parts up to an `end` or an `else`.
    fn list(&mut self) -> Parsed<(Vec<Part>, Ending, Span)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TemplateError::limit(format!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        let mut parts = Vec::new();
        while self.peek().item != Item::End {
            match self.part()? {
                Next::Part(part) => parts.push(part),
                Next::Ending(ending, span) => {
                    self.depth -= 1;
                    return Ok((parts, ending, span));
                }
            }
        }
        let end = self.peek().span;
        self.fail("unexpected EOF", end)
    }

    fn part(&mut self) -> Parsed<Next> {
        let token = self.next_solid();
        match token.item {
            Item::Text => Ok(Next::Part(Part::Text(token.span))),
            Item::Left => self.action(),
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Next> {
        let before = self.at;
        let token = self.next_solid();
        let word = if token.item == Item::Word {
            token.span.slice(self.text)
        } else {
            ""
        };
        match word {
            "if" => self.control(Control::If).map(Next::Part),
            "with" => self.control(Control::With).map(Next::Part),
            "range" => self.control(Control::Range).map(Next::Part),
            "template" => self.template(&token).map(Next::Part),
            "block" => self.block().map(Next::Part),
            "break" | "continue" => self.leave(word == "break", &token).map(Next::Part),
            "end" => {
                self.right("end")?;
                Ok(Next::Ending(Ending::End, token.span))
            }
            "else" => {
                if !matches!(self.peek_word(), Some("if" | "with")) {
                    self.right("else")?;
                }
                Ok(Next::Ending(Ending::Else, token.span))
            }
            _ => {
                self.at = before;
                let pipeline = self.pipeline("command", &Item::Right)?;
                Ok(Next::Part(Part::Action(pipeline)))
            }
        }
    }

    fn peek_word(&mut self) -> Option<&str> {
        let before = self.at;
        let token = self.next_solid();
        self.at = before;
        (token.item == Item::Word).then(|| token.span.slice(self.text))
    }

    fn control(&mut self, keyword: Control) -> Parsed<Part> {
        let outer = self.variables.len();
        let (context, alike) = match keyword {
            Control::If => ("if", "if"),
            Control::With => ("with", "with"),
            Control::Range => ("range", ""),
        };
        let pipeline = self.pipeline(context, &Item::Right)?;
        let loops = usize::from(keyword == Control::Range);
        self.ranges += loops;
        let (body, ending, _) = self.list()?;
        self.ranges -= loops;
        let otherwise = match ending {
            Ending::End => Vec::new(),
            Ending::Else if !alike.is_empty() && self.peek_word() == Some(alike) => {
                // `else if` shares the `end`, and is nested as deep as it is far.
                self.next_solid();
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(TemplateError::limit(format!(
                        "nested deeper than {MAX_DEPTH} levels"
                    )));
                }
                let nested = self.control(keyword)?;
                self.depth -= 1;
                vec![nested]
            }
            Ending::Else => {
                let (otherwise, ending, span) = self.list()?;
                if ending != Ending::End {
                    return self.fail(format!("expected end; found {}", ending.shown()), span);
                }
                otherwise
            }
        };
        self.variables.truncate(outer);
        Ok(Part::Control {
            keyword,
            pipeline,
            body,
            otherwise,
        })
    }

    fn template(&mut self, word: &Token) -> Parsed<Part> {
        let name = self.name("template clause")?;
        let before = self.at;
        let pipeline = if self.next_solid().item == Item::Right {
            None
        } else {
            self.at = before;
            Some(self.pipeline("template clause", &Item::Right)?)
        };
        Ok(Part::Template {
            name,
            pipeline,
            span: word.span,
        })
    }

    fn block(&mut self) -> Parsed<Part> {
        let name = self.name("block clause")?;
        let pipeline = self.pipeline("block clause", &Item::Right)?;
        let body = self.body(&name, "block clause")?;
        Ok(Part::Block { pipeline, body })
    }

    fn leave(&mut self, breaks: bool, word: &Token) -> Parsed<Part> {
        let shown = if breaks { "{{break}}" } else { "{{continue}}" };
        let token = self.next_solid();
        if token.item != Item::Right {
            return self.unexpected(&token, shown);
        }
        if self.ranges == 0 {
            return self.fail(format!("{shown} outside {{{{range}}}}"), word.span);
        }
        Ok(if breaks { Part::Break } else { Part::Continue })
    }
}
