//! One fix in every output, or many fixes in one.

use super::refusal::{Refusal, refuse};
use super::{
    Edit, Fix, LowerContext, Lowered, Merged, files, kubectl, kustomize, merge, prometheusrule,
    values,
};

/// The edits to be written, and the fixes that they are from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'f> {
    /// Merged: each thing is changed once.
    pub(super) edits: &'f [Edit],
    fixes: &'f [&'f Fix],
}

impl Job<'_> {
    /// Why the edits that fit are made, for comments and annotations: the titles of their fixes.
    pub(super) fn reason(&self, fits: impl Fn(&Edit) -> bool) -> String {
        let mut titles: Vec<&str> = Vec::new();
        for fix in self.fixes.iter().filter(|f| f.edits.iter().any(&fits)) {
            if !titles.contains(&fix.title.as_str()) {
                titles.push(&fix.title);
            }
        }
        titles.join("; ")
    }
}

type Output = fn(&Job<'_>, &LowerContext<'_>) -> Result<String, Refusal>;

const OUTPUTS: [(&str, Output); 5] = [
    ("diff", |job, cx| files::lower(job.edits, cx)),
    ("values", values::lower),
    ("kubectl", |job, cx| kubectl::lower(job.edits, cx)),
    ("kustomize", |job, cx| kustomize::lower(job.edits, cx)),
    ("prometheusrule", prometheusrule::lower),
];

/// Writes a fix in every output that can hold all of it. Each text is proved before it is given; what is missing
/// comes with the reason.
#[must_use]
pub fn lower(fix: &Fix, cx: &LowerContext<'_>) -> Lowered {
    let mut lowered = Lowered::default();
    for (name, output) in OUTPUTS {
        match write(&[fix], output, cx) {
            Ok(text) => drop(lowered.texts.insert(name, text)),
            Err(refusal) => drop(lowered.refused.insert(name, refusal.because)),
        }
    }
    lowered
}

/// Many fixes in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// Absent when no fix can be written in the output.
    pub text: Option<String>,
    /// Titles of the fixes that the text makes.
    pub applied: Vec<String>,
    /// Titles of the others, each with the reason.
    pub refused: Vec<(String, String)>,
}

/// Writes all fixes that one output can hold as one text: one values file, one kustomization, one diff. A fix is in it
/// whole or not at all; of two that contradict each other, the first one is.
#[must_use]
pub fn lower_together<'f>(
    fixes: impl IntoIterator<Item = &'f Fix>,
    output: &str,
    cx: &LowerContext<'_>,
) -> Together {
    let mut out = Together::default();
    let Some((_, output)) = OUTPUTS.iter().find(|(name, _)| *name == output) else {
        return out;
    };
    let mut taken: Vec<&Fix> = Vec::new();
    let mut merged = Merged::default();
    for fix in fixes {
        let alone = write(&[fix], *output, cx);
        match alone.and_then(|_| merged.with(&fix.edits)) {
            Ok(more) => {
                merged = more;
                taken.push(fix);
            }
            Err(refusal) => out.refused.push((fix.title.clone(), refusal.because)),
        }
    }
    match write(&taken, *output, cx) {
        Ok(text) => out.text = Some(text),
        Err(_) => taken = one_by_one(&taken, *output, cx, &mut out),
    }
    out.applied = taken.iter().map(|f| f.title.clone()).collect();
    out
}

/// Adds fixes as long as they fit together; the slow way, for when not all of them do.
fn one_by_one<'f>(
    fixes: &[&'f Fix],
    output: Output,
    cx: &LowerContext<'_>,
    out: &mut Together,
) -> Vec<&'f Fix> {
    let mut taken: Vec<&Fix> = Vec::new();
    for fix in fixes {
        taken.push(fix);
        match write(&taken, output, cx) {
            Ok(text) => out.text = Some(text),
            Err(refusal) => {
                taken.pop();
                out.refused.push((fix.title.clone(), refusal.because));
            }
        }
    }
    taken
}

fn write(fixes: &[&Fix], output: Output, cx: &LowerContext<'_>) -> Result<String, Refusal> {
    let done = fixes.iter().flat_map(|f| &f.edits);
    let merged = merge(
        done.filter(|e| !matches!(e, Edit::Instruct { .. }))
            .cloned(),
    );
    if !merged.conflicts.is_empty() {
        return refuse(format!(
            "the fix contradicts itself: {}",
            merged.conflicts.join("; ")
        ));
    }
    if merged.edits.is_empty() {
        return refuse("this is done by hand: no Kubernetes object changes");
    }
    let job = Job {
        edits: &merged.edits,
        fixes,
    };
    output(&job, cx)
}
