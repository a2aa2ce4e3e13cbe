//! Comments in the user's files that hold findings back: `# promtune: ignore[check] reason` and pint's.

use super::Held;
use super::file::{day, matches};
use super::pint;
use crate::check::Finding;
use crate::model::Timestamp;

/// What a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    File,
    /// These lines, and everything that begins on the first of them.
    Lines(u32, u32),
    /// The rule that begins on this line or has it.
    Rule(u32),
}

/// A comment that holds findings back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) line: u32,
    pub(super) reach: Reach,
    /// Patterns of check ids.
    pub(super) checks: Vec<String>,
    pub(super) until: Option<Timestamp>,
    pub(super) reason: String,
    /// Whether it is worth a word when it matches nothing.
    pub(super) ours: bool,
}

/// The comments of one file, with what its lines belong to.
#[derive(Clone, Debug, Default)]
pub struct Comments {
    path: String,
    comments: Vec<(Comment, bool)>,
    /// First and last lines of rules, groups, containers and documents.
    extents: Vec<(u32, u32)>,
    /// Comments that could not be understood.
    faults: Vec<String>,
}

impl Comments {
    /// Reads the comments of a file.
    #[must_use]
    pub fn read(path: &str, text: &str, extents: Vec<(u32, u32)>) -> Self {
        let mut found = Self {
            path: path.to_owned(),
            extents,
            ..Self::default()
        };
        if !text.contains("promtune:") && !text.contains("pint ") {
            return found;
        }
        let lines: Vec<&str> = text.lines().collect();
        let mut begun = None;
        for (at, line) in lines.iter().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let Some((before, words)) = comment(line) else {
                continue;
            };
            let place = Place {
                number,
                alone: before.trim().is_empty(),
                next: next(&lines, at),
            };
            let read = match words.split_once(char::is_whitespace) {
                Some(("promtune:", rest)) => own(rest.trim(), &place).map(|c| vec![c]),
                Some(("pint", rest)) => Ok(pint::read(rest.trim(), &place, &mut begun)),
                _ => continue,
            };
            match read {
                Ok(comments) => found
                    .comments
                    .extend(comments.into_iter().map(|c| (c, false))),
                Err(why) => found.faults.push(format!("{path}:{number}: {why}")),
            }
        }
        found
    }

    /// The comment that holds a finding of this file back, and why.
    fn reason(&mut self, finding: &Finding, now: Timestamp) -> Option<String> {
        let at = finding.location.as_ref()?;
        let extents = &self.extents;
        let found = self.comments.iter_mut().find(|(c, _)| {
            c.checks.iter().any(|p| matches(p, &finding.check))
                && c.until.is_none_or(|until| now < until)
                && reaches(c.reach, at.line, at.end_line, extents)
        })?;
        found.1 = true;
        Some(found.0.reason.clone())
    }

    /// What the comments have to be told about: not understood, run out, or about nothing.
    fn remarks(&self, now: Timestamp) -> Vec<String> {
        let unused = self
            .comments
            .iter()
            .filter(|(c, used)| !used && c.ours)
            .map(|(c, _)| {
                let checks = c.checks.join(", ");
                match c.until.filter(|until| now >= *until) {
                    Some(_) => format!(
                        "{}:{}: the snooze of {checks} has run out",
                        self.path, c.line
                    ),
                    None => format!(
                        "{}:{}: the comment holds back nothing: no finding of {checks} here",
                        self.path, c.line
                    ),
                }
            });
        self.faults.iter().cloned().chain(unused).collect()
    }
}

