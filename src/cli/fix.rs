//! `promtune fix`.

use std::io::Write;
use std::path::Path;

use super::args::{FixArgs, Shape};
use super::exit::{self, Failure};
use super::{analyse::analyse, inputs, output};
use crate::fix::{Applicability, Applied, Fix, SourceText, apply_fixes};
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
    texts(args.shape, &report)
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

/// Every recommended fix in one shape, one after the other.
fn texts(shape: Shape, report: &Report) -> Result<u8, Failure> {
    let name = shape.as_str();
    let mut refused = 0;
    let mut texts = Vec::new();
    for reported in &report.findings {
        // The first fix that has this shape: the second choice may be the one that fits.
        let fixes = || reported.finding.fixes.iter().zip(&reported.outputs);
        let found = fixes()
            .filter(|(f, _)| f.applicability > Applicability::DisplayOnly)
            .find_map(|(f, o)| Some((f, o.texts.get(name)?)));
        match found {
            Some((fix, text)) => texts.push((format!("{}: {}", reported.finding.subject, fix.title), text)),
            None => {
                let why = fixes().find_map(|(f, o)| Some((f, o.refused.get(name)?)));
                if let Some((fix, because)) = why {
                    refused += 1;
                    output::note(&format!("not as {name}: {}: {}: {because}", reported.finding.subject, fix.title));
                }
            }
        }
    }
    output::report(None, &|out: &mut dyn Write| {
        texts.iter().enumerate().try_for_each(|(i, (title, text))| {
            let separator = if i > 0 && shape != Shape::Kubectl { "---\n" } else { "" };
            let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            writeln!(out, "{separator}# {title}\n{}", text.trim_end())
        })
    })?;
    output::note(&format!("{} fixes as {name}, {refused} not expressible", texts.len()));
    Ok(exit::CLEAN)
}
