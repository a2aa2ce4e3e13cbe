//! Effective resources: what the API server makes of what a manifest says.
//!
//! Order, as in the API server: a request that is missing is set to the container's own limit (defaulting), then the
//! namespace's LimitRanges fill what is still missing (admission), then webhooks may change anything. Where a live pod
//! is known, it is the truth and the template only tells where a value came from.

use crate::model::{Amounts, Bytes, Container, Cpu, LimitRange, PodSpec, Resources};

/// Where an effective value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nothing sets it.
    Unset,
    /// The manifest's own pod template.
    Template,
    /// The request was missing and was set to the container's limit.
    OwnLimit,
    /// A LimitRange of the namespace, by name.
    LimitRange(String),
    /// The pod as a whole has it (`spec.resources`); the container shares it.
    Pod,
    /// The live pod has it, the template has something else: a webhook, a VPA or an older revision set it.
    Admission,
    /// Seen on a live pod whose template is not known.
    Observed,
}

/// One effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount<T> {
    pub value: Option<T>,
    pub source: Source,
}

impl<T> Amount<T> {
    const UNSET: Self = Self {
        value: None,
        source: Source::Unset,
    };
}

/// Requests and limits that hold for a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    pub cpu_request: Amount<Cpu>,
    pub cpu_limit: Amount<Cpu>,
    pub memory_request: Amount<Bytes>,
    pub memory_limit: Amount<Bytes>,
}

/// Amounts with the name of the LimitRange that supplies them.
type NamedAmounts = Vec<(String, Amounts)>;

/// The defaults that the `Container` items of a namespace's LimitRanges supply, with the object's name. Within an item
/// `default` falls back to `max`, and `defaultRequest` to `default`, then `min`, as the API server fills a LimitRange
/// (`SetDefaults_LimitRangeItem`).
fn limit_range_defaults(ranges: &[&LimitRange]) -> (NamedAmounts, NamedAmounts) {
    let (mut limits, mut requests) = (Vec::new(), Vec::new());
    for range in ranges {
        for item in range.items.iter().filter(|i| &*i.kind == "Container") {
            let limit = or(&item.default, &item.max);
            let request = or(&or(&item.default_request, &limit), &item.min);
            limits.push((range.name.to_string(), limit));
            requests.push((range.name.to_string(), request));
        }
    }
    (limits, requests)
}

fn or(first: &Amounts, second: &Amounts) -> Amounts {
    Amounts {
        cpu: first.cpu.or(second.cpu),
        memory: first.memory.or(second.memory),
        ephemeral_storage: first.ephemeral_storage.or(second.ephemeral_storage),
    }
}

/// What a container of a template gets in a namespace with these LimitRanges, when no webhook interferes.
#[must_use]
pub fn effective_in_template(
    container: &Container,
    spec: &PodSpec,
    ranges: &[&LimitRange],
) -> Effective {
    let (limits, requests) = limit_range_defaults(ranges);
    let pod = spec.resources.as_ref().map(defaulted).unwrap_or_default();
    let own = &container.resources;
    Effective {
        cpu_limit: limit(own.limits.cpu, &limits, |a| a.cpu, pod.limits.cpu),
        memory_limit: limit(own.limits.memory, &limits, |a| a.memory, pod.limits.memory),
        cpu_request: request(
            own.requests.cpu,
            own.limits.cpu,
            &requests,
            |a| a.cpu,
            pod.requests.cpu,
        ),
        memory_request: request(
            own.requests.memory,
            own.limits.memory,
            &requests,
            |a| a.memory,
            pod.requests.memory,
        ),
    }
}

/// A pod with limits as a whole has requests as a whole: the API server sets them (`defaultPodRequests`).
fn defaulted(pod: &Resources) -> Resources {
    Resources {
        requests: or(&pod.requests, &pod.limits),
        limits: pod.limits.clone(),
    }
}

fn limit<T: Copy>(
    own: Option<T>,
    ranges: &[(String, Amounts)],
    pick: impl Fn(&Amounts) -> Option<T>,
    pod: Option<T>,
) -> Amount<T> {
    own.map(|v| Amount {
        value: Some(v),
        source: Source::Template,
    })
    .or_else(|| from_range(ranges, pick))
    .or_else(|| {
        pod.map(|v| Amount {
            value: Some(v),
            source: Source::Pod,
        })
    })
    .unwrap_or(Amount::UNSET)
}

fn request<T: Copy>(
    own: Option<T>,
    own_limit: Option<T>,
    ranges: &[(String, Amounts)],
    pick: impl Fn(&Amounts) -> Option<T>,
    pod: Option<T>,
) -> Amount<T> {
    own.map(|v| Amount {
        value: Some(v),
        source: Source::Template,
    })
    .or_else(|| {
        own_limit.map(|v| Amount {
            value: Some(v),
            source: Source::OwnLimit,
        })
    })
    .or_else(|| from_range(ranges, pick))
    .or_else(|| {
        pod.map(|v| Amount {
            value: Some(v),
            source: Source::Pod,
        })
    })
    .unwrap_or(Amount::UNSET)
}

fn from_range<T>(
    ranges: &[(String, Amounts)],
    pick: impl Fn(&Amounts) -> Option<T>,
) -> Option<Amount<T>> {
    ranges.iter().find_map(|(name, amounts)| {
        pick(amounts).map(|v| Amount {
            value: Some(v),
            source: Source::LimitRange(name.clone()),
        })
    })
}

