//! Domain edits.

use std::collections::BTreeMap;

use crate::model::WorkloadRef;

/// How freely a fix may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// Shown, never applied by promtune: a person has to decide or to act outside the cluster's objects.
    DisplayOnly,
    /// Right by the evidence, but it changes behaviour: a person reads it first.
    Review,
    /// Proven by data and without surprise.
    Safe,
}

impl Applicability {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DisplayOnly => "display-only",
            Self::Review => "review",
            Self::Safe => "safe",
        }
    }
}

/// A change worth making.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Imperative, short: *set the memory request to the limit, 512Mi*.
    pub title: String,
    pub applicability: Applicability,
    pub edits: Vec<Edit>,
    /// What will happen once it is applied.
    pub expected: String,
    /// How to go back.
    pub rollback: String,
    /// What has to hold before it is applied; empty when everything was verified.
    pub preconditions: Vec<String>,
}

/// One change in the terms of the domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Sets or removes requests and limits of one container.
    SetResources {
        container: ContainerRef,
        changes: Vec<ResourceChange>,
    },
    /// Sets or removes (`None`) a field of a rule other than its expression.
    SetRuleField {
        rule: RuleRef,
        field: RuleField,
        value: Option<String>,
    },
    /// Replaces a rule's expression.
    ReplaceExpr { rule: RuleRef, expr: String },
    /// Takes a rule out.
    DisableRule { rule: RuleRef },
    /// Sets values of the kube-prometheus-stack chart that are not about one rule, as in
    /// `kubeScheduler.enabled` → `false`. Values are JSON text.
    SetChartValues {
        values: BTreeMap<String, String>,
        reason: String,
    },
    /// Sets the default limits or requests of a LimitRange's `Container` item.
    SetLimitRange {
        namespace: String,
        name: String,
        changes: Vec<ResourceChange>,
    },
    /// Something done outside of Kubernetes objects, as in a kubeadm configuration; display only.
    Instruct { steps: Vec<String> },
}

/// Names a container of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerRef {
    pub workload: WorkloadRef,
    pub container: String,
    /// Whether it stands under `initContainers`.
    pub init: bool,
}

/// `requests.cpu` and its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceField {
    RequestsCpu,
    RequestsMemory,
    LimitsCpu,
    LimitsMemory,
}

impl ResourceField {
    /// `requests` or `limits`.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Self::RequestsCpu | Self::RequestsMemory => "requests",
            Self::LimitsCpu | Self::LimitsMemory => "limits",
        }
    }

    /// `cpu` or `memory`.
    #[must_use]
    pub fn resource(self) -> &'static str {
        match self {
            Self::RequestsCpu | Self::LimitsCpu => "cpu",
            Self::RequestsMemory | Self::LimitsMemory => "memory",
        }
    }
}

/// One field from one quantity to another; `None` is absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceChange {
    pub field: ResourceField,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Names a rule, precisely enough to find it again among same-named ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    pub group: String,
    /// The rule file as Prometheus reports it, or as the user gave it.
    pub file: String,
    /// `alert:` or `record:`.
    pub name: String,
    pub expr: String,
}

/// A field of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleField {
    For,
    KeepFiringFor,
    Label(String),
    Annotation(String),
}
