//! Autoscalers, budgets, quotas, defaults and services.

use super::super::wire::{self, Object};
use super::pods::amounts;
use super::{Shared, name_of};
use crate::model::{
    Autoscaler, AutoscalerKind, DisruptionBudget, LimitRange, LimitRangeItem, Owner, ResourceQuota,
    ScalingMetric, Service, Text, VerticalAutoscaler, WorkloadKind,
};

/// A HorizontalPodAutoscaler.
pub(super) fn hpa(
    shared: &mut Shared,
    object: &Object<wire::Hpa, wire::HpaStatus>,
) -> Result<Autoscaler, String> {
    let (spec, status) = (&object.spec, &object.status);
    let mut metrics: Vec<ScalingMetric> = spec.metrics.iter().filter_map(hpa_metric).collect();
    if let Some(percent) = spec.target_cpu_percent {
        metrics.push(ScalingMetric {
            source: "Resource".to_owned(),
            name: "cpu".to_owned(),
            container: None,
            utilization: Some(percent),
            value: None,
        });
    }
    let (namespace, name) = id(shared, &object.metadata)?;
    Ok(Autoscaler {
        kind: AutoscalerKind::Horizontal,
        namespace,
        name,
        target: target(shared, &spec.scale_target_ref)?,
        min_replicas: spec.min_replicas,
        max_replicas: spec.max_replicas.ok_or("it has no spec.maxReplicas")?,
        metrics,
        current_replicas: status.current_replicas,
        desired_replicas: status.desired_replicas,
        conditions: conditions(status),
    })
}

/// One metric; absent when its member does not match its type.
fn hpa_metric(metric: &wire::HpaMetric) -> Option<ScalingMetric> {
    let member = match metric.kind.as_str() {
        "Resource" => &metric.resource,
        "ContainerResource" => &metric.container_resource,
        "Pods" => &metric.pods,
        "Object" => &metric.object,
        "External" => &metric.external,
        _ => &None,
    };
    let wire::MetricSource {
        name,
        container,
        metric: named,
        target,
    } = member.as_ref()?;
    let name = if name.is_empty() { &named.name } else { name };
    Some(ScalingMetric {
        source: metric.kind.clone(),
        name: name.clone(),
        container: some(container),
        utilization: target.average_utilization,
        value: some(&target.average_value).or_else(|| some(&target.value)),
    })
}

/// A KEDA ScaledObject.
pub(super) fn scaled_object(
    shared: &mut Shared,
    object: &Object<wire::ScaledObject, wire::HpaStatus>,
) -> Result<Autoscaler, String> {
    let spec = &object.spec;
    let (namespace, name) = id(shared, &object.metadata)?;
    Ok(Autoscaler {
        kind: AutoscalerKind::Keda,
        namespace,
        name,
        target: target(shared, &spec.scale_target_ref)?,
        min_replicas: spec.min_replica_count,
        // KEDA's own default.
        max_replicas: spec.max_replica_count.unwrap_or(100),
        metrics: spec.triggers.iter().map(trigger).collect(),
        current_replicas: None,
        desired_replicas: None,
        conditions: conditions(&object.status),
    })
}

fn trigger(trigger: &wire::Trigger) -> ScalingMetric {
    let wire::Trigger {
        kind,
        name,
        metric_type,
        metadata,
    } = trigger;
    let resource = kind == "cpu" || kind == "memory";
    let utilization = [metric_type, &metadata.kind]
        .into_iter()
        .any(|t| t == "Utilization");
    let number = |text: &String| text.parse::<f64>().is_ok().then(|| text.clone());
    let percent = metadata.value.parse().ok();
    ScalingMetric {
        source: kind.clone(),
        name: if resource { kind } else { name }.clone(),
        container: some(&metadata.container_name),
        utilization: percent.filter(|_| resource && utilization),
        value: if resource {
            some(&metadata.value).filter(|_| !utilization)
        } else {
            number(&metadata.threshold).or_else(|| number(&metadata.value))
        },
    }
}

