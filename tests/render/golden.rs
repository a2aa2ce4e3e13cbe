//! Golden files in `fixtures/render/`. `UPDATE=1 cargo test --test render` writes them anew; read the difference.
#![expect(
    clippy::disallowed_methods,
    reason = "golden files are read from disk, and written when UPDATE is set"
)]

use std::path::Path;

use promtune::render::{Format, Options, explain, queries};
use promtune::report::Report;

use crate::page::PAGES;
use crate::sample;

/// Renders to a string.
pub(crate) fn rendered(format: Format, report: &Report, options: &Options) -> String {
    let mut bytes = Vec::new();
    format
        .render(report, options, &mut bytes)
        .expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// Compares with `fixtures/render/<name>`, or writes it.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/render")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} differs; run with UPDATE=1 and read the difference:\n{}",
        similar::TextDiff::from_lines(expected.as_str(), actual)
            .unified_diff()
            .context_radius(2)
    );
}

fn columns(width: usize) -> Options {
    Options {
        width,
        ..Options::default()
    }
}

#[test]
fn table_of_one_screen() {
    for width in [80, 100, 120] {
        let text = rendered(Format::Table, &sample::full(), &columns(width));
        assert!(text.lines().count() <= 40, "more than a screen:\n{text}");
        golden(&format!("sample.{width}.txt"), &text);
    }
}

#[test]
fn table_in_full() {
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    golden(
        "sample.verbose.txt",
        &rendered(Format::Table, &sample::full(), &options),
    );
}

#[test]
fn table_in_colour_and_in_ascii() {
    let color = Options {
        color: true,
        ..Options::default()
    };
    golden(
        "sample.color.txt",
        &rendered(Format::Table, &sample::full(), &color),
    );
    let ascii = Options {
        ascii: true,
        ..columns(80)
    };
    golden(
        "sample.ascii.txt",
        &rendered(Format::Table, &sample::full(), &ascii),
    );
}

#[test]
fn tables_without_findings() {
    golden(
        "empty.txt",
        &rendered(Format::Table, &sample::empty(), &Options::default()),
    );
    golden(
        "nothing.txt",
        &rendered(Format::Table, &sample::nothing(), &Options::default()),
    );
}

#[test]
fn json() {
    let options = Options::default();
    golden(
        "sample.json",
        &rendered(Format::Json, &sample::full(), &options),
    );
    golden(
        "empty.json",
        &rendered(Format::Json, &sample::empty(), &options),
    );
}

#[test]
fn hostile_texts() {
    let report = sample::report_of(&sample::HOSTILE);
    let options = Options {
        verbose: true,
        ..columns(80)
    };
    golden(
        "hostile.txt",
        &rendered(Format::Table, &report, &columns(80)),
    );
    golden(
        "hostile.verbose.txt",
        &rendered(Format::Table, &report, &options),
    );
    golden("hostile.json", &rendered(Format::Json, &report, &options));
}

#[test]
fn markdown() {
    let options = Options::default();
    for (name, report) in [
        ("sample.md", sample::full()),
        ("empty.md", sample::empty()),
        ("hostile.md", sample::report_of(&sample::HOSTILE)),
    ] {
        golden(name, &rendered(Format::Markdown, &report, &options));
    }
}

/// What a writer of text wrote.
pub(crate) fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("pages are UTF-8")
}

#[test]
fn pages_of_checks() {
    let [page, _] = &PAGES;
    golden(
        "explain.80.txt",
        &written(|out| explain::page(page, &columns(80), out)),
    );
    golden("explain.md", &explain::file(page));
    golden("explain.index.md", &explain::index(&PAGES));
    golden(
        "explain.list.txt",
        &written(|out| explain::list(&PAGES, &columns(100), out)),
    );
}

#[test]
fn list_of_queries() {
    let report = sample::full();
    golden(
        "queries.txt",
        &written(|out| queries::render(&report, &columns(100), out)),
    );
}

#[test]
fn html() {
    let options = Options {
        pages: PAGES.to_vec(),
        ..Options::default()
    };
    for (name, report) in [
        ("sample.html", sample::full()),
        ("empty.html", sample::empty()),
        ("hostile.html", sample::report_of(&sample::HOSTILE)),
    ] {
        golden(name, &rendered(Format::Html, &report, &options));
    }
}

#[test]
fn sarif() {
    let options = Options {
        pages: PAGES.to_vec(),
        category: Some("audit/production".to_owned()),
        ..Options::default()
    };
    for (name, report) in [
        ("sample.sarif", sample::full()),
        ("hostile.sarif", sample::report_of(&sample::HOSTILE)),
    ] {
        golden(name, &rendered(Format::Sarif, &report, &options));
    }
}
