use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const GRID: Grid = Grid {
    start: Timestamp(1_000),
    step: PromDuration(30),
};

fn keys() -> Vec<String> {
    ["namespace", "pod"].map(str::to_owned).to_vec()
}

/// Labels and samples of a series.
type Flat = (Vec<String>, Vec<(u32, f32)>);

/// What the streaming reader must come to, by way of a tree of values.
fn reference(body: &str, keys: &[String]) -> Vec<Flat> {
    let tree: Value = serde_json::from_str(body).unwrap();
    let mut series: BTreeMap<Vec<String>, BTreeMap<u32, f32>> = BTreeMap::new();
    for element in tree["data"]["result"].as_array().unwrap() {
        let label = |key: &String| {
            element["metric"][key]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let labels: Vec<String> = keys.iter().map(label).collect();
        for pair in element["values"].as_array().into_iter().flatten() {
            let value: f64 = pair[1].as_str().unwrap().parse().unwrap();
            let step = ((pair[0].as_f64().unwrap() - 1_000.0) / 30.0).round();
            if value.is_finite() && step >= 0.0 {
                let samples = series.entry(labels.clone()).or_default();
                let highest = samples.entry(step as u32).or_insert(f32::NEG_INFINITY);
                *highest = highest.max(value as f32);
            }
        }
    }
    let flat = |(labels, samples): (_, BTreeMap<u32, f32>)| (labels, samples.into_iter().collect());
    series.into_iter().map(flat).collect()
}

fn flat(answer: &Answer) -> Vec<Flat> {
    let samples = |s: &RangeSeries| {
        s.steps
            .iter()
            .copied()
            .zip(s.values.iter().copied())
            .collect()
    };
    let labels = |s: &RangeSeries| s.labels.iter().map(|l| l.to_string()).collect();
    answer
        .result
        .series
        .iter()
        .map(|s| (labels(s), samples(s)))
        .collect()
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (-1e30_f64..1e30).prop_map(|v| v.to_string()),
        4 => (0_u32..100).prop_map(|v| v.to_string()),
        1 => prop::sample::select(vec!["NaN", "+Inf", "-Inf", "1e+06", "-0"]).prop_map(str::to_owned),
    ]
}

fn element() -> impl Strategy<Value = Value> {
    let label = || prop_oneof![Just("a".to_owned()), Just("b".to_owned()), ".{0,4}"];
    let labels = prop::collection::btree_map(
        prop::sample::select(vec!["namespace", "pod", "id", "__name__"]),
        label(),
        0..4,
    );
    let time = prop_oneof![
        (900_i64..2_000).prop_map(Value::from),
        (900.0_f64..2_000.0).prop_map(Value::from)
    ];
    let samples = prop::collection::vec((time, value()), 0..12);
    (labels, samples, 0_u8..8).prop_map(|(labels, samples, odd)| match odd {
        // Native histograms come instead of or beside numbers.
        0 => json!({"metric": labels, "histograms": [[1_000, {"count": "1", "buckets": [[0, "1", "2", "3"]]}]]}),
        1 => json!({"values": samples, "histograms": [], "metric": labels}),
        _ => json!({"metric": labels, "values": samples}),
    })
}

proptest! {
    #[test]
    fn a_stream_is_read_like_a_tree(
        elements in prop::collection::vec(element(), 0..10),
        status_last in any::<bool>(),
    ) {
        let data = json!({"resultType": "matrix", "result": elements});
        let body = if status_last {
            format!(r#"{{"warnings":["w"],"data":{data},"status":"success"}}"#)
        } else {
            format!(r#"{{"status":"success","data":{data},"infos":[]}}"#)
        };
        let answer = read_matrix(body.as_bytes(), &keys(), GRID, Keep::default()).unwrap();
        prop_assert_eq!(flat(&answer), reference(&body, &keys()));
        prop_assert_eq!(answer.series, elements.len() as u64);
    }

    #[test]
    fn a_cut_body_is_an_end_and_never_an_answer(cut in 1_usize..150) {
        let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a"},"values":[[1000,"1"],[1030,"2"]]}]}}"#;
        let cut = cut.min(body.len() - 1);
        let error = read_matrix(&body.as_bytes()[..cut], &keys(), GRID, Keep::default()).unwrap_err();
        prop_assert!(error.is_eof(), "{}", error);
    }
}

#[test]
fn refusals_are_errors() {
    let body = r#"{"status":"error","errorType":"execution","error":"too many samples"}"#;
    let error = read_matrix(body.as_bytes(), &keys(), GRID, Keep::default()).unwrap_err();
    assert_eq!(error.to_string(), "too many samples");
}

#[test]
fn infinite_samples_are_kept_when_asked_for_and_large_ones_stay_finite() {
    let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":
        [[1000,"+Inf"],[1030,"1e300"],[1060,"-1e300"],[1090,"NaN"]]}]}}"#;
    let keep = Keep {
        nan: false,
        infinite: true,
    };
    let answer = read_matrix(body.as_bytes(), &[], GRID, keep).unwrap();
    let expected = [(0, f32::INFINITY), (1, f32::MAX), (2, f32::MIN)];
    assert_eq!(flat(&answer), [(vec![], expected.to_vec())]);
}

#[test]
fn scalars_and_instant_samples_are_series_of_one_step() {
    let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1060,"7"]}}"#;
    let answer = read_matrix(scalar.as_bytes(), &[], GRID, Keep::default()).unwrap();
    assert_eq!(flat(&answer), [(vec![], vec![(2, 7.0)])]);
}

#[test]
fn a_grid_counts_from_its_start() {
    assert_eq!(GRID.last_step(Timestamp(1_089)), 2);
    assert_eq!(GRID.last_step(Timestamp(0)), 0);
    assert_eq!(GRID.time(2), Timestamp(1_060));
    assert_eq!(
        Grid::new(Timestamp(0), PromDuration(0)).step,
        PromDuration(1)
    );
}
