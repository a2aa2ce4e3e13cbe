//! Large documents, item by item: a dump of a cluster is read without being held.

use serde::de::DeserializeSeed;

/// Why a document could not be read.
#[derive(Debug)]
pub struct LargeFault {
    /// Line in the document, from 1, when the parser knows it.
    pub line: Option<usize>,
    /// What is wrong, for a person.
    pub message: String,
}

/// Reads one document through `seed`, item by item: the document is never held as a tree.
///
/// # Errors
/// When the text is not YAML, or `seed` refuses what it holds.
pub fn read_large<'a, S>(text: &'a str, seed: S) -> Result<(), LargeFault>
where
    S: for<'de> DeserializeSeed<'de, Value = ()>,
{
    serde_saphyr::with_deserializer_from_str_with_options(text, options(text.len()), |de| {
        seed.deserialize(de)
    })
    .map_err(|error| {
        let location = error.location().map(|l| l.line());
        let message = error.without_snippet().to_string();
        LargeFault {
            line: location.and_then(|line| usize::try_from(line).ok()),
            message: message.lines().next().unwrap_or_default().to_owned(),
        }
    })
}

/// The parser's default budget stops at 250,000 nodes and 64 levels. A dump of a big cluster has more of the former and
/// CRDs more of the latter; what grows faster than the text (aliases) is kept low.
fn options(bytes: usize) -> serde_saphyr::Options {
    let large = bytes.max(1 << 20);
    let mut aliases = serde_saphyr::options::AliasLimits::default();
    aliases.max_total_replayed_events = 200_000;
    serde_saphyr::options! {
        alias_limits: aliases,
        budget: serde_saphyr::budget! {
            max_events: large.saturating_mul(2),
            max_nodes: large,
            max_total_scalar_bytes: large,
            max_total_comment_bytes: large,
            max_buffered_comment_events: 4096,
            max_depth: 200,
        },
        with_snippet: false,
        legacy_octal_numbers: true,
        // As `kubectl apply` reads them.
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
    }
}
