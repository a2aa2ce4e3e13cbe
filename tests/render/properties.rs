//! What holds for any text in any field, in every format.

use std::collections::BTreeMap;

use promtune::render::text::width;
use promtune::render::{Format, Options, Page, explain, queries};
use promtune::report::{Report, Reported};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::golden::{rendered, written};
use crate::page::PAGES;
use crate::sample::{self, HOSTILE};
use crate::scan;

/// Texts from plain to malicious.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        "[<>&\"'`|*_\\\\#@~ \n\ta-c]{0,60}",
        "(`{1,6}\n?[ab]?){0,8}",
        "[\u{1b}\u{9b}\u{202e}\u{200b}\\[0-9;m日本あשל]{0,40}",
        any::<Index>().prop_map(|i| i.get(&HOSTILE).to_string()),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    prop::collection::vec(text(), 1..6).prop_map(|texts| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        sample::report_of(&texts)
    })
}

/// Options of every kind.
fn options() -> impl Strategy<Value = Options> {
    (20_usize..160, 5_usize..60, any::<[bool; 3]>()).prop_map(
        |(width, height, [color, verbose, ascii])| Options {
            width,
            height,
            color,
            verbose,
            ascii,
            ..Options::default()
        },
    )
}

/// Whether a character may stand in a report for people.
fn is_seen(c: char) -> bool {
    let hidden = c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c == '\n' || !hidden
}

/// Takes colours out: `ESC [ digits and semicolons m`, the only sequence that may be written.
fn without_colour(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        let code = after
            .strip_prefix('[')
            .and_then(|c| c.split_once('m'))
            .filter(|(code, _)| code.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        let Some((_, after)) = code else {
            panic!("an escape that is not a colour: {after:?}");
        };
        rest = after;
    }
    out + rest
}

