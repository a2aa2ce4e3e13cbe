//! `promtune fix`.

use std::io::Write;
use std::path::Path;

use super::args::{FixArgs, Shape};
use super::exit::{self, Failure};
use super::{analyse::analyse, inputs, output};
use crate::fix::{
    Applicability, Applied, Fix, LowerContext, SourceText, lower_together, unreadable,
};
use crate::report::Report;
use crate::source::files::{read_manifests, write_whole};
use crate::yaml::unified_diff;

pub(super) fn run(args: FixArgs) -> Result<u8, Failure> {
    let chosen = inputs::selected(&args.selection)?;
    let config = inputs::config(&args.selection)?;
    let snapshot = inputs::snapshot(&args.sources, &chosen)?;
    let (files, mut gaps) = read_manifests(&args.paths);
    let documents: Vec<SourceText> = files
        .into_iter()
        .map(|f| SourceText {
            path: f.path,
            text: f.text,
        })
        .collect();
    gaps.extend(unreadable(&documents));
    for gap in gaps {
        output::note(&format!("not read: {gap}"));
    }
    let report = analyse(&snapshot, &chosen, &config, &documents)?;
    let lowering = LowerContext::new(&snapshot, &documents);
    if args.shape == Shape::Diff || args.write || args.out.is_some() {
        if documents.is_empty() {
            return Err(Failure::Usage(
                "give the manifests or rule files to change, or another shape with --as".to_owned(),
            ));
        }
        return files_changed(&args, &report, &lowering);
    }
    texts(args.shape, &report, &lowering)
}

/// The recommended fix of each finding: the first one that may be applied.
fn recommended(report: &Report) -> Vec<&Fix> {
    let applicable = |f: &&Fix| f.applicability > Applicability::DisplayOnly;
    report
        .findings
        .iter()
        .filter_map(|r| r.finding.fixes.iter().find(applicable))
        .collect()
}

fn files_changed(
    args: &FixArgs,
    report: &Report,
    lowering: &LowerContext<'_>,
) -> Result<u8, Failure> {
    let applied = lowering.apply_fixes(recommended(report));
    if args.write || args.out.is_some() {
        for file in &applied.files {
            let path = args
                .out
                .as_ref()
                .map_or_else(|| file.path.clone().into(), |d| below(d, &file.path));
            write_whole(&path, file.new.as_bytes())
                .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
            output::note(&format!("wrote {}", path.display()));
        }
    } else {
        output::report(None, &|out| {
            applied
                .files
                .iter()
                .try_for_each(|f| out.write_all(unified_diff(&f.old, &f.new, &f.path).as_bytes()))
        })?;
    }
    tell(&applied);
    Ok(if applied.is_complete() {
        exit::CLEAN
    } else {
        exit::REFUSED
    })
}

/// The file's place below another folder; `..` and roots are dropped so that nothing is written outside of it.
fn below(folder: &Path, path: &str) -> std::path::PathBuf {
    use std::path::Component;
    let inner = Path::new(path)
        .components()
        .filter(|c| matches!(c, Component::Normal(_)));
    inner.fold(folder.to_owned(), |p, c| p.join(c))
}

fn tell(applied: &Applied) {
    output::note(&format!(
        "{} fixes in {} files, {} refused, {} elsewhere",
        applied.applied.len(),
        applied.files.len(),
        applied.refused.len(),
        applied.elsewhere.len()
    ));
    for (title, because) in &applied.elsewhere {
        output::note(&format!("elsewhere: {title}: {because}"));
    }
    for (title, because) in &applied.refused {
        output::note(&format!("refused: {title}: {because}"));
    }
}

/// Every recommended fix in one shape. Values and Kustomize patches are files, so there the fixes become one; commands
/// and objects follow each other.
fn texts(shape: Shape, report: &Report, lowering: &LowerContext<'_>) -> Result<u8, Failure> {
    let name = shape.as_str();
    let (chosen, mut refused) = expressible(name, report);
    let one_file = matches!(shape, Shape::Values | Shape::Kustomize);
    let together = one_file.then(|| lower_together(chosen.iter().map(|c| c.fix), name, lowering));
    let made = together.as_ref().map_or(chosen.len(), |t| t.applied.len());
    refused.extend(
        together
            .iter()
            .flat_map(|t| &t.refused)
            .map(|(title, why)| format!("not as {name}: {title}: {why}")),
    );
    for line in &refused {
        output::note(line);
    }
    output::report(None, &|out: &mut dyn Write| {
        if let Some(together) = &together {
            return together
                .text
                .iter()
                .try_for_each(|t| writeln!(out, "{}", t.trim_end()));
        }
        chosen.iter().enumerate().try_for_each(|(i, c)| {
            let separator = if i > 0 && shape != Shape::Kubectl {
                "---\n"
            } else {
                ""
            };
            writeln!(
                out,
                "{separator}# {}\n{}",
                one_line(&c.title),
                c.text.trim_end()
            )
        })
    })?;
    output::note(&format!(
        "{made} fixes as {name}, {} not expressible",
        refused.len()
    ));
    Ok(exit::CLEAN)
}

/// A fix that has the wanted shape.
struct Chosen<'r> {
    title: String,
    fix: &'r Fix,
    text: &'r str,
}

/// Of each finding the first fix that has this shape (the second choice may be the one that fits), and a line for each
/// finding that has none.
fn expressible<'r>(name: &str, report: &'r Report) -> (Vec<Chosen<'r>>, Vec<String>) {
    let (mut chosen, mut refused) = (Vec::new(), Vec::new());
    for reported in &report.findings {
        let subject = &reported.finding.subject;
        let fixes = || reported.finding.fixes.iter().zip(&reported.outputs);
        let found = fixes()
            .filter(|(f, _)| f.applicability > Applicability::DisplayOnly)
            .find_map(|(f, o)| Some((f, o.texts.get(name)?)));
        match found {
            Some((fix, text)) => chosen.push(Chosen {
                title: format!("{subject}: {}", fix.title),
                fix,
                text,
            }),
            None => {
                let why = fixes().find_map(|(f, o)| Some((f, o.refused.get(name)?)));
                refused.extend(why.map(|(fix, because)| {
                    format!("not as {name}: {subject}: {}: {because}", fix.title)
                }));
            }
        }
    }
    (chosen, refused)
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
