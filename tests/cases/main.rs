//! The literate cases of every check: `fixtures/cases/<group>/<name>.md`, one file per check.
//!
//! A section (`## title`) describes a cluster and its Prometheus in blocks, says in prose what is right about it, and
//! states what the check has to say:
//!
//! | block | holds |
//! |---|---|
//! | `yaml cluster.yaml` | objects as `kubectl get -o yaml` prints them, read by the same reader as `--kube-dump` (uids are filled in) |
//! | `query ID` | rows of a catalogued query: the values of its keys, then the value (see [`values`]) |
//! | `query ID failed: why`, `query ID not sent: why` | a query without an answer |
//! | `queries` | a table of instant queries with the same keys; the head names keys and queries, `-` is no row |
//! | `rules [FILE]` | a rule file, as loaded |
//! | `prometheus` | `version`, `scrape-interval`, `pools` (`job`, `up`, `down`, `errors`), or `none` |
//! | `yaml rules.yaml`, `yaml more.yaml` | rule files of the user, read as `promtune check` reads them |
//! | `config` | `promtune.yaml` |
//! | `at`, `window` | "now" (2026-11-20T12:00:00Z) and how far back (14d) |
//! | `yaml manifest.yaml` | the user's own file, for `diff` |
//! | `finding` | every finding, in words; `Silent.` on a line of its own says that there is none |
//! | `not-evaluated`, `suppressed` | what could not be evaluated, what the configuration held back |
//! | `diff`, `kubectl`, `values`, `kustomize`, `prometheusrule` | that output of the first fix |
//!
//! A query that is not given was answered with nothing. Blocks of the section `## background` are shared by all
//! others; objects and queries that a section states itself win. Only the check named by the path runs, with only the
//! queries it asks for. `UPDATE=1 cargo test --test cases` rewrites the expectations in place.

#![expect(
    clippy::disallowed_methods,
    reason = "case files are read and written here"
)]

mod habits;
mod markdown;
mod show;
mod values;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use markdown::{CaseFile, Change, Section};
use promtune::check::{self, Check, Context, Finding, NotEvaluated};
use promtune::config::{Annotations, Held, hold_back};
use promtune::facts::{Facts, cluster_of};
use promtune::fix::{Applicability, LowerContext, lower};
use promtune::knowledge::Knowledge;
use world::{EXPECTATIONS, Twist, World};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")
}

