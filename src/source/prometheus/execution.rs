//! What the executor of queries is given and what it gives.

use std::collections::BTreeMap;

use crate::model::{Flavor, Gap, QueryRecord, QueryResult, Timestamp};

/// How to run queries.
#[derive(Clone, Copy, Debug)]
pub struct Execution {
    /// "Now".
    pub at: Timestamp,
    pub flavor: Flavor,
    /// Samples that one request may make the server hold at once.
    pub peak_samples: u64,
    /// Requests that one expression may take, splitting included.
    pub requests_per_query: u32,
}

impl Execution {
    /// Kind to a Prometheus of 3 GiB: five million samples are 80 MB of its memory.
    #[must_use]
    pub fn new(at: Timestamp, flavor: Flavor) -> Self {
        Self {
            at,
            flavor,
            peak_samples: 5_000_000,
            requests_per_query: 512,
        }
    }
}

/// Told about requests as they are planned and answered.
pub trait Progress: Send + Sync {
    /// So many more requests will be sent.
    fn planned(&self, requests: usize);
    /// One of them, for this query, was answered or given up.
    fn done(&self, query: &str);
}

/// Nobody watches.
impl Progress for () {
    fn planned(&self, _: usize) {}
    fn done(&self, _: &str) {}
}

/// What came of the queries. Records are sorted by id, gaps as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Executed {
    /// By query id; queries without any answer have none.
    pub results: BTreeMap<String, QueryResult>,
    pub records: Vec<QueryRecord>,
    pub gaps: Vec<Gap>,
    /// Series of one answer that became one with another because they differ in labels that are no keys, by query id.
    pub collapsed: BTreeMap<String, u64>,
}
