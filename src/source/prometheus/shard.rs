//! One piece of a query: some namespaces, some pods, some of the time.
//!
//! Pieces are made by halving only, and one half always says "not the other half". So the pieces of a query are
//! disjoint and leave nothing out: neither a namespace that nobody listed, nor a series without the label.

use crate::knowledge::SHARD;
use crate::model::Text;

/// The characters that pod names end in.
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// How often the pods of one namespace are halved: 256 pieces are enough for any namespace that a server can hold.
const POD_HALVINGS: usize = 8;

/// One piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    pub(super) spaces: Spaces,
    pods: Pods,
    /// First and last step of a range query.
    pub(super) steps: Option<(u32, u32)>,
    /// Halvings so far.
    pub(super) depth: u32,
}

/// Which namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spaces {
    /// These.
    In(Vec<Text>),
    /// All but `excluded`; `named` are known to be among them.
    NotIn {
        excluded: Vec<Text>,
        named: Vec<Text>,
    },
}

/// Which pods: those that pass every matcher. Pods are told apart by how their names end, because that is where
/// controllers put random characters and ordinals; the pods of one workload all begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pods {
    /// Whether the pattern must match, and the pattern.
    matchers: Vec<(bool, String)>,
    suffix: String,
    low: usize,
    high: usize,
}

/// What may be halved besides namespaces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MayHalve {
    /// The expression keeps the namespace label.
    pub(super) spaces: bool,
    /// It keeps the pod label as well.
    pub(super) pods: bool,
    /// Time comes first: the server objected to the length of the range.
    pub(super) time_first: bool,
}

impl Shard {
    /// The whole query.
    pub(super) fn whole(named: Vec<Text>, steps: Option<(u32, u32)>) -> Self {
        let excluded = Vec::new();
        Self::of(Spaces::NotIn { excluded, named }, steps)
    }

    pub(super) fn of(spaces: Spaces, steps: Option<(u32, u32)>) -> Self {
        Self {
            spaces,
            pods: Pods::all(),
            steps,
            depth: 0,
        }
    }

    /// The same piece of other times.
    pub(super) fn at(&self, steps: Option<(u32, u32)>) -> Self {
        Self {
            steps,
            ..self.clone()
        }
    }

    /// Two halves that together are this piece; nothing when it cannot be halved.
    pub(super) fn halve(&self, may: MayHalve) -> Option<[Self; 2]> {
        let time = || self.halve_time();
        let spaces = || self.halve_spaces().filter(|_| may.spaces);
        let pods = || self.halve_pods().filter(|_| may.pods);
        if may.time_first {
            return time().or_else(spaces).or_else(pods);
        }
        spaces().or_else(pods).or_else(time)
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut half = self.clone();
        half.depth += 1;
        change(&mut half);
        half
    }

    fn halve_spaces(&self) -> Option<[Self; 2]> {
        let (left, right) = self.spaces.halve()?;
        Some([
            self.with(|s| s.spaces = left),
            self.with(|s| s.spaces = right),
        ])
    }

    pub(super) fn halve_pods(&self) -> Option<[Self; 2]> {
        let (left, right) = self.pods.halve()?;
        Some([self.with(|s| s.pods = left), self.with(|s| s.pods = right)])
    }

    fn halve_time(&self) -> Option<[Self; 2]> {
        let (first, last) = self.steps.filter(|(first, last)| first < last)?;
        let middle = first + (last - first) / 2;
        Some([
            self.with(|s| s.steps = Some((first, middle))),
            self.with(|s| s.steps = Some((middle + 1, last))),
        ])
    }

    /// The namespaces it is known to hold.
    pub(super) fn named(&self) -> &[Text] {
        match &self.spaces {
            Spaces::In(named) | Spaces::NotIn { named, .. } => named,
        }
    }

    /// `expr` with this piece's matchers in place of [`SHARD`].
    pub(super) fn apply(&self, expr: &str, label: Option<&str>) -> String {
        let matchers = label.map(|label| self.matchers(label)).unwrap_or_default();
        let mut applied = String::with_capacity(expr.len() + matchers.len());
        let mut rest = expr;
        while let Some(at) = rest.find(SHARD) {
            let (before, after) = rest.split_at(at);
            applied.push_str(before);
            let first = before.trim_end().ends_with(['{', ',']);
            let skip = usize::from(first && !matchers.is_empty());
            applied.push_str(&matchers[skip..]);
            rest = &after[SHARD.len()..];
        }
        applied.push_str(rest);
        applied
    }

