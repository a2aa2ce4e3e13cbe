//! Sends planned queries: in pieces where they are large, in smaller pieces where the server refuses, and keeps what
//! succeeds.
//!
//! Requests go out in waves. A wave's refused pieces are halved into the next one, in the order of the plan and not of
//! arrival, so that the same answers give the same result and the same records.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;

use super::api::label_values;
use super::client::Client;
use super::error::Error;
use super::execution::{Executed, Execution, Progress};
use super::job::{Job, jobs};
use super::query::{self, Answer};
use super::shard::{Shard, Spaces};
use crate::knowledge::PlannedQuery;
use crate::model::{Gap, QueryRecord, QueryStatus, Text};

/// Halvings after "too many samples".
const SIZE_HALVINGS: u32 = 20;
/// Halvings after a timeout or an overload: each try costs the server as much as it allows.
const TIME_HALVINGS: u32 = 3;
/// Failures in a row, without any answer between them, after which a server counts as gone.
const GONE: u32 = 8;

/// Runs all queries. Never fails: what could not be had is in the gaps.
pub async fn execute(
    client: &Client,
    queries: &[PlannedQuery],
    execution: &Execution,
    progress: &dyn Progress,
) -> Executed {
    let mut sorted: Vec<&PlannedQuery> = queries.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let is_probe = |q: &PlannedQuery| sorted.iter().any(|o| o.series_from.as_ref() == Some(&q.id));
    let (probes, others): (Vec<_>, Vec<_>) = sorted.iter().copied().partition(|q| is_probe(q));
    let mut run = Run {
        client,
        execution,
        progress,
        names: BTreeMap::new(),
        sizes: BTreeMap::new(),
        failing: AtomicU32::new(0),
        stop: OnceLock::new(),
        executed: Executed::default(),
    };
    run.stage(jobs(&probes)).await;
    run.count();
    run.stage(jobs(&others)).await;
    let mut executed = run.executed;
    executed.records.sort_by(|a, b| a.id.cmp(&b.id));
    executed.gaps.sort();
    executed.gaps.dedup();
    executed
}

struct Run<'a> {
    client: &'a Client,
    execution: &'a Execution,
    progress: &'a dyn Progress,
    /// Namespaces by label, asked for when a query of unknown size must be split.
    names: BTreeMap<String, Vec<Text>>,
    /// Series by namespace, by the query that counted them.
    sizes: BTreeMap<String, BTreeMap<Text, u64>>,
    failing: AtomicU32,
    /// Why nothing is sent any more.
    stop: OnceLock<Error>,
    executed: Executed,
}

/// A piece of the job at this index.
type Piece = (usize, Shard);

