//! Resources of the containers that the chart itself renders.

use serde_json::{Map, Value, json};

use super::tree::Tree;
use crate::fix::lower::Job;
use crate::fix::refusal::{Refusal, refuse};
use crate::fix::{
    ChartRelease, ChartVersion, ContainerRef, Edit, LowerContext, ResourceChange, lookup, names,
    resources,
};
use crate::model::{Labels, WorkloadKind};

/// A container of the chart and the value that holds its resources.
struct Row {
    kind: WorkloadKind,
    /// `app.kubernetes.io/name` of the workload, or for objects of the chart's own templates, its `app` label's end.
    app: &'static str,
    container: &'static str,
    path: &'static [&'static str],
    /// The first chart that has the value.
    since: ChartVersion,
    /// What else the value reaches.
    note: &'static str,
}

const OLDEST: ChartVersion = ChartVersion(12, 0, 0);
const RELOADER: &[&str] = &[
    "prometheusOperator",
    "prometheusConfigReloader",
    "resources",
];
const RELOADER_SINCE: ChartVersion = ChartVersion(45, 0, 0);
const RELOADER_NOTE: &str =
    "This holds for the config reloaders of every Prometheus and Alertmanager of the operator.";
const SIDECAR: &[&str] = &["grafana", "sidecar", "resources"];
const SIDECAR_NOTE: &str = "This holds for all of Grafana's sidecars.";

fn rows() -> [Row; 13] {
    let row = |kind: &str, app, container, path| Row {
        kind: kind.into(),
        app,
        container,
        path,
        since: OLDEST,
        note: "",
    };
    let reloader = |app, container| Row {
        since: RELOADER_SINCE,
        note: RELOADER_NOTE,
        ..row("StatefulSet", app, container, RELOADER)
    };
    let sidecar = |container| Row {
        note: SIDECAR_NOTE,
        ..row("Deployment", "grafana", container, SIDECAR)
    };
    [
        row(
            "DaemonSet",
            "prometheus-node-exporter",
            "node-exporter",
            &["prometheus-node-exporter", "resources"],
        ),
        row(
            "Deployment",
            "kube-state-metrics",
            "kube-state-metrics",
            &["kube-state-metrics", "resources"],
        ),
        row(
            "Deployment",
            "grafana",
            "grafana",
            &["grafana", "resources"],
        ),
        sidecar("grafana-sc-dashboard"),
        sidecar("grafana-sc-datasources"),
        row(
            "Deployment",
            OPERATOR,
            "kube-prometheus-stack",
            &["prometheusOperator", "resources"],
        ),
        row(
            "StatefulSet",
            "prometheus",
            "prometheus",
            &["prometheus", "prometheusSpec", "resources"],
        ),
        row(
            "StatefulSet",
            "prometheus",
            "thanos-sidecar",
            &["prometheus", "prometheusSpec", "thanos", "resources"],
        ),
        reloader("prometheus", "config-reloader"),
        reloader("prometheus", "init-config-reloader"),
        row(
            "StatefulSet",
            "alertmanager",
            "alertmanager",
            &["alertmanager", "alertmanagerSpec", "resources"],
        ),
        reloader("alertmanager", "config-reloader"),
        reloader("alertmanager", "init-config-reloader"),
    ]
}

const OPERATOR: &str = "kube-prometheus-stack-operator";

/// Sets the value of a container's resources.
pub(super) fn set(
    container: &ContainerRef,
    changes: &[ResourceChange],
    job: &Job<'_>,
    chart: &ChartRelease,
    cx: &LowerContext<'_>,
    tree: &mut Tree,
) -> Result<(), Refusal> {
    let is_it = |e: &Edit| matches!(e, Edit::SetResources { container: c, .. } if c == container);
    let reason = job.reason(is_it);
    let id = &container.workload;
    let spec = lookup::spec(cx.snapshot, id)?;
    let (_, now) = lookup::container(&spec, container)?;
    resources::intended(&now.resources, changes)?;
    let no = Labels::new();
    let labels = spec.labels.unwrap_or(&no);
    let helm = spec
        .annotations
        .and_then(|a| a.get("meta.helm.sh/release-name"));
    let ours = is_ours(container, labels, helm.map(|v| &**v), chart);
    let rows = rows();
    let row = rows.iter().find(|row| {
        row.kind == id.kind && row.container == container.container && has_app(row, labels)
    });
    let Some(row) = row.filter(|_| ours) else {
        return refuse(format!(
            "{id} is not rendered by the kube-prometheus-stack release {}",
            names::plain(&chart.release)
        ));
    };
    if chart.version.is_some_and(|v| v < row.since) {
        return refuse(format!(
            "how charts before {} set these resources is not known",
            row.since
        ));
    }
    tree.needs(row.since);
    for change in changes {
        let field = [change.field.section(), change.field.resource()];
        let path: Vec<&str> = row.path.iter().copied().chain(field).collect();
        // Null takes a default of the chart away.
        tree.set(&path, json!(change.to), &reason)?;
    }
    if let Some(top) = row.path.first() {
        tree.note(top, row.note);
    }
    prove(tree, row, changes)
}

/// Whether the release made the object. The operator makes StatefulSets of its own, which carry no Helm annotation;
/// they are the chart's when they are named after its objects.
fn is_ours(
    container: &ContainerRef,
    labels: &Labels,
    helm: Option<&str>,
    chart: &ChartRelease,
) -> bool {
    let id = &container.workload;
    let here = chart.namespace.as_deref().is_none_or(|n| n == id.namespace);
    let label = |name: &str| labels.get(name).map(|v| &**v);
    let instance = label("release").or_else(|| label("app.kubernetes.io/instance"));
    match helm {
        Some(helm) => helm == chart.release,
        None if id.kind == WorkloadKind::StatefulSet => here && id.name.contains("-kube-prom"),
        None => here && instance == Some(chart.release.as_str()),
    }
}

fn has_app(row: &Row, labels: &Labels) -> bool {
    let name = labels.get("app.kubernetes.io/name").map(|v| &**v);
    let app = labels.get("app").map(|v| &**v);
    [name, app].contains(&Some(row.app))
        // The operator's own label has carried both names.
        || (row.app == OPERATOR && name == Some("kube-prometheus-stack-prometheus-operator"))
}

/// The tree has to hold exactly the amounts that are meant below the row's path.
fn prove(tree: &Tree, row: &Row, changes: &[ResourceChange]) -> Result<(), Refusal> {
    let meant: Map<String, Value> = match resources::as_patch(changes) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let agrees = meant.iter().all(|(section, amounts)| {
        amounts
            .as_object()
            .into_iter()
            .flatten()
            .all(|(resource, amount)| {
                let path: Vec<&str> = row
                    .path
                    .iter()
                    .copied()
                    .chain([section.as_str(), resource.as_str()])
                    .collect();
                tree.get(&path) == Some(amount)
            })
    });
    if agrees {
        Ok(())
    } else {
        refuse("the values would not set the resources that are meant")
    }
}