    fn matchers(&self, label: &str) -> String {
        let spaces = match &self.spaces {
            Spaces::In(named) => matcher(label, true, &alternatives(named)),
            Spaces::NotIn { excluded, .. } if excluded.is_empty() => String::new(),
            Spaces::NotIn { excluded, .. } => matcher(label, false, &alternatives(excluded)),
        };
        let pod = pod_label(label);
        let pods = self.pods.matchers.iter();
        let pods = pods.map(|(positive, pattern)| matcher(&pod, *positive, pattern));
        spaces + &pods.collect::<String>()
    }

    /// What this piece holds, for people.
    pub(super) fn describe(&self) -> String {
        let mut parts = Vec::new();
        match &self.spaces {
            Spaces::In(named) => parts.push(listed("namespace", named)),
            Spaces::NotIn { excluded, named } if !excluded.is_empty() => {
                parts.push(if named.is_empty() {
                    format!("all but {}", listed("namespace", excluded))
                } else {
                    format!("{} and those not listed", listed("namespace", named))
                })
            }
            Spaces::NotIn { .. } => {}
        }
        parts.extend(self.pods.describe());
        parts.join(", ")
    }
}

impl Spaces {
    fn halve(&self) -> Option<(Self, Self)> {
        match self {
            Self::In(named) => {
                let (left, right) = cut(named)?;
                Some((Self::In(left), Self::In(right)))
            }
            Self::NotIn { named, .. } if named.is_empty() => None,
            Self::NotIn { excluded, named } => {
                // The last one is parted from what nobody listed.
                let (left, right) = cut(named).unwrap_or_else(|| (named.clone(), Vec::new()));
                let excluded = [excluded.as_slice(), &left].concat();
                let rest = Self::NotIn {
                    excluded,
                    named: right,
                };
                Some((Self::In(left), rest))
            }
        }
    }
}

fn cut(named: &[Text]) -> Option<(Vec<Text>, Vec<Text>)> {
    let (left, right) = named.split_at(named.len() / 2);
    (!left.is_empty()).then(|| (left.to_vec(), right.to_vec()))
}

impl Pods {
    fn all() -> Self {
        Self {
            matchers: Vec::new(),
            suffix: String::new(),
            low: 0,
            high: ALPHABET.len(),
        }
    }

    fn describe(&self) -> Option<String> {
        let (least, most) = (ALPHABET[self.low], ALPHABET[self.high - 1]);
        let suffix = &self.suffix;
        let ends = format!("{}-{}", char::from(least), char::from(most));
        (!self.matchers.is_empty()).then(|| format!("pods that end in [{ends}]{suffix}"))
    }

    fn halve(&self) -> Option<(Self, Self)> {
        if self.matchers.len() >= POD_HALVINGS {
            return None;
        }
        let mut from = self.clone();
        if from.high - from.low == 1 {
            // One character left: look at the one before it.
            from.suffix.insert(0, char::from(ALPHABET[from.low]));
            (from.low, from.high) = (0, ALPHABET.len());
        }
        let middle = from.low.midpoint(from.high);
        let (least, most) = (ALPHABET[middle], ALPHABET[from.high - 1]);
        let pattern = format!(
            ".*[{}-{}]{}",
            char::from(least),
            char::from(most),
            from.suffix
        );
        let (mut left, mut right) = (from.clone(), from);
        left.high = middle;
        left.matchers.push((false, pattern.clone()));
        right.low = middle;
        right.matchers.push((true, pattern));
        Some((left, right))
    }
}

/// The pod label that goes with a namespace label: `exported_pod` with `exported_namespace`.
pub(super) fn pod_label(namespace_label: &str) -> String {
    namespace_label.replace("namespace", "pod")
}

fn matcher(label: &str, positive: bool, pattern: &str) -> String {
    let operator = if positive { "=~" } else { "!~" };
    let quoted = pattern
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!(",{label}{operator}\"{quoted}\"")
}

fn alternatives(names: &[Text]) -> String {
    let escaped: Vec<String> = names.iter().map(|name| escape(name)).collect();
    escaped.join("|")
}

/// Takes away what characters mean to RE2.
fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn listed(what: &str, names: &[Text]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(|name| &**name).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what}{plural} {}{more}", shown.join(", "))
}

#[cfg(test)]
#[path = "shard_tests.rs"]
mod tests;
