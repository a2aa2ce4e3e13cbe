//! What holds for every finding, whatever it is about.

use std::sync::LazyLock;

use promtune::check::{Evidence, Finding};
use promtune::fix::Edit;
use promtune::promql::Query;
use regex::Regex;

/// Every breach, one line each.
pub(crate) fn breaches(finding: &Finding) -> Vec<String> {
    let mut found = sentences(finding);
    found.extend(numbers(finding));
    found.extend(queries(finding));
    found.extend(fixes(finding));
    found
}

fn sentences(f: &Finding) -> Vec<String> {
    let mut found = Vec::new();
    let texts = [
        ("what", &f.what),
        ("why", &f.why),
        ("do", &f.action),
        ("confidence", &f.confidence.because),
    ];
    for (name, text) in texts {
        let fault = match text.as_str() {
            t if t.split_whitespace().count() < 3 => "is not a sentence",
            t if t.trim() != t || t.contains("  ") || t.contains('\n') => "has stray white space",
            t if t.ends_with(['.', ';', ',', ':']) => "ends in punctuation",
            t if t.contains("{}") || t.contains(" ;") || t.contains(" ,") || t.contains("()") => {
                "has a hole in it"
            }
            t if t.contains("unknown") || t.contains("NaN") || t.contains("inf%") => {
                "prints a value that is none"
            }
            _ => continue,
        };
        found.push(format!("{name} {fault}: {text}"));
    }
    found
}

/// Words that hold a digit.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9_./:+=\-]*\d[A-Za-z0-9_./:,+%\-]*").expect("an expression")
});

/// What a number looks like as `Unit::show` and quantities print it.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d{1,3}(,\d{3})+|\d+(\.\d+)?)(%|m|Ki|Mi|Gi|ms)?$|^(\d+[dhms])+$")
        .expect("an expression")
});

/// Numbers as words print them: a quantity, a percentage, a duration, a count. What is part of a name (`api-1`, `p95`,
/// `v1.33`, `127.0.0.1`) is not one, nor is an ordinal (`95th`).
fn numbers_in(text: &str) -> Vec<String> {
    TOKEN
        .find_iter(text)
        .map(|t| {
            t.as_str()
                .trim_end_matches([',', '.', ':', '-'])
                .trim_start_matches('-')
        })
        .filter(|t| NUMBER.is_match(t))
        .map(str::to_owned)
        .collect()
}

/// Every number in the words is in the evidence, in the subject's names or in the quantities of a fix.
fn numbers(f: &Finding) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for evidence in &f.evidence {
        match evidence {
            Evidence::Quoted { line, text, .. } => {
                shown.push(text.clone());
                shown.extend(line.map(|l| l.to_string()));
            }
            Evidence::Known { entry, .. } => shown.push(entry.clone()),
            Evidence::Field { object, value, .. } => shown.extend([object.clone(), value.clone()]),
            other => shown.push(other.shown()),
        }
    }
    for edit in f.fixes.iter().flat_map(|fix| &fix.edits) {
        if let Edit::SetResources { changes, .. } | Edit::SetLimitRange { changes, .. } = edit {
            shown.extend(
                changes
                    .iter()
                    .flat_map(|c| [c.from.clone(), c.to.clone()])
                    .flatten(),
            );
        }
    }
    shown.push(f.subject.to_string());
    let known: Vec<String> = shown.iter().flat_map(|s| numbers_in(s)).collect();
    [("what", &f.what), ("why", &f.why), ("do", &f.action)]
        .into_iter()
        // What is in backticks is quoted, or an example of how to write something.
        .map(|(name, text)| {
            (
                name,
                text.split('`').step_by(2).collect::<Vec<_>>().join(" "),
            )
        })
        .flat_map(|(name, text)| numbers_in(&text).into_iter().map(move |n| (name, n)))
        .filter(|(_, n)| !known.contains(n))
        .map(|(name, n)| format!("{name} says {n}, which is not in the evidence"))
        .collect()
}

/// What is measured comes with a query that a person can paste.
fn queries(f: &Finding) -> Vec<String> {
    f.evidence
        .iter()
        .filter_map(|e| match e {
            Evidence::Measured { query, label, .. } => match Query::parse(query) {
                Ok(_) => None,
                Err(error) => Some(format!(
                    "the query of `{label}` cannot be pasted: {error}: {query}"
                )),
            },
            Evidence::Computed { label, formula, .. } if label.is_empty() || formula.is_empty() => {
                Some("a computed value without label or formula".to_owned())
            }
            Evidence::Known { url, .. } if !url.starts_with("https://") => {
                Some(format!("{url} is no address"))
            }
            _ => None,
        })
        .collect()
}

fn fixes(f: &Finding) -> Vec<String> {
    let mut found = Vec::new();
    for fix in &f.fixes {
        if [&fix.title, &fix.expected, &fix.rollback]
            .iter()
            .any(|t| t.trim().is_empty())
            || fix.edits.is_empty()
        {
            found.push(format!("fix `{}` is incomplete", fix.title));
        }
        for edit in &fix.edits {
            if let Edit::SetResources { changes, .. } | Edit::SetLimitRange { changes, .. } = edit {
                found.extend(
                    changes
                        .iter()
                        .filter(|c| c.from == c.to)
                        .map(|c| format!("fix `{}` changes {:?} to itself", fix.title, c.field)),
                );
                if changes.is_empty() {
                    found.push(format!("fix `{}` changes nothing", fix.title));
                }
            }
        }
    }
    found
}

#[test]
fn numbers_are_told_from_names() {
    let text = "api-1 of node ip-10-0-1-2 (v1.33.1, 127.0.0.1) reached 1.5Gi, 38% over 13d23h; p95 and the 95th are not, 1,209,600 is, 5ms too: 12";
    assert_eq!(
        numbers_in(text),
        ["1.5Gi", "38%", "13d23h", "1,209,600", "5ms", "12"]
    );
}
