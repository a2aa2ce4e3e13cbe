//! From the blocks of a section to a snapshot, as a capture would have made it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use promtune::check::{Check, Need};
use promtune::config::Config;
use promtune::fix::SourceText;
use promtune::knowledge::{Knowledge, Phase, PlannedKind, QuerySpec, Variables};
use promtune::lint::read_rules;
use promtune::model::{
    PromDuration, PrometheusInfo, QueryRecord, QueryResult, QueryStatus, RangeSeries, Row, Rule,
    RuleGroup, RuleKind, ScrapePool, Snapshot, SourceKind, Text, Timestamp,
};
use promtune::source::kubernetes::read_dump;
use promtune::yaml;
use serde::Deserialize;

use crate::markdown::{Block, Section};
use crate::values;

/// "Now", unless a block `at` says otherwise: 2026-11-20T12:00:00Z.
const NOW: Timestamp = Timestamp(1_795_176_000);
const WINDOW: PromDuration = PromDuration(14 * 24 * 3600);

/// What a section describes.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) config: Config,
    pub(crate) documents: Vec<SourceText>,
    /// Whether some query was failed or not sent, or Prometheus was left out.
    pub(crate) lacks_data: bool,
}

/// How the inputs are presented: a finding must not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Twist {
    /// Everything in the opposite order.
    pub(crate) reversed: bool,
    /// Every measured value a little higher.
    pub(crate) shifted: bool,
    /// One more namespace, where all is well.
    pub(crate) bystander: bool,
}

