//! A finding, and those like it, in a few lines.

use super::{badge, severity_style};
use crate::render::canvas::{BOLD, Canvas, DIM, NONE, Para};
use crate::render::{text, words};
use crate::report::{Group, Reported};

/// Columns from the left edge to the words.
const INDENT: usize = 2;
/// Columns for `why` and `do`.
const LEAD: usize = 5;

/// What, why and what to do for the first of the group, and the names of the others.
pub(super) fn group(canvas: &mut Canvas, group: &Group<'_>) {
    let f = &group.first.finding;
    title(canvas, group.first);
    if let Some(at) = &f.location {
        canvas.para(&Para {
            indent: INDENT,
            lead: "at",
            hang: LEAD,
            text: &format!("{}:{}:{}", at.path, at.line, at.column),
            style: DIM,
            max: 1,
            ..Para::default()
        });
    }
    canvas.para(&Para {
        indent: INDENT,
        text: &f.what,
        max: 2,
        ..Para::default()
    });
    labelled(canvas, "why", &f.why, NONE, 2);
    labelled(canvas, "do", &f.action, BOLD, 2);
    also(canvas, group);
}

/// Severity, subject and, where there is room, the check.
pub(super) fn title(canvas: &mut Canvas, reported: &Reported) {
    let f = &reported.finding;
    let subject = words::subject(&f.subject);
    canvas.line(
        &[
            (badge(f.severity), severity_style(f.severity)),
            (" ", NONE),
            (&subject, BOLD),
        ],
        (&f.check, DIM),
    );
}

fn labelled(canvas: &mut Canvas, lead: &str, text: &str, style: anstyle::Style, max: usize) {
    canvas.para(&Para {
        indent: INDENT,
        lead,
        lead_style: DIM,
        hang: LEAD,
        text,
        style,
        max,
        whole: false,
    });
}

/// The others of the group: as many names as fit on one line.
fn also(canvas: &mut Canvas, group: &Group<'_>) {
    let count = group.more.len();
    if count == 0 {
        return;
    }
    let kind = words::kinds(group.first.finding.subject.kind, count);
    let start = format!("{count} more {kind}: ");
    // Names beyond a screen's width are never shown.
    let names: Vec<String> = group
        .more
        .iter()
        .take(canvas.columns())
        .map(|r| canvas.clean(&r.finding.subject.to_string()))
        .collect();
    let room = canvas.columns().saturating_sub(INDENT + LEAD);
    let text = (1..=names.len())
        .rev()
        .map(|shown| listed(&start, &names, shown, count))
        .find(|text| text::width(text) <= room)
        .unwrap_or_else(|| listed(&start, &names, 1, count));
    labelled(canvas, "and", &text, DIM, 1);
}

fn listed(start: &str, names: &[String], shown: usize, count: usize) -> String {
    let list = names.get(..shown).unwrap_or_default().join(", ");
    match count - shown {
        0 => format!("{start}{list}"),
        hidden => format!("{start}{list} and {hidden} more"),
    }
}

/// One line for each group, in `room` lines with the blank line below; the last one counts what does not fit.
pub(super) fn one_line_each(canvas: &mut Canvas, groups: &[Group<'_>], room: usize) {
    if groups.is_empty() {
        return;
    }
    let lines = room.saturating_sub(1).max(1);
    let shown = if groups.len() <= lines {
        groups.len()
    } else {
        lines - 1
    };
    let (listed, hidden) = groups.split_at(shown);
    for group in listed {
        one_line(canvas, group);
    }
    let count: usize = hidden.iter().map(|g| 1 + g.more.len()).sum();
    if count > 0 {
        let text = format!("{} with -v", words::counted(count, "more finding"));
        canvas.line(&[("         ", NONE), (&text, BOLD)], ("", NONE));
    }
    canvas.blank();
}

fn one_line(canvas: &mut Canvas, group: &Group<'_>) {
    let f = &group.first.finding;
    let more = match group.more.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    canvas.line(
        &[
            (badge(f.severity), severity_style(f.severity)),
            (" ", NONE),
            (&words::subject(&f.subject), BOLD),
            (&more, DIM),
            (": ", NONE),
            (&f.what, NONE),
        ],
        ("", NONE),
    );
}