fn code_lines(report: &Report, options: &Options) -> Vec<String> {
    let mut verbose = options.clone();
    verbose.width = 10_000;
    let clean = |raw: &str| {
        let plain = promtune::render::text::plain(raw).into_owned();
        if options.ascii {
            promtune::render::text::ascii(&plain).into_owned()
        } else {
            plain
        }
    };
    let of = |reported: &Reported| -> Vec<String> {
        let texts = reported.outputs.iter().flat_map(|o| o.texts.values());
        let evidence = reported.finding.evidence.iter().flat_map(|e| match e {
            promtune::check::Evidence::Measured { query: code, .. }
            | promtune::check::Evidence::Quoted { text: code, .. }
            | promtune::check::Evidence::Known { url: code, .. } => Some(code),
            _ => None,
        });
        texts.chain(evidence).map(|t| clean(t)).collect()
    };
    let texts = report.findings.iter().flat_map(of);
    texts
        .flat_map(|t| {
            t.split('\n')
                .map(|l| l.trim_end().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn tables_fit_their_terminal(report in report(), options in options()) {
        let table = without_colour(&rendered(Format::Table, &report, &options));
        let columns = options.width.clamp(40, 120);
        let code = code_lines(&report, &options);
        for line in table.lines().filter(|l| width(l) > columns) {
            prop_assert!(options.verbose, "too wide: {line}");
            prop_assert!(code.iter().any(|c| c == line.trim_start() || line.ends_with(c.as_str())), "too wide: {line}");
        }
        prop_assert!(table.chars().all(is_seen));
        prop_assert!(!options.ascii || table.is_ascii());
    }

    #[test]
    fn colour_changes_nothing_but_colour(report in report(), options in options()) {
        let plain = rendered(Format::Table, &report, &Options { color: false, ..options.clone() });
        let colored = rendered(Format::Table, &report, &Options { color: true, ..options });
        prop_assert_eq!(without_colour(&colored), plain);
    }

    #[test]
    fn lists_of_queries_show_nothing_hidden(report in report(), options in options()) {
        let text = without_colour(&written(|out| queries::render(&report, &options, out)));
        prop_assert!(text.chars().all(is_seen));
    }

    #[test]
    fn markdown_stays_in_its_blocks(report in report(), verbose in any::<bool>()) {
        let options = Options { verbose, ..Options::default() };
        let page = rendered(Format::Markdown, &report, &options);
        prop_assert!(page.chars().all(|c| c == '\t' || is_seen(c)));
        scan::markdown(&page).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn html_has_only_our_markup(report in report()) {
        let pages = vec![Page { id: "memory/hostile", ..PAGES[0] }];
        let options = Options { pages, ..Options::default() };
        let page = rendered(Format::Html, &report, &options);
        prop_assert!(page.chars().all(|c| c == '\t' || is_seen(c)));
        scan::html(&page).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn json_says_exactly_what_was_found(report in report()) {
        let text = rendered(Format::Json, &report, &Options::default());
        prop_assert!(text.chars().all(is_seen));
        let json: serde_json::Value = serde_json::from_str(&text)?;
        let said: Vec<&str> = json["findings"].as_array().expect("a list").iter()
            .map(|f| f["what"].as_str().expect("a text")).collect();
        let meant: Vec<&str> = report.findings.iter().map(|f| f.finding.what.as_str()).collect();
        prop_assert_eq!(said, meant);
        prop_assert_eq!(json["gaps"].as_array().map(Vec::len), Some(report.gaps.len()));
    }

    #[test]
    fn sarif_points_at_its_rules(report in report()) {
        let text = rendered(Format::Sarif, &report, &Options::default());
        prop_assert!(text.chars().all(is_seen));
        let json: serde_json::Value = serde_json::from_str(&text)?;
        let run = &json["runs"][0];
        let results = run["results"].as_array().expect("a list");
        prop_assert_eq!(results.len(), report.findings.len());
        for result in results {
            let index = result["ruleIndex"].as_u64().and_then(|i| usize::try_from(i).ok()).expect("an index");
            prop_assert_eq!(&run["tool"]["driver"]["rules"][index]["id"], &result["ruleId"]);
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a path");
            prop_assert!(uri.bytes().all(|b| b.is_ascii_graphic()));
        }
    }

    #[test]
    fn any_page_can_be_explained(docs in text(), options in options()) {
        let page = Page { docs: docs.leak(), ..PAGES[0] };
        let text = without_colour(&written(|out| explain::page(&page, &options, out)));
        prop_assert!(text.chars().all(is_seen));
        prop_assert!(text.starts_with("requests/memory-request-not-limit"));
    }

    #[test]
    fn the_order_of_arrival_never_shows(order in Just((0..15).collect::<Vec<usize>>()).prop_shuffle()) {
        let ranked = sample::full();
        prop_assert_eq!(ranked.findings.len(), order.len());
        let mut by_place: BTreeMap<usize, Reported> = order.into_iter().zip(ranked.findings.iter().cloned()).collect();
        let mut shuffled = sample::full();
        shuffled.findings = std::iter::from_fn(|| by_place.pop_first().map(|(_, f)| f)).collect();
        let shuffled = sample::finish(shuffled);
        let options = Options { verbose: true, ..Options::default() };
        prop_assert_eq!(
            rendered(Format::Table, &shuffled, &options),
            rendered(Format::Table, &ranked, &options)
        );
    }
}

#[test]
fn markdown_fits_into_a_comment() {
    let mut report = sample::full();
    let many: Vec<Reported> = (0..400)
        .map(|i| {
            let mut reported = report.findings[i % 15].clone();
            reported.finding.discriminator = i.to_string();
            reported
        })
        .collect();
    report.findings = many;
    report.gaps = vec!["a gap that is explained at some length ".repeat(10); 500];
    let report = sample::finish(report);
    let page = rendered(Format::Markdown, &report, &Options::default());
    assert!(page.len() < 65_536, "{}", page.len());
    assert!(page.contains("left out to fit into one comment"));
    scan::markdown(&page).expect("balanced");
    let verbose = Options {
        verbose: true,
        ..Options::default()
    };
    let page = rendered(Format::Markdown, &report, &verbose);
    assert!(!page.contains("left out"));
    assert_eq!(page.matches("\n**Evidence**\n").count(), 400);
}

#[test]
fn a_screen_stays_a_screen_however_much_is_found() {
    let mut report = sample::full();
    report.findings = (0..3000)
        .map(|i| {
            let mut reported = report.findings[i % 15].clone();
            reported.finding.discriminator = i.to_string();
            reported
        })
        .collect();
    let report = sample::finish(report);
    let table = rendered(Format::Table, &report, &Options::default());
    assert!(table.lines().count() <= 40, "{table}");
    assert!(table.contains("more findings with -v"));
}