/// Blocks that state what is expected.
pub(crate) const EXPECTATIONS: &[&str] = &[
    "finding",
    "not-evaluated",
    "suppressed",
    "diff",
    "kubectl",
    "values",
    "kustomize",
    "prometheusrule",
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct PrometheusBlock {
    version: String,
    scrape_interval: String,
    pools: Vec<PoolBlock>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct PoolBlock {
    job: String,
    up: u32,
    down: u32,
    errors: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesBlock {
    groups: Vec<GroupBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupBlock {
    name: String,
    rules: Vec<RuleBlock>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RuleBlock {
    alert: String,
    record: String,
    expr: String,
    #[serde(rename = "for")]
    hold: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

const BYSTANDER: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: bystander}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: calm, namespace: bystander}
spec:
  replicas: 1
  selector: {matchLabels: {app: calm}}
  template:
    metadata: {labels: {app: calm}}
    spec:
      containers:
        - name: app
          image: calm:1
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
---
apiVersion: v1
kind: Pod
metadata:
  name: calm-6d5f8c9b7d-k4x2p
  namespace: bystander
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: calm-6d5f8c9b7d, controller: true, uid: y}]
spec:
  nodeName: elsewhere
  containers:
    - name: app
      image: calm:1
      resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
status: {phase: Running}
"#;

/// Builds the world of a section; what the section states wins over what `background` states.
pub(crate) fn build(
    section: &Section,
    background: Option<&Section>,
    check: &Check,
    knowledge: &Knowledge,
    twist: Twist,
) -> Result<World, String> {
    let blocks = || {
        section
            .blocks
            .iter()
            .chain(background.iter().flat_map(|b| &b.blocks))
    };
    let one = |info: &str| {
        blocks()
            .find(|b| b.info.trim() == info)
            .map(|b| b.text.as_str())
    };
    known_blocks(blocks())?;
    let at = match one("at") {
        Some(text) => text
            .trim()
            .parse::<jiff::Timestamp>()
            .map_err(|e| e.to_string())?
            .as_second(),
        None => NOW.0,
    };
    let window = match one("window") {
        Some(text) => PromDuration::parse(text.trim()).ok_or("window: not a duration")?,
        None => WINDOW,
    };
    let mut snapshot = Snapshot::empty(Timestamp(at), window);
    let mut declared = Vec::new();
    read_cluster(
        &blocks().collect::<Vec<_>>(),
        twist,
        &mut snapshot,
        &mut declared,
    )?;
    if read_own_rules(blocks(), &mut snapshot) {
        let (config, documents) = (config(one("config"))?, documents(blocks()));
        return Ok(World {
            snapshot,
            config,
            documents,
            lacks_data: false,
        });
    }
    let prometheus = one("prometheus").unwrap_or_default();
    let without = prometheus.trim() == "none";
    if without {
        snapshot.rules = declared;
        return Ok(World {
            config: config(one("config"))?,
            documents: documents(blocks()),
            lacks_data: true,
            snapshot,
        });
    }
    snapshot.prometheus = Some(info(prometheus)?);
    snapshot.meta.sources.push(SourceKind::Prometheus);
    snapshot.rules = rules(blocks(), twist)?;
    if snapshot.rules.is_empty() {
        snapshot.rules = declared;
    } else if !declared.is_empty() {
        return Err("give rules as `rules` or as PrometheusRule objects, not both".to_owned());
    }
    let lacks_data = Queries {
        section,
        background,
        check,
        knowledge,
        twist,
    }
    .answer(&mut snapshot)?;
    Ok(World {
        config: config(one("config"))?,
        documents: documents(blocks()),
        lacks_data,
        snapshot,
    })
}

fn known_blocks<'b>(blocks: impl Iterator<Item = &'b Block>) -> Result<(), String> {
    for block in blocks {
        let known = match block.kind() {
            ("yaml", "cluster.yaml" | "manifest.yaml" | "rules.yaml" | "more.yaml")
            | ("query", _)
            | ("rules", _) => true,
            ("queries" | "prometheus" | "at" | "window" | "config", "") => true,
            (kind, "") => EXPECTATIONS.contains(&kind),
            _ => false,
        };
        if !known {
            return Err(format!(
                "line {}: `{}` is not a block of a case file",
                block.lines.0, block.info
            ));
        }
    }
    Ok(())
}

fn config(text: Option<&str>) -> Result<Config, String> {
    let ids: Vec<&str> = promtune::checks::ALL.iter().map(|c| c.id).collect();
    Config::read("promtune.yaml", text.unwrap_or_default(), &ids).map_err(|e| e.to_string())
}

fn documents<'b>(blocks: impl Iterator<Item = &'b Block>) -> Vec<SourceText> {
    blocks
        .filter(|b| b.kind().0 == "yaml" && b.kind().1 != "cluster.yaml")
        .map(|b| SourceText {
            path: b.kind().1.to_owned(),
            text: b.text.clone(),
        })
        .collect()
}

fn info(text: &str) -> Result<PrometheusInfo, String> {
    let block: PrometheusBlock = match text.trim() {
        "" => PrometheusBlock::default(),
        text => yaml::from_str(text).map_err(|e| format!("prometheus: {e}"))?,
    };
    Ok(PrometheusInfo {
        version: if block.version.is_empty() {
            "3.5.0".to_owned()
        } else {
            block.version
        },
        scrape_interval: PromDuration::parse(&block.scrape_interval),
        scrape_pools: block
            .pools
            .into_iter()
            .map(|p| ScrapePool {
                pool: format!("serviceMonitor/{}/0", p.job),
                job: p.job,
                up: p.up,
                down: p.down,
                errors: p.errors,
                scrape_interval: None,
            })
            .collect(),
        ..PrometheusInfo::default()
    })
}

/// What `kubectl` prints carries a uid; cases leave it out.
fn with_uids(text: &str) -> String {
    text.replace("\nmetadata: {", "\nmetadata: {uid: x, ")
        .replace("\nmetadata:\n", "\nmetadata:\n  uid: x\n")
}

