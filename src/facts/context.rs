//! Words for queries: how the bulk query of a measured value is narrowed to one subject.

use super::Facts;
use crate::model::{WorkloadKind, WorkloadRef};

/// A regular expression for the names of a workload's pods, as its controller makes them.
#[must_use]
pub fn pods_matcher(id: &WorkloadRef) -> String {
    let name = regex_literal(&id.name);
    match id.kind {
        WorkloadKind::Deployment | WorkloadKind::Rollout => {
            format!("{name}-[a-z0-9]+-[a-z0-9]{{5}}")
        }
        WorkloadKind::StatefulSet => format!("{name}-[0-9]+"),
        WorkloadKind::DaemonSet | WorkloadKind::ReplicaSet | WorkloadKind::Job => {
            format!("{name}-[a-z0-9]{{5}}")
        }
        WorkloadKind::CronJob => format!("{name}-[0-9]+-[a-z0-9]{{5}}"),
        WorkloadKind::Pod => name,
        WorkloadKind::Other(_) => format!("{name}-.*"),
    }
}

/// Escapes what a regular expression would read, and what a PromQL string would.
fn regex_literal(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if !(c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            // Once for the expression, once more for the string that holds it.
            out.push_str("\\\\");
        }
        out.push(c);
        out
    })
}

impl Facts<'_> {
    /// The PromQL behind a value of one container, as it was sent but for one subject.
    #[must_use]
    pub fn container_query(&self, query: &str, id: &WorkloadRef, container: &str) -> String {
        let quoted = |t: &str| t.replace('\\', "\\\\").replace('"', "\\\"");
        let matchers = [
            format!("namespace=\"{}\"", quoted(&id.namespace)),
            format!("pod=~\"{}\"", pods_matcher(id)),
            format!("container=\"{}\"", quoted(container)),
        ];
        self.snapshot
            .record(query)
            .map(|r| r.narrowed(&matchers))
            .unwrap_or_default()
    }

    /// The PromQL of a catalogued query, whole.
    #[must_use]
    pub fn query(&self, query: &str) -> String {
        self.snapshot
            .record(query)
            .map(|r| r.query.clone())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pod_names_are_matched_by_kind() {
        let id = |kind: &str, name: &str| WorkloadRef {
            namespace: "n".into(),
            kind: kind.into(),
            name: name.into(),
        };
        assert_eq!(
            pods_matcher(&id("Deployment", "api")),
            "api-[a-z0-9]+-[a-z0-9]{5}"
        );
        assert_eq!(pods_matcher(&id("StatefulSet", "db")), "db-[0-9]+");
        assert_eq!(pods_matcher(&id("Pod", "a.b")), "a\\\\.b");
    }
}
