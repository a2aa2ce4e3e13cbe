//! The layer table of ARCHITECTURE.md holds, files stay small, and checks, pages and cases are one-to-one.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read the files of the project"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 500;
const MEDIAN_LINES: usize = 150;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Test code may look at everything.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_string_lossy();
    name == "tests"
        || name == "testing"
        || name.ends_with("_tests")
        || path.components().any(|c| c.as_os_str() == "tests")
}

/// The source without its test module and without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .map(|l| format!("{l}\n"))
        .collect()
}

fn source_files() -> Vec<PathBuf> {
    rust_files(&root().join("src"))
        .into_iter()
        .filter(|p| !is_test(p))
        .collect()
}

/// Layer → layers it may import, from the table in ARCHITECTURE.md.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = text
        .split("| layer | may import |")
        .nth(1)
        .expect("the table")
        .lines()
        .skip(2);
    rows.take_while(|l| l.starts_with('|'))
        .map(|l| {
            let cells: Vec<&str> = l.trim_matches('|').split('|').map(str::trim).collect();
            let allowed = cells[1]
                .split(", ")
                .filter(|c| !c.is_empty())
                .map(str::to_owned);
            (cells[0].to_owned(), allowed.collect())
        })
        .collect()
}

fn layer_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Modules named after `crate::`, one by one or in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        if let Some(list) = after.strip_prefix('{') {
            let mut depth = 1;
            let mut name = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => {
                        found.insert(std::mem::take(&mut name));
                        continue;
                    }
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                name.push(c);
            }
            found.insert(name);
        } else {
            found.insert(
                after
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    let first = |m: &String| m.trim().split("::").next().unwrap_or_default().to_owned();
    found.iter().map(first).filter(|m| !m.is_empty()).collect()
}

#[test]
fn layers_import_only_what_the_table_allows() {
    let table = table();
    let mut wrong = Vec::new();
    for path in source_files() {
        let layer = layer_of(&path);
        if layer == "main" || layer == "lib" {
            continue;
        }
        let allowed = table
            .get(&layer)
            .unwrap_or_else(|| panic!("{layer} is not in the table"));
        for module in imports(&code(&path)) {
            if module != layer && table.contains_key(&module) && !allowed.contains(&module) {
                wrong.push(format!("{} imports {module}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_layers_touch_nothing_outside() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "SystemTime::now",
        "Instant::now",
        "tokio::",
        "reqwest::",
        "kube::",
        "Timestamp::now",
    ];
    let mut wrong = Vec::new();
    for path in source_files() {
        if matches!(layer_of(&path).as_str(), "source" | "cli" | "main" | "lib") {
            continue;
        }
        let code = code(&path);
        wrong.extend(
            forbidden
                .iter()
                .filter(|f| code.contains(**f))
                .map(|f| format!("{}: {f}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_behind_a_facade_are_named_in_one_layer() {
    let homes = [
        ("serde_saphyr", "yaml"),
        ("granit_parser", "yaml"),
        ("promql_parser", "promql"),
    ];
    let mut wrong = Vec::new();
    for path in source_files() {
        let code = code(&path);
        for (krate, home) in homes {
            if layer_of(&path) != home && code.contains(&format!("{krate}::")) {
                wrong.push(format!("{}: {krate} belongs to {home}/", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn checks_do_not_know_each_other() {
    for path in rust_files(&root().join("src/checks")) {
        let code = code(&path);
        assert!(
            !code.contains("crate::checks::"),
            "{} names another check",
            path.display()
        );
        assert!(
            !code.contains("super::super"),
            "{} climbs out of its file",
            path.display()
        );
    }
}

#[test]
fn files_stay_small() {
    let mut sizes: Vec<(usize, PathBuf)> = source_files()
        .into_iter()
        .map(|p| {
            let text = fs::read_to_string(&p).unwrap();
            let lines = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap()
                .lines()
                .count();
            (lines, p)
        })
        .collect();
    sizes.sort();
    let large: Vec<_> = sizes.iter().filter(|(n, _)| *n > MAX_LINES).collect();
    assert!(large.is_empty(), "over {MAX_LINES} lines: {large:?}");
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= MEDIAN_LINES, "the median is {median}");
}

#[test]
fn check_page_case_and_file_are_one_to_one() {
    let ids: BTreeSet<String> = promtune::checks::ALL
        .iter()
        .map(|c| c.id.to_owned())
        .collect();
    let names = |folder: &str, extension: &str| -> BTreeSet<String> {
        let folder = root().join(folder);
        let mut found = BTreeSet::new();
        for group in fs::read_dir(&folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.is_dir())
        {
            for file in fs::read_dir(&group).unwrap().map(|e| e.unwrap().path()) {
                if file.extension().is_some_and(|e| e == extension) {
                    let relative = file.with_extension("");
                    let relative = relative
                        .strip_prefix(&folder)
                        .unwrap()
                        .display()
                        .to_string();
                    found.insert(relative.replace('_', "-"));
                }
            }
        }
        found
    };
    assert_eq!(ids, names("src/checks", "rs"), "source files");
    assert_eq!(
        ids,
        names("docs/checks", "md"),
        "pages: run `cargo run -- explain --write-docs docs/checks`"
    );
    assert_eq!(ids, names("fixtures/cases", "md"), "case files");
    let ordered: Vec<_> = promtune::checks::ALL.iter().map(|c| c.id).collect();
    assert!(ordered.is_sorted(), "{ordered:?}");
}
