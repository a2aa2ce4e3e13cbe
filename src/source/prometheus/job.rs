//! One distinct expression on its way: the pieces it is sent in, and what came back.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Error;
use super::matrix::Grid;
use super::query::Answer;
use super::shard::{MayHalve, Shard, Spaces, pod_label};
use super::union;
use crate::knowledge::{PlannedKind, PlannedQuery};
use crate::model::{QueryResult, Text, Timestamp};

/// Points of one series in one request. The API allows 11,001.
const POINTS: u32 = 11_000;

/// A distinct expression and the queries that want it.
pub(super) struct Job<'a> {
    pub(super) queries: Vec<&'a PlannedQuery>,
    /// Every key that one of the queries wants.
    pub(super) keys: Vec<String>,
    pub(super) state: State,
}

/// What has happened so far.
#[derive(Default)]
pub(super) struct State {
    pub(super) parts: Vec<QueryResult>,
    pub(super) requests: u32,
    pub(super) series: u64,
    pub(super) collapsed: u64,
    pub(super) samples_read: Option<u64>,
    pub(super) warnings: BTreeSet<String>,
    /// What is missing, and why.
    pub(super) failures: Vec<(String, Error)>,
}

impl State {
    pub(super) fn take(&mut self, answer: Answer) {
        self.series += answer.series;
        self.collapsed += answer.collapsed;
        if let Some(read) = answer.samples_read {
            *self.samples_read.get_or_insert(0) += read;
        }
        self.warnings.extend(
            answer
                .warnings
                .into_iter()
                .filter(|w| says_more_than_style(w)),
        );
        if answer.partial {
            self.warnings
                .insert("some of the storage did not answer".to_owned());
        }
        self.parts.push(answer.result);
    }
}

/// Hints about an expression do not make its answer incomplete.
fn says_more_than_style(warning: &str) -> bool {
    !warning.starts_with("PromQL info") && !warning.starts_with("PromQL warning")
}

/// Distinct expressions, in the order of their first query.
pub(super) fn jobs<'a>(queries: &[&'a PlannedQuery]) -> Vec<Job<'a>> {
    let mut places = BTreeMap::new();
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for &query in queries {
        let place = places
            .entry((&query.expr, query.kind, &query.shard_label))
            .or_insert(jobs.len());
        if *place == jobs.len() {
            jobs.push(Job {
                queries: Vec::new(),
                keys: Vec::new(),
                state: State::default(),
            });
        }
        let job = &mut jobs[*place];
        job.queries.push(query);
        for key in &query.keys {
            if !job.keys.contains(key) {
                job.keys.push(key.clone());
            }
        }
    }
    jobs
}

impl<'a> Job<'a> {
    /// The query that stands for all of them: they differ in name and keys only.
    pub(super) fn query(&self) -> &'a PlannedQuery {
        self.queries[0]
    }

    pub(super) fn grid(&self) -> Option<Grid> {
        match self.query().kind {
            PlannedKind::Instant => None,
            PlannedKind::Range { start, step } => Some(Grid::new(start, step)),
        }
    }

    pub(super) fn may_halve(&self, error: &Error) -> MayHalve {
        let label = self.query().shard_label.as_deref();
        MayHalve {
            spaces: label.is_some(),
            // Sums over the pods of a workload would be cut apart.
            pods: label.is_some_and(|label| self.keys.contains(&pod_label(label))),
            time_first: error.wants_shorter_range(),
        }
    }

    /// The pieces to begin with: no more series in each than the server can hold samples for.
    pub(super) fn plan(&self, at: Timestamp, sizes: &BTreeMap<Text, u64>, peak: u64) -> Vec<Shard> {
        let weight = self.queries.iter().map(|q| q.samples_per_series).max();
        let fits = (peak / weight.unwrap_or(0).max(1)).max(1);
        let spaces = match self.query().shard_label {
            Some(_) => self.pack(sizes, fits),
            None => vec![Shard::whole(Vec::new(), None)],
        };
        let slices = self.slices(at);
        let sliced =
            |shard: &Shard| -> Vec<Shard> { slices.iter().map(|&steps| shard.at(steps)).collect() };
        spaces.iter().flat_map(sliced).collect()
    }

    /// Groups of namespaces, in order of name; a namespace too large for one request is halved by pods. The last
    /// group also takes whatever was not counted.
    fn pack(&self, sizes: &BTreeMap<Text, u64>, fits: u64) -> Vec<Shard> {
        let mut groups: Vec<Vec<Text>> = Vec::new();
        let mut room = 0;
        for (name, &size) in sizes {
            match groups.last_mut() {
                Some(group) if size <= room => group.push(name.clone()),
                _ => {
                    groups.push(vec![name.clone()]);
                    room = fits;
                }
            }
            room = room.saturating_sub(size);
        }
        let named = groups.pop().unwrap_or_default();
        let excluded: Vec<Text> = groups.iter().flatten().cloned().collect();
        let rest = Spaces::NotIn { excluded, named };
        let all = groups.into_iter().map(Spaces::In).chain([rest]);
        let pods = self.may_halve(&Error::Budget { limit: 0 }).pods;
        all.flat_map(|spaces| {
            let shard = Shard::of(spaces, None);
            let named = shard.named().iter();
            let size: u64 = named.filter_map(|name| sizes.get(name)).sum();
            if pods {
                by_pods(shard, size, fits)
            } else {
                vec![shard]
            }
        })
        .collect()
    }

    /// Slices of a range query that the API's limit of points allows.
    fn slices(&self, at: Timestamp) -> Vec<Option<(u32, u32)>> {
        let Some(grid) = self.grid() else {
            return vec![None];
        };
        let last = grid.last_step(at);
        let starts = (0..=last).step_by(POINTS as usize);
        starts
            .map(|first| Some((first, last.min(first.saturating_add(POINTS - 1)))))
            .collect()
    }

    /// The union of all parts, with the keys of one of the queries.
    pub(super) fn result(&self, query: &PlannedQuery) -> QueryResult {
        let texts = |keys: &[String]| keys.iter().map(|k| Text::from(k.as_str())).collect();
        let keys: Vec<Text> = texts(&self.keys);
        let wanted: Vec<Text> = texts(&query.keys);
        let whole = union::results(&keys, self.state.parts.iter().cloned());
        union::project(&whole, &wanted)
    }
}