/// Rules as `promtune check` reads them from the user's files; tells whether there are any.
fn read_own_rules<'b>(blocks: impl Iterator<Item = &'b Block>, snapshot: &mut Snapshot) -> bool {
    let mut files: Vec<&Block> = blocks
        .filter(|b| matches!(b.kind(), ("yaml", "rules.yaml" | "more.yaml")))
        .collect();
    files.sort_by_key(|b| b.kind().1);
    for block in &files {
        let read = read_rules(block.kind().1, &block.text);
        snapshot.rules.extend(read.groups);
        snapshot.rule_files.push(read.file);
    }
    !files.is_empty()
}

fn read_cluster(
    blocks: &[&Block],
    twist: Twist,
    snapshot: &mut Snapshot,
    declared: &mut Vec<RuleGroup>,
) -> Result<(), String> {
    let mut texts: Vec<&str> = blocks
        .iter()
        .filter(|b| b.info.trim() == "yaml cluster.yaml")
        .map(|b| b.text.as_str())
        .collect();
    if texts.is_empty() {
        return Ok(());
    }
    // Where the API gives no pods they come from metrics: one pod from the API would be all of them.
    if twist.bystander && texts.iter().any(|t| t.contains("kind: Pod\n")) {
        texts.push(BYSTANDER);
    }
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for (i, text) in texts.into_iter().enumerate() {
        let mut objects: Vec<String> = format!("\n{text}")
            .split("\n---")
            .map(|d| with_uids(&format!("\n{}", d.trim_matches('\n'))))
            .collect();
        if twist.reversed {
            objects.reverse();
        }
        let path = folder.path().join(format!("cluster-{i}.yaml"));
        std::fs::write(&path, objects.join("\n---\n") + "\n").map_err(|e| e.to_string())?;
        paths.push(path);
    }
    let collected = read_dump(&paths).map_err(|e| e.to_string())?;
    if let Some(gap) = collected.gaps.first() {
        return Err(format!("cluster.yaml: {gap:?}"));
    }
    *declared = collected.rule_groups;
    declared
        .iter_mut()
        .for_each(|g| g.file = "cluster.yaml".to_owned());
    snapshot.cluster = Some(collected.cluster);
    snapshot.meta.sources.push(SourceKind::Kubernetes);
    Ok(())
}

fn rules<'b>(
    blocks: impl Iterator<Item = &'b Block>,
    twist: Twist,
) -> Result<Vec<RuleGroup>, String> {
    let mut found = Vec::new();
    for block in blocks.filter(|b| b.kind().0 == "rules") {
        let file = match block.kind().1 {
            "" => "/etc/prometheus/rules.yaml",
            file => file,
        };
        let read: RulesBlock = yaml::from_str(&block.text).map_err(|e| format!("rules: {e}"))?;
        found.extend(read.groups.into_iter().map(|g| RuleGroup {
            source: None,
            name: g.name,
            file: file.to_owned(),
            interval: None,
            object: None,
            rules: g.rules.into_iter().map(rule).collect(),
        }));
    }
    if twist.reversed {
        found.reverse();
    }
    // As the reader of the rules API leaves them.
    found.sort_by(|a, b| (&a.file, &a.name).cmp(&(&b.file, &b.name)));
    Ok(found)
}

fn rule(block: RuleBlock) -> Rule {
    let alerting = block.record.is_empty();
    Rule {
        kind: if alerting {
            RuleKind::Alerting
        } else {
            RuleKind::Recording
        },
        name: if alerting { block.alert } else { block.record },
        expr: block.expr.trim_end().to_owned(),
        hold: PromDuration::parse(&block.hold),
        keep_firing_for: None,
        labels: block.labels,
        annotations: block.annotations,
        health: "ok".to_owned(),
        last_error: String::new(),
        source: None,
    }
}

/// Ids of the queries that a check gets when it runs alone.
pub(crate) fn queries_of(check: &Check) -> BTreeSet<&'static str> {
    check
        .meta
        .needs
        .iter()
        .chain(check.meta.uses)
        .flat_map(Need::queries)
        .collect()
}

struct Queries<'a> {
    section: &'a Section,
    background: Option<&'a Section>,
    check: &'a Check,
    knowledge: &'a Knowledge,
    twist: Twist,
}

