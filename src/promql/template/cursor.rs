//! The parser's view of the tokens: looking, taking, complaining.

use super::super::span::Span;
use super::TemplateError;
use super::lex::{Item, Token};
use super::parse::{MAX_DEPTH, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TemplateError::limit(format!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(())
    }

    pub(super) fn leave_level(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn peek(&self) -> Token {
        let last = self.tokens.last().cloned();
        let none = || Token {
            item: Item::End,
            span: Span::default(),
        };
        self.tokens
            .get(self.at)
            .cloned()
            .or(last)
            .unwrap_or_else(none)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// The next token that is not white space.
    pub(super) fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    pub(super) fn peek_solid(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    fn skip_space(&mut self) {
        while self.peek().item == Item::Space {
            self.at += 1;
        }
    }

    /// Where the parser stands, to come back to.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    pub(super) fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    pub(super) fn right(&mut self, context: &str) -> Parsed<()> {
        let token = self.next_solid();
        match token.item {
            Item::Right => Ok(()),
            _ => self.unexpected(&token, context),
        }
    }

    pub(super) fn unquoted(&self, token: &Token) -> Parsed<String> {
        let quoted = token.span.slice(self.text);
        super::super::literal::unquote(quoted)
            .map_or_else(|| self.fail("invalid syntax", token.span), Ok)
    }

    pub(super) fn fail<T>(&self, message: impl Into<String>, span: Span) -> Parsed<T> {
        Err(TemplateError::wrong(self.text, message.into(), span))
    }

    pub(super) fn unexpected<T>(&self, token: &Token, context: &str) -> Parsed<T> {
        if let Item::Error(message) = &token.item {
            return self.fail(message.clone(), token.span);
        }
        let text = token.span.slice(self.text);
        let shown = match token.item {
            Item::End => "EOF".to_owned(),
            Item::Word if super::functions::is_keyword(text) => format!("<{text}>"),
            // The dot counts as a keyword.
            Item::Dot => "<.>".to_owned(),
            _ if text.chars().count() > 10 => {
                format!("{:?}...", text.chars().take(10).collect::<String>())
            }
            _ => format!("{text:?}"),
        };
        self.fail(format!("unexpected {shown} in {context}"), token.span)
    }
}
