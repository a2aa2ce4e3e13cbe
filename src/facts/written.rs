//! Rules as their authors wrote them.

use crate::model::{GroupSource, Rule, RuleGroup, RuleSource};
use crate::promql::{Query, SyntaxError};

/// A rule of the user's files with its place and its parsed expression.
#[derive(Clone, Debug)]
pub struct WrittenRule<'s> {
    pub group: &'s RuleGroup,
    pub group_at: &'s GroupSource,
    pub rule: &'s Rule,
    pub at: &'s RuleSource,
    pub query: Result<Query, SyntaxError>,
}

/// The rules that were read from files, in their order.
#[must_use]
pub fn written_rules(groups: &[RuleGroup]) -> Vec<WrittenRule<'_>> {
    let mut found = Vec::new();
    for group in groups {
        let Some(group_at) = group.source.as_deref() else {
            continue;
        };
        for rule in &group.rules {
            if let Some(at) = rule.source.as_deref() {
                found.push(WrittenRule {
                    group,
                    group_at,
                    rule,
                    at,
                    query: Query::parse(&rule.expr),
                });
            }
        }
    }
    found
}

impl WrittenRule<'_> {
    /// A label of the rule, or one that its group adds.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.rule
            .labels
            .get(name)
            .or_else(|| self.group_at.labels.get(name))
            .map(String::as_str)
    }

    /// The parsed expression, when it says what will be evaluated: not in a chart that fills parts in.
    #[must_use]
    pub fn settled(&self) -> Option<&Query> {
        self.query.as_ref().ok().filter(|_| !self.at.templated)
    }
}
