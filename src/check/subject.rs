//! What a finding is about.

use std::fmt;

use crate::model::WorkloadRef;

/// The kind of thing a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    Container,
    Workload,
    Alert,
    RecordingRule,
    Group,
    Node,
    Autoscaler,
    Target,
    Platform,
    File,
}

impl SubjectKind {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Workload => "workload",
            Self::Alert => "alert",
            Self::RecordingRule => "recording-rule",
            Self::Group => "group",
            Self::Node => "node",
            Self::Autoscaler => "autoscaler",
            Self::Target => "target",
            Self::Platform => "platform",
            Self::File => "file",
        }
    }
}

/// What a finding is about: stable across runs, so that baselines survive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub kind: SubjectKind,
    pub namespace: Option<String>,
    /// `Deployment/api`.
    pub workload: Option<String>,
    pub container: Option<String>,
    pub alert: Option<String>,
    pub group: Option<String>,
    /// The rule file, node, scrape job or path, for subjects that are one.
    pub source: Option<String>,
}

impl Subject {
    fn of(kind: SubjectKind) -> Self {
        Self {
            kind,
            namespace: None,
            workload: None,
            container: None,
            alert: None,
            group: None,
            source: None,
        }
    }

    /// A container of a workload.
    #[must_use]
    pub fn container(workload: &WorkloadRef, container: &str) -> Self {
        Self {
            container: Some(container.to_owned()),
            ..Self {
                kind: SubjectKind::Container,
                ..Self::workload(workload)
            }
        }
    }

    /// A workload.
    #[must_use]
    pub fn workload(workload: &WorkloadRef) -> Self {
        Self {
            namespace: Some(workload.namespace.clone()),
            workload: Some(workload.to_string()),
            ..Self::of(SubjectKind::Workload)
        }
    }

    /// An alerting rule.
    #[must_use]
    pub fn alert(name: &str, group: &str) -> Self {
        Self {
            alert: Some(name.to_owned()),
            group: Some(group.to_owned()),
            ..Self::of(SubjectKind::Alert)
        }
    }

    /// A recording rule.
    #[must_use]
    pub fn recording_rule(name: &str, group: &str) -> Self {
        Self {
            source: Some(name.to_owned()),
            group: Some(group.to_owned()),
            ..Self::of(SubjectKind::RecordingRule)
        }
    }

    /// A group of rules in a file.
    #[must_use]
    pub fn group(name: &str) -> Self {
        Self {
            group: Some(name.to_owned()),
            source: Some(name.to_owned()),
            ..Self::of(SubjectKind::Group)
        }
    }

    /// A node, scrape job, platform, file, autoscaler: anything known by one name.
    #[must_use]
    pub fn named(kind: SubjectKind, name: &str) -> Self {
        Self {
            source: Some(name.to_owned()),
            ..Self::of(kind)
        }
    }

    /// The whole cluster.
    #[must_use]
    pub fn cluster() -> Self {
        Self::of(SubjectKind::Platform)
    }

    /// The text that the fingerprint is made of.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |o: &Option<String>| o.clone().unwrap_or_default();
        [
            self.kind.as_str().to_owned(),
            part(&self.namespace),
            part(&self.workload),
            part(&self.container),
            part(&self.alert),
            part(&self.group),
            part(&self.source),
        ]
        .join("\0")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.namespace.as_deref(),
            self.workload.as_deref(),
            self.container.as_deref(),
            self.alert.as_deref(),
            self.source.as_deref(),
        ];
        let named: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|p| !p.is_empty())
            .collect();
        if named.is_empty() {
            return f.write_str("cluster");
        }
        for (i, part) in named.iter().enumerate() {
            let separator = match (i, self.container.as_deref() == Some(*part)) {
                (0, _) => "",
                (_, true) => " ",
                _ => "/",
            };
            write!(f, "{separator}{part}")?;
        }
        Ok(())
    }
}
