//! Which release of the kube-prometheus-stack chart rendered the rules of a snapshot.

use std::collections::BTreeMap;

use super::ChartVersion;
use crate::model::{Labels, RuleGroup, Snapshot};

const CHART: &str = "kube-prometheus-stack";

/// A release of the kube-prometheus-stack chart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartRelease {
    pub release: String,
    /// Where it is installed; absent when nothing says.
    pub namespace: Option<String>,
    /// The chart's version; absent when only file names tell of the chart.
    pub version: Option<ChartVersion>,
    /// The key that the values stand under when the chart is a dependency of the user's own chart. Nothing in a
    /// cluster tells; the user states it.
    pub wrapping_key: Option<String>,
}

impl ChartRelease {
    /// Finds the release that rendered most of the rule groups, from the labels of the PrometheusRule objects, else
    /// from the names of the files that the operator mounts.
    #[must_use]
    pub fn detect(snapshot: &Snapshot) -> Option<Self> {
        let mut found: BTreeMap<Self, usize> = BTreeMap::new();
        for release in snapshot
            .rules
            .iter()
            .filter_map(|g| Self::of_group(g, snapshot))
        {
            *found.entry(release).or_default() += 1;
        }
        let most = found.values().copied().max()?;
        found
            .into_iter()
            .find(|&(_, n)| n == most)
            .map(|(release, _)| release)
    }

    fn of_group(group: &RuleGroup, snapshot: &Snapshot) -> Option<Self> {
        match &group.object {
            Some(object) => Self::of_labels(&object.namespace, &object.labels),
            None => Self::of_path(group, snapshot),
        }
    }

    fn of_labels(namespace: &str, labels: &Labels) -> Option<Self> {
        let label = |name: &str| labels.get(name).map(|v| &**v);
        if label("heritage")? != "Helm" {
            return None;
        }
        let version = label("chart")?.strip_prefix(CHART)?.strip_prefix('-')?;
        let release = label("release").or_else(|| label("app.kubernetes.io/instance"))?;
        Some(Self {
            release: release.to_owned(),
            namespace: Some(namespace.to_owned()),
            version: ChartVersion::parse(version)
                .or_else(|| label("app.kubernetes.io/version").and_then(ChartVersion::parse)),
            wrapping_key: None,
        })
    }

    /// The operator names files `<namespace>-<object>-<uid>.yaml`; objects of the chart are named
    /// `<release>-kube-prometheus-stack` (cut at 26 characters, or the release alone when it holds the chart's name)
    /// and the group.
    fn of_path(group: &RuleGroup, snapshot: &Snapshot) -> Option<Self> {
        let owner = without_group(mounted_object(&group.file)?, &group.name)?;
        let before = &owner[..owner.rfind("-kube-prom")?];
        let known = snapshot
            .cluster
            .iter()
            .flat_map(|c| &c.namespaces)
            .map(|n| &*n.name);
        let namespace = known
            .filter(|n| before == *n || before.strip_prefix(n).is_some_and(|r| r.starts_with('-')))
            .max_by_key(|n| n.len());
        let split = namespace.unwrap_or_else(|| before.split('-').next().unwrap_or(before));
        let release = before[split.len()..].trim_start_matches('-');
        Some(Self {
            release: if release.is_empty() { CHART } else { release }.to_owned(),
            namespace: Some(split.to_owned()),
            version: None,
            wrapping_key: None,
        })
    }

    /// Whether this group is one of the chart's default ones: the only ones that `defaultRules` and `customRules`
    /// reach. Groups of `additionalPrometheusRulesMap` carry the same labels under other names.
    pub(super) fn renders(&self, group: &RuleGroup) -> bool {
        match &group.object {
            Some(object) => {
                Self::of_labels(&object.namespace, &object.labels)
                    .is_some_and(|found| found.release == self.release)
                    && without_group(&object.name, &group.name).is_some()
            }
            None => mounted_object(&group.file).is_some_and(|object| {
                without_group(object, &group.name).is_some_and(|o| o.contains("-kube-prom"))
            }),
        }
    }

