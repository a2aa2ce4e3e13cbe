//! Proof of what a finding says. Every number shown to a person is reachable from here.

use super::Unit;
use crate::model::PromDuration;

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// A value measured in this cluster by a query that can be pasted into the user's own Prometheus.
    Measured {
        query: String,
        window: Option<PromDuration>,
        value: f64,
        unit: Unit,
        label: String,
    },
    /// A field of an object, as it is set.
    Field {
        object: String,
        path: String,
        value: String,
    },
    /// Text of a file or of a live rule.
    Quoted {
        path: String,
        line: Option<u32>,
        text: String,
    },
    /// A value computed from other evidence.
    Computed {
        label: String,
        formula: String,
        result: f64,
        unit: Unit,
    },
    /// A fact of the knowledge base.
    Known { entry: String, url: String },
}

impl Evidence {
    /// A measured value; `label` says in a few words what it is.
    pub fn measured(
        label: impl Into<String>,
        query: impl Into<String>,
        window: Option<PromDuration>,
        value: f64,
        unit: Unit,
    ) -> Self {
        Self::Measured {
            query: query.into(),
            window,
            value,
            unit,
            label: label.into(),
        }
    }

    /// A field of an object.
    pub fn field(
        object: impl Into<String>,
        path: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self::Field {
            object: object.into(),
            path: path.into(),
            value: value.into(),
        }
    }

    /// A value computed by `formula`, which names its inputs.
    pub fn computed(
        label: impl Into<String>,
        formula: impl Into<String>,
        result: f64,
        unit: Unit,
    ) -> Self {
        Self::Computed {
            label: label.into(),
            formula: formula.into(),
            result,
            unit,
        }
    }

    /// A fact of the knowledge base with its source.
    pub fn known(entry: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Known {
            entry: entry.into(),
            url: url.into(),
        }
    }

    /// Text of a live rule or a file.
    pub fn quoted(path: impl Into<String>, line: Option<u32>, text: impl Into<String>) -> Self {
        Self::Quoted {
            path: path.into(),
            line,
            text: text.into(),
        }
    }

    /// The value as shown in words; empty for facts and quotations.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Measured { value, unit, .. }
            | Self::Computed {
                result: value,
                unit,
                ..
            } => unit.show(*value),
            Self::Field { value, .. } => value.clone(),
            Self::Quoted { text, .. } => text.clone(),
            Self::Known { .. } => String::new(),
        }
    }
}