impl Run<'_> {
    async fn stage(&mut self, mut jobs: Vec<Job<'_>>) {
        let mut wave: Vec<Piece> = Vec::new();
        let none = BTreeMap::new();
        for (index, job) in jobs.iter().enumerate() {
            let from = job.queries.iter().find_map(|q| q.series_from.as_ref());
            let sizes = from.and_then(|id| self.sizes.get(id)).unwrap_or(&none);
            let plan = job.plan(self.execution.at, sizes, self.execution.peak_samples);
            wave.extend(plan.into_iter().map(|shard| (index, shard)));
        }
        while !wave.is_empty() {
            wave = self.wave(&mut jobs, wave).await;
        }
        for job in &jobs {
            self.close(job);
        }
    }

    /// Sends one wave; gives the pieces of the next.
    async fn wave(&mut self, jobs: &mut [Job<'_>], wave: Vec<Piece>) -> Vec<Piece> {
        self.progress.planned(wave.len());
        let answers: Vec<(Piece, Option<Result<Answer, Error>>)> = {
            let (this, jobs) = (&*self, &*jobs);
            let asked = wave.into_iter().map(|(index, shard)| async move {
                let answer = this.ask(&jobs[index], &shard).await;
                this.progress.done(&jobs[index].query().id);
                ((index, shard), answer)
            });
            futures::stream::iter(asked)
                .buffered(self.client.concurrency())
                .collect()
                .await
        };
        let mut next = Vec::new();
        for ((index, shard), answer) in answers {
            let job = &mut jobs[index];
            let unsent = matches!(answer, None | Some(Err(Error::Budget { .. })));
            job.state.requests += u32::from(!unsent);
            match answer.unwrap_or_else(|| Err(self.stopped())) {
                Ok(answer) => job.state.take(answer),
                Err(error) => match self.halve(job, shard.clone(), &error).await {
                    Some(halves) => next.extend(halves.map(|half| (index, half))),
                    None => job.state.failures.push((part(job, &shard), error)),
                },
            }
        }
        self.within_limit(jobs, next)
    }

    /// Nothing when the run has stopped.
    async fn ask(&self, job: &Job<'_>, shard: &Shard) -> Option<Result<Answer, Error>> {
        if self.stop.get().is_some() {
            return None;
        }
        let query = job.query();
        let expr = shard.apply(&query.expr, query.shard_label.as_deref());
        let (client, flavor) = (self.client, self.execution.flavor);
        let answer = match (job.grid(), shard.steps) {
            (Some(grid), Some(steps)) => {
                query::range(client, flavor, &expr, &job.keys, grid, steps).await
            }
            _ => query::instant(client, flavor, &expr, &job.keys, self.execution.at).await,
        };
        self.watch(&answer);
        Some(answer)
    }

    fn stopped(&self) -> Error {
        let unknown = || Error::Settings("the run was stopped".to_owned());
        self.stop.get().cloned().unwrap_or_else(unknown)
    }

    /// Notices when nothing more will come.
    fn watch(&self, answer: &Result<Answer, Error>) {
        let Err(error) = answer else {
            self.failing.store(0, Ordering::Relaxed);
            return;
        };
        // A 403 may be about one query only: a proxy that wants a namespace in every selector.
        let down = matches!(
            error,
            Error::Connect { .. } | Error::Unavailable { .. } | Error::Unauthorized { .. }
        );
        let gone = down && self.failing.fetch_add(1, Ordering::Relaxed) + 1 >= GONE;
        if gone || error.ends_the_run() {
            self.stop.get_or_init(|| error.clone());
        }
    }

    async fn halve(
        &mut self,
        job: &Job<'_>,
        mut shard: Shard,
        error: &Error,
    ) -> Option<[Shard; 2]> {
        let most = match error {
            Error::TooManySamples { .. }
            | Error::TooLarge { .. }
            | Error::RequestTooLong { .. } => SIZE_HALVINGS,
            _ => TIME_HALVINGS,
        };
        if !error.asks_for_less() || self.stop.get().is_some() || shard.depth >= most {
            return None;
        }
        self.learn_names(job, &mut shard).await;
        shard.halve(job.may_halve(error))
    }

    /// Finds out which namespaces there are, when nobody counted them.
    async fn learn_names(&mut self, job: &Job<'_>, shard: &mut Shard) {
        let Some(label) = &job.query().shard_label else {
            return;
        };
        let Spaces::NotIn { excluded, named } = &mut shard.spaces else {
            return;
        };
        if !(excluded.is_empty() && named.is_empty()) {
            return;
        }
        if !self.names.contains_key(label) {
            // Without names there are still pods and time to split by.
            let names = label_values(self.client, label).await.unwrap_or_default();
            self.names.insert(label.clone(), names);
        }
        named.clone_from(&self.names[label]);
    }

    /// Gives up pieces beyond the limit of requests per expression.
    fn within_limit(&self, jobs: &mut [Job<'_>], next: Vec<Piece>) -> Vec<Piece> {
        let limit = self.execution.requests_per_query;
        let mut planned: BTreeMap<usize, u32> = BTreeMap::new();
        let mut kept = Vec::new();
        for (index, shard) in next {
            let job = &mut jobs[index];
            let planned = planned.entry(index).or_insert(0);
            if job.state.requests + *planned < limit {
                *planned += 1;
                kept.push((index, shard));
            } else {
                let text = format!("it still is after {limit} requests");
                let failure = (part(job, &shard), Error::TooManySamples { text });
                job.state.failures.push(failure);
            }
        }
        kept
    }

    /// Turns the answers to probes into series by namespace.
    fn count(&mut self) {
        for (id, result) in &self.executed.results {
            let Some(key) = result.keys.iter().position(|k| k.ends_with("namespace")) else {
                continue;
            };
            let sizes = self.sizes.entry(id.clone()).or_default();
            for row in &result.rows {
                // Series without the label are in the piece that takes whatever was not counted.
                if let Some(name) = row.0.get(key).filter(|name| !name.is_empty()) {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a float cast saturates; counts are not negative"
                    )]
                    let count = row.1 as u64;
                    *sizes.entry(name.clone()).or_default() += count;
                }
            }
        }
    }

    /// Writes down what became of a job's queries.
    fn close(&mut self, job: &Job<'_>) {
        let state = &job.state;
        for (position, query) in job.queries.iter().enumerate() {
            if !state.parts.is_empty() {
                let result = job.result(query);
                self.executed.results.insert(query.id.clone(), result);
            }
            if state.collapsed > 0 {
                let collapsed = &mut self.executed.collapsed;
                collapsed.insert(query.id.clone(), state.collapsed);
            }
            let record = self.record(job, query, position == 0);
            self.executed.records.push(record);
            let wanted = format!("query:{}", query.id);
            let gaps = &mut self.executed.gaps;
            for (part, error) in &state.failures {
                gaps.push(Gap::new(&wanted, error.to_string()).in_part(part));
            }
            for warning in &state.warnings {
                let because =
                    format!("the server warned that the answer may be incomplete: {warning}");
                gaps.push(Gap::new(&wanted, because));
            }
        }
    }

    /// `first` tells the query that the requests are counted for.
    fn record(&self, job: &Job<'_>, query: &PlannedQuery, first: bool) -> QueryRecord {
        let state = &job.state;
        let grid = job.grid();
        QueryRecord {
            id: query.id.clone(),
            query: query.whole(),
            template: query.expr.clone(),
            kind: query.kind.query_kind(),
            at: self.execution.at,
            step: grid.map(|g| g.step),
            start: grid.map(|g| g.start),
            requests: if first { state.requests } else { 0 },
            series: state.series,
            samples_read: state.samples_read.filter(|_| first),
            status: status(job),
        }
    }
}

fn status(job: &Job<'_>) -> QueryStatus {
    let state = &job.state;
    match state.failures.first() {
        None if state.warnings.is_empty() => QueryStatus::Complete,
        Some((_, error)) if state.parts.is_empty() => {
            let because = error.to_string();
            if state.requests == 0 {
                QueryStatus::Skipped(because)
            } else {
                QueryStatus::Failed(because)
            }
        }
        _ => QueryStatus::Partial,
    }
}

/// What a piece holds, with the times of a slice.
fn part(job: &Job<'_>, shard: &Shard) -> String {
    let mut part = shard.describe();
    if let (Some(grid), Some((first, last))) = (job.grid(), shard.steps)
        && shard.depth > 0
    {
        let separator = if part.is_empty() { "" } else { ", " };
        let (from, to) = (grid.time(first).0, grid.time(last).0);
        part = format!("{part}{separator}from {from} to {to}");
    }
    part
}
