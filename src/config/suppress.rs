//! Holding findings back: by configuration, and by the annotation `promtune.dev/ignore` on a workload or namespace.

use std::collections::BTreeMap;

use super::file::{Config, matches};
use crate::check::{Finding, Subject};
use crate::model::{Cluster, Timestamp};

/// The annotation: `check=reason; check=reason`, a check may be a pattern.
const ANNOTATION: &str = "promtune.dev/ignore";

/// Annotations that hold findings back, by namespace and by (namespace, workload).
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    namespaces: BTreeMap<String, String>,
    workloads: BTreeMap<(String, String), String>,
}

/// A finding that was held back.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub finding: Finding,
    /// `config` or `annotation`.
    pub by: &'static str,
    pub reason: String,
}

impl Annotations {
    /// Collects the annotations of a cluster.
    #[must_use]
    pub fn of(cluster: &Cluster) -> Self {
        let namespaces = cluster
            .namespaces
            .iter()
            .filter_map(|n| {
                Some((
                    n.name.to_string(),
                    n.annotations.get(ANNOTATION)?.to_string(),
                ))
            })
            .collect();
        let workloads = cluster
            .workloads
            .iter()
            .filter_map(|w| {
                let key = (w.id.namespace.clone(), w.id.to_string());
                Some((key, w.annotations.get(ANNOTATION)?.to_string()))
            })
            .collect();
        Self {
            namespaces,
            workloads,
        }
    }

    fn reason(&self, finding: &Finding) -> Option<String> {
        let namespace = finding.subject.namespace.clone()?;
        let own = finding
            .subject
            .workload
            .clone()
            .and_then(|w| self.workloads.get(&(namespace.clone(), w)));
        own.into_iter()
            .chain(self.namespaces.get(&namespace))
            .find_map(|text| in_annotation(text, &finding.check))
    }
}

fn in_annotation(text: &str, check: &str) -> Option<String> {
    text.split(';').find_map(|entry| {
        let (pattern, reason) = entry.split_once('=').unwrap_or((entry, ""));
        matches(pattern.trim(), check).then(|| reason.trim().to_owned())
    })
}

/// Splits findings into those to report and those held back, applies configured severities, and tells which entries
/// of the configuration matched nothing.
#[must_use]
pub fn hold_back(
    findings: Vec<Finding>,
    config: &Config,
    annotations: &Annotations,
    now: Timestamp,
) -> (Vec<Finding>, Vec<Held>, Vec<String>) {
    let mut used = vec![false; config.ignore.len()];
    let (mut kept, mut held) = (Vec::new(), Vec::new());
    for mut finding in findings {
        if let Some(severity) = config.severity.get(&finding.check) {
            finding.severity = *severity;
        }
        let entry = config.ignore.iter().position(|i| {
            matches(&i.check, &finding.check)
                && i.until.is_none_or(|until| now < until)
                && fits(
                    &finding.subject,
                    [&i.namespace, &i.workload, &i.container, &i.alert],
                )
        });
        if let Some(at) = entry {
            used[at] = true;
            held.push(Held {
                finding,
                by: "config",
                reason: config.ignore[at].reason.clone(),
            });
        } else if let Some(reason) = annotations.reason(&finding) {
            held.push(Held {
                finding,
                by: "annotation",
                reason,
            });
        } else {
            kept.push(finding);
        }
    }
    let unmatched = config
        .ignore
        .iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|(i, _)| match i.until.filter(|until| now >= *until) {
            Some(_) => format!("ignore of {} has run out", i.check),
            None => format!("ignore of {} matches nothing", i.check),
        })
        .collect();
    (kept, held, unmatched)
}

fn fits(subject: &Subject, patterns: [&Option<String>; 4]) -> bool {
    let [namespace, workload, container, alert] = patterns;
    [
        (namespace, &subject.namespace),
        (workload, &subject.workload),
        (container, &subject.container),
        (alert, &subject.alert),
    ]
    .into_iter()
    .all(|(pattern, value)| match (pattern, value) {
        (None, _) => true,
        (Some(p), Some(v)) => matches(p, v),
        (Some(_), None) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Confidence, Draft, Evidence, Meta, Severity, Sink, Status};
    use crate::model::WorkloadRef;

    fn finding() -> Finding {
        let meta = Meta {
            title: "t",
            severity: Severity::Warning,
            status: Status::Stable,
            needs: &[],
            uses: &[],
            since: "0.1.0",
        };
        let mut sink = Sink::new("throttling/bursty", &meta);
        let id = WorkloadRef {
            namespace: "shop".into(),
            kind: "Deployment".into(),
            name: "api".into(),
        };
        let subject = Subject::container(&id, "app");
        sink.report(Draft::new(
            subject,
            Confidence::high("x"),
            "a",
            "b",
            "c",
            Evidence::known("k", "u"),
        ));
        sink.finish().0.remove(0)
    }

    fn split(yaml: &str, now: i64) -> (usize, Vec<Held>, Vec<String>) {
        let config =
            Config::read("c", yaml, &["throttling/bursty", "alerts/always-firing"]).unwrap();
        let (kept, held, unmatched) = hold_back(
            vec![finding()],
            &config,
            &Annotations::default(),
            Timestamp(now),
        );
        (kept.len(), held, unmatched)
    }

    #[test]
    fn an_ignore_holds_until_its_day() {
        let yaml =
            "ignore:\n- {check: throttling/*, namespace: shop, until: 2027-01-31, reason: known}\n";
        assert_eq!(split(yaml, 1_801_353_599).1[0].reason, "known");
        let (kept, _, unmatched) = split(yaml, 1_801_353_600);
        assert_eq!(
            (kept, unmatched[0].as_str()),
            (1, "ignore of throttling/* has run out")
        );
    }

    #[test]
    fn an_ignore_for_something_else_is_reported_as_unused() {
        let yaml = "ignore:\n- {check: throttling/*, namespace: other, reason: known}\n";
        let (kept, held, unmatched) = split(yaml, 0);
        assert_eq!((kept, held.len(), unmatched.len()), (1, 0, 1));
    }

    #[test]
    fn annotations_name_the_check_and_the_reason() {
        assert_eq!(
            in_annotation("throttling/*=batch; x=y", "throttling/bursty").as_deref(),
            Some("batch")
        );
        assert_eq!(in_annotation("alerts/*=batch", "throttling/bursty"), None);
    }
}
