//! # Group name used twice
//!
//! ## What it finds
//! Two groups of one name in one rule file.
//!
//! ## Why it hurts
//! Prometheus refuses the whole file. In a rule object the operator refuses it. In two ConfigMap entries or objects
//! the same name is fine: each becomes a file of its own.
//!
//! ## How we decide
//! Names are compared within one file, object or ConfigMap value.
//!
//! ## When it is wrong
//! - Never known to be.
//!
//! ## Fix and its risk
//! None: whether the groups should be joined or renamed is for their author.
//!
//! ## Example
//! ```yaml
//! groups:
//! - name: node
//! - name: node
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `yaml/parse`: <https://cloudflare.github.io/pint/checks/yaml/parse.html>
//! - <https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/>

use std::collections::BTreeMap;

use crate::check::{
    Confidence, Context, Draft, Evidence, Location, Meta, Severity, Sink, Status, Subject,
};

pub const META: Meta = Meta {
    title: "Two groups of a file have one name",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    let mut first = BTreeMap::new();
    for group in cx
        .facts
        .snapshot
        .rules
        .iter()
        .filter(|g| !g.name.is_empty())
    {
        let Some(at) = group.source.as_deref() else {
            continue;
        };
        let name = at.fields.get("name").map_or(at.span, |f| f.value);
        let Some(line) = first.get(&(&at.path, at.holder, &group.name)) else {
            first.insert((&at.path, at.holder, &group.name), name.line);
            continue;
        };
        let draft = Draft::new(
            Subject::group(&group.name),
            Confidence::high("the file says so"),
            format!(
                "the group {} is there twice; the first one is on line {line}",
                group.name
            ),
            "servers refuse a file with two groups of one name as a whole: none of its rules is loaded",
            "join the two groups, or give one of them another name",
            Evidence::quoted(at.path.clone(), Some(name.line), group.name.clone()),
        );
        let draft = draft.evidence([Evidence::quoted(
            at.path.clone(),
            Some(*line),
            group.name.clone(),
        )]);
        out.report(draft.at(Location::of(&at.path, name)));
    }
}
