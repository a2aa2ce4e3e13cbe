//! A page on a terminal: headings bold, code indented, addresses in one piece.

use std::io;

use super::Page;
use crate::render::canvas::{BOLD, CYAN, Canvas, DIM, NONE, Para};
use crate::render::doc::{self, Block, Span};
use crate::render::{Options, text};

/// Writes one page for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn page(page: &Page, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut canvas = Canvas::new(options);
    canvas.line(&[(page.id, BOLD)], (page.group(), NONE));
    canvas.para(&Para {
        text: page.meta.title,
        ..Para::default()
    });
    canvas.blank();
    for (name, value) in page.facts() {
        canvas.para(&Para {
            lead: name,
            lead_style: DIM,
            hang: 12,
            text: &words_of(&value),
            ..Para::default()
        });
    }
    let mut before: Option<Block> = None;
    for block in doc::blocks(page.docs) {
        if apart(before.as_ref(), &block) {
            canvas.blank();
        }
        show(&mut canvas, &block);
        before = Some(block);
    }
    out.write_all(canvas.finish().as_bytes())
}

/// Whether a blank line stands between two blocks.
fn apart(before: Option<&Block>, block: &Block) -> bool {
    !matches!(
        (before, block),
        (Some(Block::Heading(_)), _) | (Some(Block::Item(..)), Block::Item(..))
    ) || matches!(block, Block::Heading(_))
}

fn show(canvas: &mut Canvas, block: &Block) {
    match block {
        Block::Heading(text) => canvas.line(&[(&words_of(text), BOLD)], ("", NONE)),
        Block::Paragraph(text) => canvas.para(&Para {
            indent: 2,
            text: &words_of(text),
            whole: true,
            ..Para::default()
        }),
        Block::Item(depth, sign, text) => canvas.para(&Para {
            indent: 2 + 2 * depth.min(&8),
            lead: sign,
            hang: sign.len() + 1,
            text: &words_of(text),
            whole: true,
            ..Para::default()
        }),
        Block::Code { text, .. } => canvas.code(6, text, CYAN),
        Block::Table(rows) => table(canvas, rows),
    }
}

/// A table in columns where it fits, else row by row with its cells one after the other.
fn table(canvas: &mut Canvas, rows: &[Vec<String>]) {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|cells| cells.iter().map(|c| words_of(c)).collect())
        .collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let sizes: Vec<usize> = (0..count)
        .map(|i| {
            rows.iter()
                .filter_map(|r| r.get(i))
                .map(|c| text::width(c))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let fits = 2 + sizes.iter().map(|s| s + 2).sum::<usize>() <= canvas.columns();
    for (number, cells) in rows.iter().enumerate() {
        let line: String = if fits {
            let pad = |(cell, size): (&String, &usize)| {
                format!("{cell}{}", " ".repeat(size + 2 - text::width(cell)))
            };
            cells.iter().zip(&sizes).map(pad).collect()
        } else {
            cells.join(" · ")
        };
        let style = if number == 0 { BOLD } else { NONE };
        if fits {
            canvas.line(&[("  ", NONE), (line.trim_end(), style)], ("", NONE));
        } else {
            canvas.para(&Para {
                indent: 2,
                lead: "-",
                hang: 2,
                text: &line,
                style,
                ..Para::default()
            });
        }
    }
}

/// A line without its marks: links keep their address, code keeps its backticks.
fn words_of(text: &str) -> String {
    doc::spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Text(text) | Span::Strong(text) | Span::Emphasis(text) => text,
            Span::Code(code) => format!("`{code}`"),
            Span::Link { text, url } if text == url => url,
            Span::Link { text, url } => format!("{text} <{url}>"),
        })
        .collect()
}
