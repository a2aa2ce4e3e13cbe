//! Pages say what they must, are generated from the checks, and documents name what exists.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read the files of the project"
)]

use std::fs;
use std::path::PathBuf;

use promtune::checks::ALL;
use promtune::render::{Page, explain};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

const HEADINGS: &[&str] = &[
    "## What it finds",
    "## Why it hurts",
    "## How we decide",
    "## When it is wrong",
    "## Fix and its risk",
    "## Example",
    "## Options",
    "## References",
];

#[test]
fn every_page_has_every_heading_in_order() {
    for check in ALL {
        let at: Vec<Option<usize>> = HEADINGS.iter().map(|h| check.docs.find(h)).collect();
        assert!(at.iter().all(Option::is_some), "{}: {at:?}", check.id);
        assert!(at.is_sorted(), "{}: headings out of order", check.id);
        assert!(check.docs.starts_with("# "), "{} has no title", check.id);
    }
}

#[test]
fn every_page_gives_a_reference() {
    for check in ALL {
        let references = check.docs.split("## References").nth(1).unwrap_or_default();
        assert!(
            references.contains("https://"),
            "{} has no reference",
            check.id
        );
    }
}

#[test]
fn options_named_on_pages_exist() {
    let defaults = fs::read_to_string(root().join("rulesets/defaults.yaml")).unwrap();
    for check in ALL {
        let options = check
            .docs
            .split("## Options")
            .nth(1)
            .unwrap()
            .split("## References")
            .next()
            .unwrap();
        for option in options
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|o| o.contains('.') && !o.contains('/'))
        {
            assert!(
                defaults.contains(&format!("key: {option}\n")),
                "{}: no default {option}",
                check.id
            );
        }
    }
}

#[test]
fn docs_are_generated_from_the_checks() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    let pages: Vec<Page> = ALL.iter().map(Page::from).collect();
    let files = pages
        .iter()
        .map(|p| (format!("docs/checks/{}.md", p.id), explain::file(p)))
        .chain([("docs/checks/README.md".to_owned(), explain::index(&pages))]);
    for (path, wanted) in files {
        let file = root().join(&path);
        if update {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &wanted).unwrap();
        } else if fs::read_to_string(&file).ok().as_deref() != Some(&wanted) {
            stale.push(path);
        }
    }
    assert!(
        stale.is_empty(),
        "stale, run `UPDATE=1 cargo test --test docs`: {stale:?}"
    );
}

#[test]
fn local_links_lead_somewhere() {
    let documents = [
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
    ];
    for document in documents {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap();
            if !path.is_empty() && !link.contains("://") {
                assert!(root().join(path).exists(), "{document} links to {path}");
            }
        }
    }
}

#[test]
fn commands_in_the_readme_parse() {
    use clap::CommandFactory;
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let shell = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|block| block.split("```").next());
    let commands = shell
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|l| l.starts_with("promtune "));
    let mut seen = 0;
    for line in commands {
        let line = line
            .split(" #")
            .next()
            .unwrap()
            .split(" > ")
            .next()
            .unwrap();
        let words = line.split_whitespace().map(|w| w.trim_matches(['\'', '"']));
        let parsed = promtune::cli::args::Cli::command().try_get_matches_from(words);
        assert!(
            parsed.is_ok(),
            "{line}: {}",
            parsed.err().map(|e| e.to_string()).unwrap_or_default()
        );
        seen += 1;
    }
    assert!(seen >= 5, "README shows how to run it");
}
