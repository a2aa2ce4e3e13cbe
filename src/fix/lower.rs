//! One fix, every output.

use super::refusal::{Refusal, refuse};
use super::{
    Edit, Fix, LowerContext, Lowered, files, kubectl, kustomize, merge, prometheusrule, values,
};

/// The edits of a fix with what the outputs say about them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'f> {
    pub(super) edits: &'f [Edit],
    /// Why, for comments and annotations.
    pub(super) reason: &'f str,
}

/// Writes a fix in every output that can hold all of it. Each text is proved before it is given; what is missing
/// comes with the reason.
#[must_use]
pub fn lower(fix: &Fix, cx: &LowerContext<'_>) -> Lowered {
    let merged = merge(
        fix.edits
            .iter()
            .filter(|e| !matches!(e, Edit::Instruct { .. }))
            .cloned(),
    );
    let job = Job {
        edits: &merged.edits,
        reason: &fix.title,
    };
    let ready = ready(&job, &merged.conflicts);
    let mut lowered = Lowered::default();
    let mut give = |output: &'static str, made: &dyn Fn() -> Result<String, Refusal>| match ready
        .clone()
        .and_then(|()| made())
    {
        Ok(text) => drop(lowered.texts.insert(output, text)),
        Err(refusal) => drop(lowered.refused.insert(output, refusal.because)),
    };
    give("diff", &|| files::lower(job.edits, cx));
    give("values", &|| values::lower(&job, cx));
    give("kubectl", &|| kubectl::lower(job.edits, cx));
    give("kustomize", &|| kustomize::lower(job.edits, cx));
    give("prometheusrule", &|| prometheusrule::lower(&job, cx));
    lowered
}

fn ready(job: &Job<'_>, conflicts: &[String]) -> Result<(), Refusal> {
    if !conflicts.is_empty() {
        return refuse(format!(
            "the fix contradicts itself: {}",
            conflicts.join("; ")
        ));
    }
    if job.edits.is_empty() {
        return refuse("this is done by hand: no Kubernetes object changes");
    }
    Ok(())
}
