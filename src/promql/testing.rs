//! What the tests of this folder share: random expressions and the corpus.

#![expect(
    clippy::disallowed_methods,
    reason = "the corpus is outside the repository"
)]

use proptest::prelude::*;
use std::path::Path;

/// Labels and metrics of random expressions: few, so that they meet.
const LABELS: [&str; 5] = ["a", "b", "c", "le", "job"];

fn label() -> impl Strategy<Value = String> {
    proptest::sample::select(LABELS.as_slice()).prop_map(str::to_owned)
}

fn labels() -> impl Strategy<Value = String> {
    proptest::collection::vec(label(), 0..3).prop_map(|l| l.join(", "))
}

fn matcher() -> impl Strategy<Value = String> {
    let op = proptest::sample::select(["=", "!=", "=~", "!~"].as_slice());
    let value = proptest::sample::select(["", "x", "y", ".*", ".+", "x|y"].as_slice());
    (label(), op, value).prop_map(|(l, op, v)| format!("{l}{op}\"{v}\""))
}

pub(super) fn selector() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(["m", "n", "o_total", "h_bucket"].as_slice());
    let matchers = proptest::collection::vec(matcher(), 0..3);
    (name, matchers, proptest::bool::weighted(0.1)).prop_map(|(n, m, old)| {
        let braces = if m.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", m.join(","))
        };
        format!("{n}{braces}{}", if old { " offset 1m" } else { "" })
    })
}

fn number() -> impl Strategy<Value = String> {
    proptest::sample::select(["0", "1", "2.5", "-1", "0x10", "1e3", "+3", "1m"].as_slice())
        .prop_map(str::to_owned)
}

/// Expressions that give an instant vector.
pub(super) fn vector() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => selector(),
        2 => (plain_range(), selector()).prop_map(|(f, s)| format!("{f}({}[5m])", s.replace(" offset 1m", ""))),
        1 => number().prop_map(|n| format!("vector({n})")),
        1 => Just("vector(time())".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            4 => (aggregation(), grouping(), inner.clone()).prop_map(|(op, g, e)| format!("{op}{g}({e})")),
            2 => (aggregation(), grouping(), inner.clone()).prop_map(|(op, g, e)| format!("{op}({e}){g}")),
            1 => (grouping(), inner.clone()).prop_map(|(g, e)| format!("count_values{g}(\"v\", {e})")),
            2 => (proptest::sample::select(["topk", "bottomk", "quantile"].as_slice()), grouping(), inner.clone())
                .prop_map(|(op, g, e)| format!("{op}{g}(1, {e})")),
            3 => (one_argument(), inner.clone()).prop_map(|(f, e)| format!("{f}({e})")),
            2 => (label(), label(), proptest::sample::select(["", "$1", "x", "z$1"].as_slice()), inner.clone())
                .prop_map(|(d, s, r, e)| format!("label_replace({e}, \"{d}\", \"{r}\", \"{s}\", \"(.*)\")")),
            1 => (label(), label(), label(), inner.clone())
                .prop_map(|(d, s, t, e)| format!("label_join({e}, \"{d}\", \"-\", \"{s}\", \"{t}\")")),
            1 => inner.clone().prop_map(|e| format!("histogram_quantile(0.9, {e})")),
            1 => inner.clone().prop_map(|e| format!("vector(scalar({e}))")),
            1 => inner.clone().prop_map(|e| format!("max_over_time(({e})[5m:1m])")),
            1 => inner.clone().prop_map(|e| format!("last_over_time(({e})[5m:1m])")),
            2 => inner.clone().prop_map(|e| format!("({e})")),
            1 => inner.clone().prop_map(|e| format!("-({e})")),
            3 => (inner.clone(), scalar_op(), number()).prop_map(|(e, op, n)| format!("({e}) {op} {n}")),
            2 => (number(), scalar_op(), inner.clone()).prop_map(|(n, op, e)| format!("{n} {op} ({e})")),
            5 => (inner.clone(), vector_op(), matching(), inner.clone())
                .prop_map(|(l, op, m, r)| format!("({l}) {op} {m} ({r})")),
            3 => (inner.clone(), proptest::sample::select(["and", "or", "unless"].as_slice()), set_matching(), inner)
                .prop_map(|(l, op, m, r)| format!("({l}) {op} {m} ({r})")),
        ]
    })
}

fn plain_range() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        [
            "rate",
            "increase",
            "avg_over_time",
            "last_over_time",
            "absent_over_time",
            "count_over_time",
            "changes",
        ]
        .as_slice(),
    )
}

