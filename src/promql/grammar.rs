//! The grammar of expressions: tokens → [`Node`].
//!
//! The parser's crate decides what is PromQL and checks types; this grammar gives the places. [`super::align`] compares
//! the two, so a disagreement is noticed and never becomes a wrong place.

use super::literal;
use super::span::Span;
use super::token::{Tok, Token};
use super::tree::{Aggregate, Binary, Kind, Node, Op};

/// Deeper expressions are refused: the tree is walked recursively.
pub(super) const MAX_DEPTH: usize = 200;

/// What the grammar did not expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unexpected {
    pub message: String,
    pub span: Span,
    pub cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Syntax,
    /// Valid in a newer Prometheus.
    Newer(&'static str),
    TooDeep,
}

pub(super) type Parsed<T> = Result<T, Unexpected>;

pub(super) struct Grammar<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    pub at: usize,
    depth: usize,
}

/// Aggregations, those of the parser.
pub(super) const AGGREGATIONS: [&str; 14] = [
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "max",
    "min",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
    "limitk",
    "limit_ratio",
];

/// Binding of a sign: as tight as multiplication, so `-a ^ b` is `-(a ^ b)`.
const SIGN_POWER: u8 = 5;

/// The operator a token stands for, how tight it binds, and whether it groups to the right.
fn operator(text: &str) -> Option<(Op, u8)> {
    Some(match text.to_ascii_lowercase().as_str() {
        "or" => (Op::Or, 1),
        "and" => (Op::And, 2),
        "unless" => (Op::Unless, 2),
        "==" => (Op::Eq, 3),
        "!=" => (Op::Ne, 3),
        "<" => (Op::Lt, 3),
        "<=" => (Op::Le, 3),
        ">" => (Op::Gt, 3),
        ">=" => (Op::Ge, 3),
        "+" => (Op::Add, 4),
        "-" => (Op::Sub, 4),
        "*" => (Op::Mul, 5),
        "/" => (Op::Div, 5),
        "%" => (Op::Mod, 5),
        "atan2" => (Op::Atan2, 5),
        "^" => (Op::Pow, 6),
        _ => return None,
    })
}

/// Reads a whole text.
pub(super) fn read(text: &str, tokens: &[Token]) -> Parsed<Node> {
    let mut grammar = Grammar {
        text,
        tokens,
        at: 0,
        depth: 0,
    };
    if grammar.peek().tok == Tok::End {
        return Err(grammar.unexpected("an expression"));
    }
    let node = grammar.expression(0)?;
    match grammar.peek().tok {
        Tok::End => Ok(node),
        _ => Err(grammar.unexpected("an operator or the end")),
    }
}

