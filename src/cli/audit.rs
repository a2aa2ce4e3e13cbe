//! `promtune audit`.

use super::args::{Audit, FormatArg, SeverityArg};
use super::exit::{self, Failure};
use super::{analyse::analyse, inputs, output};
use crate::check::Severity;
use crate::checks;
use crate::fix::{SourceText, unreadable};
use crate::render::{self, Format, Page};
use crate::source::files::read_manifests;
use crate::source::snapshot::write_snapshot;

pub(super) fn run(args: Audit) -> Result<u8, Failure> {
    let chosen = inputs::selected(&args.selection)?;
    let config = inputs::config(&args.selection)?;
    let mut snapshot = inputs::snapshot(&args.sources, &chosen)?;
    let (files, gaps) = read_manifests(&args.manifests);
    if let Some(path) = &args.save_snapshot {
        write_snapshot(path, &snapshot).map_err(|e| Failure::Usage(e.to_string()))?;
        output::note(&format!("snapshot saved to {}", path.display()));
    }
    snapshot.gaps.extend(gaps);
    let documents: Vec<SourceText> = files
        .into_iter()
        .map(|f| SourceText {
            path: f.path,
            text: f.text,
        })
        .collect();
    snapshot.gaps.extend(unreadable(&documents));
    let report = analyse(&snapshot, &chosen, &config, &documents)?;
    let options = render::Options {
        pages: checks::ALL.iter().map(Page::from).collect(),
        category: Some("audit".to_owned()),
        ..output::options(args.output.is_some(), args.verbose)
    };
    output::report(args.output.as_deref(), &|out| {
        if args.show_queries {
            return render::queries::render(&report, &options, out);
        }
        format(args.format).render(&report, &options, out)
    })?;
    let fail_on = args
        .fail_on
        .map(severity)
        .or(config.fail_on)
        .unwrap_or(Severity::Critical);
    let worst = report.findings.iter().map(|r| r.finding.severity).max();
    Ok(match worst {
        Some(worst) if worst >= fail_on => exit::FINDINGS,
        _ if args.strict && !(report.not_evaluated.is_empty() && report.gaps.is_empty()) => {
            exit::PARTIAL
        }
        _ => exit::CLEAN,
    })
}

fn format(format: FormatArg) -> Format {
    match format {
        FormatArg::Table => Format::Table,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Json => Format::Json,
        FormatArg::Html => Format::Html,
        FormatArg::Sarif => Format::Sarif,
    }
}

pub(super) fn severity(severity: SeverityArg) -> Severity {
    match severity {
        SeverityArg::Info => Severity::Info,
        SeverityArg::Warning => Severity::Warning,
        SeverityArg::Critical => Severity::Critical,
    }
}
