//! The keys of groups and rules, and what a wrong one was meant to be.

/// What a group may have: Prometheus, Thanos (`partial_response_strategy`), Mimir.
const GROUP: &[&str] = &[
    "name",
    "interval",
    "query_offset",
    "limit",
    "labels",
    "rules",
    "partial_response_strategy",
    "source_tenants",
    "evaluation_delay",
    "align_evaluation_time_on_interval",
    "remote_write",
];

/// What only groups of vmalert have.
const VICTORIA_GROUP: &[&str] = &[
    "type",
    "concurrency",
    "params",
    "headers",
    "notifier_headers",
    "eval_offset",
    "eval_delay",
    "eval_alignment",
    "tenant",
    "debug",
];

const RULE: &[&str] = &[
    "record",
    "alert",
    "expr",
    "for",
    "keep_firing_for",
    "labels",
    "annotations",
];

/// What only rules of vmalert have.
const VICTORIA_RULE: &[&str] = &["debug", "update_entries_limit"];

/// Common labels and annotations, for those who forget the mapping around them.
const LABELS: &[&str] = &["severity", "team", "priority"];
const ANNOTATIONS: &[&str] = &[
    "summary",
    "description",
    "message",
    "runbook_url",
    "runbook",
    "dashboard",
];

pub(super) fn is_group_key(key: &str, victoria: bool) -> bool {
    GROUP.contains(&key) || (victoria && is_victoria_group_key(key))
}

pub(super) fn is_victoria_group_key(key: &str) -> bool {
    VICTORIA_GROUP.contains(&key)
}

pub(super) fn is_rule_key(key: &str, victoria: bool) -> bool {
    RULE.contains(&key) || (victoria && is_victoria_rule_key(key))
}

pub(super) fn is_victoria_rule_key(key: &str) -> bool {
    VICTORIA_RULE.contains(&key)
}

/// What to do about a key that a group does not have.
pub(super) fn advice_for_group(key: &str) -> String {
    if RULE.contains(&key) && key != "labels" {
        return format!("move `{key}` into a rule, below `rules`");
    }
    nearest(key, GROUP).map_or_else(
        || format!("take `{key}` out; a group has {}", list(&GROUP[..7])),
        |meant| format!("write `{meant}` instead"),
    )
}

/// What to do about a key that a rule does not have.
pub(super) fn advice_for_rule(key: &str) -> String {
    if LABELS.contains(&key) {
        return format!("move `{key}` below `labels`");
    }
    if ANNOTATIONS.contains(&key) {
        return format!("move `{key}` below `annotations`");
    }
    if ["interval", "limit", "query_offset", "rules"].contains(&key) {
        return format!("move `{key}` to the group: rules have no `{key}` of their own");
    }
    nearest(key, RULE).map_or_else(
        || format!("take `{key}` out; a rule has {}", list(RULE)),
        |meant| format!("write `{meant}` instead"),
    )
}

fn list(keys: &[&str]) -> String {
    keys.join(", ")
}

/// The key that differs least, if it differs little.
fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = key.to_lowercase().replace('-', "_");
    let (distance, found) = known.iter().map(|k| (distance(&lower, k), *k)).min()?;
    (distance <= 2 && distance * 2 < key.len()).then_some(found)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != *y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_explained_by_what_was_meant() {
        assert_eq!(advice_for_rule("annotation"), "write `annotations` instead");
        assert_eq!(
            advice_for_rule("keepFiringFor"),
            "write `keep_firing_for` instead"
        );
        assert_eq!(
            advice_for_rule("note"),
            "take `note` out; a rule has record, alert, expr, for, keep_firing_for, labels, annotations"
        );
        assert_eq!(
            advice_for_rule("severity"),
            "move `severity` below `labels`"
        );
        assert_eq!(
            advice_for_group("expr"),
            "move `expr` into a rule, below `rules`"
        );
        assert_eq!(advice_for_group("Interval"), "write `interval` instead");
    }
}
