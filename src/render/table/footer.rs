//! What stands below the findings: what was not shown, not looked at, held back, and where to go from here.

use crate::render::canvas::{BOLD, CYAN, Canvas, DIM, NONE, Para, YELLOW};
use crate::render::words;
use crate::report::Report;

/// Causes of missing evaluation named on the one-screen report.
const CAUSES: usize = 2;
const HANG: usize = 14;

/// The short footer.
pub(super) fn summary(canvas: &mut Canvas, report: &Report) {
    incomplete(canvas, report);
    let causes = words::causes(&report.not_evaluated);
    if !causes.is_empty() {
        let named: Vec<String> = causes
            .iter()
            .take(CAUSES)
            .map(|(because, gaps)| format!("{because} ({})", gaps.len()))
            .collect();
        let others = causes.len().saturating_sub(CAUSES);
        let others = if others > 0 {
            format!("; {} with -v", words::counted(others, "other cause"))
        } else {
            String::new()
        };
        let text = format!(
            "{} because {}{others}",
            report.not_evaluated.len(),
            named.join("; ")
        );
        note(canvas, "not evaluated", &text, 2);
    }
    if !report.suppressed.is_empty() {
        note(
            canvas,
            "suppressed",
            &words::suppressed_by(&report.suppressed),
            1,
        );
    }
    next_steps(canvas, report);
}

/// Gaps of the sources: the reader must know that the report does not see everything.
fn incomplete(canvas: &mut Canvas, report: &Report) {
    let Some(first) = report.gaps.first() else {
        return;
    };
    let others = report.gaps.len() - 1;
    let others = if others > 0 {
        format!(" (and {} with -v)", words::counted(others, "more gap"))
    } else {
        String::new()
    };
    canvas.para(&Para {
        lead: "incomplete",
        lead_style: YELLOW,
        hang: HANG,
        text: &format!("{first}{others}"),
        max: 2,
        ..Para::default()
    });
}

fn note(canvas: &mut Canvas, lead: &str, text: &str, max: usize) {
    canvas.para(&Para {
        lead,
        lead_style: BOLD,
        hang: HANG,
        text,
        max,
        ..Para::default()
    });
}

/// Commands to type next; `…` stands for the sources that the user named for this run.
fn next_steps(canvas: &mut Canvas, report: &Report) {
    let Some(first) = report.findings.first() else {
        return;
    };
    let check = &first.finding.check;
    let fixable = report.findings.iter().find(|r| !r.finding.fixes.is_empty());
    let mut steps = vec![(
        format!("promtune explain {check}"),
        "why, and when it is wrong",
    )];
    if let Some(fixable) = fixable {
        let check = &fixable.finding.check;
        steps.push((
            format!("promtune fix … --only {check} --diff"),
            "the change, not made",
        ));
    }
    steps.push((
        "promtune audit … -v".to_owned(),
        "everything, with PromQL and patches",
    ));
    for (i, (command, about)) in steps.iter().enumerate() {
        let lead = if i == 0 { "next" } else { "" };
        let lead = format!("{lead:HANG$}");
        let room = canvas
            .columns()
            .saturating_sub(HANG + command.chars().count());
        let about = format!("  {about}");
        let about = if about.len() <= room {
            about.as_str()
        } else {
            ""
        };
        canvas.line(&[(&lead, BOLD), (command, CYAN), (about, DIM)], ("", NONE));
    }
}

/// The long footer: every gap and every finding held back.
pub(super) fn everything(canvas: &mut Canvas, report: &Report) {
    list(canvas, "Incomplete", report.gaps.iter().cloned());
    let not_evaluated = words::causes(&report.not_evaluated);
    let lines = not_evaluated.iter().flat_map(|(because, gaps)| {
        gaps.iter().map(move |g| match g.subject.as_str() {
            "" => format!("{}: {because}", g.check),
            subject => format!("{} for {subject}: {because}", g.check),
        })
    });
    list(canvas, "Not evaluated", lines);
    let suppressed = report.suppressed.iter().map(|s| {
        format!(
            "{} {} for {} ({}) by {}: {}",
            s.severity, s.check, s.subject, s.fingerprint, s.by, s.reason
        )
    });
    list(canvas, "Suppressed", suppressed);
}

fn list(canvas: &mut Canvas, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    canvas.line(&[(title, BOLD)], ("", NONE));
    for line in lines {
        canvas.para(&Para {
            indent: 2,
            lead: "-",
            hang: 2,
            text: &line,
            ..Para::default()
        });
    }
    canvas.blank();
}
