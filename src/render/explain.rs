//! The pages of the checks: in a terminal for `promtune explain`, and as the files of `docs/checks/`.

use std::fmt::Write as _;
use std::io;

use super::canvas::{BOLD, Canvas, DIM, NONE, Para};
use super::doc::{self, Block};
use super::{Options, words};
use crate::check::{Check, Meta, Need, Status};

mod terminal;

pub use terminal::page;

/// A check's page: what `promtune explain` shows.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// `group/name`.
    pub id: &'static str,
    pub meta: &'static Meta,
    /// Markdown with the headings of a check's page.
    pub docs: &'static str,
}

impl From<&Check> for Page {
    fn from(check: &Check) -> Self {
        Self {
            id: check.id,
            meta: check.meta,
            docs: check.docs,
        }
    }
}

impl Page {
    fn group(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// What the header table says, row by row.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let meta = self.meta;
        let mut facts = vec![
            (
                "Severity",
                format!("{}, unless what was measured says otherwise", meta.severity),
            ),
            ("Since", meta.since.to_owned()),
            ("Needs", needs(meta.needs)),
        ];
        if !meta.uses.is_empty() {
            facts.push(("Better with", needs(meta.uses)));
        }
        if meta.status == Status::Preview {
            facts.push(("Status", "preview: runs only when asked for".to_owned()));
        }
        if let Some(fix) = self.fix() {
            facts.push(("Fix", fix));
        }
        facts
    }

    /// The first sentence on the fix.
    fn fix(&self) -> Option<String> {
        self.first_sentence("Fix and its risk")
    }

    /// The first sentence below a heading, with its marks.
    pub(super) fn first_sentence(&self, heading: &str) -> Option<String> {
        let blocks = doc::blocks(self.docs);
        let mut after = blocks
            .iter()
            .skip_while(|b| !matches!(b, Block::Heading(h) if h.eq_ignore_ascii_case(heading)));
        after.next()?;
        match after.next()? {
            Block::Paragraph(text) | Block::Item(_, _, text) => Some(
                text.split_once(". ")
                    .map_or(text.as_str(), |(first, _)| first)
                    .trim_end_matches('.')
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

fn needs(needs: &[Need]) -> String {
    let shown: Vec<String> = needs
        .iter()
        .map(|need| match need {
            Need::Workloads => "workloads".to_owned(),
            Need::Nodes => "nodes".to_owned(),
            Need::Rules => "rules".to_owned(),
            Need::Query(id) | Need::Series(id) => format!("query `{id}`"),
        })
        .collect();
    if shown.is_empty() {
        "nothing".to_owned()
    } else {
        shown.join(", ")
    }
}

/// Writes the list of all checks for a terminal, by group.
///
/// # Errors
/// When `out` cannot be written to.
pub fn list(pages: &[Page], options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut canvas = Canvas::new(options);
    let widest = pages.iter().map(|p| p.id.len()).max().unwrap_or(0);
    // On narrow terminals the title goes below the id.
    let beside = widest + 14 + 30 <= canvas.columns();
    let mut group = "";
    for page in sorted(pages) {
        if page.group() != group && !group.is_empty() {
            canvas.blank();
        }
        group = page.group();
        let severity = page.meta.severity.as_str();
        let lead = format!("{:widest$}  {severity:8}  ", page.id);
        if beside {
            canvas.para(&Para {
                lead: &lead,
                lead_style: BOLD,
                hang: lead.len(),
                text: page.meta.title,
                ..Para::default()
            });
        } else {
            canvas.line(&[(page.id, BOLD)], (severity, DIM));
            canvas.para(&Para {
                indent: 4,
                text: page.meta.title,
                ..Para::default()
            });
        }
    }
    canvas.blank();
    canvas.line(
        &[
            (&words::counted(pages.len(), "check"), DIM),
            ("; promtune explain CHECK tells one in full", DIM),
        ],
        ("", NONE),
    );
    out.write_all(canvas.finish().as_bytes())
}

fn sorted(pages: &[Page]) -> Vec<&Page> {
    let mut sorted: Vec<&Page> = pages.iter().collect();
    sorted.sort_by_key(|p| p.id);
    sorted
}

/// The file `docs/checks/<id>.md`.
#[must_use]
pub fn file(page: &Page) -> String {
    let mut out = format!(
        "<!-- Generated from the check's doc comment. Change it there. -->\n\n# {}\n\n{}.\n\n| | |\n|---|---|\n| Id | `{}` |\n",
        page.id, page.meta.title, page.id
    );
    for (name, value) in page.facts() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {name} | {} |", value.replace('|', "\\|"));
    }
    let _ = writeln!(out, "\n{}", page.docs.trim());
    out
}

/// The file `docs/checks/README.md`: every check, by group.
#[must_use]
pub fn index(pages: &[Page]) -> String {
    let mut out = String::from(
        "<!-- Generated from the checks. Change their doc comments. -->\n\n# Checks\n\n`promtune explain CHECK` shows the same pages.\n",
    );
    let mut group = "";
    for page in sorted(pages) {
        if page.group() != group {
            group = page.group();
            let _ = write!(
                out,
                "\n## {group}\n\n| Check | Severity | Since | Finds |\n|---|---|---|---|\n"
            );
        }
        let _ = writeln!(
            out,
            "| [`{id}`]({id}.md) | {} | {} | {} |",
            page.meta.severity,
            page.meta.since,
            page.meta.title.replace('|', "\\|"),
            id = page.id,
        );
    }
    out
}
