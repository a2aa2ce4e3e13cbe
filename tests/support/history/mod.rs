//! A small EKS-like cluster, described once ([`cluster`]), and told in two ways: as objects for a Kubernetes
//! API ([`objects`]) and as two weeks of what Prometheus would have scraped ([`metrics`], [`alerts`]).
//! Everything follows from the description and a fixed instant: the same bytes on every run.

pub mod alerts;
pub mod cadvisor;
pub mod cluster;
pub mod ksm;
pub mod metrics;
pub mod model;
pub mod objects;
pub mod rules;

pub use cluster::demo;
pub use model::{Cluster, END, START};
