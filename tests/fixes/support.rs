//! Snapshots and programs for these tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use promtune::fix::{Applicability, ContainerRef, Edit, Fix, ResourceChange, ResourceField};
use promtune::model::{
    Amounts, Bytes, Cluster, Container, Cpu, Labels, Origin, PodSpec, PromDuration, Resources,
    Snapshot, Timestamp, Workload, WorkloadRef,
};

/// Whether a program answers; says so once when it does not.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Runs a program in a folder and gives what it prints.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let out = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|e| e.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if out.status.success() {
        Ok(text(out.stdout))
    } else {
        Err(text(out.stderr))
    }
}

/// The folder of the corpus, when it is there.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("PROMTUNE_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let found = named.into_iter().chain([beside]).find(|p| p.is_dir());
    if found.is_none() {
        eprintln!("skipped: no corpus (set PROMTUNE_CORPUS)");
    }
    found
}

/// All files below a folder with one of these endings, sorted.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path, endings));
        } else if endings.iter().any(|e| path.to_string_lossy().ends_with(e)) {
            out.push(path);
        }
    }
    out.sort();
    out
}

pub(crate) fn container(name: &str, memory: Option<u64>) -> Container {
    let amounts = Amounts {
        cpu: memory.map(|_| Cpu(100)),
        memory: memory.map(|mi| Bytes(mi << 20)),
        ephemeral_storage: None,
    };
    Container {
        name: name.into(),
        image: "image:1".into(),
        resources: Resources {
            requests: amounts.clone(),
            limits: amounts,
        },
        ..Container::default()
    }
}

/// A workload with an init container `setup` and the containers `side` and `app`.
pub(crate) fn workload(kind: &str) -> Workload {
    Workload {
        id: WorkloadRef {
            namespace: "shop".into(),
            kind: kind.into(),
            name: "api".into(),
        },
        labels: Labels::new(),
        annotations: Labels::new(),
        owner: None,
        replicas: None,
        created: None,
        template: Arc::new(PodSpec {
            containers: vec![container("side", None), container("app", Some(512))],
            init_containers: vec![container("setup", Some(64))],
            ..PodSpec::default()
        }),
        template_labels: Labels::new(),
        origin: Origin::Kubernetes,
    }
}

pub(crate) fn snapshot(workloads: Vec<Workload>) -> Snapshot {
    let mut snapshot = Snapshot::empty(Timestamp(0), PromDuration(0));
    snapshot.cluster = Some(Cluster {
        workloads,
        ..Cluster::default()
    });
    snapshot
}

pub(crate) fn set(
    id: &WorkloadRef,
    container: &str,
    changes: &[(ResourceField, Option<&str>)],
) -> Edit {
    Edit::SetResources {
        container: ContainerRef {
            workload: id.clone(),
            container: container.into(),
            init: container == "setup",
        },
        changes: changes
            .iter()
            .map(|&(field, to)| ResourceChange {
                field,
                from: None,
                to: to.map(str::to_owned),
            })
            .collect(),
    }
}

pub(crate) fn fix(edits: Vec<Edit>) -> Fix {
    Fix {
        title: "as measured".into(),
        applicability: Applicability::Review,
        edits,
        expected: String::new(),
        rollback: String::new(),
        preconditions: Vec::new(),
    }
}
