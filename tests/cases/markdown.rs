//! Case files as text: sections, blocks, and putting new contents into blocks.

use std::fmt::Write as _;

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The info string, as in `query cpu-periods`.
    pub(crate) info: String,
    pub(crate) text: String,
    /// Lines of the file that the contents take: first (from 0) and one past the last.
    pub(crate) lines: (usize, usize),
}

/// A section of a case file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
    /// Whether a line says `Silent.`
    pub(crate) silent: bool,
    pub(crate) has_prose: bool,
    /// The line after the last one that is not blank.
    pub(crate) end: usize,
}

/// A case file.
#[derive(Clone, Debug)]
pub(crate) struct CaseFile {
    pub(crate) title: String,
    pub(crate) sections: Vec<Section>,
    lines: Vec<String>,
}

impl Block {
    /// The first word of the info string and the rest.
    pub(crate) fn kind(&self) -> (&str, &str) {
        let info = self.info.trim();
        info.split_once(char::is_whitespace)
            .map_or((info, ""), |(kind, rest)| (kind, rest.trim()))
    }
}

impl Section {
    pub(crate) fn block(&self, info: &str) -> Option<&Block> {
        self.blocks.iter().find(|b| b.info.trim() == info)
    }
}

impl CaseFile {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut file = Self {
            title: String::new(),
            sections: Vec::new(),
            lines: Vec::new(),
        };
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].as_str();
            if let Some(title) = line.strip_prefix("# ") {
                file.title = title.trim().to_owned();
            } else if let Some(title) = line.strip_prefix("## ") {
                file.sections.push(Section {
                    title: title.trim().to_owned(),
                    ..Section::default()
                });
            } else if let Some(section) = file.sections.last_mut() {
                if let Some(info) = line.strip_prefix("```") {
                    let end = (at + 1..lines.len())
                        .find(|&n| lines[n].trim_end() == "```")
                        .ok_or(format!("line {}: the block is not closed", at + 1))?;
                    let text = lines[at + 1..end].iter().fold(String::new(), |mut t, l| {
                        let _ = writeln!(t, "{l}");
                        t
                    });
                    section.blocks.push(Block {
                        info: info.to_owned(),
                        text,
                        lines: (at + 1, end),
                    });
                    at = end;
                } else if line.trim() == "Silent." {
                    section.silent = true;
                } else if !line.trim().is_empty() {
                    section.has_prose = true;
                }
            }
            if let Some(section) = file
                .sections
                .last_mut()
                .filter(|_| !lines[at].trim().is_empty())
            {
                section.end = at + 1;
            }
            at += 1;
        }
        file.lines = lines;
        Ok(file)
    }

    /// The file with new contents for some blocks, and blocks added at the end of sections.
    pub(crate) fn rewritten(&self, changes: &[Change]) -> String {
        let mut sorted: Vec<&Change> = changes.iter().collect();
        sorted.sort_by_key(|c| std::cmp::Reverse(c.lines));
        let mut lines = self.lines.clone();
        for change in sorted {
            let text = change.text.lines().map(str::to_owned);
            let new: Vec<String> = match &change.add {
                Some(info) => ["".to_owned(), format!("```{info}")]
                    .into_iter()
                    .chain(text)
                    .chain(["```".to_owned()])
                    .collect(),
                None => text.collect(),
            };
            lines.splice(change.lines.0..change.lines.1, new);
        }
        lines.join("\n") + "\n"
    }
}

/// New contents of a block.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) lines: (usize, usize),
    /// The info string of a block that is not there yet.
    pub(crate) add: Option<String>,
    pub(crate) text: String,
}