impl Effective {
    /// What a live container has. Where the expected value (from the template) is the same, its source is kept.
    #[must_use]
    pub(super) fn of_live(
        live: &Resources,
        expected: Option<&Self>,
        pod: Option<&Resources>,
    ) -> Self {
        let pod = pod.map(defaulted).unwrap_or_default();
        let expect = |pick: fn(&Self) -> &Amount<Cpu>| expected.map(pick);
        let expect_bytes = |pick: fn(&Self) -> &Amount<Bytes>| expected.map(pick);
        Self {
            cpu_request: own_limit(
                live_amount(
                    live.requests.cpu,
                    expect(|e| &e.cpu_request),
                    pod.requests.cpu,
                ),
                live.limits.cpu,
            ),
            cpu_limit: live_amount(live.limits.cpu, expect(|e| &e.cpu_limit), pod.limits.cpu),
            memory_request: own_limit(
                live_amount(
                    live.requests.memory,
                    expect_bytes(|e| &e.memory_request),
                    pod.requests.memory,
                ),
                live.limits.memory,
            ),
            memory_limit: live_amount(
                live.limits.memory,
                expect_bytes(|e| &e.memory_limit),
                pod.limits.memory,
            ),
        }
    }
}

/// A pod that the API server has not seen yet (a manifest of a bare pod) lacks the requests that its limits will be.
fn own_limit<T>(request: Amount<T>, limit: Option<T>) -> Amount<T> {
    match (request.source, limit) {
        (Source::Unset, Some(limit)) => Amount {
            value: Some(limit),
            source: Source::OwnLimit,
        },
        (source, _) => Amount {
            value: request.value,
            source,
        },
    }
}

fn live_amount<T: Copy + PartialEq>(
    live: Option<T>,
    expected: Option<&Amount<T>>,
    pod: Option<T>,
) -> Amount<T> {
    match (live, expected) {
        (Some(v), None) => Amount {
            value: Some(v),
            source: Source::Observed,
        },
        (Some(v), Some(e)) if e.value == Some(v) => Amount {
            value: Some(v),
            source: e.source.clone(),
        },
        (Some(v), Some(_)) => Amount {
            value: Some(v),
            source: Source::Admission,
        },
        (None, _) => match pod {
            Some(v) => Amount {
                value: Some(v),
                source: Source::Pod,
            },
            None => Amount::UNSET,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LimitRangeItem;

    fn container(requests: Option<u64>, limits: Option<u64>) -> Container {
        let amounts = |m: Option<u64>| Amounts {
            memory: m.map(Bytes),
            ..Amounts::default()
        };
        let resources = Resources {
            requests: amounts(requests),
            limits: amounts(limits),
        };
        Container {
            name: "app".into(),
            resources,
            ..Container::default()
        }
    }

    fn range(default: Option<u64>, default_request: Option<u64>, max: Option<u64>) -> LimitRange {
        let amounts = |m: Option<u64>| Amounts {
            memory: m.map(Bytes),
            ..Amounts::default()
        };
        let item = LimitRangeItem {
            kind: "Container".into(),
            default: amounts(default),
            default_request: amounts(default_request),
            max: amounts(max),
            ..LimitRangeItem::default()
        };
        LimitRange {
            namespace: "ns".into(),
            name: "lr".into(),
            items: vec![item],
        }
    }

    fn memory(
        container: &Container,
        ranges: &[&LimitRange],
    ) -> (Option<u64>, Source, Option<u64>, Source) {
        let e = effective_in_template(container, &PodSpec::default(), ranges);
        let raw = |b: Option<Bytes>| b.map(|b| b.0);
        (
            raw(e.memory_request.value),
            e.memory_request.source,
            raw(e.memory_limit.value),
            e.memory_limit.source,
        )
    }

    #[test]
    fn a_limit_alone_is_also_the_request() {
        let lr = range(Some(9), Some(8), None);
        assert_eq!(
            memory(&container(None, Some(5)), &[&lr]),
            (Some(5), Source::OwnLimit, Some(5), Source::Template)
        );
    }

    #[test]
    fn limit_ranges_fill_only_what_is_missing() {
        let from = || Source::LimitRange("lr".into());
        let lr = range(Some(9), Some(8), None);
        assert_eq!(
            memory(&container(None, None), &[&lr]),
            (Some(8), from(), Some(9), from())
        );
        assert_eq!(
            memory(&container(Some(3), None), &[&lr]),
            (Some(3), Source::Template, Some(9), from())
        );
    }

    #[test]
    fn a_limit_range_fills_its_own_gaps_first() {
        let from = || Source::LimitRange("lr".into());
        assert_eq!(
            memory(&container(None, None), &[&range(None, None, Some(7))]),
            (Some(7), from(), Some(7), from())
        );
    }

    #[test]
    fn pod_level_resources_cover_containers_that_have_none() {
        let pod = Resources {
            limits: Amounts {
                memory: Some(Bytes(4)),
                ..Amounts::default()
            },
            ..Resources::default()
        };
        let spec = PodSpec {
            resources: Some(pod),
            ..PodSpec::default()
        };
        let e = effective_in_template(&container(None, None), &spec, &[]);
        assert_eq!(
            e.memory_limit,
            Amount {
                value: Some(Bytes(4)),
                source: Source::Pod
            }
        );
        assert_eq!(
            e.memory_request, e.memory_limit,
            "the API server sets a missing request of the pod to its limit"
        );
    }

    #[test]
    fn live_values_win_and_their_source_is_named() {
        let template = effective_in_template(&container(Some(3), None), &PodSpec::default(), &[]);
        let live = |l: Option<u64>| {
            let e = Effective::of_live(&container(Some(3), l).resources, Some(&template), None);
            (e.memory_request.source, e.memory_limit.source)
        };
        assert_eq!(live(None), (Source::Template, Source::Unset));
        assert_eq!(live(Some(6)), (Source::Template, Source::Admission));
    }
}
