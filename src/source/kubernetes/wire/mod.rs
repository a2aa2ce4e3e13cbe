//! The shapes that the API and `kubectl get -o json|yaml` print, cut down to what promtune reads.
//!
//! Unknown fields are skipped, so there is no coupling to a Kubernetes version. `null` and absence are the same, a
//! number is accepted where a text belongs, and `null` elements of lists are dropped: manifests are written by people
//! and templates. A field of the wrong shape fails its own object only.

mod monitoring;
mod nodes;
mod pods;
mod policy;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

pub(super) use monitoring::{MonitorSpec, RuleSpec, RulesSpec};
pub(super) use nodes::{Empty, NodeSpec, NodeStatus, PriorityClass};
pub(super) use pods::{
    Container, ContainerStatus, PodSpec, PodStatus, Resources, Terminated, WorkloadSpec,
};
pub(super) use policy::{
    Budget, Hpa, HpaMetric, HpaStatus, LimitRange, MetricSource, Quota, QuotaStatus, ScaledObject,
    ServiceSpec, TargetRef, Trigger, Vpa,
};

/// An object with its specification and status.
#[derive(Debug, Default, Deserialize)]
#[serde(
    default,
    bound(deserialize = "S: Deserialize<'de> + Default, T: Deserialize<'de> + Default")
)]
pub(super) struct Object<S, T = Empty> {
    #[serde(deserialize_with = "or_default")]
    pub(super) metadata: Meta,
    #[serde(deserialize_with = "or_default")]
    pub(super) spec: S,
    #[serde(deserialize_with = "or_default")]
    pub(super) status: T,
}

/// `metadata:`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Meta {
    #[serde(deserialize_with = "text")]
    pub(super) name: String,
    #[serde(deserialize_with = "text")]
    pub(super) generate_name: String,
    #[serde(deserialize_with = "text")]
    pub(super) namespace: String,
    /// Set by the server: an object that has one was read from a cluster, one without is a manifest.
    #[serde(deserialize_with = "text")]
    pub(super) uid: String,
    #[serde(deserialize_with = "texts")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "texts")]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "list")]
    pub(super) owner_references: Vec<OwnerReference>,
    #[serde(deserialize_with = "text")]
    pub(super) creation_timestamp: String,
}

/// One of `metadata.ownerReferences`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OwnerReference {
    #[serde(deserialize_with = "text")]
    pub(super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(super) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) controller: bool,
}

/// What tells how to read an object.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Header {
    #[serde(deserialize_with = "text")]
    pub(super) api_version: String,
    #[serde(deserialize_with = "text")]
    pub(super) kind: String,
}

/// A text, or a number or truth value that stands where a text belongs.
#[derive(Debug, Default)]
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalars;
        impl Visitor<'_> for Scalars {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(v.to_owned()))
            }
            fn visit_string<E: Error>(self, v: String) -> Result<Scalar, E> {
                Ok(Scalar(v))
            }
            fn visit_bool<E: Error>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
        }
        deserializer.deserialize_any(Scalars)
    }
}

/// A value, or its default for `null`.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A list without its `null`s.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items: Option<Vec<Option<T>>> = Option::deserialize(deserializer)?;
    Ok(items.into_iter().flatten().flatten().collect())
}

/// A text; empty for `null`.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(or_default::<D, Scalar>(deserializer)?.0)
}

/// A list of texts.
pub(super) fn text_list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let items: Vec<Scalar> = list(deserializer)?;
    Ok(items.into_iter().map(|item| item.0).collect())
}

/// A map of texts; a `null` value is the empty text.
pub(super) fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let map: BTreeMap<String, Option<Scalar>> = or_default(deserializer)?;
    Ok(map
        .into_iter()
        .map(|(key, value)| (key, value.unwrap_or_default().0))
        .collect())
}

/// A whole number that fits, also when it is written as a text.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(Scalar(written)) = Option::deserialize(deserializer)? else {
        return Ok(None);
    };
    let number = written
        .parse()
        .map_err(|_| D::Error::custom("a count is not a whole number that fits"))?;
    Ok(Some(number))
}
