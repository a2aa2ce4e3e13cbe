//! Baselines: findings that were there before, by fingerprint.

use std::collections::BTreeMap;

use super::Held;
use crate::check::Finding;

/// Fingerprints of a baseline file, each with whether it was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<String, bool>);

const HEAD: &str = "# Findings that promtune does not report: fingerprint, check, subject. Written by --write-baseline.\n";

impl Baseline {
    /// Reads a baseline: a fingerprint per line, what follows it is for people.
    ///
    /// # Errors
    /// With the first line that does not start with a fingerprint.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut found = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let Some(word) = line
                .split_whitespace()
                .next()
                .filter(|w| !w.starts_with('#'))
            else {
                continue;
            };
            if word.len() != 32 || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!(
                    "line {}: `{word}` is not a fingerprint",
                    number + 1
                ));
            }
            found.insert(word.to_owned(), false);
        }
        Ok(Self(found))
    }

    /// The text of a baseline of these findings, sorted.
    #[must_use]
    pub fn write<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
        let line = |f: &Finding| {
            format!(
                "{} {} {}\n",
                f.fingerprint(),
                f.check,
                one_line(&f.subject.to_string())
            )
        };
        let mut lines: Vec<String> = findings.into_iter().map(line).collect();
        lines.sort();
        lines.dedup();
        format!("{HEAD}{}", lines.concat())
    }

    /// Holds back what the baseline has.
    pub fn hold_back(&mut self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Held>) {
        let (mut kept, mut held) = (Vec::new(), Vec::new());
        for finding in findings {
            match self.0.get_mut(&finding.fingerprint()) {
                Some(met) => {
                    *met = true;
                    held.push(Held {
                        finding,
                        by: "baseline",
                        reason: "in the baseline".to_owned(),
                    });
                }
                None => kept.push(finding),
            }
        }
        (kept, held)
    }

    /// How many of its findings are gone.
    #[must_use]
    pub fn unmet(&self) -> usize {
        self.0.values().filter(|met| !**met).count()
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Confidence, Draft, Evidence, Meta, Severity, Sink, Status, Subject};

    fn finding(name: &str) -> Finding {
        let meta = Meta {
            title: "t",
            severity: Severity::Info,
            status: Status::Stable,
            needs: &[],
            uses: &[],
            since: "0.1.0",
        };
        let mut sink = Sink::new("alerts/x", &meta);
        let known = Evidence::known("k", "u");
        sink.report(Draft::new(
            Subject::alert(name, "g"),
            Confidence::high("x"),
            "a",
            "b",
            "c",
            known,
        ));
        sink.finish().0.remove(0)
    }

    #[test]
    fn what_was_written_is_held_back_and_what_is_gone_is_counted() {
        let text = Baseline::write([&finding("B\nx"), &finding("A")]);
        assert_eq!(text.lines().count(), 3);
        let mut baseline = Baseline::read(&text).unwrap();
        let (kept, held) = baseline.hold_back(vec![finding("A"), finding("C")]);
        assert_eq!((kept.len(), held.len(), baseline.unmet()), (1, 1, 1));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(Baseline::read("groups:\n").is_err());
        assert_eq!(Baseline::read("# none\n\n").unwrap(), Baseline::default());
    }
}
