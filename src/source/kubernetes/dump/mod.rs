//! What `kubectl get … -o yaml|json` printed, and manifests as people write them.

mod document;
mod files;

use std::io::{self, BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeSeed;
use serde_json::Value;
use serde_json::value::RawValue;

use self::document::{Document, Tally};
use super::Collected;
use super::convert::{Collector, Place, without_values};
use crate::model::Gap;
use crate::yaml;

/// Nothing could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// Not one of the paths leads to a file that can be opened.
    #[error("none of the Kubernetes dumps could be opened: {0}")]
    NothingOpened(String),
}

/// Reads dumps and manifests: files, folders (their `.yaml`, `.yml` and `.json` files, at any depth), `-` for standard
/// input. JSON and YAML, single objects, `kind: List`, documents after one another.
///
/// What carries a `metadata.uid` was read from a cluster; a workload without one keeps the file and document that state
/// it as its [`crate::model::Origin`]. An object without a namespace has the empty one.
///
/// # Errors
/// When not one file could be opened. Anything less is a gap.
pub fn read_dump(paths: &[PathBuf]) -> Result<Collected, DumpError> {
    read_with(paths, &mut io::stdin().lock())
}

/// Reads manifests that are in memory already, given as path and text.
#[must_use]
pub fn read_texts<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Collected {
    let mut dump = Dump::default();
    for (path, text) in files {
        dump.read(path, text.as_bytes(), false);
    }
    Collected::from_collector(dump.collector, 0)
}

fn read_with(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Collected, DumpError> {
    let mut dump = Dump::default();
    for path in paths {
        if path.as_os_str() == "-" {
            dump.read("-", &mut *stdin, true);
            continue;
        }
        for found in files::below(path) {
            dump.read_found(found, path);
        }
    }
    if dump.opened == 0 {
        let first = dump.collector.gaps.first();
        let why = first.map(|gap| {
            format!(
                "{}: {}",
                gap.wanted.trim_start_matches("file:"),
                gap.because
            )
        });
        return Err(DumpError::NothingOpened(
            why.unwrap_or_else(|| "no path was given".to_owned()),
        ));
    }
    Ok(Collected::from_collector(dump.collector, 0))
}

/// A dump being read.
#[derive(Default)]
struct Dump {
    collector: Collector,
    opened: usize,
}

impl Dump {
    fn read_found(&mut self, found: files::Found, given: &Path) {
        let opened = found.and_then(|path| match files::open(&path) {
            Ok(file) => Ok((path, file)),
            Err(because) => Err((path, because)),
        });
        match opened {
            Ok((path, file)) => self.read(&path.to_string_lossy(), file, path == given),
            Err((path, because)) => self.gap(&path.to_string_lossy(), String::new(), because),
        }
    }

    /// Reads one file. `named`: the user gave this very file, so that it should hold something.
    fn read(&mut self, name: &str, reader: impl Read, named: bool) {
        self.opened += 1;
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let start = match reader.fill_buf() {
            Ok(start) => start.to_vec(),
            Err(error) => return self.gap(name, String::new(), files::cause(&error)),
        };
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            let because =
                "UTF-16 text: save it as UTF-8 (PowerShell: `kubectl … | Out-File -Encoding utf8`)";
            return self.gap(name, String::new(), because.to_owned());
        }
        let mut tally = Tally::default();
        let gaps = self.collector.gaps.len();
        if start.starts_with(&[0xef, 0xbb, 0xbf]) {
            reader.consume(3);
        }
        if looks_like_json(&start) {
            self.read_json(name, reader, &mut tally);
        } else {
            self.read_yaml(name, reader, &mut tally);
        }
        self.remark(name, named, &tally, gaps);
    }

    /// Says what is odd about a file as a whole.
    fn remark(&mut self, name: &str, named: bool, tally: &Tally, gaps_before: usize) {
        if tally.kindless > 0 {
            let because = format!(
                "{} list items do not state their kind and were left out: write the dump with \
                 `kubectl get … -o json` or `-o yaml`",
                tally.kindless
            );
            self.gap(name, String::new(), because);
        } else if named && tally.known == 0 && self.collector.gaps.len() == gaps_before {
            let because = "it holds no Kubernetes object that promtune reads".to_owned();
            self.gap(name, String::new(), because);
        }
    }

    /// JSON values after one another. After a fault the rest of the file cannot be trusted.
    fn read_json(&mut self, name: &str, reader: impl BufRead, tally: &mut Tally) {
        let mut place = Place {
            file: name.to_owned(),
            document: 0,
        };
        let mut stream = serde_json::Deserializer::from_reader(reader);
        loop {
            match stream.end() {
                Ok(()) => return,
                Err(error) if error.is_io() => return self.json_fault(name, &error, tally),
                Err(_) => {}
            }
            let document = Document::<Box<RawValue>> {
                collector: &mut self.collector,
                tally,
                place: &place,
                piece: PhantomData,
            };
            if let Err(error) = document.deserialize(&mut stream) {
                return self.json_fault(name, &error, tally);
            }
            place.document += 1;
        }
    }

    fn json_fault(&mut self, name: &str, error: &serde_json::Error, tally: &Tally) {
        let next = if error.is_eof() {
            "the file ends in the middle: write the dump again"
        } else {
            "not JSON from here on"
        };
        let known = tally.known;
        let because = format!("{next}; the {known} objects before it were read");
        let part = format!("line {}, column {}", error.line(), error.column());
        self.gap(name, part, because);
    }

    fn read_yaml(&mut self, name: &str, reader: impl BufRead, tally: &mut Tally) {
        for (document, chunk) in files::Chunks::new(reader).enumerate() {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => return self.gap(name, String::new(), files::cause(&error)),
            };
            let Ok(text) = String::from_utf8(chunk.text) else {
                let part = format!("document {document}, line {}", chunk.line);
                self.gap(name, part, "not UTF-8 text: save it as UTF-8".to_owned());
                continue;
            };
            // A Secret is not even parsed.
            if text.lines().any(|line| line.trim_end() == "kind: Secret") {
                continue;
            }
            let place = Place {
                file: name.to_owned(),
                document,
            };
            let seed = Document::<Value> {
                collector: &mut self.collector,
                tally: &mut *tally,
                place: &place,
                piece: PhantomData,
            };
            if let Err(fault) = yaml::read_large(&text, seed) {
                self.yaml_fault(name, document, chunk.line, &text, &fault);
            }
        }
    }

    fn yaml_fault(
        &mut self,
        name: &str,
        document: usize,
        line: usize,
        text: &str,
        fault: &yaml::LargeFault,
    ) {
        let line = line + fault.line.unwrap_or(1).saturating_sub(1);
        let because = if text.contains("{{") {
            "not YAML: it looks like a Helm template; render it with `helm template` and read the result".to_owned()
        } else {
            format!("not YAML: {}", without_values(&fault.message))
        };
        self.gap(name, format!("document {document}, line {line}"), because);
    }

    fn gap(&mut self, name: &str, part: String, because: String) {
        let gap = Gap::new(format!("file:{name}"), because).in_part(part);
        self.collector.gaps.push(gap);
    }
}

/// `{` or `[` starts JSON, unless it starts a Helm template (`{{`) or a YAML flow collection with bare words.
fn looks_like_json(start: &[u8]) -> bool {
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start);
    let mut bytes = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), next) => matches!(next, None | Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, None | Some(b'{' | b']')),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
