//! Which findings a run over files reports, where they are, and which of them comments and the diff leave.

use std::collections::BTreeMap;

use super::Sifted;
use super::scope::Owned;
use crate::check::{Finding, Location, SubjectKind};
use crate::config::{Comments, hold_back_by_comments};
use crate::fix::SourceText;
use crate::lint::{Extent, extents, locate};
use crate::model::{RuleGroup, Snapshot, Timestamp};
use crate::source::git::Changes;

pub(super) struct Sift<'a> {
    snapshot: &'a Snapshot,
    documents: &'a [SourceText],
    owned: Owned,
    extents: BTreeMap<&'a str, Vec<Extent>>,
}

impl<'a> Sift<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, documents: &'a [SourceText], owned: Owned) -> Self {
        Self {
            snapshot,
            documents,
            owned,
            extents: BTreeMap::new(),
        }
    }

    /// Findings in the files, with their places, without what comments hold back and what did not change.
    pub(super) fn sift(
        &mut self,
        findings: Vec<Finding>,
        changes: Option<&Changes>,
        now: Timestamp,
    ) -> Sifted {
        let mut kept: Vec<Finding> = findings
            .into_iter()
            .filter_map(|f| self.placed(f))
            .collect();
        kept.sort_by(|a, b| (&a.location, &a.check).cmp(&(&b.location, &b.check)));
        tell_apart(&mut kept);
        let with_comments = self
            .documents
            .iter()
            .filter(|d| d.text.contains("promtune:") || d.text.contains("pint "));
        let mut comments: Vec<Comments> = with_comments
            .map(|d| {
                let extents = self
                    .extents_of(&d.path)
                    .iter()
                    .map(|e| (e.first, e.last))
                    .collect();
                Comments::read(&d.path, &d.text, extents)
            })
            .collect();
        let (mut kept, held, remarks) = hold_back_by_comments(kept, &mut comments, now);
        if let Some(changes) = changes {
            kept.retain(|f| self.is_changed(f, changes));
        }
        Sifted {
            kept,
            held,
            remarks,
        }
    }

    /// The finding with its place; none when it is about nothing in the files.
    fn placed(&self, mut finding: Finding) -> Option<Finding> {
        if finding.location.is_some() {
            return Some(finding);
        }
        let subject = &finding.subject;
        finding.location = match (&subject.workload, &subject.alert) {
            (Some(workload), _) => {
                let of = |id: &&crate::model::WorkloadRef| {
                    Some(&id.namespace) == subject.namespace.as_ref() && id.to_string() == *workload
                };
                let id = self.owned.keys().find(of)?;
                let (path, document) = self.owned.get(id)?;
                let text = self.documents.iter().find(|d| d.path == *path)?;
                let span = locate(
                    &text.text,
                    *document,
                    workload,
                    subject.container.as_deref(),
                )?;
                Some(Location::of(path, span))
            }
            (None, Some(alert)) => {
                let group =
                    |g: &&RuleGroup| subject.group.as_ref().is_none_or(|name| *name == g.name);
                let mut rules = self
                    .snapshot
                    .rules
                    .iter()
                    .filter(group)
                    .flat_map(|g| &g.rules);
                let at = rules.find(|r| r.name == *alert)?.source.as_ref()?;
                Some(Location::of(&at.path, at.value("alert")))
            }
            _ if subject.kind == SubjectKind::File => None,
            _ => return None,
        };
        Some(finding)
    }

    fn extents_of(&mut self, path: &'a str) -> &[Extent] {
        let groups: Vec<RuleGroup> = self
            .snapshot
            .rules
            .iter()
            .filter(|g| g.file == path)
            .cloned()
            .collect();
        let text = self
            .documents
            .iter()
            .find(|d| d.path == path)
            .map(|d| d.text.as_str())
            .unwrap_or_default();
        self.extents
            .entry(path)
            .or_insert_with(|| extents(text, &groups))
    }

    /// Whether the lines of the finding, or the smallest thing around its first one, were changed.
    fn is_changed(&mut self, finding: &Finding, changes: &Changes) -> bool {
        let Some(at) = &finding.location else {
            return true;
        };
        let changed = changes.of(&at.path);
        if changed.is_empty() {
            return false;
        }
        let Some(path) = self
            .documents
            .iter()
            .map(|d| d.path.as_str())
            .find(|p| *p == at.path)
        else {
            return true;
        };
        let around = self
            .extents_of(path)
            .iter()
            .filter(|e| e.first <= at.line && at.line <= e.last);
        let around = around.min_by_key(|e| e.last - e.first).copied();
        let around = around.unwrap_or(Extent {
            first: at.line,
            last: at.end_line,
        });
        let (first, last) = (around.first.min(at.line), around.last.max(at.end_line));
        changed.iter().any(|c| match c.removed {
            true => first <= c.first && c.last <= last,
            false => c.first <= last && first <= c.last,
        })
    }
}

/// Two findings with one fingerprint get numbers, in the order of their places.
fn tell_apart(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint()).or_default();
        *count += 1;
        if *count > 1 {
            finding.discriminator = format!("{} #{count}", finding.discriminator)
                .trim_start()
                .to_owned();
        }
    }
}