#[derive(Default)]
struct Given {
    status: BTreeMap<String, QueryStatus>,
    /// Lines of rows: label values, then the sample or the notation of samples.
    rows: BTreeMap<String, Vec<Vec<String>>>,
}

impl Queries<'_> {
    /// Puts results and records into the snapshot; tells whether something was failed or not sent.
    fn answer(&self, snapshot: &mut Snapshot) -> Result<bool, String> {
        let mut given = Given::default();
        for part in self.background.into_iter().chain([self.section]) {
            let read = self.read(part)?;
            for (id, rows) in read.rows {
                given.status.remove(&id);
                given.rows.insert(id, rows);
            }
            given.status.extend(read.status);
        }
        let wanted = queries_of(self.check);
        let mut ids: BTreeSet<&str> = wanted.clone();
        ids.extend(
            self.knowledge
                .queries
                .iter()
                .filter(|q| q.phase == Phase::Probe)
                .map(|q| q.id.as_str()),
        );
        for id in given.rows.keys().chain(given.status.keys()) {
            if !ids.contains(id.as_str()) {
                return Err(format!(
                    "{} does not ask for query {id}: it would not be sent",
                    self.check.id
                ));
            }
        }
        // Probes first: what they say is part of the other queries' text.
        let (probes, rest): (Vec<&QuerySpec>, Vec<&QuerySpec>) = self
            .knowledge
            .queries
            .iter()
            .filter(|q| ids.contains(q.id.as_str()))
            .partition(|q| q.phase == Phase::Probe);
        for spec in probes.into_iter().chain(rest) {
            self.put(spec, &given, snapshot)?;
        }
        Ok(!given.status.is_empty())
    }

    fn put(&self, spec: &QuerySpec, given: &Given, snapshot: &mut Snapshot) -> Result<(), String> {
        let planned = self.knowledge.queries.plan(spec, Variables::of(snapshot));
        let status = given
            .status
            .get(&spec.id)
            .cloned()
            .unwrap_or(QueryStatus::Complete);
        let rows = given
            .rows
            .get(&spec.id)
            .filter(|_| status == QueryStatus::Complete);
        let mut result = QueryResult {
            keys: spec.keys.iter().map(|k| Text::from(k.as_str())).collect(),
            ..QueryResult::default()
        };
        for row in rows.into_iter().flatten() {
            self.row(spec, row, snapshot.meta.captured_at.0, &mut result)
                .map_err(|e| format!("{}: {e}", spec.id))?;
        }
        if self.twist.reversed {
            result.rows.reverse();
            result.series.reverse();
        }
        let (start, step) = match planned.kind {
            PlannedKind::Range { start, step } => (Some(start), Some(step)),
            PlannedKind::Instant => (None, None),
        };
        if status == QueryStatus::Complete {
            snapshot.queries.insert(spec.id.clone(), result);
        }
        snapshot.provenance.push(QueryRecord {
            id: spec.id.clone(),
            query: planned.whole(),
            template: if planned.expr.contains("$shard") {
                planned.expr.clone()
            } else {
                String::new()
            },
            kind: planned.kind.query_kind(),
            at: snapshot.meta.captured_at,
            step,
            start,
            requests: 1,
            series: 0,
            samples_read: None,
            status,
        });
        Ok(())
    }

    fn row(
        &self,
        spec: &QuerySpec,
        row: &[String],
        now: i64,
        result: &mut QueryResult,
    ) -> Result<(), String> {
        let keys = spec.keys.len();
        if row.len() <= keys {
            return Err(format!(
                "`{}` needs {:?} and a value",
                row.join(" "),
                spec.keys
            ));
        }
        let labels: Vec<Text> = row[..keys]
            .iter()
            .map(|v| Text::from(if v == "-" { "" } else { v.as_str() }))
            .collect();
        let shift = |v: f64| match self.twist.shifted && !(spec.unit == "seconds" && v > 1e9) {
            true => v * 1.004,
            false => v,
        };
        if spec.kind.as_deref() == Some("range") {
            let samples = values::series(&row[keys..].join(" "), &spec.unit)?;
            let (steps, values) = samples
                .into_iter()
                .zip(0_u32..)
                .filter_map(|(v, step)| v.map(|v| (step, shift(v) as f32)))
                .unzip();
            result.series.push(RangeSeries {
                labels,
                steps,
                values,
            });
            return Ok(());
        }
        let [text] = &row[keys..] else {
            return Err(format!("`{}` has more than one value", row.join(" ")));
        };
        result
            .rows
            .push(Row(labels, shift(values::value(text, &spec.unit, now)?)));
        Ok(())
    }

    fn read(&self, section: &Section) -> Result<Given, String> {
        let mut given = Given::default();
        for block in &section.blocks {
            let fault = |why: String| format!("line {}: {why}", block.lines.0);
            match block.kind() {
                ("query", rest) => self.one(rest, block, &mut given).map_err(fault)?,
                ("queries", _) => self.table(block, &mut given).map_err(fault)?,
                _ => {}
            }
        }
        Ok(given)
    }

    fn one(&self, rest: &str, block: &Block, given: &mut Given) -> Result<(), String> {
        let (id, state) = rest.split_once(' ').unwrap_or((rest, ""));
        self.spec(id)?;
        let status = match state.trim().split_once(": ") {
            _ if state.is_empty() => None,
            Some(("failed", why)) => Some(QueryStatus::Failed(why.to_owned())),
            Some(("not sent", why)) => Some(QueryStatus::Skipped(why.to_owned())),
            _ => return Err(format!("`{state}` is not `failed: why` or `not sent: why`")),
        };
        let rows = lines(block).map(values::fields);
        match status {
            Some(status) => drop(given.status.insert(id.to_owned(), status)),
            None => given.rows.entry(id.to_owned()).or_default().extend(rows),
        }
        Ok(())
    }

    /// A table of several queries with the same keys: the head names keys, then queries; `-` is no row.
    fn table(&self, block: &Block, given: &mut Given) -> Result<(), String> {
        let mut lines = lines(block);
        let head = values::fields(lines.next().ok_or("an empty table")?);
        let columns: Vec<(usize, &QuerySpec)> = head
            .iter()
            .enumerate()
            .filter_map(|(i, id)| Some((i, self.knowledge.queries.get(id)?)))
            .collect();
        let keys = columns.first().ok_or("the head names no query")?.0;
        if let Some((_, other)) = columns
            .iter()
            .find(|(_, q)| q.keys != head[..keys] || q.kind.is_some())
        {
            return Err(format!(
                "{} is not an instant query with the keys {:?}",
                other.id,
                &head[..keys]
            ));
        }
        if head.len() != keys + columns.len() {
            return Err(format!(
                "the head names something that is not a query: {head:?}"
            ));
        }
        for line in lines {
            let fields = values::fields(line);
            if fields.len() != head.len() {
                return Err(format!(
                    "`{line}` has {} fields, the head {}",
                    fields.len(),
                    head.len()
                ));
            }
            for (at, query) in columns.iter().filter(|(at, _)| fields[*at] != "-") {
                let row = fields[..keys]
                    .iter()
                    .chain([&fields[*at]])
                    .cloned()
                    .collect();
                given.rows.entry(query.id.clone()).or_default().push(row);
            }
        }
        for (_, query) in &columns {
            given.rows.entry(query.id.clone()).or_default();
        }
        Ok(())
    }

    fn spec(&self, id: &str) -> Result<&QuerySpec, String> {
        self.knowledge
            .queries
            .get(id)
            .ok_or_else(|| format!("{id} is not a query of the catalogue"))
    }
}

fn lines(block: &Block) -> impl Iterator<Item = &str> {
    block
        .text
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.trim().starts_with('#'))
}
