//! Small snapshots for the unit tests of this layer.

use std::sync::Arc;

use super::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField, RuleRef};
use crate::model::{
    Amounts, Bytes, Cluster, Container, Cpu, Labels, Origin, PodSpec, PromDuration, Resources,
    Rule, RuleGroup, RuleKind, RuleObject, Snapshot, Timestamp, Workload, WorkloadKind,
    WorkloadRef,
};

pub(super) fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|&(k, v)| (k.into(), v.into())).collect()
}

pub(super) fn alert(name: &str, expr: &str, severity: &str) -> Rule {
    Rule {
        kind: RuleKind::Alerting,
        name: name.into(),
        expr: expr.into(),
        hold: Some(PromDuration(900)),
        keep_firing_for: None,
        labels: [("severity".to_owned(), severity.to_owned())].into(),
        annotations: [("summary".to_owned(), "{{ $labels.pod }} is down".to_owned())].into(),
        health: "ok".into(),
        last_error: String::new(),
        source: None,
    }
}

/// A default group of the release `kps` in `monitoring`.
pub(super) fn chart_group(name: &str, version: &str, rules: &[Rule]) -> RuleGroup {
    let chart = format!("kube-prometheus-stack-{version}");
    RuleGroup {
        source: None,
        name: name.into(),
        file: format!("/rules/{name}.yaml"),
        interval: None,
        object: Some(RuleObject {
            namespace: "monitoring".into(),
            name: format!("kps-kube-prometheus-stack-{}", name.replace('_', "-")),
            labels: labels(&[
                ("chart", &chart),
                ("release", "kps"),
                ("heritage", "Helm"),
                ("app", "x"),
            ]),
        }),
        rules: rules.to_vec(),
    }
}

/// A group of an object of the user's own.
pub(super) fn own_group(name: &str, rules: &[Rule]) -> RuleGroup {
    RuleGroup {
        source: None,
        object: Some(RuleObject {
            namespace: "shop".into(),
            name: "shop-rules".into(),
            labels: labels(&[("release", "kps"), ("app.kubernetes.io/instance", "shop")]),
        }),
        ..chart_group(name, "0.0.0", rules)
    }
}

pub(super) fn rule_ref(group: &str, name: &str, expr: &str) -> RuleRef {
    RuleRef {
        group: group.into(),
        file: format!("/rules/{group}.yaml"),
        name: name.into(),
        expr: expr.into(),
    }
}

pub(super) fn snapshot_of(rules: Vec<RuleGroup>) -> Snapshot {
    let mut snapshot = Snapshot::empty(Timestamp(0), PromDuration(0));
    snapshot.rules = rules;
    snapshot
}

pub(super) fn with_workloads(workloads: Vec<Workload>) -> Snapshot {
    let mut snapshot = snapshot_of(Vec::new());
    snapshot.cluster = Some(Cluster {
        workloads,
        ..Cluster::default()
    });
    snapshot
}

pub(super) fn container(name: &str, requests: Option<u64>, limits: Option<u64>) -> Container {
    let amounts = |mi: Option<u64>| Amounts {
        cpu: mi.map(|_| Cpu(500)),
        memory: mi.map(|n| Bytes(n << 20)),
        ephemeral_storage: None,
    };
    Container {
        name: name.into(),
        image: "registry/image:1".into(),
        resources: Resources {
            requests: amounts(requests),
            limits: amounts(limits),
        },
        ..Container::default()
    }
}

pub(super) fn workload(kind: &str, name: &str, containers: Vec<Container>) -> Workload {
    Workload {
        id: WorkloadRef {
            namespace: "shop".into(),
            kind: WorkloadKind::from(kind),
            name: name.into(),
        },
        labels: Labels::new(),
        annotations: Labels::new(),
        owner: None,
        replicas: Some(2),
        created: None,
        template: Arc::new(PodSpec {
            containers,
            ..PodSpec::default()
        }),
        template_labels: Labels::new(),
        origin: Origin::Kubernetes,
    }
}

pub(super) fn set_memory(workload: &WorkloadRef, container: &str, to: Option<&str>) -> Edit {
    Edit::SetResources {
        container: ContainerRef {
            workload: workload.clone(),
            container: container.into(),
            init: false,
        },
        changes: vec![ResourceChange {
            field: ResourceField::RequestsMemory,
            from: None,
            to: to.map(str::to_owned),
        }],
    }
}

pub(super) fn fix(edits: Vec<Edit>) -> Fix {
    Fix {
        title: "do what the evidence says".into(),
        applicability: Applicability::Review,
        edits,
        expected: "fewer pages".into(),
        rollback: "undo".into(),
        preconditions: Vec::new(),
    }
}
