//! Whether there is enough history to recommend a number, and how sure one can be.

use crate::knowledge::Defaults;
use crate::model::{ContainerUsage, PromDuration};

/// How much is known of a container's past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum History {
    /// Nothing was measured.
    None,
    /// Too short or too thin; the text says why.
    TooShort(String),
    /// Enough for a recommendation, not for full confidence; the text says why.
    Partial(String),
    Full,
}

impl History {
    /// Whether a recommended number may rest on it.
    #[must_use]
    pub fn allows_numbers(&self) -> bool {
        matches!(self, Self::Partial(_) | Self::Full)
    }
}

/// Judges the history behind a container's usage.
#[must_use]
pub fn history_of(usage: &ContainerUsage, defaults: &Defaults) -> History {
    if usage.pods == 0 {
        return History::None;
    }
    // First and last samples are read on an hourly grid, so a span may be up to an hour short.
    let span = PromDuration(usage.span.0 + PromDuration::HOUR.0);
    if span < defaults.history_minimum {
        return History::TooShort(format!(
            "only {} of history, less than {}",
            usage.span, defaults.history_minimum
        ));
    }
    if usage.coverage < defaults.history_coverage {
        return History::TooShort("too few of the expected samples were there".to_owned());
    }
    if span < defaults.history_full {
        return History::Partial(format!(
            "{} of history, less than {}",
            usage.span, defaults.history_full
        ));
    }
    History::Full
}
