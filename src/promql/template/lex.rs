//! Tokens of Go templates, as `text/template` cuts them.

use super::super::span::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Text,
    Left,
    Right,
    Space,
    /// `=` and `:=`.
    Assign,
    Pipe,
    Open,
    Close,
    /// A printable character of no other meaning, such as a comma.
    Char,
    /// A function or a keyword.
    Word,
    /// `.name`
    Field,
    Dot,
    /// `$name`
    Variable,
    Number,
    CharConstant,
    /// Quoted, with escapes.
    Str,
    RawStr,
    /// The lexer stops here.
    Error(String),
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub item: Item,
    pub span: Span,
}

pub(super) struct Lexer<'a> {
    pub text: &'a str,
    pub at: usize,
    depth: usize,
    tokens: Vec<Token>,
}

pub(super) type Lexed<T = ()> = Result<T, (String, Span)>;

/// Cuts a template into tokens. The last one is an end or an error.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        depth: 0,
        tokens: Vec::new(),
    };
    let last = match lexer.run() {
        Ok(()) => (Item::End, Span::new(text.len(), text.len())),
        Err((message, span)) => (Item::Error(message), span),
    };
    lexer.tokens.push(Token {
        item: last.0,
        span: last.1,
    });
    lexer.tokens
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// As Go writes a character in its errors.
fn shown(c: Option<char>) -> String {
    c.map_or_else(
        || "U+FFFFFFFFFFFFFFFF".to_owned(),
        |c| format!("U+{:04X} '{c}'", u32::from(c)),
    )
}

impl Lexer<'_> {
    fn run(&mut self) -> Lexed {
        while let Some(left) = self.rest().find("{{") {
            let start = self.at;
            self.at += left;
            if left > 0 {
                self.push(Item::Text, start);
            }
            self.delimited()?;
        }
        let start = self.at;
        self.at = self.text.len();
        if start < self.at {
            self.push(Item::Text, start);
        }
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn advance(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn push(&mut self, item: Item, start: usize) {
        let span = Span::new(start, self.at);
        self.tokens.push(Token { item, span });
    }

    pub(super) fn error<T>(&self, message: impl Into<String>, start: usize) -> Lexed<T> {
        Err((message.into(), Span::new(start, self.at)))
    }

    /// An action or a comment, from its left delimiter.
    fn delimited(&mut self) -> Lexed {
        let start = self.at;
        self.at += 2;
        let mut next = self.rest().chars();
        if next.next() == Some('-') && next.next().is_some_and(is_space) {
            self.at += 2;
        }
        if !self.rest().starts_with("/*") {
            self.push(Item::Left, start);
            self.depth = 0;
            return self.action(start);
        }
        let Some(length) = self.rest()[2..].find("*/") else {
            self.at = self.text.len();
            return self.error("unclosed comment", start);
        };
        self.at += length + 4;
        match self.right_delimiter() {
            Some(length) => self.at += length,
            None => return self.error("comment ends before closing delimiter", start),
        }
        Ok(())
    }

    /// The length of the closing delimiter that starts here.
    fn right_delimiter(&self) -> Option<usize> {
        let rest = self.rest();
        if rest.starts_with("}}") {
            return Some(2);
        }
        (rest.starts_with(is_space) && rest[1..].starts_with("-}}")).then_some(4)
    }

    fn action(&mut self, left: usize) -> Lexed {
        loop {
            let start = self.at;
            if let Some(length) = self.right_delimiter() {
                if self.depth > 0 {
                    return self.error("unclosed left paren", start);
                }
                self.at += length;
                self.push(Item::Right, start);
                return Ok(());
            }
            let Some(c) = self.peek() else {
                return self.error("unclosed action", left);
            };
            let item = self.item(c)?;
            self.push(item, start);
        }
    }

    fn item(&mut self, c: char) -> Lexed<Item> {
        let start = self.at;
        match c {
            _ if is_space(c) => return Ok(self.space()),
            '"' => return self.quoted('"', Item::Str, "unterminated quoted string"),
            '\'' => {
                return self.quoted('\'', Item::CharConstant, "unterminated character constant");
            }
            '`' => return self.raw(),
            '$' => return self.named(Item::Variable, Item::Variable),
            '.' if !self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())
                && self.rest().len() > 1 =>
            {
                return self.named(Item::Dot, Item::Field);
            }
            '.' | '+' | '-' | '0'..='9' => return self.number(),
            _ if is_word(c) => return self.word(),
            _ => {}
        }
        self.advance();
        match c {
            '=' => Ok(Item::Assign),
            ':' if self.advance() == Some('=') => Ok(Item::Assign),
            ':' => self.error("expected :=", start),
            '|' => Ok(Item::Pipe),
            '(' => {
                self.depth += 1;
                Ok(Item::Open)
            }
            ')' => {
                let Some(depth) = self.depth.checked_sub(1) else {
                    return self.error("unexpected right paren", start);
                };
                self.depth = depth;
                Ok(Item::Close)
            }
            _ if c.is_ascii_graphic() => Ok(Item::Char),
            _ => self.error(
                format!("unrecognized character in action: {}", shown(Some(c))),
                start,
            ),
        }
    }

    /// White space, but not the one before a trimming delimiter.
    fn space(&mut self) -> Item {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        self.at -= 1;
        // One space is at least eaten: `right_delimiter` was asked before.
        if self.right_delimiter() != Some(4) {
            self.at += 1;
        }
        Item::Space
    }

    fn quoted(&mut self, quote: char, item: Item, message: &str) -> Lexed<Item> {
        let start = self.at;
        self.advance();
        loop {
            match self.advance() {
                Some('\\') if !matches!(self.peek(), None | Some('\n')) => {
                    self.advance();
                }
                Some(c) if c == quote => return Ok(item),
                None | Some('\n' | '\\') => return self.error(message, start),
                Some(_) => {}
            }
        }
    }

    fn raw(&mut self) -> Lexed<Item> {
        let start = self.at;
        match self.rest()[1..].find('`') {
            Some(length) => {
                self.at += length + 2;
                Ok(Item::RawStr)
            }
            None => {
                self.at = self.text.len();
                self.error("unterminated raw quoted string", start)
            }
        }
    }

    /// What starts with `$` or `.`, alone or with a name.
    fn named(&mut self, alone: Item, with_name: Item) -> Lexed<Item> {
        let start = self.at;
        self.advance();
        if self.is_terminated() {
            return Ok(alone);
        }
        while self.peek().is_some_and(is_word) {
            self.advance();
        }
        self.terminated(with_name, start)
    }

    fn word(&mut self) -> Lexed<Item> {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.advance();
        }
        self.terminated(Item::Word, start)
    }

    fn terminated(&self, item: Item, start: usize) -> Lexed<Item> {
        if self.is_terminated() {
            return Ok(item);
        }
        self.error(format!("bad character {}", shown(self.peek())), start)
    }

    fn is_terminated(&self) -> bool {
        self.peek()
            .is_none_or(|c| is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '('))
            || self.rest().starts_with("}}")
    }
}
