//! A check's page inside of the HTML report.

use super::{escape, pre};
use crate::render::Page;
use crate::render::doc::{self, Block, Span};

/// The page, folded.
pub(super) fn about(page: &Page) -> String {
    let body = blocks(&doc::blocks(page.docs));
    format!(
        "<details class=\"about\"><summary>How <code>{}</code> decides, and when it is wrong</summary>\n{body}</details>\n",
        escape(page.id)
    )
}

fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for block in blocks {
        let is_item = matches!(block, Block::Item(..));
        if is_item != in_list {
            out.push_str(if is_item { "<ul>\n" } else { "</ul>\n" });
            in_list = is_item;
        }
        out.push_str(&html(block));
    }
    if in_list {
        out.push_str("</ul>\n");
    }
    out
}

fn html(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("<h4>{}</h4>\n", line(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", line(text)),
        Block::Item(depth, sign, text) => {
            let deep = if *depth > 0 { "deep" } else { "" };
            // Numbers are the page's own: the list draws none.
            let (class, number) = match sign.as_str() {
                "-" => (deep.to_owned(), String::new()),
                number => (format!("{deep} numbered"), format!("{} ", escape(number))),
            };
            format!(
                "<li class=\"{}\">{number}{}</li>\n",
                class.trim(),
                line(text)
            )
        }
        Block::Code { language, text } => pre(language, text),
        Block::Table(rows) => {
            let rows: String = rows
                .iter()
                .enumerate()
                .map(|(i, cells)| row(i, cells))
                .collect();
            format!("<table>\n{rows}</table>\n")
        }
    }
}

fn row(number: usize, cells: &[String]) -> String {
    let tag = if number == 0 { "th" } else { "td" };
    let cells: String = cells
        .iter()
        .map(|cell| format!("<{tag}>{}</{tag}>", line(cell)))
        .collect();
    format!("<tr>{cells}</tr>\n")
}

fn line(text: &str) -> String {
    doc::spans(text)
        .iter()
        .map(|span| match span {
            Span::Text(text) => escape(text),
            Span::Code(text) => format!("<code>{}</code>", escape(text)),
            Span::Strong(text) => format!("<strong>{}</strong>", escape(text)),
            Span::Emphasis(text) => format!("<em>{}</em>", escape(text)),
            Span::Link { text, url } => format!(
                "<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
                escape(url),
                escape(text)
            ),
        })
        .collect()
}
