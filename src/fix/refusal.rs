//! Why an output is not given.

/// The reason why an edit is not written in one of the outputs. A refusal is not a fault: a text that was not proved
/// is never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{because}")]
pub struct Refusal {
    /// One sentence for a person, with the next step where there is one.
    pub because: String,
}

impl Refusal {
    /// A refusal for this reason.
    pub fn new(because: impl Into<String>) -> Self {
        Self {
            because: because.into(),
        }
    }
}

/// Shorthand for returning a refusal.
pub(super) fn refuse<T>(because: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(because))
}
