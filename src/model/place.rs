//! Places in the user's files: where a rule is written, and what is wrong with how it is written.

use std::collections::BTreeMap;

use super::RuleKind;

/// A stretch of a file. Lines and columns count from 1, columns in characters; the end is behind the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Where a piece of a text is written: from the byte `text` on, characters follow each other on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: u32,
    pub line: u32,
    pub column: u32,
}

/// Where every character of a value is written, through quotes, escapes, block scalars and folded lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextPlace {
    /// All of it.
    pub span: Span,
    /// In the order of the text.
    pub runs: Vec<Run>,
}

impl TextPlace {
    /// Where the bytes `from..to` of `text`, the value itself, are written.
    #[must_use]
    pub fn of(&self, text: &str, from: usize, to: usize) -> Span {
        // An end is the place behind the last character, which may stand on another line than the next one.
        let last = text.get(..to).and_then(|t| t.char_indices().next_back());
        let last = last.map_or(from, |(at, _)| at.max(from));
        let (Some((line, column)), Some((end_line, end_column))) =
            (self.at(text, from), self.at(text, last))
        else {
            return self.span;
        };
        Span {
            line,
            column,
            end_line,
            end_column: end_column + u32::from(to > from),
        }
    }

    fn at(&self, text: &str, offset: usize) -> Option<(u32, u32)> {
        let before = self.runs.partition_point(|run| run.text as usize <= offset);
        let run = self.runs.get(before.checked_sub(1)?)?;
        let between = text.get(run.text as usize..offset)?.chars().count();
        Some((run.line, run.column + u32::try_from(between).ok()?))
    }
}

/// A key of a rule or a group, and its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldPlace {
    pub key: Span,
    pub value: Span,
}

/// What kind of server a rule is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Prometheus, Thanos, Mimir.
    #[default]
    Prometheus,
    /// VictoriaMetrics: expressions are MetricsQL.
    Victoria,
}

/// Where a rule is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSource {
    /// The file, as the user named it.
    pub path: String,
    /// From its first key to its last value.
    pub span: Span,
    pub expr: TextPlace,
    /// By key: `alert`, `for`, `labels`, `labels.severity`, `annotations.summary`.
    pub fields: BTreeMap<String, FieldPlace>,
    pub dialect: Dialect,
    /// Whether parts are filled in when a chart is rendered, so that values are not what they will be.
    pub templated: bool,
}

impl RuleSource {
    /// Where the value of the key is written, else the name of the rule, else the rule.
    #[must_use]
    pub fn value(&self, key: &str) -> Span {
        let known = [key, "alert", "record"]
            .iter()
            .find_map(|k| self.fields.get(*k));
        known.map_or(self.span, |f| f.value)
    }
}

/// Where a group is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSource {
    pub path: String,
    pub span: Span,
    /// By key.
    pub fields: BTreeMap<String, FieldPlace>,
    /// Labels that the group adds to its rules.
    pub labels: BTreeMap<String, String>,
    pub dialect: Dialect,
    /// Counts the places in the file that hold groups: names must differ within one.
    pub holder: u32,
}

/// What is wrong with a file of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It cannot be read.
    Unreadable,
    /// A key or value that is not meant there.
    Schema,
    /// A name that servers refuse.
    Name,
    /// A text that is not a duration.
    Duration,
    /// `for` or `keep_firing_for` where nothing fires.
    ForOnRecording,
}

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub kind: FaultKind,
    pub at: Span,
    /// The group; empty when it has no name or there is none.
    pub group: String,
    pub rule: Option<(RuleKind, String)>,
    /// The key it is about.
    pub key: String,
    /// One sentence for a person.
    pub what: String,
    pub action: String,
    /// The text at the place.
    pub text: String,
    /// Whether newer servers take it.
    pub newer_accept: bool,
}

/// A file that was looked at for rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFile {
    pub path: String,
    pub faults: Vec<RuleFault>,
    /// What was recognised and not looked into, and why.
    pub notes: Vec<(u32, String)>,
}