fn conditions(status: &wire::HpaStatus) -> std::collections::BTreeMap<String, String> {
    let pairs = status.conditions.iter();
    pairs.map(|c| (c.kind.clone(), c.status.clone())).collect()
}

/// A VerticalPodAutoscaler.
pub(super) fn vpa(
    shared: &mut Shared,
    object: &Object<wire::Vpa>,
) -> Result<VerticalAutoscaler, String> {
    let (namespace, name) = id(shared, &object.metadata)?;
    Ok(VerticalAutoscaler {
        namespace,
        name,
        target: target(shared, &object.spec.target_ref)?,
        // The API's default.
        mode: some(&object.spec.update_policy.update_mode).unwrap_or_else(|| "Auto".to_owned()),
    })
}

/// A PodDisruptionBudget.
pub(super) fn budget(
    shared: &mut Shared,
    object: &Object<wire::Budget>,
) -> Result<DisruptionBudget, String> {
    let (namespace, name) = id(shared, &object.metadata)?;
    let written = |value: &Option<wire::Scalar>| value.as_ref().map(|v| v.0.clone());
    Ok(DisruptionBudget {
        namespace,
        name,
        selector: shared.labels(&object.spec.selector.match_labels),
        has_expressions: !object.spec.selector.match_expressions.is_empty(),
        min_available: written(&object.spec.min_available),
        max_unavailable: written(&object.spec.max_unavailable),
    })
}

/// A Service.
pub(super) fn service(
    shared: &mut Shared,
    object: &Object<wire::ServiceSpec>,
) -> Result<Service, String> {
    let (namespace, name) = id(shared, &object.metadata)?;
    let ports = object.spec.ports.iter();
    Ok(Service {
        namespace,
        name,
        labels: shared.labels(&object.metadata.labels),
        selector: shared.labels(&object.spec.selector),
        ports: ports
            .filter_map(|p| Some((p.name.clone(), p.port.parse().ok()?)))
            .collect(),
    })
}

/// A LimitRange.
pub(super) fn limit_range(
    shared: &mut Shared,
    object: &Object<wire::LimitRange>,
) -> Result<LimitRange, String> {
    let (namespace, name) = id(shared, &object.metadata)?;
    let mut items = Vec::new();
    for item in &object.spec.limits {
        items.push(LimitRangeItem {
            kind: shared.text(&item.kind),
            default: amounts(&item.default).map_err(|e| format!("default.{e}"))?,
            default_request: amounts(&item.default_request)
                .map_err(|e| format!("defaultRequest.{e}"))?,
            min: amounts(&item.min).map_err(|e| format!("min.{e}"))?,
            max: amounts(&item.max).map_err(|e| format!("max.{e}"))?,
        });
    }
    Ok(LimitRange {
        namespace,
        name,
        items,
    })
}

/// A ResourceQuota.
pub(super) fn quota(
    shared: &mut Shared,
    object: Object<wire::Quota, wire::QuotaStatus>,
) -> Result<ResourceQuota, String> {
    let (namespace, name) = id(shared, &object.metadata)?;
    Ok(ResourceQuota {
        namespace,
        name,
        hard: object.spec.hard,
        used: object.status.used,
    })
}

fn id(shared: &mut Shared, meta: &wire::Meta) -> Result<(Text, Text), String> {
    Ok((shared.text(&meta.namespace), shared.text(name_of(meta)?)))
}

/// What is scaled; KEDA takes a Deployment where no kind is given.
fn target(shared: &mut Shared, target: &wire::TargetRef) -> Result<Owner, String> {
    if target.name.is_empty() {
        return Err("it does not name what it scales".to_owned());
    }
    let kind = some(&target.kind).unwrap_or_else(|| "Deployment".to_owned());
    Ok(Owner {
        kind: WorkloadKind::from(kind),
        name: shared.text(&target.name),
    })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
