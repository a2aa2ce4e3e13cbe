//! Templates one by one, and compared with promtool.

use std::fmt::Write;

use proptest::prelude::*;

use super::super::testing::{promtool, run_promtool, template_corpus};
use super::*;

fn reads(text: &str) -> Reads {
    Template::parse(text)
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .reads()
}

fn labels(text: &str) -> Vec<String> {
    reads(text).labels.into_iter().map(|r| r.label).collect()
}

#[test]
fn labels_are_found_wherever_they_are_read() {
    for text in [
        "{{ $labels.a }}",
        "{{$labels.a}}",
        "{{- .Labels.a | toUpper -}}",
        r#"{{ index $labels "a" }}"#,
        r#"{{ printf "%s" (index $labels "a") }}"#,
        "{{ $.Labels.a }}",
        "{{ if $labels.a }}x{{ end }}",
        "{{ with $labels }}{{ .a }}{{ end }}",
        "{{ $l := $labels }}{{ $l.a }}",
        "{{ with $l := .Labels }}{{ $l.a }}{{ else }}no{{ end }}",
        "{{ range query \"up\" }}{{ .Labels.b }}{{ $labels.a }}{{ end }}",
        r#"{{ (index $labels "a") | title }}"#,
        "{{/* $labels.b */}}{{ humanize 1 }}{{ $labels.a }}",
        "{{ define \"x\" }}{{ .Labels.a }}{{ end }}{{ template \"x\" . }}",
        "{{ block \"x\" . }}{{ .Labels.a }}{{ end }}",
    ] {
        assert_eq!(labels(text), ["a"], "{text}");
    }
    let text = r#"é {{ $labels.instance }} {{ index .Labels "job" }}"#;
    let spans: Vec<&str> = reads(text)
        .labels
        .iter()
        .map(|r| r.span.slice(text))
        .collect();
    assert_eq!(spans, ["instance", "\"job\""]);
    assert_eq!(
        reads("{{ $labels }}{{ range $k, $v := $labels }}{{ $k }}{{ end }}")
            .all_labels
            .len(),
        2
    );
    assert_eq!(
        reads("{{ $externalLabels.cluster }}").external_labels[0].label,
        "cluster"
    );
    assert_eq!(
        labels("{{ with query \"up\" }}{{ . | first | label \"a\" }}{{ end }}"),
        Vec::<String>::new()
    );
}

