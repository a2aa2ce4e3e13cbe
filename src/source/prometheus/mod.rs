//! The client of Prometheus and of the servers that speak its HTTP API: Thanos, Mimir, VictoriaMetrics, hosted ones.
//!
//! Architecture invariant: answers are parsed while they arrive, into the columns of [`crate::model`]. Memory use
//! follows the result, not the body.

mod address;
mod api;
mod auth;
mod body;
mod client;
mod envelope;
mod error;
mod execute;
mod execution;
mod info;
mod job;
mod labels;
mod matrix;
mod query;
mod redact;
mod reply;
mod rules;
mod secret;
mod settings;
mod shard;
mod targets;
mod tls;
mod union;
mod vector;

pub use api::{ActiveAlert, alerts, label_values, metadata, series};
pub use client::Client;
pub use error::Error;
pub use execute::execute;
pub use execution::{Executed, Execution, Progress};
pub use info::connect;
pub use matrix::{Grid, read_matrix};
pub use query::{Answer, instant, range};
pub use rules::rules;
pub use secret::Secret;
pub use settings::Settings;
pub use vector::{Keep, read_vector};
