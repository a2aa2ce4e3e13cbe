//! The text as the parser's crate must see it: valid PromQL that the crate does not read is rewritten for it alone.

use std::borrow::Cow;

use super::literal;
use super::token::{Tok, Token};

/// The name the parser knows a function by. Prometheus 3 renamed `holt_winters`; rules for Prometheus 2 still use it.
pub(super) fn name_for_parser(function: &str) -> &str {
    match function {
        "holt_winters" => "double_exponential_smoothing",
        other => other,
    }
}

/// Rewrites renamed functions, and raw strings, in which the parser sees escapes that are none.
pub(super) fn for_parser<'a>(text: &'a str, tokens: &[Token]) -> Cow<'a, str> {
    let mut adapted = String::new();
    let mut copied = 0;
    for token in tokens {
        let piece = token.span.slice(text);
        let replacement = match token.tok {
            Tok::Word if name_for_parser(piece) != piece => name_for_parser(piece).to_owned(),
            Tok::Str if piece.starts_with('`') && piece.contains(['\\', '\n']) => requoted(piece),
            _ => continue,
        };
        adapted.push_str(&text[copied..token.span.start]);
        adapted.push_str(&replacement);
        copied = token.span.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    adapted.push_str(&text[copied..]);
    Cow::Owned(adapted)
}

fn requoted(raw: &str) -> String {
    let value = literal::unquote(raw).unwrap_or_default();
    let mut quoted = String::with_capacity(raw.len() + 8);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn only_what_the_parser_misreads_is_rewritten() {
        let adapted = |text| for_parser(text, &tokens(text).0).into_owned();
        assert_eq!(adapted("up{a=`b`}"), "up{a=`b`}");
        assert_eq!(adapted(r#"up{a=~`\d"`} > 1"#), r#"up{a=~"\\d\""} > 1"#);
        assert_eq!(
            adapted("holt_winters(x[5m], .1, .1)"),
            "double_exponential_smoothing(x[5m], .1, .1)"
        );
    }
}
