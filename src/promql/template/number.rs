//! Numbers of Go templates, as the lexer of `text/template` scans them.

use super::lex::{Item, Lexed, Lexer, is_word};

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Lexed<Item> {
        let start = self.at;
        let mut fits = self.scan_number();
        if fits && self.peek().is_some_and(|c| c == '+' || c == '-') {
            fits = self.scan_number() && self.text[..self.at].ends_with('i');
        }
        if fits {
            return Ok(Item::Number);
        }
        self.error(
            format!("bad number syntax: {:?}", &self.text[start..self.at]),
            start,
        )
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut radix = 10;
        if self.accept("0") {
            for (letters, of) in [("xX", 16), ("oO", 8), ("bB", 2)] {
                if radix == 10 && self.accept(letters) {
                    radix = of;
                }
            }
        }
        self.accept_digits(radix);
        if self.accept(".") {
            self.accept_digits(radix);
        }
        if radix == 10 && self.accept("eE") || radix == 16 && self.accept("pP") {
            self.accept("+-");
            self.accept_digits(10);
        }
        self.accept("i");
        if self.peek().is_some_and(is_word) {
            self.advance();
            return false;
        }
        true
    }

    fn accept(&mut self, any: &str) -> bool {
        let found = self.peek().is_some_and(|c| any.contains(c));
        if found {
            self.at += 1;
        }
        found
    }

    fn accept_digits(&mut self, radix: u32) {
        while self.peek().is_some_and(|c| c == '_' || c.is_digit(radix)) {
            self.at += 1;
        }
    }
}
