//! The grammar's view of the tokens: looking, taking, complaining.

use super::grammar::{Cause, Grammar, Parsed, Unexpected};
use super::literal;
use super::span::Span;
use super::token::{Tok, Token};
use super::tree::Named;

impl Grammar<'_> {
    pub(super) fn peek(&self) -> Token {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Token {
        let end = Token {
            tok: Tok::End,
            span: Span::new(self.text.len(), self.text.len()),
        };
        // The last token is the end: looking beyond finds it again.
        let last = self.tokens.last().copied().unwrap_or(end);
        self.tokens.get(self.at + ahead).copied().unwrap_or(last)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn eat(&mut self, sign: &str) -> Option<Span> {
        matches!(self.peek().tok, Tok::Sign(s) if s == sign).then(|| self.next().span)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> Option<Span> {
        let token = self.peek();
        let found =
            token.tok == Tok::Word && token.span.slice(self.text).eq_ignore_ascii_case(word);
        found.then(|| self.next().span)
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed<Span> {
        self.eat(sign)
            .ok_or_else(|| self.unexpected(&format!("`{sign}`")))
    }

    pub(super) fn word(&mut self) -> Named {
        let span = self.next().span;
        Named {
            text: span.slice(self.text).to_owned(),
            span,
        }
    }

    pub(super) fn string(&mut self) -> Parsed<Named> {
        let span = self.peek().span;
        let text = literal::unquote(span.slice(self.text))
            .ok_or_else(|| self.unexpected("a string with valid escapes"))?;
        self.next();
        Ok(Named { text, span })
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Unexpected {
        let token = self.peek();
        let message = match token.tok {
            Tok::End => format!("it ends where {wanted} has to follow"),
            _ => format!(
                "unexpected `{}`, expected {wanted}",
                token.span.slice(self.text)
            ),
        };
        Unexpected {
            message,
            span: token.span,
            cause: Cause::Syntax,
        }
    }

    pub(super) fn newer(&self, feature: &'static str) -> Unexpected {
        Unexpected {
            message: format!("{feature}: newer PromQL"),
            span: self.peek().span,
            cause: Cause::Newer(feature),
        }
    }
}
