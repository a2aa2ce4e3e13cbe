//! Which PrometheusRule object holds a loaded rule group.

use crate::model::RuleGroup;

/// Puts the object that holds it on each loaded group. The operator names rule files
/// `<namespace>-<object>-<uid>.yaml`; where the file does not tell, a group is matched when exactly one object has a
/// group of that name with the same rules.
pub(super) fn join(loaded: &mut [RuleGroup], declared: &[RuleGroup]) {
    for group in loaded.iter_mut() {
        let same_name = || {
            declared
                .iter()
                .filter(|d| d.name == group.name && d.object.is_some())
        };
        let file = group.file.rsplit('/').next().unwrap_or_default();
        let by_file = same_name().find(|d| {
            d.object.as_ref().is_some_and(|o| {
                file.strip_prefix(&format!("{}-{}", o.namespace, o.name))
                    .is_some_and(|rest| rest.starts_with('-') || rest == ".yaml")
            })
        });
        let found = by_file.or_else(|| {
            let mut alike = same_name().filter(|d| names(d) == names(group));
            alike.next().filter(|_| alike.next().is_none())
        });
        group.object = found.and_then(|d| d.object.clone());
    }
}

fn names(group: &RuleGroup) -> Vec<&str> {
    group.rules.iter().map(|r| r.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rule, RuleKind, RuleObject};

    fn group(name: &str, file: &str, rule: &str, object: Option<(&str, &str)>) -> RuleGroup {
        RuleGroup {
            source: None,
            name: name.into(),
            file: file.into(),
            interval: None,
            object: object.map(|(ns, n)| RuleObject {
                namespace: ns.into(),
                name: n.into(),
                labels: Default::default(),
            }),
            rules: vec![Rule {
                kind: RuleKind::Alerting,
                name: rule.into(),
                expr: "up == 0".into(),
                hold: None,
                keep_firing_for: None,
                labels: Default::default(),
                annotations: Default::default(),
                health: String::new(),
                last_error: String::new(),
                source: None,
            }],
        }
    }

    fn joined(file: &str, declared: &[RuleGroup]) -> Option<String> {
        let mut loaded = [group("g", file, "Down", None)];
        join(&mut loaded, declared);
        loaded[0]
            .object
            .as_ref()
            .map(|o| format!("{}/{}", o.namespace, o.name))
    }

    #[test]
    fn the_file_name_decides() {
        let declared = [
            group("g", "", "Down", Some(("a", "x"))),
            group("g", "", "Down", Some(("a", "x-y"))),
        ];
        let file = "/etc/prometheus/rules/p-0/a-x-y-6f1c.yaml";
        assert_eq!(
            joined(file, &declared).as_deref(),
            Some("a/x"),
            "a prefix of both: the first that fits"
        );
        assert_eq!(
            joined("/rules/a-x-1234.yaml", &declared[..1]).as_deref(),
            Some("a/x")
        );
    }

    #[test]
    fn without_a_telling_file_only_a_single_match_counts() {
        let one = group("g", "", "Down", Some(("a", "x")));
        let other_rule = group("g", "", "Up", Some(("b", "z")));
        assert_eq!(
            joined("rules.yaml", &[one.clone(), other_rule]).as_deref(),
            Some("a/x")
        );
        assert_eq!(
            joined(
                "rules.yaml",
                &[one.clone(), group("g", "", "Down", Some(("b", "z")))]
            ),
            None
        );
        assert_eq!(joined("rules.yaml", &[]), None);
    }
}
