//! The little Markdown that pages of checks are written in. The pages are ours: this reads what they use, and takes
//! anything else for text.

/// A block of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Heading(String),
    Paragraph(String),
    /// A list item: its depth from 0, its sign (`-` or `1.`) and its text.
    Item(usize, String, String),
    Code {
        language: String,
        text: String,
    },
    /// Rows of cells; the first one is the header.
    Table(Vec<Vec<String>>),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Text(String),
    Code(String),
    Strong(String),
    Emphasis(String),
    Link { text: String, url: String },
}

/// Reads a page.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if let Some(language) = text.strip_prefix("```") {
            let indent = line.len() - line.trim_start().len();
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|l| !l.trim_start().starts_with("```"))
                .map(|l| dedent(l, indent))
                .collect();
            reader.push(Block::Code {
                // `yaml,fires`: what follows the comma is for the test of the example.
                language: language.split(',').next().unwrap_or("").trim().to_owned(),
                text: code.join("\n"),
            });
        } else {
            reader.line(line);
        }
    }
    reader.end();
    reader.blocks
}

fn dedent(line: &str, indent: usize) -> &str {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line.get(spaces.min(indent)..).unwrap_or(line)
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The paragraph or item that further lines belong to.
    open: Option<Block>,
}

impl Reader {
    fn end(&mut self) {
        self.blocks.extend(self.open.take());
    }

    fn push(&mut self, block: Block) {
        self.end();
        self.blocks.push(block);
    }

    fn line(&mut self, line: &str) {
        let text = line.trim();
        if text.is_empty() {
            self.end();
        } else if let Some(heading) = heading(text) {
            self.push(Block::Heading(heading.to_owned()));
        } else if text.starts_with('|') {
            self.row(text);
        } else if let Some((sign, rest)) = item(text) {
            self.end();
            let depth = (line.len() - line.trim_start().len()) / 2;
            self.open = Some(Block::Item(depth, sign.to_owned(), rest.to_owned()));
        } else {
            match &mut self.open {
                Some(Block::Paragraph(open) | Block::Item(_, _, open)) => {
                    open.push(' ');
                    open.push_str(text);
                }
                _ => {
                    self.end();
                    self.open = Some(Block::Paragraph(text.to_owned()));
                }
            }
        }
    }

    fn row(&mut self, text: &str) {
        let inner = text.strip_prefix('|').unwrap_or(text);
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let cells: Vec<String> = inner.split('|').map(|c| c.trim().to_owned()).collect();
        if !matches!(self.open, Some(Block::Table(_))) {
            self.end();
            self.open = Some(Block::Table(Vec::new()));
        }
        let rule = cells
            .iter()
            .all(|c| c.chars().all(|c| c == '-' || c == ':'));
        if let (Some(Block::Table(rows)), false) = (&mut self.open, rule) {
            rows.push(cells);
        }
    }
}

fn heading(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('#');
    (rest.len() < text.len()).then(|| rest.strip_prefix(' '))?
}

fn item(text: &str) -> Option<(&str, &str)> {
    for sign in ["-", "*"] {
        if let Some(rest) = text.strip_prefix(sign).and_then(|r| r.strip_prefix(' ')) {
            return Some(("-", rest));
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = text
        .get(..digits + 1)
        .filter(|s| s.len() > 1 && s.ends_with('.'))?;
    Some((sign, text.get(digits + 1..)?.strip_prefix(' ')?))
}

/// Reads the marks inside a line.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((span, after)) = marked(rest) {
            if !plain.is_empty() {
                out.push(Span::Text(std::mem::take(&mut plain)));
            }
            out.push(span);
            rest = after;
        } else {
            plain.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    if !plain.is_empty() {
        out.push(Span::Text(plain));
    }
    out
}

/// A mark at the start of the text, and what follows it.
fn marked(text: &str) -> Option<(Span, &str)> {
    if let Some(rest) = text.strip_prefix('`') {
        let (code, after) = rest.split_once('`')?;
        return Some((Span::Code(code.to_owned()), after));
    }
    if let Some(rest) = text.strip_prefix("**") {
        let (strong, after) = rest.split_once("**")?;
        return Some((Span::Strong(strong.to_owned()), after));
    }
    if let Some(rest) = text.strip_prefix('*') {
        let (emphasis, after) = rest.split_once('*')?;
        let tight = !emphasis.starts_with(' ') && !emphasis.ends_with(' ') && !emphasis.is_empty();
        return tight.then(|| (Span::Emphasis(emphasis.to_owned()), after));
    }
    if let Some(rest) = text.strip_prefix('<') {
        let (url, after) = rest.split_once('>')?;
        return is_web(url).then(|| (link(url, url), after));
    }
    let rest = text.strip_prefix('[')?;
    let (label, rest) = rest.split_once("](")?;
    let (url, after) = rest.split_once(')')?;
    (is_web(url) && !label.contains(']')).then(|| (link(label, url), after))
}

fn link(text: &str, url: &str) -> Span {
    Span::Link {
        text: text.to_owned(),
        url: url.to_owned(),
    }
}

/// Whether it is an address that a browser opens and that does nothing else.
pub(super) fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && !url.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_read_block_by_block() {
        let page = "## What it finds\nOne\ntwo.\n\n- first\n  goes on\n- second\n  1. nested\n\n```yaml,fires\na: 1\n\nb: 2\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let item = |d, s: &str, t: &str| Block::Item(d, s.to_owned(), t.to_owned());
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(
            blocks(page),
            [
                Block::Heading("What it finds".to_owned()),
                Block::Paragraph("One two.".to_owned()),
                item(0, "-", "first goes on"),
                item(0, "-", "second"),
                item(1, "1.", "nested"),
                Block::Code {
                    language: "yaml".to_owned(),
                    text: "a: 1\n\nb: 2".to_owned()
                },
                Block::Table(vec![row("a", "b"), row("1", "2")]),
            ]
        );
    }

    #[test]
    fn marks_are_read_and_stray_ones_are_text() {
        assert_eq!(
            spans("2 * 3 * 4 *e* `b` **c** [d](https://e.f) [g](javascript:h) `i"),
            [
                Span::Text("2 * 3 * 4 ".to_owned()),
                Span::Emphasis("e".to_owned()),
                Span::Text(" ".to_owned()),
                Span::Code("b".to_owned()),
                Span::Text(" ".to_owned()),
                Span::Strong("c".to_owned()),
                Span::Text(" ".to_owned()),
                link("d", "https://e.f"),
                Span::Text(" [g](javascript:h) `i".to_owned()),
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(page in any::<String>()) {
            for block in blocks(&page) {
                if let Block::Paragraph(text) = block {
                    prop_assert!(!spans(&text).is_empty());
                }
            }
        }
    }
}