fn aggregation() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(["sum", "max", "count", "group", "stddev", "AVG"].as_slice())
}

fn one_argument() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        [
            "abs",
            "sort",
            "sort_desc",
            "timestamp",
            "absent",
            "sgn",
            "hour",
        ]
        .as_slice(),
    )
}

fn scalar_op() -> impl Strategy<Value = &'static str> {
    proptest::sample::select([">", "<=", "==", "!=", "> bool", "+", "*", "/", "%"].as_slice())
}

fn vector_op() -> impl Strategy<Value = &'static str> {
    proptest::sample::select([">", "==", "!= bool", "+", "*", "/"].as_slice())
}

fn grouping() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        labels().prop_map(|l| format!(" by ({l}) ")),
        labels().prop_map(|l| format!(" without ({l}) ")),
    ]
}

fn set_matching() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        labels().prop_map(|l| format!("on ({l})")),
        labels().prop_map(|l| format!("ignoring ({l})")),
    ]
}

fn matching() -> impl Strategy<Value = String> {
    let kept = |m: &str| match m {
        // `on` and the group's labels must not overlap.
        "on" => "on (a, job)",
        _ => "ignoring (b, c)",
    };
    prop_oneof![
        set_matching(),
        (
            proptest::sample::select(["on", "ignoring"].as_slice()),
            proptest::sample::select(
                [
                    "group_left ()",
                    "group_left (b)",
                    "group_right (b, c)",
                    "group_right ()"
                ]
                .as_slice()
            )
        )
            .prop_map(move |(m, g)| format!("{} {g}", kept(m))),
    ]
}

/// Every expression of the rule files of the corpus (`PROMTUNE_CORPUS`), each once. `None` without a corpus.
pub(super) fn corpus() -> Option<Vec<String>> {
    values_in_corpus(&["expr"])
}

/// Every annotation that rules usually have, each once.
pub(super) fn template_corpus() -> Option<Vec<String>> {
    values_in_corpus(&["summary", "description", "message", "runbook_url", "title"])
}

fn values_in_corpus(keys: &[&str]) -> Option<Vec<String>> {
    let root = std::env::var_os("PROMTUNE_CORPUS").unwrap_or_else(|| "/work/shared/corpus".into());
    let mut found = std::collections::BTreeSet::new();
    let mut folders = vec![Path::new(&root).join("rules")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                found.extend(keys.iter().flat_map(|key| values_of(&text, key)));
            }
        }
    }
    Some(found.into_iter().collect())
}

/// The values of one YAML key, read line by line: enough for rule files, and this folder may not name a YAML reader.
pub(super) fn values_of(text: &str, key: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        let Some(value) = line[indent..]
            .strip_prefix(key)
            .and_then(|r| r.strip_prefix(':'))
        else {
            continue;
        };
        let folded = value.trim_start().starts_with('>');
        let value = value.trim();
        if !value.is_empty() && !value.starts_with(['|', '>']) {
            if let Some(plain) = scalar(value) {
                found.push(plain);
            }
            continue;
        }
        let block: Vec<&str> = lines[i + 1..]
            .iter()
            .take_while(|l| l.trim().is_empty() || l.len() - l.trim_start().len() > indent)
            .map(|l| l.trim())
            .collect();
        found.push(
            block
                .join(if folded { " " } else { "\n" })
                .trim()
                .to_owned(),
        );
    }
    found
}

fn scalar(value: &str) -> Option<String> {
    match value.chars().next()? {
        '\'' => Some(
            value
                .strip_prefix('\'')?
                .strip_suffix('\'')?
                .replace("''", "'"),
        ),
        '"' => {
            let inner = value.strip_prefix('"')?.strip_suffix('"')?;
            Some(
                inner
                    .replace("\\\"", "\"")
                    .replace("\\\\", "\\")
                    .replace("\\n", "\n"),
            )
        }
        _ => Some(value.to_owned()),
    }
}

/// Prometheus' own tool, the newest there is.
pub(super) fn promtool() -> Option<std::path::PathBuf> {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let cached = Path::new(&home).join(".cache/promtune-test/bin/promtool3");
    [cached, "promtool".into()].into_iter().find(|tool| {
        let version = std::process::Command::new(tool).arg("--version").output();
        version.is_ok_and(|o| o.status.success())
    })
}

/// Runs the tool over one file and gives all it prints.
pub(super) fn run_promtool(tool: &Path, args: &[&str], file: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.yaml");
    std::fs::write(&path, file).unwrap();
    let output = std::process::Command::new(tool)
        .args(args)
        .arg(&path)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&printed).replace(&path.display().to_string(), "file.yaml")
}
