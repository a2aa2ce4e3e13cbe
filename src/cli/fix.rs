//! `promtune fix`.

use std::io::Write;
use std::path::Path;

use super::args::{FixArgs, Shape};
use super::exit::{self, Failure};
use super::{analyse::analyse, inputs, output};
use crate::fix::{Applicability, Applied, Fix, LowerContext, SourceText, apply_fixes, lower, merge};
use crate::report::Report;
use crate::source::files::{read_manifests, write_whole};
use crate::yaml::unified_diff;

pub(super) fn run(args: FixArgs) -> Result<u8, Failure> {
    let chosen = inputs::selected(&args.selection)?;
    let config = inputs::config(&args.selection)?;
    let snapshot = inputs::snapshot(&args.sources, &chosen)?;
    let (files, gaps) = read_manifests(&args.paths);
    for gap in gaps {
        output::note(&format!("not read: {}", gap.because));
    }
    let documents: Vec<SourceText> =
        files.into_iter().map(|f| SourceText { path: f.path, text: f.text }).collect();
    let report = analyse(&snapshot, &chosen, &config, &documents)?;
    if args.shape == Shape::Diff || args.write || args.out.is_some() {
        if documents.is_empty() {
            return Err(Failure::Usage(
                "give the manifests or rule files to change, or another shape with --as".to_owned(),
            ));
        }
        return files_changed(&args, &report, &documents);
    }
    texts(args.shape, &report, &LowerContext::new(&snapshot, &documents))
}

/// The recommended fix of each finding: the first one that may be applied.
fn recommended(report: &Report) -> Vec<&Fix> {
    let applicable = |f: &&Fix| f.applicability > Applicability::DisplayOnly;
    report.findings.iter().filter_map(|r| r.finding.fixes.iter().find(applicable)).collect()
}

fn files_changed(args: &FixArgs, report: &Report, documents: &[SourceText]) -> Result<u8, Failure> {
    let applied = apply_fixes(recommended(report), documents);
    if args.write || args.out.is_some() {
        for file in &applied.files {
            let path = args.out.as_ref().map_or_else(|| file.path.clone().into(), |d| below(d, &file.path));
            write_whole(&path, file.new.as_bytes())
                .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
            output::note(&format!("wrote {}", path.display()));
        }
    } else {
        output::report(None, &|out| {
            applied.files.iter().try_for_each(|f| out.write_all(unified_diff(&f.old, &f.new, &f.path).as_bytes()))
        })?;
    }
    tell(&applied);
    Ok(if applied.is_complete() { exit::CLEAN } else { exit::REFUSED })
}

/// The file's place below another folder; `..` and roots are dropped so that nothing is written outside of it.
fn below(folder: &Path, path: &str) -> std::path::PathBuf {
    use std::path::Component;
    let inner = Path::new(path).components().filter(|c| matches!(c, Component::Normal(_)));
    inner.fold(folder.to_owned(), |p, c| p.join(c))
}

fn tell(applied: &Applied) {
    output::note(&format!(
        "{} fixes in {} files, {} refused",
        applied.applied.len(),
        applied.files.len(),
        applied.refused.len()
    ));
    for (title, because) in &applied.refused {
        output::note(&format!("refused: {title}: {because}"));
    }
}

/// Every recommended fix in one shape. Values and Kustomize patches are files, so there the fixes become one; commands
/// and objects follow each other.
fn texts(shape: Shape, report: &Report, lowering: &LowerContext<'_>) -> Result<u8, Failure> {
    let name = shape.as_str();
    let (chosen, refused) = expressible(name, report);
    for line in &refused {
        output::note(line);
    }
    let one_file = matches!(shape, Shape::Values | Shape::Kustomize);
    let combined = if one_file { combine(name, &chosen, lowering) } else { None };
    output::report(None, &|out: &mut dyn Write| {
        if let Some(text) = &combined {
            return writeln!(out, "{}", text.trim_end());
        }
        chosen.iter().enumerate().try_for_each(|(i, c)| {
            let separator = if i > 0 && shape != Shape::Kubectl { "---\n" } else { "" };
            writeln!(out, "{separator}# {}\n{}", one_line(&c.title), c.text.trim_end())
        })
    })?;
    output::note(&format!("{} fixes as {name}, {} not expressible", chosen.len(), refused.len()));
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
            Some((fix, text)) => chosen.push(Chosen { title: format!("{subject}: {}", fix.title), fix, text }),
            None => {
                let why = fixes().find_map(|(f, o)| Some((f, o.refused.get(name)?)));
                refused.extend(why.map(|(fix, because)| format!("not as {name}: {subject}: {}: {because}", fix.title)));
            }
        }
    }
    (chosen, refused)
}

/// All fixes as one; absent when they do not go together, and then they follow each other.
fn combine(name: &str, chosen: &[Chosen<'_>], lowering: &LowerContext<'_>) -> Option<String> {
    let first = chosen.first()?;
    let merged = merge(chosen.iter().flat_map(|c| c.fix.edits.iter().cloned()));
    if !merged.conflicts.is_empty() {
        merged.conflicts.iter().for_each(|c| output::note(&format!("these do not go together: {c}")));
        return None;
    }
    let all = Fix {
        title: chosen.iter().map(|c| one_line(&c.title)).collect::<Vec<_>>().join("; "),
        edits: merged.edits,
        ..first.fix.clone()
    };
    lower(&all, lowering).texts.remove(name)
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
