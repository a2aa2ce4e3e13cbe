//! Quality-of-service classes.

use std::fmt;

use crate::model::{Container, PodSpec};

/// The class that decides who is killed and evicted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qos {
    Guaranteed,
    Burstable,
    BestEffort,
}

impl fmt::Display for Qos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guaranteed => "Guaranteed",
            Self::Burstable => "Burstable",
            Self::BestEffort => "BestEffort",
        })
    }
}

/// The class of a pod with these effective specs, by the API server's rules (`GetPodQOS`): Guaranteed when every
/// container has CPU and memory limits equal to its requests, BestEffort when nothing is set at all. Pod-level
/// resources, where given, decide alone.
#[must_use]
pub fn qos_of(spec: &PodSpec) -> Qos {
    if let Some(pod) = spec.resources.as_ref().filter(|r| !r.is_empty()) {
        let equal = pod.limits.cpu.is_some()
            && pod.limits.memory.is_some()
            && pod.requests.cpu.is_none_or(|r| Some(r) == pod.limits.cpu)
            && pod
                .requests
                .memory
                .is_none_or(|r| Some(r) == pod.limits.memory);
        return if equal {
            Qos::Guaranteed
        } else {
            Qos::Burstable
        };
    }
    let mut containers = spec.containers.iter().chain(&spec.init_containers);
    if containers.clone().all(|c| c.resources.is_empty()) {
        return Qos::BestEffort;
    }
    let guaranteed = |c: &Container| {
        let r = &c.resources;
        r.limits.cpu.is_some()
            && r.limits.memory.is_some()
            && r.requests.cpu.is_none_or(|v| Some(v) == r.limits.cpu)
            && r.requests.memory.is_none_or(|v| Some(v) == r.limits.memory)
    };
    if containers.all(guaranteed) {
        Qos::Guaranteed
    } else {
        Qos::Burstable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Amounts, Bytes, Cpu, Resources};

    fn spec(request: Option<u64>, limit: Option<u64>) -> PodSpec {
        let amounts = |v: Option<u64>| Amounts {
            cpu: v.map(Cpu),
            memory: v.map(Bytes),
            ..Amounts::default()
        };
        let resources = Resources {
            requests: amounts(request),
            limits: amounts(limit),
        };
        PodSpec {
            containers: vec![Container {
                resources,
                ..Container::default()
            }],
            ..PodSpec::default()
        }
    }

    #[test]
    fn classes_follow_the_api_server() {
        assert_eq!(qos_of(&spec(None, None)), Qos::BestEffort);
        assert_eq!(
            qos_of(&spec(None, Some(5))),
            Qos::Guaranteed,
            "requests default to limits"
        );
        assert_eq!(qos_of(&spec(Some(5), Some(5))), Qos::Guaranteed);
        assert_eq!(qos_of(&spec(Some(4), Some(5))), Qos::Burstable);
        assert_eq!(qos_of(&spec(Some(4), None)), Qos::Burstable);
    }
}
