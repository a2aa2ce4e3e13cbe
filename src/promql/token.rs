//! Tokens of PromQL with their place in the text.
//!
//! The parser's crate has a lexer of its own. This one differs where it must: it never fails before the point of the
//! error, knows the operators and numbers of newer Prometheus versions, and keeps words as words (which word is a
//! keyword depends on where it stands).

use super::span::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tok {
    /// A name or a keyword; may hold colons outside braces and brackets.
    Word,
    Number,
    Duration,
    /// A quoted string, quotes included.
    Str,
    /// An operator or a bracket.
    Sign(&'static str),
    /// After the last token.
    End,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub tok: Tok,
    pub span: Span,
}

/// Why the text has no more tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LexError {
    pub message: String,
    pub span: Span,
}

/// Longest first: the first that fits is taken.
const SIGNS: [&str; 29] = [
    "==", "=~", "!=", "!~", "<=", ">=", "</", ">/", "|=", "|~", "(", ")", "{", "}", "[", "]", ",",
    "+", "-", "*", "/", "%", "^", "@", "=", "<", ">", "|", ":",
];

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Inside `{}` and `[]` a colon is no part of a name.
    braces: bool,
    brackets: bool,
    tokens: Vec<Token>,
}

/// Cuts a text into tokens; comments and white space vanish. The last token is [`Tok::End`]. After an error the tokens
/// before it are still given.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Option<LexError>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        braces: false,
        brackets: false,
        tokens: Vec::with_capacity(text.len() / 4 + 2),
    };
    let error = lexer.run().err();
    let end = lexer.at.min(text.len());
    lexer.tokens.push(Token {
        tok: Tok::End,
        span: Span::new(end, end),
    });
    (lexer.tokens, error)
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), LexError> {
        while let Some(byte) = self.peek(0) {
            let start = self.at;
            let tok = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0c => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.skip_while(|b| b != b'\n' && b != b'\r');
                    continue;
                }
                b'0'..=b'9' => self.number()?,
                b'.' if self.peek(1).is_some_and(|b| b.is_ascii_digit()) => self.number()?,
                b'"' | b'\'' | b'`' => self.string(byte)?,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.word(),
                b':' if !self.braces && !self.brackets => self.word(),
                _ => self.sign()?,
            };
            self.tokens.push(Token {
                tok,
                span: Span::new(start, self.at),
            });
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Tok {
        let colons = !self.braces && !self.brackets;
        self.skip_while(|b| b == b'_' || b.is_ascii_alphanumeric() || colons && b == b':');
        Tok::Word
    }

    /// A run of what numbers and durations are made of, then judged as a whole.
    fn number(&mut self) -> Result<Tok, LexError> {
        let start = self.at;
        let hex = self.peek(0) == Some(b'0') && matches!(self.peek(1), Some(b'x' | b'X'));
        while let Some(byte) = self.peek(0) {
            let exponent =
                !hex && matches!(byte, b'e' | b'E') && matches!(self.peek(1), Some(b'+' | b'-'));
            if exponent {
                self.at += 2;
            } else if byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric() {
                self.at += 1;
            } else {
                break;
            }
        }
        let span = Span::new(start, self.at);
        super::literal::classify(span.slice(self.text)).ok_or_else(|| LexError {
            message: format!("bad number or duration: {}", span.slice(self.text)),
            span,
        })
    }

    fn string(&mut self, quote: u8) -> Result<Tok, LexError> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            if byte == quote {
                return Ok(Tok::Str);
            }
            if byte == b'\\' && quote != b'`' {
                // The escape itself is judged when the string is read; here only a quote must not end it.
                self.at += self.text[self.at..]
                    .chars()
                    .next()
                    .map_or(0, char::len_utf8);
            }
        }
        let end = start + 1;
        self.at = start;
        Err(LexError {
            message: format!("unterminated quoted string {}", quote as char),
            span: Span::new(start, end),
        })
    }

    fn sign(&mut self) -> Result<Tok, LexError> {
        let rest = &self.text[self.at..];
        // `{a="b"}` closes with one brace, and `=` before `~` is an operator only inside braces; both are left to the
        // grammar, which knows where it is.
        let Some(sign) = SIGNS.into_iter().find(|s| rest.starts_with(s)) else {
            let c = rest.chars().next().unwrap_or(' ');
            return Err(LexError {
                message: format!("unexpected character: {c:?}"),
                span: Span::new(self.at, self.at + c.len_utf8().min(rest.len())),
            });
        };
        match sign {
            "{" => self.braces = true,
            "}" => self.braces = false,
            "[" => self.brackets = true,
            "]" => self.brackets = false,
            _ => {}
        }
        self.at += sign.len();
        Ok(Tok::Sign(sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        let (tokens, error) = tokens(text);
        assert_eq!(error, None, "{text}");
        tokens.iter().map(|t| t.span.slice(text)).collect()
    }

    #[test]
    fn text_is_cut_into_tokens_without_comments() {
        assert_eq!(
            texts("sum by(a:b) (x{c='d\\'e',}[5m:]) # end\n>=1e-3"),
            [
                "sum", "by", "(", "a:b", ")", "(", "x", "{", "c", "=", "'d\\'e'", ",", "}", "[",
                "5m", ":", "]", ")", ">=", "1e-3", ""
            ]
        );
        assert_eq!(texts("0x1e-5"), ["0x1e", "-", "5", ""]);
        assert_eq!(texts("`a\\`.5"), ["`a\\`", ".5", ""]);
        assert_eq!(texts("a</b>/c"), ["a", "</", "b", ">/", "c", ""]);
    }

    #[test]
    fn errors_say_where_and_keep_what_came_before() {
        let (found, error) = tokens("a + \"é");
        assert_eq!(found.len(), 3);
        assert_eq!(error.unwrap().span, Span::new(4, 5));
        let (_, error) = tokens("a é");
        assert_eq!(error.unwrap().span, Span::new(2, 4));
        let (_, error) = tokens("5q > 1");
        assert_eq!(error.unwrap().span, Span::new(0, 2));
        assert!(tokens("'\\é").1.is_some());
    }
}
