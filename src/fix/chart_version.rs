//! Versions of a chart.

use std::fmt;

/// A chart's version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartVersion(pub u32, pub u32, pub u32);

impl ChartVersion {
    /// Reads `88.5.3`; what follows the third number (`-rc.1`, `+build`) does not matter here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let core = text.split(['-', '+', '_']).next()?;
        let mut parts = core.split('.').map(|p| p.parse().ok());
        let version = Self(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for ChartVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered() {
        assert_eq!(ChartVersion::parse("88.5.3"), Some(ChartVersion(88, 5, 3)));
        assert_eq!(
            ChartVersion::parse("v9.3.4-rc.1"),
            Some(ChartVersion(9, 3, 4))
        );
        for bad in ["", "88", "88.5", "88.5.x", "1.2.3.4"] {
            assert_eq!(ChartVersion::parse(bad), None, "{bad}");
        }
        assert!(ChartVersion(9, 3, 4) < ChartVersion(26, 2, 0));
    }
}
