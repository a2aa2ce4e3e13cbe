//! `promtune check`.

mod scope;
mod sift;

use std::collections::BTreeMap;

use super::analyse::{Sifted, analyse_and};
use super::args::{CheckArgs, CheckFormat};
use super::exit::{self, Failure};
use super::{audit, inputs, output, times};
use crate::check::{Check, Need, NotEvaluated, Severity};
use crate::checks;
use crate::config::Baseline;
use crate::fix::{Applicability, Fix, LowerContext, SourceText};
use crate::lint::read_rules;
use crate::model::{FaultKind, Gap, RuleFault, RuleFile, Snapshot, SourceKind};
use crate::render::{self, Format, Page, ci};
use crate::report::Report;
use crate::source::files::{read_optional, write_whole};
use crate::source::git;
use crate::source::kubernetes::read_texts;
use crate::source::snapshot::read_snapshot;
use crate::source::tree::{Unread, read_tree};
use crate::yaml::unified_diff;

pub(super) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    let config = inputs::config(&args.selection)?;
    let (files, unread) = read_tree(&args.paths);
    if files.is_empty() && unread.is_empty() {
        return Err(Failure::NoSource(
            "there is no .yaml, .yml or .rules file below the given paths".to_owned(),
        ));
    }
    let documents: Vec<SourceText> = files
        .into_iter()
        .map(|f| SourceText {
            path: f.path,
            text: f.text,
        })
        .collect();
    let live = args.snapshot.is_some() || args.prometheus.is_some();
    let mut chosen = inputs::selected(&args.selection)?;
    let mut snapshot = base(args, &chosen)?;
    let owned = read_files(&documents, &unread, &mut snapshot, live);
    if !live {
        chosen.retain(|c| c.meta.needs.iter().all(|n| is_met(*n, &snapshot)));
    }
    let changes = args
        .diff_base
        .as_deref()
        .map(git::changes_since)
        .transpose()
        .map_err(Failure::Usage)?;
    let mut baseline = match &args.baseline {
        Some(path) => Some(read_baseline(path)?),
        None => None,
    };
    let now = snapshot.meta.captured_at;
    let report = analyse_and(
        &snapshot,
        &chosen,
        &config,
        &documents,
        |findings, skipped| {
            let mut sift = sift::Sift::new(&snapshot, &documents, owned);
            let mut sifted = sift.sift(findings, changes.as_ref(), now);
            if let Some(baseline) = &mut baseline {
                let (kept, held) = baseline.hold_back(sifted.kept);
                sifted.kept = kept;
                sifted.held.extend(held);
                if baseline.unmet() > 0 && changes.is_none() {
                    sifted.remarks.push(format!(
                        "{} findings of the baseline are gone: write it anew",
                        baseline.unmet()
                    ));
                }
            }
            let skipped = skipped
                .into_iter()
                .filter(|n| live || is_about_files(n))
                .collect();
            (sifted, skipped)
        },
    )?;
    finish(args, &snapshot, &documents, report, config.fail_on)
}