#[test]
fn uses_of_the_value_say_what_it_passed_through() {
    let through = |text: &str| -> Vec<Vec<String>> {
        reads(text).values.into_iter().map(|v| v.through).collect()
    };
    assert_eq!(through("{{ $value }}"), [Vec::<String>::new()]);
    assert_eq!(through("{{ .Value | humanize }}"), [["humanize"]]);
    assert_eq!(through("{{ humanize $value }}"), [["humanize"]]);
    assert_eq!(through(r#"{{ $value | printf "%.2f" }}"#), [["printf"]]);
    assert_eq!(
        through(r#"{{ printf "%.2f" (humanize $value) | title }}"#),
        [["humanize", "printf", "title"]]
    );
    assert_eq!(
        through("{{ $v := $value }}{{ $v | humanizeDuration }}"),
        [["humanizeDuration"]]
    );
    assert_eq!(
        through("{{ with $value }}{{ . | humanize }}{{ end }}")
            .last()
            .unwrap(),
        &["humanize"]
    );
    assert!(through("{{ $labels.value }}{{ range query \"up\" }}{{ .Value }}{{ end }}").is_empty());
    let tested = reads("{{ if gt $value 1.0 }}x{{ end }}").values;
    assert!(tested[0].tested && tested.len() == 1);
}

#[test]
fn queries_are_given_with_their_text() {
    let queries = |text: &str| -> Vec<(String, bool)> {
        reads(text)
            .queries
            .into_iter()
            .map(|q| (q.text, q.exact))
            .collect()
    };
    let exact = |text: &str| (text.to_owned(), true);
    assert_eq!(
        queries(r#"{{ query "up" | first | value }}"#),
        [exact("up")]
    );
    assert_eq!(queries(r#"{{ "up" | query }}"#), [exact("up")]);
    assert_eq!(
        queries("{{ $q := `up` }}{{ with query $q }}x{{ end }}"),
        [exact("up")]
    );
    assert_eq!(
        queries(r#"{{ with printf "up{a='%s'}" $labels.a | query }}{{ end }}"#),
        [("up{a='%s'}".to_owned(), false)]
    );
    assert_eq!(
        queries("{{ range query $labels.q }}{{ end }}"),
        [(String::new(), false)]
    );
}

#[test]
fn errors_are_worded_as_prometheus_words_them() {
    for (text, message, wrong) in [
        ("{{ $labels.a ", "unclosed action", "{{ $labels.a "),
        ("{{ $labels.a }", "unexpected \"}\" in operand", "}"),
        ("{{ foo }}", "function \"foo\" not defined", "foo"),
        ("{{ $x }}", "undefined variable \"$x\"", "$x"),
        ("{{ if $value }}x", "unexpected EOF", ""),
        ("{{ end }}", "unexpected {{end}}", "end"),
        ("{{ else }}", "unexpected {{else}}", "else"),
        ("{{}}", "missing value for command", "}}"),
        ("{{ \"a }}", "unterminated quoted string", "\"a }}"),
        ("{{ (1 }}", "unclosed left paren", " "),
        ("{{ 1) }}", "unexpected right paren", ")"),
        (
            "{{ 1 | 2 }}",
            "non executable command in pipeline stage 2",
            "2",
        ),
        ("{{ break }}", "{{break}} outside {{range}}", "break"),
        (
            "{{ define \"x\" }}{{ $labels.a }}{{ end }}",
            "undefined variable \"$labels\"",
            "$labels",
        ),
        ("{{ if }}{{ end }}", "missing value for if", "}}"),
        ("{{/* a }}", "unclosed comment", "{{/* a }}"),
        ("{{ $labels.a-b }}", "bad character U+002D '-'", ".a"),
    ] {
        let error = Template::parse(text).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert!(
            error.span.slice(text).starts_with(wrong.trim_end()),
            "{text}: {:?}",
            error.span.slice(text)
        );
    }
    assert_eq!(Template::parse("a\nb\n{{ foo }}").unwrap_err().line, 3);
    assert!(
        Template::parse(&"{{ if 1 }}".repeat(5_000))
            .unwrap_err()
            .is_limit
    );
    assert!(
        Template::parse(&format!("{{{{ {} }}}}", "(".repeat(5_000)))
            .unwrap_err()
            .is_limit
    );
    assert!(
        Template::parse(&format!(
            "{{{{ if 1 }}}}{}",
            "{{ else if 1 }}".repeat(5_000)
        ))
        .unwrap_err()
        .is_limit
    );
}

#[test]
fn what_go_reads_is_read() {
    for text in [
        "",
        "plain",
        "{ not }",
        "}}",
        "{{ 1 }}",
        "{{ 0x1F }}",
        "{{ 1e3 }}",
        "{{ 'a' }}",
        "{{ true }}",
        "{{ `raw` }}",
        "{{- 1 -}}",
        "{{ . }}",
        "{{ $ }}",
        "{{ if 1 }}a{{ else if 2 }}b{{ else }}c{{ end }}",
        "{{ range $i, $x := query \"up\" }}{{ break }}{{ continue }}{{ end }}",
        "{{ $x := 1 }}{{ $x = 2 }}",
        "{{ template \"t\" }}",
        "{{ args 1 2 | len }}",
        "{{\n1\n}}",
        "{{ (query \"up\" | first).Value }}",
        "{{ $labels.a.b.c }}",
        "{{ 1+2i }}",
        "{{ .5 }}",
    ] {
        assert!(
            Template::parse(text).is_ok(),
            "{text}: {:?}",
            Template::parse(text)
        );
    }
}

/// One rule file with each text as the annotation of an alert of its own, named by its number.
fn rules(texts: &[String]) -> String {
    let mut file = "groups:\n- name: g\n  rules:\n".to_owned();
    for (i, text) in texts.iter().enumerate() {
        let quoted = format!("{:?}", Yaml(text));
        let _ = writeln!(
            file,
            "  - alert: A{i}\n    expr: up\n    annotations:\n      a: {quoted}"
        );
    }
    file
}

/// A YAML string in double quotes.
struct Yaml<'a>(&'a str);

impl std::fmt::Debug for Yaml<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                ' '..='~' => write!(f, "{c}")?,
                _ => write!(f, "\\U{:08x}", u32::from(c))?,
            }
        }
        f.write_str("\"")
    }
}

/// The messages of promtool by the number of the alert.
fn refusals(output: &str) -> std::collections::BTreeMap<usize, String> {
    let lines = output.split("template: __alert_A").skip(1);
    lines
        .filter_map(|rest| {
            let (number, rest) = rest.split_once(':')?;
            let (_line, message) = rest.split_once(": ")?;
            Some((number.parse().ok()?, message.lines().next()?.to_owned()))
        })
        .collect()
}

/// Small changes that break templates, or do not.
fn mutated(text: &str, seed: usize) -> String {
    const INSERTED: [&str; 22] = [
        "{{",
        "}}",
        "{{ end }}",
        "|",
        ")",
        "(",
        "\"",
        "$",
        ".",
        " ",
        "{{ else }}",
        "-",
        "{{- ",
        "/*",
        "`",
        "'",
        ",",
        ":=",
        "{{ if 1 }}",
        "1",
        "é",
        "{{ range . }}",
    ];
    let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    let Some(&at) = places.get(seed.wrapping_mul(7919) % places.len().max(1)) else {
        return text.to_owned();
    };
    let (before, after) = text.split_at(at);
    match seed % 3 {
        0 => format!("{before}{}{after}", INSERTED[seed % INSERTED.len()]),
        1 => format!("{before}{}", after.chars().skip(1).collect::<String>()),
        _ => format!(
            "{before}{}{}",
            INSERTED[seed % INSERTED.len()],
            after.chars().skip(2).collect::<String>()
        ),
    }
}

#[test]
fn promtool_agrees_about_every_template() {
    let (Some(tool), Some(texts)) = (promtool(), template_corpus()) else {
        eprintln!("skipped: promtool or the corpus is missing");
        return;
    };
    let templated: Vec<&String> = texts.iter().filter(|t| t.contains("{{")).collect();
    let mutations = templated
        .iter()
        .enumerate()
        .flat_map(|(i, t)| (0..2).map(move |n| mutated(t, i * 2 + n)));
    let all: Vec<String> = texts.iter().cloned().chain(mutations).collect();
    // Without a broken one promtool says nothing, which would look like agreement.
    let refused = refusals(&run_promtool(&tool, &["check", "rules"], &rules(&all)));
    let mut same_message = 0;
    for (i, text) in all.iter().enumerate() {
        match (Template::parse(text), refused.get(&i)) {
            (Ok(_), None) => {}
            (Err(ours), Some(theirs)) => same_message += usize::from(ours.message == *theirs),
            (ours, theirs) => panic!("{text:?}\nours {ours:?}\npromtool {theirs:?}"),
        }
    }
    eprintln!(
        "{} templates, {} refused by both, {same_message} with the same words",
        all.len(),
        refused.len()
    );
    assert!(refused.len() > 100 && same_message * 10 > refused.len() * 9);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = Template::parse(&text).map(|t| t.reads());
    }

    #[test]
    fn any_tokens_are_read_or_refused(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "{{", "}}", "{{-", "-}}", " ", "$labels", ".x", "$value", "|", "(", ")", "if", "end", "else", "range", "with",
            "\"s\"", "`r`", "query", "1", ":=", "=", ",", "$x", "define", "block", "template", "é", "/*", "*/", "'", "\\",
        ]), 0..25),
    ) {
        if let Ok(template) = Template::parse(&parts.concat()) {
            for read in template.reads().labels {
                prop_assert!(!read.span.slice(template.text()).is_empty());
            }
        }
    }
}
