//! The place of an error that the parser reports without one.

use promql_parser::parser;

use super::parse::SyntaxError;
use super::span::Span;
use super::tree::{Kind, Node};

/// Finds the smallest part of the expression that the parser refuses by itself: the error is there.
pub(super) fn place(text: &str, root: &Node, message: String) -> SyntaxError {
    let mut node = root;
    let mut message = message;
    // Each step goes one level down, so the tree's depth bounds the loop.
    while let Some((child, why)) = wrong_child(text, node) {
        node = child;
        message = why;
    }
    if let Kind::Call { function, .. } = &node.kind
        && message.starts_with("unknown function")
    {
        return SyntaxError::Wrong {
            message,
            span: function.span,
        };
    }
    SyntaxError::Wrong {
        message,
        span: operator(node).unwrap_or(node.span),
    }
}

fn wrong_child<'a>(text: &str, node: &'a Node) -> Option<(&'a Node, String)> {
    node.children().into_iter().find_map(|child| {
        let slice = child.span.slice(text);
        let (tokens, _) = super::token::tokens(slice);
        let why = parser::parse(&super::adapt::for_parser(slice, &tokens)).err()?;
        Some((child, why))
    })
}

/// When both sides are right, the operator between them is what is wrong.
fn operator(node: &Node) -> Option<Span> {
    match &node.kind {
        Kind::Binary(b) => Some(b.op_span),
        _ => None,
    }
}
