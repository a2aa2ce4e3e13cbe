//! `--redact`: names are replaced by hashes, so that a snapshot can leave the company.
//!
//! **Hashed**: namespaces, workloads, pods, containers, nodes, services and every other object's name; label values;
//! images; rule files; scrape jobs and pools; external labels; cloud instance ids; addresses; hosts in URLs; and all of
//! these where they occur in expressions, annotations, errors and gaps.
//!
//! **Readable**, because checks decide by them: what belongs to the platform (namespaces as in `kube-system`, the
//! objects in them, the jobs and components of kube-prometheus-stack, images of public registries they come from),
//! versions, operating systems, instance types, quantities, metric names, label names and annotation names, alert,
//! record and group names, severities. Who named a metric or an alert after a customer should look at the result.
//!
//! The same name becomes the same hash wherever it stands, so joins hold. What Kubernetes appends to the names of the
//! pods it makes stays, so `cart-6d4b9c7f8-x2k9q` still begins with the hash of `cart`. The key makes the hashes of two
//! snapshots differ; it is kept nowhere, so that a name cannot be confirmed by hashing a guess.

mod generated;
mod known;
mod names;
mod objects;
mod text;

use std::collections::BTreeMap;

use crate::model::{
    PrometheusInfo, QueryRecord, QueryResult, QueryStatus, Row, RuleGroup, Snapshot,
};
use names::Names;

pub use names::fresh_key;

/// Hashes the names in a snapshot with `key` (see the module's description).
pub fn redact_names(snapshot: &mut Snapshot, key: &[u8]) {
    let mut names = Names::learn(snapshot, key);
    if let Some(cluster) = &mut snapshot.cluster {
        objects::cluster(&mut names, cluster);
    }
    for result in snapshot.queries.values_mut() {
        query(&mut names, result);
    }
    if let Some(prometheus) = &mut snapshot.prometheus {
        server(&mut names, prometheus);
    }
    // Free text comes last: by now every name that occurs in a place of its own is known.
    for group in &mut snapshot.rules {
        rules(&mut names, group);
    }
    for record in &mut snapshot.provenance {
        provenance(&mut names, record);
    }
    for gap in &mut snapshot.gaps {
        if let Some(path) = gap.wanted.strip_prefix("file:") {
            gap.wanted = format!("file:{}", names.file(path));
        }
        gap.part = text::prose(&mut names, &gap.part);
        gap.because = text::prose(&mut names, &gap.because);
    }
    snapshot.gaps.sort();
    snapshot.meta.redacted_names = true;
}

fn query(names: &mut Names, result: &mut QueryResult) {
    let keys = result.keys.clone();
    for Row(labels, _) in &mut result.rows {
        for (key, value) in keys.iter().zip(labels) {
            *value = names.label(key, value);
        }
    }
    for series in &mut result.series {
        for (key, value) in keys.iter().zip(&mut series.labels) {
            *value = names.label(key, value);
        }
    }
    result.rows.sort_by(|a, b| a.0.cmp(&b.0));
    result.series.sort_by(|a, b| a.labels.cmp(&b.labels));
}

fn server(names: &mut Names, prometheus: &mut PrometheusInfo) {
    for value in prometheus.external_labels.values_mut() {
        *value = names.name(value).to_string();
    }
    for pool in &mut prometheus.scrape_pools {
        pool.pool = names.pool(&pool.pool);
        pool.job = names.name(&pool.job).to_string();
        let errors = std::mem::take(&mut pool.errors);
        for (error, count) in errors {
            *pool.errors.entry(text::prose(names, &error)).or_default() += count;
        }
    }
    prometheus
        .scrape_pools
        .sort_by(|a, b| (&a.pool, &a.job).cmp(&(&b.pool, &b.job)));
}

fn rules(names: &mut Names, group: &mut RuleGroup) {
    group.file = names.file(&group.file);
    if let Some(object) = &mut group.object {
        object.namespace = names.name(&object.namespace).to_string();
        object.name = names.name(&object.name).to_string();
        object.labels = names.labels(&object.labels);
    }
    for rule in &mut group.rules {
        rule.expr = text::expression(names, &rule.expr);
        let labels: BTreeMap<String, String> = std::mem::take(&mut rule.labels);
        rule.labels = labels
            .into_iter()
            .map(|(key, value)| {
                // `{{ $labels.x }}` is a template, not a name.
                let value = if value.contains("{{") {
                    text::prose(names, &value)
                } else {
                    names.label(&key, &value).to_string()
                };
                (key, value)
            })
            .collect();
        for value in rule.annotations.values_mut() {
            *value = text::prose(names, value);
        }
        rule.last_error = text::prose(names, &rule.last_error);
    }
}

fn provenance(names: &mut Names, record: &mut QueryRecord) {
    record.query = text::expression(names, &record.query);
    match &mut record.status {
        QueryStatus::Failed(because) | QueryStatus::Skipped(because) => {
            *because = text::prose(names, because);
        }
        QueryStatus::Complete | QueryStatus::Partial => {}
    }
}

#[cfg(test)]
mod tests;
