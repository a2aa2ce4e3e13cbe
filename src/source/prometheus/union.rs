//! Puts parts of results together. The parts may overlap and come in any order: the result is sorted and unique.

use std::collections::BTreeMap;

use crate::model::{QueryResult, RangeSeries, Row, Text};

/// Sorted rows, unique by labels: of equals the highest stays. Also gives how many went.
pub(super) fn rows(mut rows: Vec<Row>) -> (Vec<Row>, u64) {
    let before = rows.len();
    rows.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    rows.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = earlier.1.max(later.1);
        }
        same
    });
    rows.shrink_to_fit();
    let collapsed = (before - rows.len()) as u64;
    (rows, collapsed)
}

/// Sorted series, unique by labels: of equals the highest sample of each step stays. Also gives how many went.
pub(super) fn series(mut series: Vec<RangeSeries>) -> (Vec<RangeSeries>, u64) {
    let before = series.len();
    series.sort_by(|a, b| (&a.labels, &a.steps).cmp(&(&b.labels, &b.steps)));
    let mut unique: Vec<RangeSeries> = Vec::with_capacity(series.len());
    for next in series {
        match unique.last_mut() {
            Some(last) if last.labels == next.labels => join(last, next),
            _ => unique.push(next),
        }
    }
    let collapsed = (before - unique.len()) as u64;
    (unique, collapsed)
}

/// Adds the samples of `other`.
fn join(into: &mut RangeSeries, other: RangeSeries) {
    let follows = match (into.steps.last(), other.steps.first()) {
        (Some(last), Some(first)) => last < first,
        _ => true,
    };
    into.steps.extend(other.steps);
    into.values.extend(other.values);
    // Slices of time follow each other: nothing to sort.
    if !follows {
        normalize(into);
    }
}

/// Puts the samples of one series in order, one per step: the highest.
pub(super) fn normalize(series: &mut RangeSeries) {
    let ordered = series.steps.windows(2).all(|pair| pair[0] < pair[1]);
    if ordered {
        return;
    }
    let mut samples: BTreeMap<u32, f32> = BTreeMap::new();
    for (&step, &value) in series.steps.iter().zip(&series.values) {
        let highest = samples.entry(step).or_insert(value);
        *highest = highest.max(value);
    }
    series.steps = samples.keys().copied().collect();
    series.values = samples.into_values().collect();
}

/// The union of results with the same keys.
pub(super) fn results(keys: &[Text], parts: impl IntoIterator<Item = QueryResult>) -> QueryResult {
    let mut all = QueryResult {
        keys: keys.to_vec(),
        ..QueryResult::default()
    };
    for part in parts {
        all.rows.extend(part.rows);
        all.series.extend(part.series);
    }
    all.rows = rows(all.rows).0;
    all.series = series(all.series).0;
    all
}

/// The same result with fewer keys, or with keys in another order.
pub(super) fn project(result: &QueryResult, keys: &[Text]) -> QueryResult {
    if result.keys == keys {
        return result.clone();
    }
    let positions: Vec<Option<usize>> = keys.iter().map(|key| result.key(key)).collect();
    let pick = |labels: &[Text]| -> Vec<Text> {
        let value = |position: &Option<usize>| position.and_then(|p| labels.get(p)).cloned();
        positions
            .iter()
            .map(|position| value(position).unwrap_or_default())
            .collect()
    };
    let picked = QueryResult {
        keys: keys.to_vec(),
        rows: result.rows.iter().map(|r| Row(pick(&r.0), r.1)).collect(),
        series: result
            .series
            .iter()
            .map(|s| RangeSeries {
                labels: pick(&s.labels),
                steps: s.steps.clone(),
                values: s.values.clone(),
            })
            .collect(),
    };
    results(keys, [picked])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(label: &str, steps: &[u32], values: &[f32]) -> RangeSeries {
        RangeSeries {
            labels: vec![label.into()],
            steps: steps.to_vec(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn slices_of_one_series_are_joined() {
        let parts = vec![
            one("a", &[2, 3], &[2.0, 3.0]),
            one("b", &[0], &[9.0]),
            one("a", &[0, 2], &[0.0, 5.0]),
        ];
        let (joined, collapsed) = series(parts);
        assert_eq!(
            joined,
            [
                one("a", &[0, 2, 3], &[0.0, 5.0, 3.0]),
                one("b", &[0], &[9.0])
            ]
        );
        assert_eq!(collapsed, 1);
    }

    proptest! {
        #[test]
        fn the_union_does_not_depend_on_order_or_on_how_it_was_cut(
            rows in prop::collection::vec((0_u8..6, 0_u8..4), 0..40),
            cut in 0_usize..40,
        ) {
            let keys: Vec<Text> = vec!["k".into()];
            let rows: Vec<Row> = rows
                .into_iter()
                .map(|(label, value)| Row(vec![label.to_string().into()], f64::from(value)))
                .collect();
            let part = |rows: &[Row]| QueryResult { keys: keys.clone(), rows: rows.to_vec(), series: vec![] };
            let (left, right) = rows.split_at(cut.min(rows.len()));
            let whole = results(&keys, [part(&rows)]);
            prop_assert_eq!(&results(&keys, [part(right), part(left)]), &whole);
            let twice = results(&keys, [whole.clone(), whole.clone()]);
            prop_assert_eq!(twice, whole);
        }
    }
}
