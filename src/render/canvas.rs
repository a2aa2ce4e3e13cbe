//! Lines for a terminal: wrapping, colour, and the one door through which text reaches it.

use anstyle::{AnsiColor, Style};

use super::{Options, text};

/// Narrower terminals are written to as if they had this many columns.
const NARROWEST: usize = 40;
/// Longer lines of prose are hard to read on any terminal.
const WIDEST: usize = 120;

pub(super) const NONE: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const BLUE: Style = AnsiColor::Blue.on_default().bold();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default();

/// A paragraph: a lead on the first line, and text wrapped beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Para<'a> {
    /// Columns left empty before everything.
    pub(super) indent: usize,
    pub(super) lead: &'a str,
    pub(super) lead_style: Style,
    /// Columns from `indent` to the text; a longer lead pushes the first line's text to the right.
    pub(super) hang: usize,
    pub(super) text: &'a str,
    pub(super) style: Style,
    /// More lines than this are cut.
    pub(super) max: usize,
    /// Keeps words that are longer than a line in one piece, as addresses should be.
    pub(super) whole: bool,
}

impl Default for Para<'_> {
    fn default() -> Self {
        Self {
            indent: 0,
            lead: "",
            lead_style: NONE,
            hang: 0,
            text: "",
            style: NONE,
            max: usize::MAX,
            whole: false,
        }
    }
}

/// Collects lines.
#[derive(Debug)]
pub(super) struct Canvas {
    columns: usize,
    color: bool,
    ascii: bool,
    lines: Vec<String>,
}

impl Canvas {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            columns: options.width.clamp(NARROWEST, WIDEST),
            color: options.color,
            ascii: options.ascii,
            lines: Vec::new(),
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// An empty canvas of the same kind, to measure with.
    pub(super) fn sibling(&self) -> Self {
        Self {
            lines: Vec::new(),
            ..*self
        }
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.lines.append(&mut other.lines);
    }

    /// Makes text safe for this terminal.
    pub(super) fn clean(&self, raw: &str) -> String {
        let plain = text::plain(raw);
        if self.ascii {
            text::ascii(&plain).into_owned()
        } else {
            plain.into_owned()
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if !self.color || text.is_empty() || style == NONE {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }

    pub(super) fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// One line: `left` pieces one after the other, `right` at the right edge where there is room for it.
    pub(super) fn line(&mut self, left: &[(&str, Style)], right: (&str, Style)) {
        let mut room = self.columns;
        let mut pieces: Vec<(String, Style)> = Vec::new();
        for (piece, style) in left {
            let piece = self.one_line(piece, room);
            room -= text::width(&piece);
            pieces.push((piece, *style));
        }
        let right_text = self.one_line(right.0, self.columns);
        let size = text::width(&right_text);
        if size > 0 && size + 2 <= room {
            pieces.push((" ".repeat(room - size), NONE));
            pieces.push((right_text, right.1));
        }
        // White space at the end of a line goes, with and without colour alike.
        while pieces.last().is_some_and(|(p, _)| p.trim_end().is_empty()) {
            pieces.pop();
        }
        if let Some((last, _)) = pieces.last_mut() {
            last.truncate(last.trim_end().len());
        }
        let line = pieces.iter().map(|(text, style)| self.paint(*style, text));
        self.lines.push(line.collect());
    }

    fn one_line(&self, raw: &str, room: usize) -> String {
        let clean = self.clean(raw).replace('\n', " ");
        text::cut(&clean, room, &self.clean("…"))
    }

    /// A wrapped paragraph.
    pub(super) fn para(&mut self, para: &Para<'_>) {
        let lead = self.one_line(para.lead, self.columns / 2);
        let hang = para.indent + para.hang;
        // The first line's text starts where the lead ends when the lead is longer than the hang.
        let first = (para.indent + text::width(&lead)).max(hang);
        let room = self.columns.saturating_sub(hang);
        let wrapped = self.wrap(para, room, first - hang);
        let gap = " ".repeat(first - para.indent - text::width(&lead));
        let start = format!(
            "{}{}{gap}",
            " ".repeat(para.indent),
            self.paint(para.lead_style, &lead)
        );
        if wrapped.is_empty() {
            self.lines.push(start.trim_end().to_owned());
        }
        for (i, line) in wrapped.iter().enumerate() {
            let line = self.paint(para.style, line);
            self.lines.push(if i == 0 {
                format!("{start}{line}")
            } else {
                format!("{}{line}", " ".repeat(hang))
            });
        }
    }

    /// Wraps, with `taken` columns of the first line in use.
    fn wrap(&self, para: &Para<'_>, columns: usize, taken: usize) -> Vec<String> {
        let mut lines = text::wrap_after(&self.clean(para.text), columns, taken, para.whole);
        if lines.len() > para.max {
            lines.truncate(para.max);
            let room = if para.max == 1 {
                columns.saturating_sub(taken)
            } else {
                columns
            };
            if let Some(last) = lines.last_mut() {
                *last = cut_here(last, room, &self.clean("…"));
            }
        }
        lines
    }

    /// Text to copy: indented, never wrapped.
    pub(super) fn code(&mut self, indent: usize, raw: &str, style: Style) {
        let clean = self.clean(raw);
        for line in clean.trim_end_matches('\n').split('\n') {
            let line = self.paint(style, line.trim_end());
            self.lines.push(if line.is_empty() {
                line
            } else {
                format!("{}{line}", " ".repeat(indent))
            });
        }
    }

    /// A unified diff to copy, its changed lines in colour.
    pub(super) fn diff(&mut self, indent: usize, raw: &str) {
        for line in raw.trim_end_matches('\n').split('\n') {
            let style = match line.chars().next() {
                Some('+') => GREEN,
                Some('-') => RED,
                _ => NONE,
            };
            self.code(indent, line, style);
        }
    }

    pub(super) fn finish(self) -> String {
        format!("{}\n", self.lines.join("\n").trim_end_matches('\n'))
    }
}

/// The line with `mark` at its end, as more text followed; whole words give way to it where there are several.
fn cut_here(line: &str, room: usize, mark: &str) -> String {
    let mut kept = line;
    loop {
        let marked = format!("{kept} {mark}");
        if text::width(&marked) <= room {
            return marked;
        }
        match kept.rsplit_once(' ') {
            Some((shorter, _)) => kept = shorter,
            None => return text::cut(&marked, room, mark),
        }
    }
}