impl Grammar<'_> {
    fn expression(&mut self, min: u8) -> Parsed<Node> {
        self.enter()?;
        let entered = self.depth;
        let mut lhs = self.signed()?;
        while let Some((op, power)) = self.operator()? {
            if power < min {
                break;
            }
            // A chain `a + b + c` is a tree as deep as it is long.
            self.enter()?;
            let op_token = self.next();
            lhs = self.binary(lhs, op, op_token.span, power)?;
        }
        self.depth = entered - 1;
        Ok(lhs)
    }

    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        Err(Unexpected {
            message: format!("nested deeper than {MAX_DEPTH} levels"),
            span: self.peek().span,
            cause: Cause::TooDeep,
        })
    }

    fn operator(&self) -> Parsed<Option<(Op, u8)>> {
        let token = self.peek();
        let text = token.span.slice(self.text);
        match token.tok {
            Tok::Sign("</" | ">/") => Err(self.newer("histogram trim operators (`</`, `>/`)")),
            Tok::Sign(_) | Tok::Word => Ok(operator(text)),
            _ => Ok(None),
        }
    }

    fn binary(&mut self, lhs: Node, op: Op, op_span: Span, power: u8) -> Parsed<Node> {
        let bool_span = self.eat_word("bool");
        let matching = self.optional_grouping(&["on", "ignoring"])?;
        let group = self.optional_grouping(&["group_left", "group_right"])?;
        let fill = self.fill()?;
        // `^` alone groups to the right.
        let rhs = self.expression(if op == Op::Pow { power } else { power + 1 })?;
        Ok(Node {
            span: lhs.span.to(rhs.span),
            kind: Kind::Binary(Box::new(Binary {
                op,
                op_span,
                lhs,
                rhs,
                bool_span,
                matching,
                group,
                fill,
            })),
        })
    }

    fn signed(&mut self) -> Parsed<Node> {
        let Tok::Sign(sign @ ("+" | "-")) = self.peek().tok else {
            let node = self.primary()?;
            return self.modified(node);
        };
        let start = self.next().span;
        let operand = self.expression(SIGN_POWER + 1)?;
        Ok(Node {
            span: start.to(operand.span),
            kind: Kind::Unary {
                minus: sign == "-",
                operand: Box::new(operand),
            },
        })
    }

    fn primary(&mut self) -> Parsed<Node> {
        let token = self.peek();
        let text = token.span.slice(self.text);
        match token.tok {
            Tok::Number if literal::is_newer_number(text) => {
                Err(self.newer("number separators and prefixes"))
            }
            Tok::Number | Tok::Duration => self.literal(token),
            Tok::Str => {
                let value = self.string()?;
                Ok(Node {
                    span: value.span,
                    kind: Kind::Text(value.text),
                })
            }
            Tok::Sign("(") => self.paren(),
            Tok::Sign("{") => self.selector(),
            Tok::Word => self.worded(token, text),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn literal(&mut self, token: Token) -> Parsed<Node> {
        let text = token.span.slice(self.text);
        let value = literal::number(text).or_else(|| literal::duration(text));
        let value = value.ok_or_else(|| self.unexpected("a number"))?;
        self.next();
        Ok(Node {
            span: token.span,
            kind: Kind::Number(value),
        })
    }

    fn paren(&mut self) -> Parsed<Node> {
        let open = self.next();
        let inner = self.expression(0)?;
        let close = self.expect(")")?;
        Ok(Node {
            span: open.span.to(close),
            kind: Kind::Paren(Box::new(inner)),
        })
    }

    /// What starts with a word: a number by name, an aggregation, a call, or a metric.
    fn worded(&mut self, token: Token, text: &str) -> Parsed<Node> {
        let lower = text.to_ascii_lowercase();
        if lower == "inf" || lower == "nan" {
            return self.literal(token);
        }
        let following = self.peek_at(1);
        let followed_by = following.span.slice(self.text).to_ascii_lowercase();
        if AGGREGATIONS.contains(&lower.as_str())
            && matches!(followed_by.as_str(), "(" | "by" | "without")
        {
            return self.aggregate();
        }
        if following.tok == Tok::Sign("(") && !text.contains(':') {
            return self.call();
        }
        self.selector()
    }

    fn aggregate(&mut self) -> Parsed<Node> {
        let op = self.word();
        let before = self.optional_grouping(&["by", "without"])?;
        let (mut args, close) = self.arguments()?;
        let after = if before.is_none() {
            self.optional_grouping(&["by", "without"])?
        } else {
            None
        };
        let count = args.len();
        let operand = args
            .pop()
            .filter(|_| count <= 2)
            .ok_or_else(|| Unexpected {
                message: format!("wrong number of arguments for {}", op.text),
                span: op.span.to(close),
                cause: Cause::Syntax,
            })?;
        Ok(Node {
            span: op.span.to(after.as_ref().map_or(close, |g| g.span)),
            kind: Kind::Aggregate(Aggregate {
                op,
                grouping: before.or(after),
                param: args.pop().map(Box::new),
                operand: Box::new(operand),
            }),
        })
    }

    fn call(&mut self) -> Parsed<Node> {
        let mut function = self.word();
        let lower = function.text.to_ascii_lowercase();
        // Keywords that are functions too may be written in capitals; other functions may not.
        if lower == "start" || lower == "end" {
            function.text = lower;
        }
        let (args, close) = self.arguments()?;
        Ok(Node {
            span: function.span.to(close),
            kind: Kind::Call { function, args },
        })
    }

    /// Expressions in parentheses, with the span of the closing one.
    fn arguments(&mut self) -> Parsed<(Vec<Node>, Span)> {
        self.expect("(")?;
        let mut args = Vec::new();
        if let Some(close) = self.eat(")") {
            return Ok((args, close));
        }
        loop {
            args.push(self.expression(0)?);
            if let Some(close) = self.eat(")") {
                return Ok((args, close));
            }
            self.expect(",")?;
        }
    }
}
