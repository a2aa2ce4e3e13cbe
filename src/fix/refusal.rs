//! Why an output is not given.

/// The reason why an edit is not written in one of the outputs. A refusal is not a fault: a text that was not proved
/// is never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{because}")]
pub struct Refusal {
    /// One sentence for a person, with the next step where there is one.
    pub because: String,
    /// It is about something else than what was asked to be changed: nothing was tried, so nothing failed.
    pub elsewhere: bool,
}

impl Refusal {
    /// A refusal for this reason.
    pub fn new(because: impl Into<String>) -> Self {
        Self {
            because: because.into(),
            elsewhere: false,
        }
    }

    /// The place of the edit is not among what was given.
    pub fn elsewhere(because: impl Into<String>) -> Self {
        Self {
            elsewhere: true,
            ..Self::new(because)
        }
    }
}

/// Shorthand for returning a refusal.
pub(super) fn refuse<T>(because: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(because))
}