/// Every case file, with the id of the check it is about.
fn case_files() -> Vec<(String, PathBuf)> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder)
            .map(|all| all.filter_map(|e| Some(e.ok()?.path())).collect())
            .unwrap_or_default()
    };
    let mut found: Vec<(String, PathBuf)> = entries(&root())
        .iter()
        .flat_map(|group| entries(group))
        .map(|path| {
            let name = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .with_extension("");
            (name.to_string_lossy().into_owned(), path)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_check_has_a_case_file_and_every_case_file_a_check() {
    let checks: BTreeSet<&str> = promtune::checks::ALL.iter().map(|c| c.id).collect();
    let files = case_files();
    let files: BTreeSet<&str> = files.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(checks, files);
}

#[test]
fn every_case_holds() {
    let knowledge = Knowledge::embedded().unwrap();
    let update = std::env::var_os("UPDATE").is_some();
    let mut faults = Vec::new();
    for (id, path) in case_files() {
        let Some(check) = promtune::checks::ALL.iter().find(|c| c.id == id) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let mut run = FileRun::new(check, &knowledge);
        match CaseFile::parse(&text) {
            Ok(file) => {
                run.file(&file, update);
                if update && !run.changes.is_empty() {
                    std::fs::write(&path, file.rewritten(&run.changes)).unwrap();
                }
            }
            Err(why) => run.faults.push(why),
        }
        faults.extend(run.faults.into_iter().map(|f| format!("{id}: {f}")));
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// What a check said about a section's world.
struct Said {
    findings: Vec<Finding>,
    not_evaluated: Vec<NotEvaluated>,
    suppressed: Vec<Held>,
}

fn run(check: &Check, knowledge: &Knowledge, world: &World) -> Said {
    let cluster = cluster_of(&world.snapshot);
    let tuned =
        Knowledge::embedded_with(&world.config.thresholds).expect("thresholds of a case are read");
    let knowledge = if world.config.thresholds.is_empty() {
        knowledge
    } else {
        &tuned
    };
    let facts = Facts::new(&world.snapshot, &cluster, knowledge);
    let context = Context {
        facts: &facts,
        knowledge,
    };
    let (mut findings, not_evaluated) = check::run(&[check], &context);
    findings.sort_by_cached_key(|f| (f.subject.key(), f.discriminator.clone()));
    let annotations = Annotations::of(&cluster);
    let now = world.snapshot.meta.captured_at;
    let (findings, suppressed, _) = hold_back(findings, &world.config, &annotations, now);
    Said {
        findings,
        not_evaluated,
        suppressed,
    }
}

struct FileRun<'a> {
    check: &'a Check,
    knowledge: &'a Knowledge,
    faults: Vec<String>,
    changes: Vec<Change>,
    fires: usize,
    near_misses: usize,
    without_data: usize,
    patched: usize,
    applicable: usize,
}

impl<'a> FileRun<'a> {
    fn new(check: &'a Check, knowledge: &'a Knowledge) -> Self {
        Self {
            check,
            knowledge,
            faults: Vec::new(),
            changes: Vec::new(),
            fires: 0,
            near_misses: 0,
            without_data: 0,
            patched: 0,
            applicable: 0,
        }
    }

    fn file(&mut self, file: &CaseFile, update: bool) {
        if file.title != self.check.id {
            self.faults.push(format!("the title is `{}`", file.title));
        }
        let background = file.sections.iter().find(|s| s.title == "background");
        let mut titles = BTreeSet::new();
        for section in file.sections.iter().filter(|s| s.title != "background") {
            if !titles.insert(&section.title) {
                self.faults
                    .push(format!("{}: a second section of that title", section.title));
            }
            if let Err(why) = self.section(section, background, update) {
                self.faults.push(format!("{}: {why}", section.title));
            }
        }
        if let Some(block) = background.and_then(|b| {
            b.blocks
                .iter()
                .find(|b| EXPECTATIONS.contains(&b.info.trim()))
        }) {
            self.faults
                .push(format!("background expects something: {}", block.info));
        }
        for (what, missing) in [
            ("section that fires", self.fires == 0),
            ("near miss that stays silent", self.near_misses == 0),
            ("section without data", self.without_data == 0),
            ("patched output", self.patched == 0 && self.applicable > 0),
        ] {
            if missing {
                self.faults.push(format!("has no {what}"));
            }
        }
    }

    fn section(
        &mut self,
        section: &Section,
        background: Option<&Section>,
        update: bool,
    ) -> Result<(), String> {
        if !section.has_prose {
            return Err("says nothing about why".to_owned());
        }
        let world = |twist| world::build(section, background, self.check, self.knowledge, twist);
        let plain = world(Twist::default())?;
        let said = run(self.check, self.knowledge, &plain);
        for (name, twist) in [
            (
                "in reverse order",
                Twist {
                    reversed: true,
                    ..Twist::default()
                },
            ),
            (
                "with a healthy namespace more",
                Twist {
                    bystander: true,
                    ..Twist::default()
                },
            ),
        ] {
            let other = run(self.check, self.knowledge, &world(twist)?);
            let (a, b) = (
                show::findings(&said.findings),
                show::findings(&other.findings),
            );
            if a != b {
                let diff = promtune::yaml::unified_diff(&a, &b, "plain");
                self.faults
                    .push(format!("{}: differs {name}\n{diff}", section.title));
            }
        }
        let shifted = run(
            self.check,
            self.knowledge,
            &world(Twist {
                shifted: true,
                ..Twist::default()
            })?,
        );
        let prints = |said: &Said| {
            said.findings
                .iter()
                .map(Finding::fingerprint)
                .collect::<Vec<_>>()
        };
        if prints(&said) != prints(&shifted) {
            self.faults.push(format!(
                "{}: fingerprints change with the numbers",
                section.title
            ));
        }
        let mut unique = prints(&said);
        unique.sort();
        unique.dedup();
        if unique.len() != said.findings.len() {
            self.faults.push(format!(
                "{}: two findings share a fingerprint",
                section.title
            ));
        }
        let breaches = said.findings.iter().flat_map(habits::breaches);
        self.faults
            .extend(breaches.map(|b| format!("{}: {b}", section.title)));
        self.count(section, &plain, &said);
        self.compare(section, &plain, &said, update);
        Ok(())
    }

    fn count(&mut self, section: &Section, world: &World, said: &Said) {
        let lacks = world.lacks_data || !said.not_evaluated.is_empty();
        self.fires += usize::from(!said.findings.is_empty());
        self.near_misses += usize::from(said.findings.is_empty() && !lacks);
        self.without_data += usize::from(lacks);
        let fixes = said.findings.iter().flat_map(|f| &f.fixes);
        self.applicable += fixes
            .filter(|f| f.applicability != Applicability::DisplayOnly)
            .count();
        let outputs = section
            .blocks
            .iter()
            .filter(|b| EXPECTATIONS[3..].contains(&b.info.trim()));
        self.patched += outputs.filter(|b| !b.text.starts_with("refused: ")).count();
    }

    fn compare(&mut self, section: &Section, world: &World, said: &Said, update: bool) {
        if section.silent {
            if !said.findings.is_empty() {
                let shown = show::findings(&said.findings);
                self.faults
                    .push(format!("{}: is not silent\n{shown}", section.title));
            }
        } else {
            self.expect(section, "finding", &show::findings(&said.findings), update);
        }
        let skipped = show::not_evaluated(&said.not_evaluated);
        if section.block("not-evaluated").is_some() || !skipped.is_empty() {
            self.expect(section, "not-evaluated", &skipped, update);
        }
        let held = show::suppressed(&said.suppressed);
        if section.block("suppressed").is_some() || !held.is_empty() {
            self.expect(section, "suppressed", &held, update);
        }
        let lowering = LowerContext::new(&world.snapshot, &world.documents);
        let first = said.findings.iter().find_map(|f| f.fixes.first());
        for output in EXPECTATIONS[3..]
            .iter()
            .filter(|o| section.block(o).is_some())
        {
            let Some(fix) = first else {
                self.faults.push(format!(
                    "{}: there is no fix for `{output}` to hold",
                    section.title
                ));
                continue;
            };
            let lowered = lower(fix, &lowering);
            let text = match (lowered.texts.get(output), lowered.refused.get(output)) {
                (Some(text), _) => text.clone(),
                (None, Some(because)) => format!("refused: {because}\n"),
                (None, None) => String::new(),
            };
            self.expect(section, output, &text, update);
        }
    }

    fn expect(&mut self, section: &Section, info: &str, text: &str, update: bool) {
        let block = section.block(info);
        let stated = block.map(|b| b.text.trim_end());
        if stated == Some(text.trim_end()) {
            return;
        }
        if update {
            let lines = block.map_or((section.end, section.end), |b| b.lines);
            let add = block.is_none().then(|| info.to_owned());
            self.changes.push(Change {
                lines,
                add,
                text: text.trim_end().to_owned(),
            });
            return;
        }
        let mut fault = format!("{}: `{info}` differs", section.title);
        match stated {
            Some(old) => {
                let diff = promtune::yaml::unified_diff(
                    &format!("{old}\n"),
                    &format!("{}\n", text.trim_end()),
                    "expected",
                );
                let _ = write!(fault, "\n{diff}");
            }
            None => {
                let _ = write!(fault, "; there is none, and the check says\n{text}");
            }
        }
        self.faults.push(fault);
    }
}

/// The faults of one section put into a small file of a check.
fn faults_of(blocks: &str) -> Vec<String> {
    let knowledge = Knowledge::embedded().expect("the rulesets load");
    let check = promtune::checks::ALL
        .iter()
        .find(|c| c.id == "alerts/always-firing")
        .expect("the check is there");
    let mut run = FileRun::new(check, &knowledge);
    let fires = "```rules\ngroups: [{name: g, rules: [{alert: A, expr: x > 1}]}]\n```\n\n```query history-samples\n4032\n```\n\n```query alert-firing-samples\nA - 4032\n```\n\n```query alerts-firing-now\nA - 1\n```\n";
    let text = format!(
        "# alerts/always-firing\n\n## title\n\nWhy.\n\n{}",
        blocks.replace("FIRES", fires)
    );
    run.file(&CaseFile::parse(&text).expect("a case file"), false);
    run.faults
        .into_iter()
        .filter(|f| !f.starts_with("has no "))
        .collect()
}

#[test]
fn what_is_wrong_with_a_case_is_told() {
    for (blocks, told) in [
        ("FIRES\nSilent.\n", "is not silent"),
        (
            "FIRES\n```finding\nwarning: something else\n```\n",
            "`finding` differs",
        ),
        ("FIRES\n", "there is none, and the check says"),
        (
            "```query alert-firing\n```\n\nSilent.\n",
            "not a query of the catalogue",
        ),
        (
            "```query cpu-periods\n```\n\nSilent.\n",
            "does not ask for query cpu-periods",
        ),
        (
            "```query history-samples late\n```\n\nSilent.\n",
            "is not `failed: why`",
        ),
        (
            "```yaml clusters.yaml\n```\n\nSilent.\n",
            "is not a block of a case file",
        ),
        (
            "```yaml cluster.yaml\nkind: [\n```\n\nSilent.\n",
            "cluster.yaml",
        ),
        (
            "```query history-samples\n1 2\n```\n\nSilent.\n",
            "more than one value",
        ),
        (
            "```prometheus\nversions: 1\n```\n\nSilent.\n",
            "prometheus: ",
        ),
        (
            "```config\nignore: [{check: no/such}]\n```\n\nSilent.\n",
            "no/such",
        ),
        ("FIRES\n```diff\n-a\n```\n", "`diff` differs"),
        (
            "```rules\ngroups: []\n```\n```kubectl\n```\n",
            "there is no fix for `kubectl` to hold",
        ),
    ] {
        let faults = faults_of(blocks);
        assert!(
            faults.iter().any(|f| f.contains(told)),
            "{blocks}: {faults:#?}"
        );
    }
    assert!(
        CaseFile::parse("# a\n## b\n```query x\n").is_err(),
        "a block without an end"
    );
}