fn by_pods(shard: Shard, size: u64, fits: u64) -> Vec<Shard> {
    if size <= fits {
        return vec![shard];
    }
    match shard.halve_pods() {
        Some(halves) => halves
            .into_iter()
            .flat_map(|half| by_pods(half, size / 2, fits))
            .collect(),
        None => vec![shard],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PromDuration;

    fn query(id: &str, keys: &[&str], samples_per_series: u64) -> PlannedQuery {
        PlannedQuery {
            id: id.to_owned(),
            expr: "x{$shard}".to_owned(),
            keys: keys.iter().map(|&k| k.to_owned()).collect(),
            kind: PlannedKind::Instant,
            shard_label: Some("namespace".to_owned()),
            samples_per_series,
            series_from: None,
        }
    }

    fn sizes(list: &[(&str, u64)]) -> BTreeMap<Text, u64> {
        list.iter()
            .map(|&(name, size)| (name.into(), size))
            .collect()
    }

    fn exprs(queries: &[PlannedQuery], sizes: &BTreeMap<Text, u64>, peak: u64) -> Vec<String> {
        let all: Vec<&PlannedQuery> = queries.iter().collect();
        let jobs = jobs(&all);
        let plan = jobs[0].plan(Timestamp(0), sizes, peak);
        plan.iter()
            .map(|s| s.apply("$shard", Some("namespace")))
            .collect()
    }

    #[test]
    fn a_small_cluster_is_asked_once_and_whole() {
        let one = [query("a", &["namespace"], 10)];
        assert_eq!(exprs(&one, &sizes(&[("a", 5), ("b", 5)]), 100), [""]);
        assert_eq!(exprs(&one, &sizes(&[]), 100), [""]);
    }

    #[test]
    fn namespaces_are_packed_under_the_budget() {
        let one = [query("a", &["namespace"], 10)];
        let sizes = sizes(&[("a", 5), ("b", 5), ("c", 1), ("d", 30), ("e", 2)]);
        assert_eq!(
            exprs(&one, &sizes, 100),
            [
                r#",namespace=~"a|b""#,
                r#",namespace=~"c""#,
                r#",namespace=~"d""#,
                r#",namespace!~"a|b|c|d""#
            ]
        );
    }

    #[test]
    fn a_large_namespace_is_cut_by_pods_where_pods_are_kept() {
        let sizes = sizes(&[("a", 40), ("b", 1)]);
        let by_pod = [query("a", &["namespace", "pod"], 10)];
        assert_eq!(exprs(&by_pod, &sizes, 200).len(), 3);
        let summed = [query("a", &["namespace"], 10)];
        assert_eq!(exprs(&summed, &sizes, 200).len(), 2);
    }

    #[test]
    fn equal_expressions_are_one_job_with_all_keys() {
        let queries = [
            query("a", &["pod"], 1),
            query("b", &["pod", "container"], 1),
        ];
        let all: Vec<&PlannedQuery> = queries.iter().collect();
        let jobs = jobs(&all);
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].keys, ["pod", "container"]);
    }

    #[test]
    fn long_ranges_are_sliced_at_the_limit_of_points() {
        let mut long = query("a", &[], 1);
        let step = PromDuration(60);
        long.kind = PlannedKind::Range {
            start: Timestamp(0),
            step,
        };
        let jobs = jobs(&[&long]);
        let slices = jobs[0].slices(Timestamp(60 * 25_000 + 59));
        assert_eq!(
            slices,
            [
                Some((0, 10_999)),
                Some((11_000, 21_999)),
                Some((22_000, 25_000))
            ]
        );
    }
}
