//! Untrusted text on its way to a person.
//!
//! Names, annotations and file contents are written by whoever can write to the cluster. [`plain`] is the one place
//! where what could steer a terminal or fool a reader is taken out; every renderer for people uses it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// The text with everything that is not meant to be seen made visible: control characters (and with them every ANSI
/// escape), bidirectional overrides and invisible characters become `\u{…}`. Newlines stay, tabs become four spaces,
/// variation selectors, which only choose a glyph, are dropped.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_care) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push(c),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\t' => out.push_str("    "),
            '\u{fe00}'..='\u{fe0f}' => {}
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn needs_care(c: char) -> bool {
    c != '\n' && (is_hidden(c) || matches!(c, '\u{fe00}'..='\u{fe0f}'))
}

/// Whether a character acts without being seen: controls, direction marks, joiners, fillers, tags.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Nothing but ASCII: common signs get a look-alike, the rest becomes `\u{…}`.
#[must_use]
pub fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '─' | '–' | '‐' | '‑' | '−' | '·' => out.push('-'),
            '—' => out.push_str("--"),
            '→' => out.push_str("->"),
            '…' => out.push_str("..."),
            '•' | '×' => out.push('*'),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '≠' => out.push_str("!="),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            '\u{a0}' => out.push(' '),
            c => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// Columns that a text takes. Sequences that terminals join are counted piece by piece: never too little.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The text as lines of at most `columns`, broken at white space; a word that is too long is broken inside. White
/// space in the text, newlines included, counts as one space.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_after(text, columns, 0, false)
}

/// Like [`wrap`], with the first `taken` columns of the first line already in use; with `whole`, a word that is too
/// long stays in one piece and sticks out.
#[must_use]
pub fn wrap_after(text: &str, columns: usize, taken: usize, whole: bool) -> Vec<String> {
    let mut lines = Lines {
        // A wide character needs two columns; with fewer, no line could hold it.
        columns: columns.max(2),
        used: taken,
        whole,
        ..Lines::default()
    };
    for word in text.split_whitespace() {
        lines.word(word);
    }
    if !lines.line.is_empty() {
        lines.done.push(lines.line);
    }
    lines.done
}

#[derive(Default)]
struct Lines {
    columns: usize,
    used: usize,
    whole: bool,
    line: String,
    done: Vec<String>,
}

impl Lines {
    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.used = 0;
    }

    fn word(&mut self, word: &str) {
        let size = width(word);
        let space = usize::from(!self.line.is_empty());
        let fits_next = self.whole || size <= self.columns;
        if self.used + space + size > self.columns && (space > 0 || (self.used > 0 && fits_next)) {
            self.end();
        } else if space > 0 {
            self.line.push(' ');
            self.used += 1;
        }
        for c in word.chars() {
            let size = char_width(c);
            if self.used + size > self.columns && !self.whole {
                self.end();
            }
            self.line.push(c);
            self.used += size;
        }
    }
}

/// The text cut to `columns`, with `mark` in place of what was cut off.
#[must_use]
pub fn cut(text: &str, columns: usize, mark: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(width(mark)) else {
        return String::new();
    };
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|&c| {
            used += char_width(c);
            used <= room
        })
        .collect();
    format!("{}{mark}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_made_visible() {
        for (raw, shown) in [
            ("api", "api"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\rb", "a\\u{d}b"),
            ("a\r\nb", "a\nb"),
            ("a\tb", "a    b"),
            ("bell\u{7}", "bell\\u{7}"),
            ("user\u{202e}txt.exe", "user\\u{202e}txt.exe"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("warn\u{26a0}\u{fe0f}", "warn\u{26a0}"),
            ("日本", "日本"),
        ] {
            assert_eq!(plain(raw), shown);
        }
    }

    #[test]
    fn ascii_keeps_the_meaning_of_common_signs() {
        assert_eq!(
            ascii("a → b · c … “d” ≥ é"),
            "a -> b - c ... \"d\" >= \\u{e9}"
        );
    }

    #[test]
    fn words_are_wrapped_by_columns_not_characters() {
        assert_eq!(
            wrap("one two  three\nfour", 9),
            ["one two", "three", "four"]
        );
        assert_eq!(wrap("日本語 日本", 6), ["日本語", "日本"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert!(wrap(" \n ", 10).is_empty());
    }

    #[test]
    fn cutting_leaves_room_for_the_mark() {
        assert_eq!(cut("abcdef", 6, "…"), "abcdef");
        assert_eq!(cut("abcdef", 5, "…"), "abcd…");
        assert_eq!(cut("日本語", 4, "…"), "日…");
        assert_eq!(cut("ab cdef", 4, "…"), "ab…");
    }

    proptest! {
        #[test]
        fn plain_text_has_nothing_hidden(text in any::<String>()) {
            let shown = plain(&text).into_owned();
            prop_assert!(shown.chars().all(|c| c == '\n' || !is_hidden(c)));
            prop_assert_eq!(plain(&shown), shown.as_str());
        }

        #[test]
        fn wrapping_fits_and_loses_nothing(text in any::<String>(), columns in 2_usize..60) {
            let text = plain(&text);
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|l| width(l) <= columns));
            let squeeze = |t: &str| t.split_whitespace().collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }

        #[test]
        fn cut_text_fits(text in "\\PC*", columns in 0_usize..40) {
            prop_assert!(width(&cut(&text, columns, "…")) <= columns);
        }
    }
}
