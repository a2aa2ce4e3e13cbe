//! Paths into a document: `spec.template.spec.containers[name=app].resources.limits.memory`.

use std::fmt;
use std::str::FromStr;

/// A path from the root of a document to a node. The empty path is the root.
///
/// Written as keys joined by dots, with `[0]` for the first item of a list, `[name=app]` for the
/// item whose `name` is `app`, and `["a.b/c"]` for a key that holds dots or brackets. `Display`
/// prints what `FromStr` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// The steps from the root on.
    pub segments: Vec<Segment>,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// The value of this key of a map.
    Key(String),
    /// The item of a list at this index, from 0.
    Index(usize),
    /// The one item of a list of maps whose `key` has the text `value`.
    Item {
        /// The key that tells the items apart, usually `name`.
        key: String,
        /// Its text in the wanted item.
        value: String,
    },
}

/// A text that is not a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {at} of the path)")]
pub struct PathError {
    /// The 1-based character where reading stopped.
    pub at: usize,
    /// What was expected there.
    pub message: &'static str,
}

impl Path {
    /// The path to the root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// This path and then a key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.segments.push(Segment::Key(key.into()));
        self
    }

    /// This path and then the item at `index` (from 0).
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.segments.push(Segment::Index(index));
        self
    }

    /// This path and then the item whose `key` is `value`.
    #[must_use]
    pub fn item(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.segments.push(Segment::Item {
            key: key.into(),
            value: value.into(),
        });
        self
    }
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Self {
        Self { segments }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) if !is_bare(key) => write!(f, "[{}]", Quoted(key))?,
                Segment::Key(key) if position == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Item { key, value } => {
                    f.write_str("[")?;
                    word(f, key)?;
                    f.write_str("=")?;
                    word(f, value)?;
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

fn word(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if is_bare(text) {
        f.write_str(text)
    } else {
        write!(f, "{}", Quoted(text))
    }
}

/// Whether a key can stand without quotes. A bare number in brackets would be an index.
fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(['.', '[', ']', '"', '=', '\\'])
        && !text.chars().any(char::is_whitespace)
}

struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\"",
            self.0.replace('\\', "\\\\").replace('"', "\\\"")
        )
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader { rest: text, at: 1 };
        let mut segments = Vec::new();
        while let Some(next) = reader.peek() {
            if next == '[' {
                reader.take();
                segments.push(reader.bracket()?);
                continue;
            }
            if !segments.is_empty() && reader.take() != Some('.') {
                return Err(reader.error("expected `.` or `[`"));
            }
            segments.push(Segment::Key(reader.bare(&['.', '['])?));
        }
        Ok(Self { segments })
    }
}

struct Reader<'t> {
    rest: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        self.at += 1;
        Some(next)
    }

    fn error(&self, message: &'static str) -> PathError {
        PathError {
            at: self.at,
            message,
        }
    }

    fn bare(&mut self, stops: &[char]) -> Result<String, PathError> {
        let mut text = String::new();
        while self.peek().is_some_and(|next| !stops.contains(&next)) {
            text.extend(self.take());
        }
        if text.is_empty() {
            Err(self.error("expected a key"))
        } else {
            Ok(text)
        }
    }

    fn word(&mut self) -> Result<(String, bool), PathError> {
        if self.peek() != Some('"') {
            return self.bare(&['=', ']']).map(|text| (text, false));
        }
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                Some('"') => return Ok((text, true)),
                Some('\\') => text.extend(self.take()),
                Some(next) => text.push(next),
                None => return Err(self.error("expected a closing `\"`")),
            }
        }
    }

    /// What stands between `[` and `]`.
    fn bracket(&mut self) -> Result<Segment, PathError> {
        let (first, quoted) = self.word()?;
        let segment = match (self.take(), first.parse()) {
            (Some('='), _) => {
                let (value, _) = self.word()?;
                if self.take() != Some(']') {
                    return Err(self.error("expected `]`"));
                }
                return Ok(Segment::Item { key: first, value });
            }
            (Some(']'), Ok(index)) if !quoted => Segment::Index(index),
            (Some(']'), _) if quoted => Segment::Key(first),
            (Some(']'), _) => {
                return Err(self.error("expected an index, `key=value` or a quoted key"));
            }
            _ => return Err(self.error("expected `=` or `]`")),
        };
        Ok(segment)
    }
}
