use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Bytes, Cluster, Container, Cpu, Gap, Owner, Pod, PodSpec, PromDuration, QueryResult,
    RangeSeries, Row, Rule, RuleGroup, RuleKind, Timestamp, WorkloadKind,
};

fn pack(snapshot: &Snapshot) -> Vec<u8> {
    encode(snapshot, Vec::new()).unwrap()
}

fn unpack(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    read_snapshot_bytes("s.gz", bytes)
}

fn small() -> Snapshot {
    let mut snapshot = Snapshot::empty(Timestamp(1_767_323_045), PromDuration::DAY);
    snapshot.gaps = (0..200)
        .map(|i| Gap::new("kubernetes:pods", format!("{}", i * 7919)))
        .collect();
    snapshot
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::new(6));
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

prop_compose! {
    fn container()(name in "[a-z]{1,8}", cpu in proptest::option::of(0_u64..1 << 50), memory in proptest::option::of(0_u64..1 << 60), flag in "\\PC{0,8}") -> Container {
        let mut container = Container { name: name.as_str().into(), ..Container::default() };
        container.resources.requests.cpu = cpu.map(Cpu);
        container.resources.limits.memory = memory.map(Bytes);
        container.flags.insert("-Xmx".to_owned(), flag);
        container
    }
}

prop_compose! {
    fn pod()(name in "[a-z-]{1,20}", label in "\\PC{0,12}", containers in proptest::collection::vec(container(), 0..3), owned in any::<bool>(), created in any::<i64>()) -> Pod {
        Pod {
            namespace: "shop".into(),
            name: name.as_str().into(),
            labels: Arc::new([("app".into(), label.as_str().into())].into()),
            owner: owned.then(|| Owner { kind: WorkloadKind::Other("Sts\"x".to_owned()), name: name.as_str().into() }),
            node: None,
            phase: "Running".into(),
            created: Some(Timestamp(created)),
            spec: Arc::new(PodSpec { containers, ..PodSpec::default() }),
            statuses: Vec::new(),
        }
    }
}

prop_compose! {
    fn snapshot()(
        pods in proptest::collection::vec(pod(), 0..6),
        samples in proptest::collection::vec((any::<f64>(), any::<f32>()), 0..8),
        text in "\\PC{0,40}",
        at in any::<i64>(),
    ) -> Snapshot {
        let mut snapshot = Snapshot::empty(Timestamp(at), PromDuration(1_209_600));
        snapshot.cluster = Some(Cluster { pods, ..Cluster::default() });
        snapshot.rules.push(RuleGroup {
            source: None,
            name: text.clone(), file: String::new(), interval: None, object: None,
            rules: vec![Rule {
                source: None,
                kind: RuleKind::Alerting, name: text.clone(), expr: text.clone(), hold: Some(PromDuration(5)), keep_firing_for: None,
                labels: BTreeMap::new(), annotations: [(text.clone(), text.clone())].into(), health: String::new(), last_error: String::new(),
            }],
        });
        let finite: Vec<(f64, f32)> = samples.into_iter().filter(|(a, b)| !a.is_nan() && !b.is_nan()).collect();
        snapshot.queries.insert("q".to_owned(), QueryResult {
            keys: vec!["pod".into()],
            rows: finite.iter().map(|(value, _)| Row(vec![text.as_str().into()], *value)).collect(),
            series: vec![RangeSeries {
                labels: vec![text.as_str().into()],
                steps: (0..).take(finite.len()).collect(),
                values: finite.iter().map(|(_, value)| *value).collect(),
            }],
        });
        snapshot.gaps.push(Gap::new("x", text).in_part("y"));
        snapshot
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(snapshot in snapshot()) {
        let bytes = pack(&snapshot);
        prop_assert_eq!(&pack(&snapshot), &bytes);
        prop_assert_eq!(unpack(&bytes).unwrap(), snapshot);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(unpack(&bytes).is_err());
        prop_assert!(unpack(&gzip(&bytes)).is_err());
    }

    #[test]
    fn a_damaged_archive_is_refused(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let mut bytes = pack(&small());
        // The header's time, flags and system are not covered by a checksum.
        let at = 10 + at.index(bytes.len() - 10);
        bytes[at] ^= flip;
        prop_assert!(unpack(&bytes).is_err());
    }
}

#[test]
fn a_cut_archive_says_where_it_ends() {
    let bytes = pack(&small());
    for cut in 3..bytes.len() {
        let error = unpack(&bytes[..cut]).unwrap_err();
        let SnapshotError::Truncated { bytes, .. } = error else {
            panic!("{cut}: {error}")
        };
        assert_eq!(bytes, cut as u64);
    }
    let json = serde_json::to_vec(&small()).unwrap();
    assert_eq!(
        unpack(&json).unwrap(),
        small(),
        "an unpacked one is read too"
    );
    let error = unpack(&json[..100]).unwrap_err().to_string();
    assert!(error.contains("ends after byte 100"), "{error}");
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, expected) in [
        (Vec::new(), "the file is empty"),
        (
            b"<!doctype html>".to_vec(),
            "it starts with \"<!doctype html>\"",
        ),
        (
            gzip(b"{\"groups\": []}"),
            "its content is not that of a snapshot",
        ),
        (gzip(b"[1, 2"), "not that of a snapshot"),
        (b"{\"kind\": \"List\"}".to_vec(), "not that of a snapshot"),
    ] {
        let error = unpack(&bytes).unwrap_err().to_string();
        assert!(
            error.contains("s.gz is not a snapshot") && error.contains(expected),
            "{error}"
        );
    }
    let damaged = gzip(b"{\"meta\": {\"schema\": 1}, \"gaps\": 5}");
    let error = unpack(&damaged).unwrap_err();
    assert!(matches!(error, SnapshotError::Damaged { .. }), "{error}");
}