    /// Whether the chart is of this version or a later one; an unknown version counts as the latest.
    pub(super) fn since(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.version
            .is_none_or(|v| v >= ChartVersion(major, minor, patch))
    }
}

/// `<namespace>-<object>` of a rule file that the operator mounted.
pub(super) fn mounted_object(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    let stem = file
        .strip_suffix(".yaml")
        .filter(|_| folder.contains("rulefiles"))?;
    let uid = stem
        .len()
        .checked_sub(37)
        .and_then(|at| stem.split_at_checked(at));
    let is_uid = |tail: &str| {
        tail.starts_with('-')
            && tail.matches('-').count() == 5
            && tail.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    };
    match uid {
        Some((object, tail)) if is_uid(tail) => Some(object),
        _ => Some(stem),
    }
}

/// The object's name without the group that the chart puts at its end. Names are cut at 63 characters.
fn without_group<'n>(name: &'n str, group: &str) -> Option<&'n str> {
    const CUT: usize = 62;
    let group = group.replace('_', "-");
    let whole = name
        .strip_suffix(&group)
        .and_then(|rest| rest.strip_suffix('-'));
    whole.or_else(|| {
        let parts = (8..group.len()).rev().filter_map(|end| group.get(..end));
        parts
            .filter(|_| name.len() >= CUT)
            .find_map(|part| name.strip_suffix(part)?.strip_suffix('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::testing::{chart_group, snapshot_of};

    #[test]
    fn labels_tell_release_and_version() {
        let group = chart_group("general.rules", "88.5.3", &[]);
        let found = ChartRelease::detect(&snapshot_of(vec![group.clone()])).unwrap();
        assert_eq!(found.release, "kps");
        assert_eq!(found.namespace.as_deref(), Some("monitoring"));
        assert_eq!(found.version, Some(ChartVersion(88, 5, 3)));
        assert!(found.renders(&group));
        let mut added = group;
        added.name = "my-own".into();
        assert!(
            !found.renders(&added),
            "additionalPrometheusRulesMap is not a default group"
        );
    }

    #[test]
    fn file_names_tell_the_release() {
        let base = "/etc/prometheus/rules/prometheus-x-rulefiles-0/";
        let uid = "0f3c1b9e-6d0a-4c4e-9d3e-2b6f0a1c9d77";
        for (file, name, release, namespace) in [
            (
                "monitoring-kps-kube-prometheus-stack-general.rules",
                "general.rules",
                "kps",
                "monitoring",
            ),
            (
                "monitoring-kube-prometheus-stack-general.rules",
                "general.rules",
                "kube-prometheus-stack",
                "monitoring",
            ),
            (
                "obs-prometheus-kube-prometheus-kubernetes-apps",
                "kubernetes-apps",
                "prometheus",
                "obs",
            ),
        ] {
            for file in [
                format!("{base}{file}-{uid}.yaml"),
                format!("{base}{file}.yaml"),
            ] {
                let group = RuleGroup {
                    source: None,
                    name: name.into(),
                    file,
                    interval: None,
                    object: None,
                    rules: Vec::new(),
                };
                let found = ChartRelease::detect(&snapshot_of(vec![group.clone()])).unwrap();
                assert_eq!(found.release, release);
                assert_eq!(found.namespace.as_deref(), Some(namespace));
                assert_eq!(found.version, None);
                assert!(found.renders(&group));
            }
        }
    }

    #[test]
    fn other_rules_are_not_the_charts() {
        let group = RuleGroup {
            source: None,
            name: "general.rules".into(),
            file: "/etc/rules/general.yaml".into(),
            interval: None,
            object: None,
            rules: Vec::new(),
        };
        assert_eq!(ChartRelease::detect(&snapshot_of(vec![group])), None);
    }

    #[test]
    fn names_cut_at_63_are_recognised() {
        let group = "k8s.rules.container_memory_working_set_bytes";
        let cut = "prometheus-kube-prometheus-k8s.rules.container-memory-working-s";
        assert_eq!(cut.len(), 63);
        assert_eq!(
            without_group(cut, group),
            Some("prometheus-kube-prometheus")
        );
        assert_eq!(
            without_group("prometheus-kube-prometheus-k8s.rules.con", group),
            None
        );
    }
}
