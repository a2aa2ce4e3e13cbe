//! Parsing, bounded.

use promql_parser::parser::{self, Expr};

use super::dialect::{self, Dialect};
use super::grammar::{self, Cause, Unexpected};
use super::span::Span;
use super::token::{self, LexError, Tok, Token};
use super::tree::{Kind, Node};
use super::{adapt, align, literal};

/// Expressions longer than this are not parsed: real ones stay below 10 kB.
const MAX_LENGTH: usize = 100_000;

/// A parsed expression with its text.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    expr: Expr,
    root: Node,
}

/// Why an expression could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// It is not PromQL. The span is where reading stopped, or the smallest part that is wrong by itself.
    #[error("{message}")]
    Wrong { message: String, span: Span },
    /// Valid in a newer Prometheus than this version analyses.
    #[error("not analysed: newer PromQL, {feature}")]
    Newer { feature: String, span: Span },
    /// Another language that resembles PromQL.
    #[error("not analysed: {0}")]
    Foreign(Dialect),
    /// Longer or deeper than what is read here.
    #[error("not analysed: {0}")]
    TooComplex(String),
}

impl SyntaxError {
    /// Whether the text is wrong, and not merely beyond what is analysed here.
    #[must_use]
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong { .. })
    }

    fn wrong(message: String, span: Span) -> Self {
        Self::Wrong { message, span }
    }
}

impl Query {
    /// Parses an expression.
    ///
    /// # Errors
    /// When it is not PromQL, newer than the parser knows, another language, or longer than 100 kB.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > MAX_LENGTH {
            return Err(SyntaxError::TooComplex(format!(
                "longer than {MAX_LENGTH} bytes"
            )));
        }
        let (tokens, lex_error) = token::tokens(text);
        let root = match (grammar::read(text, &tokens), lex_error) {
            (Ok(root), None) => root,
            (read, Some(error)) => return Err(not_tokens(text, &tokens, read.err(), error)),
            (Err(error), None) => return Err(refused(text, &tokens, error)),
        };
        let expr = parser::parse(&adapt::for_parser(text, &tokens))
            .map_err(|message| unknown_or_blamed(text, &tokens, &root, message))?;
        if let Some(wrong) = root_errors(&root) {
            return Err(wrong);
        }
        if !align::agrees(&root, &expr) {
            return Err(newer("a form read in two ways", root.span));
        }
        Ok(Self {
            text: text.to_owned(),
            expr,
            root,
        })
    }

    /// The text as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree with the place of everything in it.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether two texts mean the same tree: equal but for white space and comments.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

/// A function that the parser does not know may be one of a relative of PromQL; else the tree tells where the fault is.
fn unknown_or_blamed(text: &str, tokens: &[Token], root: &Node, message: String) -> SyntaxError {
    let Some(rest) = message.strip_prefix("unknown function with name ") else {
        return super::blame::place(text, root, message);
    };
    if let Some(dialect) = dialect::recognise(text, tokens) {
        return SyntaxError::Foreign(dialect);
    }
    let words = format!("there is no function `{}`", rest.trim_matches(['\'', '"']));
    match super::blame::place(text, root, message) {
        SyntaxError::Wrong { span, .. } => SyntaxError::Wrong {
            message: words,
            span,
        },
        other => other,
    }
}

fn newer(feature: &str, span: Span) -> SyntaxError {
    SyntaxError::Newer {
        feature: feature.to_owned(),
        span,
    }
}

/// The lexer stopped; what the grammar finds wrong before that point comes first.
fn not_tokens(
    text: &str,
    tokens: &[Token],
    found: Option<Unexpected>,
    error: LexError,
) -> SyntaxError {
    match found {
        Some(Unexpected {
            cause: Cause::Newer(feature),
            span,
            ..
        }) => newer(feature, span),
        Some(Unexpected {
            cause: Cause::TooDeep,
            message,
            ..
        }) => SyntaxError::TooComplex(message),
        found => match dialect::recognise(text, tokens) {
            Some(dialect) => SyntaxError::Foreign(dialect),
            None => {
                let earlier = found.filter(|f| f.span.end < error.span.start);
                let (message, span) =
                    earlier.map_or((error.message, error.span), |f| (f.message, f.span));
                SyntaxError::wrong(message, span)
            }
        },
    }
}

/// The grammar did not read it: sorts out whether that is the text's fault.
fn refused(text: &str, tokens: &[Token], error: Unexpected) -> SyntaxError {
    match error.cause {
        Cause::TooDeep => return SyntaxError::TooComplex(error.message),
        Cause::Newer(feature) => return newer(feature, error.span),
        Cause::Syntax => {}
    }
    if let Some(found) = dialect::recognise(text, tokens) {
        return SyntaxError::Foreign(found);
    }
    // A second opinion: what the parser reads is never called wrong here.
    if is_tame(text, tokens) && parser::parse(&adapt::for_parser(text, tokens)).is_ok() {
        return newer("a form not known here", error.span);
    }
    SyntaxError::wrong(error.message, error.span)
}

/// Whether the parser can be given a text that the grammar refused: it recurses when it drops a deep tree, and
/// overflows on durations beyond what it can represent.
fn is_tame(text: &str, tokens: &[Token]) -> bool {
    const MANY: usize = 2_000;
    let tame = |token: &Token| {
        let piece = token.span.slice(text);
        match token.tok {
            Tok::Number => literal::number(piece).is_some_and(|n| n < 1e9),
            Tok::Word => !piece.eq_ignore_ascii_case("inf") && !piece.eq_ignore_ascii_case("nan"),
            _ => true,
        }
    };
    tokens.len() < MANY && tokens.iter().all(tame)
}

/// What Prometheus refuses and the parser lets pass.
fn root_errors(root: &Node) -> Option<SyntaxError> {
    let mut found = None;
    root.walk(&mut |node| {
        if let Kind::Call { function, args } = &node.kind
            && function.text == "info"
            && let Some(second) = args.get(1)
            && second.selector().is_none_or(|s| s.name.is_some())
        {
            let message = "expected label selectors only in the second argument of info".to_owned();
            found.get_or_insert(SyntaxError::wrong(message, second.span));
        }
    });
    found
}
