//! What the resources of a container are meant to be after a change, worked out on typed amounts and apart from every
//! patch, so that patches can be proved against it.

use serde_json::{Map, Value, json};

use super::refusal::{Refusal, refuse};
use super::{ResourceChange, ResourceField};
use crate::model::{Amounts, Bytes, Container, Cpu, Resources};

/// `now` with the changes done; refused when the API server would refuse it.
pub(super) fn intended(now: &Resources, changes: &[ResourceChange]) -> Result<Resources, Refusal> {
    let mut after = now.clone();
    for change in changes {
        let amounts = match change.field.section() {
            "requests" => &mut after.requests,
            _ => &mut after.limits,
        };
        let to = change.to.as_deref();
        match change.field.resource() {
            "cpu" => amounts.cpu = to.map(Cpu::parse).transpose().map_err(bad)?,
            _ => amounts.memory = to.map(Bytes::parse).transpose().map_err(bad)?,
        }
    }
    check_order(&after)?;
    Ok(after)
}

fn bad(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(error.to_string())
}

fn check_order(after: &Resources) -> Result<(), Refusal> {
    let (requests, limits) = (&after.requests, &after.limits);
    let cpu = requests.cpu.zip(limits.cpu).is_some_and(|(r, l)| r > l);
    let memory = requests
        .memory
        .zip(limits.memory)
        .is_some_and(|(r, l)| r > l);
    match (cpu, memory) {
        (true, _) => {
            refuse("the CPU request would be above the limit, which the API server refuses")
        }
        (_, true) => {
            refuse("the memory request would be above the limit, which the API server refuses")
        }
        _ => Ok(()),
    }
}

/// `{"requests": {"cpu": …}}` of the changes; what is removed is `null`.
pub(super) fn as_patch(changes: &[ResourceChange]) -> Value {
    let mut sections = Map::new();
    for change in changes {
        let section = sections
            .entry(change.field.section())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(section) = section {
            section.insert(change.field.resource().to_owned(), json!(change.to));
        }
    }
    Value::Object(sections)
}

/// A container as the API shows it, as far as it is known.
pub(super) fn container_json(container: &Container) -> Value {
    let mut out = json!({"name": &*container.name, "image": &*container.image});
    if !container.resources.is_empty()
        && let Value::Object(map) = &mut out
    {
        map.insert("resources".to_owned(), resources_json(&container.resources));
    }
    out
}

fn resources_json(resources: &Resources) -> Value {
    let mut out = Map::new();
    for (name, amounts) in [
        ("requests", &resources.requests),
        ("limits", &resources.limits),
    ] {
        if !amounts.is_empty() {
            out.insert(name.to_owned(), amounts_json(amounts));
        }
    }
    Value::Object(out)
}

/// `{"cpu": "250m", …}`.
pub(super) fn amounts_json(amounts: &Amounts) -> Value {
    let all = [
        ("cpu", amounts.cpu.map(|c| c.to_string())),
        ("memory", amounts.memory.map(|m| m.to_string())),
        (
            "ephemeral-storage",
            amounts.ephemeral_storage.map(|m| m.to_string()),
        ),
    ];
    all.into_iter()
        .filter_map(|(name, amount)| Some((name.to_owned(), Value::from(amount?))))
        .collect()
}

/// Reads amounts back.
pub(super) fn read_amounts(value: Option<&Value>) -> Result<Amounts, Refusal> {
    let text = |name: &str| match value?.get(name)? {
        Value::String(text) => Some(text.clone()),
        // Files may write `cpu: 2`.
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let bytes = |name| {
        text(name)
            .as_deref()
            .map(Bytes::parse)
            .transpose()
            .map_err(bad)
    };
    Ok(Amounts {
        cpu: text("cpu")
            .as_deref()
            .map(Cpu::parse)
            .transpose()
            .map_err(bad)?,
        memory: bytes("memory")?,
        ephemeral_storage: bytes("ephemeral-storage")?,
    })
}

/// Reads the `resources` of a container back.
pub(super) fn read_resources(container: &Value) -> Result<Resources, Refusal> {
    let section = |name| container.get("resources").and_then(|r| r.get(name));
    Ok(Resources {
        requests: read_amounts(section("requests"))?,
        limits: read_amounts(section("limits"))?,
    })
}

/// The amounts of one field.
pub(super) fn same_amount(field: ResourceField, a: &str, b: &str) -> bool {
    match field.resource() {
        "cpu" => Cpu::parse(a).is_ok_and(|a| Cpu::parse(b) == Ok(a)),
        _ => Bytes::parse(a).is_ok_and(|a| Bytes::parse(b) == Ok(a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: ResourceField, to: Option<&str>) -> ResourceChange {
        ResourceChange {
            field,
            from: None,
            to: to.map(str::to_owned),
        }
    }

    #[test]
    fn what_the_server_would_refuse_is_refused() {
        let now = read_resources(&json!({"resources": {"limits": {"memory": "1Gi", "cpu": "1"}}}))
            .unwrap();
        for (field, to) in [
            (ResourceField::RequestsMemory, Some("2Gi")),
            (ResourceField::RequestsCpu, Some("1001m")),
            (ResourceField::RequestsCpu, Some("much")),
            (ResourceField::LimitsMemory, Some("-1")),
        ] {
            assert!(
                intended(&now, &[change(field, to)]).is_err(),
                "{field:?} {to:?}"
            );
        }
        let both = [
            change(ResourceField::RequestsMemory, Some("2Gi")),
            change(ResourceField::LimitsMemory, Some("2Gi")),
        ];
        assert_eq!(
            intended(&now, &both).unwrap().limits.memory,
            Some(Bytes(2 << 30))
        );
        let gone = intended(&now, &[change(ResourceField::LimitsCpu, None)]).unwrap();
        assert_eq!(gone.limits.cpu, None);
    }

    #[test]
    fn writing_and_reading_agree() {
        let now = json!({"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi", "ephemeral-storage": "2Gi"}});
        let read = read_resources(&json!({"resources": now})).unwrap();
        assert_eq!(resources_json(&read), now);
    }

    #[test]
    fn amounts_are_compared_by_what_they_are() {
        assert!(same_amount(ResourceField::LimitsCpu, "1", "1000m"));
        assert!(same_amount(ResourceField::LimitsMemory, "1Gi", "1024Mi"));
        assert!(!same_amount(ResourceField::LimitsMemory, "1G", "1Gi"));
        assert!(!same_amount(ResourceField::LimitsMemory, "x", "x"));
    }
}