#[test]
fn a_newer_schema_asks_for_an_upgrade_and_an_older_one_is_read() {
    let mut newer = small();
    newer.meta.schema = SCHEMA_VERSION + 1;
    let error = unpack(&pack(&newer)).unwrap_err().to_string();
    assert!(
        error.starts_with("snapshot schema 2, this promtune reads 1: upgrade"),
        "{error}"
    );
    let other_shape = gzip(br#"{"rules": {"by": "name"}, "meta": {"schema": 9, "taken": "now"}}"#);
    let error = unpack(&other_shape).unwrap_err();
    assert!(
        matches!(error, SnapshotError::Newer { found: 9, .. }),
        "{error}"
    );
    let mut older = small();
    older.meta.schema = 0;
    assert_eq!(unpack(&pack(&older)).unwrap(), older);
    let unknown = br#"{"meta":{"schema":1,"tool_version":"0","captured_at":1,"window":1,"sources":[],"new":1},"new":[{}]}"#;
    assert_eq!(unpack(&gzip(unknown)).unwrap().meta.tool_version, "0");
}

#[test]
fn a_bomb_is_refused() {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::new(6));
    gzip.write_all(b"{\"meta\":").unwrap();
    gzip.write_all(&vec![b' '; 2 << 20]).unwrap();
    let bytes = gzip.finish().unwrap();
    let ratio = Limits {
        ratio: 100,
        ratio_from: 1 << 20,
        ..LIMITS
    };
    let size = Limits {
        bytes: 1 << 20,
        ..LIMITS
    };
    for (limits, shown) in [(ratio, "100 times its size"), (size, "1 MiB")] {
        let error = decode("s.gz", limits, || Ok(&bytes[..])).unwrap_err();
        assert!(
            matches!(&error, SnapshotError::TooLarge { limit, .. } if limit == shown),
            "{error}"
        );
    }
    let error = decode("s.gz", LIMITS, || Ok(&bytes[..])).unwrap_err();
    assert!(
        matches!(
            error,
            SnapshotError::Truncated { .. } | SnapshotError::NotASnapshot { .. }
        ),
        "{error}"
    );
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.gz");
    fs::write(&path, "old").unwrap();
    write_snapshot(&path, &small()).unwrap();
    assert_eq!(read_snapshot(&path).unwrap(), small());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    let nowhere = folder.path().join("no/such/s.gz");
    let error = write_snapshot(&nowhere, &small()).unwrap_err().to_string();
    assert!(error.contains("s.gz"), "{error}");
    assert!(matches!(
        read_snapshot(&nowhere),
        Err(SnapshotError::Io { .. })
    ));
}