fn finish(
    args: &CheckArgs,
    snapshot: &Snapshot,
    documents: &[SourceText],
    mut report: Report,
    configured: Option<Severity>,
) -> Result<u8, Failure> {
    if let Some(path) = &args.write_baseline {
        let text = Baseline::write(report.findings.iter().map(|r| &r.finding));
        write_whole(path, text.as_bytes())
            .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
        output::note(&format!(
            "{} findings written to {}",
            report.findings.len(),
            path.display()
        ));
        return Ok(exit::CLEAN);
    }
    if args.fix || args.diff {
        return fixes(args, &report, &LowerContext::new(snapshot, documents));
    }
    report.excerpts = excerpts(&report, documents);
    write(args, &report)?;
    let fail_on = args
        .fail_on
        .map(audit::severity)
        .or(configured)
        .unwrap_or(Severity::Warning);
    let worst = report.findings.iter().map(|r| r.finding.severity).max();
    Ok(if worst.is_some_and(|w| w >= fail_on) {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

/// What the files are looked at with: a snapshot, a live server, or nothing.
fn base(args: &CheckArgs, checks: &[&Check]) -> Result<Snapshot, Failure> {
    if let Some(path) = &args.snapshot {
        return read_snapshot(path).map_err(|e| Failure::NoSource(e.to_string()));
    }
    if let Some(url) = &args.prometheus {
        let sources = super::args::Sources {
            prometheus: Some(url.clone()),
            no_kube: true,
            query_timeout: "2m".to_owned(),
            query_concurrency: 4,
            window: "14d".to_owned(),
            ..super::args::Sources::default()
        };
        return inputs::snapshot(&sources, checks);
    }
    Ok(Snapshot::empty(
        times::at(None)?,
        times::duration("--window", "14d")?,
    ))
}

/// Puts what the files say into the snapshot; gives the workloads that they state.
fn read_files(
    documents: &[SourceText],
    unread: &[Unread],
    snapshot: &mut Snapshot,
    live: bool,
) -> scope::Owned {
    snapshot.meta.sources.push(SourceKind::Files);
    snapshot.rules.clear();
    let mut gaps = Vec::new();
    for document in documents {
        let read = read_rules(&document.path, &document.text);
        let notes = read.file.notes.iter();
        gaps.extend(notes.map(|(line, note)| {
            Gap::new(format!("file:{}", document.path), note.clone())
                .in_part(format!("{}:{line}", document.path))
        }));
        snapshot.rules.extend(read.groups);
        snapshot.rule_files.push(read.file);
    }
    snapshot.rule_files.extend(unread.iter().map(unreadable));
    let objects = documents.iter().filter(|d| d.text.contains("kind"));
    let collected = read_texts(objects.map(|d| (d.path.as_str(), d.text.as_str())));
    // What is not YAML, and what is wrong with rules, is found with its place by the checks.
    let known =
        |g: &Gap| g.because.starts_with("not YAML") || g.wanted == "kubernetes:prometheusrules";
    gaps.extend(collected.gaps.into_iter().filter(|g| !known(g)));
    if live {
        gaps.append(&mut snapshot.gaps);
    }
    snapshot.gaps = gaps;
    scope::join(snapshot, collected.cluster)
}

fn unreadable(unread: &Unread) -> RuleFile {
    let fault = RuleFault {
        kind: FaultKind::Unreadable,
        at: crate::model::Span {
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        },
        group: String::new(),
        rule: None,
        key: String::new(),
        what: format!("{} cannot be read: {}", unread.path, unread.because),
        action: "check the path and who may read it".to_owned(),
        text: unread.because.clone(),
        newer_accept: false,
    };
    RuleFile {
        path: unread.path.clone(),
        faults: vec![fault],
        notes: Vec::new(),
    }
}

/// Whether files alone meet a need. What they do not is no news in CI: nobody expects usage there.
fn is_met(need: Need, snapshot: &Snapshot) -> bool {
    match need {
        Need::Workloads => snapshot
            .cluster
            .as_ref()
            .is_some_and(|c| !c.workloads.is_empty()),
        Need::Rules => !snapshot.rules.is_empty(),
        Need::Nodes | Need::Query(_) | Need::Series(_) => false,
    }
}

/// Whether a check that was not evaluated reads nothing but files.
fn is_about_files(skipped: &NotEvaluated) -> bool {
    checks::ALL
        .iter()
        .any(|c| c.id == skipped.check && c.meta.needs.is_empty() && c.meta.uses.is_empty())
}

fn read_baseline(path: &std::path::Path) -> Result<Baseline, Failure> {
    let shown = path.display();
    let text = read_optional(path).map_err(|e| Failure::Usage(format!("{shown}: {e}")))?;
    let text = text.ok_or_else(|| {
        Failure::Usage(format!(
            "{shown} does not exist: write it with --write-baseline"
        ))
    })?;
    Baseline::read(&text).map_err(|e| Failure::Usage(format!("{shown}: {e}")))
}

/// The lines that findings are about; of long stretches the first ones.
fn excerpts(report: &Report, documents: &[SourceText]) -> BTreeMap<(String, u32), String> {
    let mut wanted: BTreeMap<&str, Vec<(u32, u32)>> = BTreeMap::new();
    for at in report
        .findings
        .iter()
        .filter_map(|r| r.finding.location.as_ref())
    {
        wanted
            .entry(&at.path)
            .or_default()
            .push((at.line, at.end_line.min(at.line + render::EXCERPT - 1)));
    }
    let mut found = BTreeMap::new();
    for (path, stretches) in wanted {
        let text = documents
            .iter()
            .find(|d| d.path == path)
            .map(|d| d.text.as_str())
            .unwrap_or_default();
        for (number, line) in (1_u32..).zip(text.lines()) {
            if stretches
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&number))
            {
                found.insert((path.to_owned(), number), line.to_owned());
            }
        }
    }
    found
}

fn write(args: &CheckArgs, report: &Report) -> Result<(), Failure> {
    let options = render::Options {
        pages: checks::ALL.iter().map(Page::from).collect(),
        category: Some("check".to_owned()),
        ..output::options(args.output.is_some(), false)
    };
    output::report(args.output.as_deref(), &|out| match args.format {
        CheckFormat::Table => render::snippets::render(report, &options, out),
        CheckFormat::Json => Format::Json.render(report, &options, out),
        CheckFormat::Sarif => Format::Sarif.render(report, &options, out),
        CheckFormat::Github => ci::github::render(report, out),
        CheckFormat::Gitlab => ci::gitlab::render(report, out),
        CheckFormat::Azure => ci::azure::render(report, out),
        CheckFormat::Junit => ci::junit::render(report, out),
        CheckFormat::Checkstyle => ci::checkstyle::render(report, out),
        CheckFormat::Rdjson => ci::rdjson::render(report, out),
    })
}

/// Writes or shows the safe fixes.
fn fixes(args: &CheckArgs, report: &Report, lowering: &LowerContext<'_>) -> Result<u8, Failure> {
    let safe = |f: &&Fix| f.applicability == Applicability::Safe;
    let chosen: Vec<&Fix> = report
        .findings
        .iter()
        .filter_map(|r| r.finding.fixes.iter().find(safe))
        .collect();
    let applied = lowering.apply_fixes(chosen);
    if args.diff {
        output::report(None, &|out| {
            applied
                .files
                .iter()
                .try_for_each(|f| out.write_all(unified_diff(&f.old, &f.new, &f.path).as_bytes()))
        })?;
    } else {
        for file in &applied.files {
            write_whole(file.path.as_ref(), file.new.as_bytes())
                .map_err(|e| Failure::Usage(format!("{}: {e}", file.path)))?;
        }
    }
    for (title, because) in &applied.refused {
        output::note(&format!("refused: {title}: {because}"));
    }
    let done = if args.diff { "shown" } else { "applied" };
    output::note(&format!(
        "{} safe fixes {done} in {} files",
        applied.applied.len(),
        applied.files.len()
    ));
    Ok(if applied.is_complete() {
        exit::CLEAN
    } else {
        exit::REFUSED
    })
}
