//! Plain data: what a cluster and its Prometheus looked like at one instant.
//!
//! Architecture invariant: nothing here does I/O, reads a clock or decides anything. The one value that everything
//! else is derived from is [`Snapshot`]; a live run, a replay, a CI run and a fixture are the same bytes.

mod cluster;
mod gap;
mod intern;
mod place;
mod policy;
mod prometheus;
mod quantity;
mod query;
mod rule;
mod sample;
mod snapshot;
mod time;
mod usage;
mod workload;

pub use cluster::{Cluster, Namespace, Node, NodeResources, OwnerLink, Taint};
pub use gap::Gap;
pub use intern::Interner;
pub use place::{
    Dialect, FaultKind, FieldPlace, GroupSource, RuleFault, RuleFile, RuleSource, Run, Span,
    TextPlace,
};
pub use policy::{
    Autoscaler, AutoscalerKind, DisruptionBudget, LimitRange, LimitRangeItem, Monitor, MonitorKind,
    PriorityClass, ResourceQuota, ScalingMetric, Service, VerticalAutoscaler,
};
pub use prometheus::{Flavor, PrometheusInfo, ScrapePool};
pub use quantity::{Bytes, Cpu, QuantityError, parse_quantity_nanos};
pub use query::{QueryKind, QueryRecord, QueryResult, QueryStatus, RangeSeries, Row};
pub use rule::{Rule, RuleGroup, RuleKind, RuleObject};
pub use snapshot::{Meta, SCHEMA_VERSION, Snapshot, SourceKind};
pub use time::{PromDuration, Timestamp};
pub use usage::{ContainerUsage, CpuUsage, HotHours, MemoryUsage, Percentiles, Throttling};
pub use workload::{
    Amounts, Container, ContainerStatus, Labels, Origin, Owner, Pod, PodSpec, Resources,
    Terminated, Text, Workload, WorkloadKind, WorkloadRef,
};
