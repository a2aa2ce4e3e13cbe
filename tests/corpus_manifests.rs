//! Reads every manifest of the corpus of real projects, which is not part of the repository.

#![expect(clippy::disallowed_methods, reason = "a test looks for its corpus")]

use std::path::PathBuf;

use promtune::source::kubernetes::read_dump;

fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let root = std::env::var_os("PROMTUNE_CORPUS").map_or(beside, PathBuf::from);
    let manifests = root.join("manifests");
    manifests.is_dir().then_some(manifests)
}

#[test]
fn every_manifest_of_the_corpus_is_read_or_named() {
    let Some(manifests) = corpus() else {
        eprintln!("skipped: no corpus of manifests (set PROMTUNE_CORPUS)");
        return;
    };
    let all = read_dump(std::slice::from_ref(&manifests)).unwrap();
    eprintln!(
        "{} workloads, {} rule groups, {} monitors, {} gaps",
        all.cluster.workloads.len(),
        all.rule_groups.len(),
        all.cluster.monitors.len(),
        all.gaps.len()
    );
    for gap in &all.gaps {
        eprintln!("{} [{}] {}", gap.wanted, gap.part, gap.because);
        assert!(!gap.because.is_empty(), "{gap:?}");
        assert!(!gap.because.contains('\n'), "a gap is one line: {gap:?}");
    }
    assert!(all.cluster.workloads.len() > 100);
    assert!(all.cluster.workloads.iter().all(|w| !w.id.name.is_empty()));
    assert!(all.cluster.pods.is_empty(), "manifests do not run");
    let again = read_dump(&[manifests]).unwrap();
    assert!(again == all, "reading twice gives the same");
}
