//! `promtune.yaml`: as written, then checked. All faults are reported at once.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check::Severity;
use crate::model::Timestamp;
use crate::yaml;

/// The checked configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    pub fail_on: Option<Severity>,
    pub ignore: Vec<Ignore>,
    /// Severities by check id.
    pub severity: BTreeMap<String, Severity>,
    /// Thresholds by key, instead of those of `rulesets/defaults.yaml`.
    pub thresholds: BTreeMap<String, String>,
}

/// Findings that the user does not want to hear.
#[derive(Clone, Debug, PartialEq)]
pub struct Ignore {
    /// A check's id, or a pattern as `throttling/*`.
    pub check: String,
    pub namespace: Option<String>,
    pub workload: Option<String>,
    pub container: Option<String>,
    pub alert: Option<String>,
    /// Until the start of this day, UTC.
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// Everything wrong with a configuration file, one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Raw {
    fail_on: Option<String>,
    ignore: Vec<RawIgnore>,
    severity: BTreeMap<String, String>,
    thresholds: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawIgnore {
    check: String,
    namespace: Option<String>,
    workload: Option<String>,
    container: Option<String>,
    alert: Option<String>,
    until: Option<String>,
    #[serde(default)]
    reason: String,
}

impl Config {
    /// Reads and checks a configuration; `checks` are the ids that exist.
    ///
    /// # Errors
    /// With every fault found: keys that are not known, checks that do not exist, dates that are none.
    pub fn read(file: &str, text: &str, checks: &[&str]) -> Result<Self, ConfigError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let raw: Raw =
            yaml::from_str(text).map_err(|e| ConfigError(vec![format!("{file}: {e}")]))?;
        let mut faults = Vec::new();
        let known = |pattern: &str| checks.iter().any(|c| matches(pattern, c));
        let mut severity_of = |name: &str, at: &str| {
            let found = Severity::parse(name);
            if found.is_none() {
                faults.push(format!(
                    "{file}: {at}: `{name}` is not info, warning or critical"
                ));
            }
            found
        };
        let fail_on = raw
            .fail_on
            .as_deref()
            .and_then(|s| severity_of(s, "fail-on"));
        let mut severity = BTreeMap::new();
        for (check, name) in &raw.severity {
            if let Some(s) = severity_of(name, check) {
                severity.insert(check.clone(), s);
            }
        }
        for check in raw
            .severity
            .keys()
            .chain(raw.ignore.iter().map(|i| &i.check))
        {
            if !known(check) {
                faults.push(format!(
                    "{file}: no check is called `{check}`; see `promtune explain --list`"
                ));
            }
        }
        let mut ignore = Vec::new();
        for (i, entry) in raw.ignore.into_iter().enumerate() {
            let until = entry.until.as_deref().map(day);
            if until == Some(None) {
                faults.push(format!(
                    "{file}: ignore[{i}].until: write a date as 2027-01-31"
                ));
            }
            if entry.reason.trim().is_empty() {
                faults.push(format!(
                    "{file}: ignore[{i}] has no reason: say why, for those who read it later"
                ));
            }
            ignore.push(Ignore {
                check: entry.check,
                namespace: entry.namespace,
                workload: entry.workload,
                container: entry.container,
                alert: entry.alert,
                until: until.flatten(),
                reason: entry.reason,
            });
        }
        if faults.is_empty() {
            Ok(Self {
                fail_on,
                ignore,
                severity,
                thresholds: raw.thresholds,
            })
        } else {
            Err(ConfigError(faults))
        }
    }
}

/// The start of a day in UTC.
pub(super) fn day(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(start.timestamp().as_second()))
}

/// Whether a pattern with `*` fits a whole text.
#[must_use]
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: &[&str] = &["throttling/bursty", "alerts/always-firing"];

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, fits) in [
            ("throttling/*", "throttling/bursty", true),
            ("*", "anything", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("a*a", "a", false),
            ("kube-*-x", "kube-y-x", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let text = "fail-on: bad\nignore:\n- check: no/such\n  until: tomorrow\n";
        let faults = Config::read("promtune.yaml", text, CHECKS).unwrap_err().0;
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let text = "fail-on: warning\nseverity:\n  throttling/bursty: info\nignore:\n- check: alerts/*\n  alert: Batch*\n  until: 2027-01-31\n  reason: known\n";
        let config = Config::read("promtune.yaml", text, CHECKS).unwrap();
        assert_eq!(config.fail_on, Some(Severity::Warning));
        assert_eq!(config.ignore[0].until, Some(Timestamp(1_801_353_600)));
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(Config::read("promtune.yaml", "ignores: []\n", CHECKS).is_err());
    }
}