/// Holds back what comments are about; `files` are those of all files. Gives what has to be said about the comments.
pub fn hold_back_by_comments(
    findings: Vec<Finding>,
    files: &mut [Comments],
    now: Timestamp,
) -> (Vec<Finding>, Vec<Held>, Vec<String>) {
    let (mut kept, mut held) = (Vec::new(), Vec::new());
    for finding in findings {
        let path = finding
            .location
            .as_ref()
            .map(|l| l.path.clone())
            .unwrap_or_default();
        let reason = files
            .iter_mut()
            .find(|f| f.path == path)
            .and_then(|f| f.reason(&finding, now));
        match reason {
            Some(reason) => held.push(Held {
                finding,
                by: "comment",
                reason,
            }),
            None => kept.push(finding),
        }
    }
    (
        kept,
        held,
        files.iter().flat_map(|f| f.remarks(now)).collect(),
    )
}

fn reaches(reach: Reach, line: u32, end: u32, extents: &[(u32, u32)]) -> bool {
    let holds = |e: &&(u32, u32)| e.0 <= line && line <= e.1;
    match reach {
        Reach::File => true,
        Reach::Lines(first, last) => {
            let begins = extents.iter().filter(holds).any(|e| e.0 == first);
            (line <= last && first <= end) || begins
        }
        Reach::Rule(at) => {
            let size = |e: &&(u32, u32)| e.1 - e.0;
            let begins = extents.iter().filter(|e| e.0 == at).min_by_key(size);
            let around = || {
                extents
                    .iter()
                    .filter(|e| e.0 <= at && at <= e.1)
                    .min_by_key(size)
            };
            begins.or_else(around).as_ref().is_some_and(holds)
        }
    }
}

/// Where a comment stands.
pub(super) struct Place {
    pub(super) number: u32,
    /// Whether nothing else is on its line.
    pub(super) alone: bool,
    /// The next line that is neither empty nor a comment.
    pub(super) next: u32,
}

impl Place {
    /// The line that the comment is about.
    pub(super) fn target(&self) -> u32 {
        if self.alone { self.next } else { self.number }
    }
}

fn next(lines: &[&str], at: usize) -> u32 {
    let code = |l: &&str| !l.trim().is_empty() && !l.trim_start().starts_with('#');
    let distance = lines.iter().skip(at + 1).position(code).unwrap_or_default();
    u32::try_from(at + 2 + distance).unwrap_or(u32::MAX)
}

/// What stands before and behind the `#` of a comment of a tool.
fn comment(line: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find('#').map(|at| at + from) {
        let words = line.get(at + 1..)?.trim_start();
        if words.starts_with("promtune:") || words.starts_with("pint ") {
            return Some((line.get(..at)?, words.trim_end()));
        }
        from = at + 1;
    }
    None
}

/// `ignore[a/b, c/d] reason`, `ignore-file[…] reason`, `snooze[…] until 2027-01-31 reason`.
fn own(words: &str, place: &Place) -> Result<Comment, String> {
    let help = "write `# promtune: ignore[group/name] reason`, `ignore-file[…] reason` or `snooze[…] until 2027-01-31 reason`";
    let (verb, rest) = words.split_once('[').ok_or(help)?;
    let (checks, reason) = rest.split_once(']').ok_or(help)?;
    let checks: Vec<String> = checks
        .split(',')
        .map(|c| c.trim().to_owned())
        .filter(|c| !c.is_empty())
        .collect();
    let mut reason = reason.trim();
    let mut until = None;
    let reach = match verb.trim() {
        "ignore" | "snooze" => Reach::Lines(place.target(), place.target()),
        "ignore-file" => Reach::File,
        _ => return Err(help.to_owned()),
    };
    if verb.trim() == "snooze" {
        let rest = reason
            .strip_prefix("until")
            .map(str::trim_start)
            .ok_or(help)?;
        let (date, why) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        until = Some(day(date).ok_or_else(|| format!("`{date}` is not a date: write 2027-01-31"))?);
        reason = why.trim();
    }
    if checks.is_empty() {
        return Err(help.to_owned());
    }
    if reason.is_empty() {
        return Err("the comment has no reason: say why, for those who read it later".to_owned());
    }
    Ok(Comment {
        line: place.number,
        reach,
        checks,
        until,
        reason: reason.to_owned(),
        ours: true,
    })
}

#[cfg(test)]
mod tests;
