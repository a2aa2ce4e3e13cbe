//! The grammar of pipelines: commands, operands, declarations.

use super::super::span::Span;
use super::functions;
use super::lex::{Item, Token};
use super::parse::{Parsed, Parser};
use super::tree::{Command, Operand, Pipeline, Term};

impl Parser<'_> {
    /// A pipeline up to its closing delimiter, which is read too.
    pub(super) fn pipeline(&mut self, context: &str, end: &Item) -> Parsed<Pipeline> {
        self.enter()?;
        let start = self.peek_solid().span;
        let mut pipeline = Pipeline {
            span: start,
            variables: Vec::new(),
            commands: Vec::new(),
        };
        self.declarations(&mut pipeline, context)?;
        loop {
            let place = self.place();
            let token = self.next_solid();
            if token.item == *end {
                pipeline.span = Span::new(start.start, token.span.start.max(start.start));
                self.check(&pipeline, context, token.span)?;
                self.leave_level();
                return Ok(pipeline);
            }
            if !starts_operand(&token, self.text) {
                return self.unexpected(&token, context);
            }
            self.back_to(place);
            pipeline.commands.push(self.command()?);
        }
    }

    /// `$x :=`, `$x =`, and in a range `$i, $x :=`.
    fn declarations(&mut self, pipeline: &mut Pipeline, context: &str) -> Parsed<()> {
        loop {
            let place = self.place();
            let variable = self.next_solid();
            if variable.item != Item::Variable {
                self.back_to(place);
                return Ok(());
            }
            let name = variable.span.slice(self.text).to_owned();
            let next = self.next_solid();
            let comma = next.item == Item::Char && next.span.slice(self.text) == ",";
            if next.item != Item::Assign && !comma {
                self.back_to(place);
                return Ok(());
            }
            pipeline.variables.push(name.clone());
            self.variables.push(name);
            if !comma {
                return Ok(());
            }
            if context != "range" || pipeline.variables.len() > 1 {
                return self.fail(format!("too many declarations in {context}"), next.span);
            }
            let following = self.peek_solid();
            if !matches!(following.item, Item::Variable | Item::Right | Item::Close) {
                return self.fail("range can only initialize variables", following.span);
            }
        }
    }

    fn check(&self, pipeline: &Pipeline, context: &str, end: Span) -> Parsed<()> {
        if pipeline.commands.is_empty() {
            return self.fail(format!("missing value for {context}"), end);
        }
        for (i, command) in pipeline.commands.iter().enumerate().skip(1) {
            let first = command.words.first();
            let value = first.is_some_and(|w| {
                w.fields.is_empty()
                    && matches!(
                        w.term,
                        Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::Text(_)
                    )
            });
            if value {
                let message = format!("non executable command in pipeline stage {}", i + 1);
                return self.fail(message, command.span);
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let start = self.peek_solid().span;
        let mut command = Command {
            span: start,
            words: Vec::new(),
        };
        loop {
            self.peek_solid();
            if let Some(operand) = self.operand()? {
                command.span = start.to(operand.span);
                command.words.push(operand);
            }
            let place = self.place();
            let token = self.next();
            match token.item {
                Item::Space => continue,
                Item::Right | Item::Close => self.back_to(place),
                Item::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if command.words.is_empty() {
            return self.fail("empty command", start);
        }
        Ok(command)
    }

    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(mut operand) = self.term()? else {
            return Ok(None);
        };
        let chained = !operand.fields.is_empty();
        while self.peek().item == Item::Field {
            let field = self.next();
            let plain = matches!(
                operand.term,
                Term::Bool(_) | Term::Text(_) | Term::Number(_) | Term::Nil
            ) || matches!(operand.term, Term::Dot) && !chained;
            if plain {
                let text = operand.span.slice(self.text);
                return self.fail(format!("unexpected . after term {text:?}"), field.span);
            }
            operand.span = operand.span.to(field.span);
            operand.fields.push(self.field(&field));
        }
        Ok(Some(operand))
    }

    fn field(&self, token: &Token) -> (String, Span) {
        let span = Span::new(token.span.start + 1, token.span.end);
        (span.slice(self.text).to_owned(), span)
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let place = self.place();
        let token = self.next_solid();
        let text = token.span.slice(self.text);
        let mut fields = Vec::new();
        let mut span = token.span;
        let term = match token.item {
            Item::Word => match text {
                "true" | "false" => Term::Bool(text == "true"),
                "nil" => Term::Nil,
                _ if functions::is_keyword(text) => {
                    self.back_to(place);
                    return Ok(None);
                }
                _ if functions::is_function(text) => Term::Function(text.to_owned()),
                _ => return self.fail(format!("function {text:?} not defined"), token.span),
            },
            Item::Dot => Term::Dot,
            Item::Field => {
                fields.push(self.field(&token));
                Term::Dot
            }
            Item::Variable if self.variables.iter().any(|v| v == text) => {
                Term::Variable(text.to_owned())
            }
            Item::Variable => return self.fail(format!("undefined variable {text:?}"), token.span),
            Item::Number | Item::CharConstant => self.number(&token)?,
            Item::Str | Item::RawStr => Term::Text(self.unquoted(&token)?),
            Item::Open => {
                let inner = self.pipeline("parenthesized pipeline", &Item::Close)?;
                span = Span::new(span.start, self.previous_end());
                Term::Pipeline(Box::new(inner))
            }
            _ => {
                self.back_to(place);
                return Ok(None);
            }
        };
        Ok(Some(Operand { span, term, fields }))
    }

    /// Where the token before ended.
    fn previous_end(&mut self) -> usize {
        let place = self.place();
        self.back_to(place.saturating_sub(1));
        let end = self.peek().span.end;
        self.back_to(place);
        end
    }

    fn number(&self, token: &Token) -> Parsed<Term> {
        let text = token.span.slice(self.text);
        if token.item == Item::CharConstant {
            let inner = super::super::literal::unquote(text).filter(|s| s.chars().count() == 1);
            return match inner {
                Some(value) => Ok(Term::Number(value)),
                None => self.fail(format!("malformed character constant: {text}"), token.span),
            };
        }
        if functions::is_number(text) {
            return Ok(Term::Number(text.to_owned()));
        }
        self.fail(format!("illegal number syntax: {text:?}"), token.span)
    }
}

fn starts_operand(token: &Token, text: &str) -> bool {
    match token.item {
        Item::Word => !functions::is_keyword(token.span.slice(text)),
        Item::CharConstant
        | Item::Dot
        | Item::Field
        | Item::Number
        | Item::RawStr
        | Item::Str
        | Item::Variable
        | Item::Open => true,
        _ => false,
    }
}
