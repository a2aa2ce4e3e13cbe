//! # Expression that is not PromQL
//!
//! ## What it finds
//! Expressions that a server cannot parse: unbalanced brackets, unknown functions, a range where a single value is
//! wanted.
//!
//! ## Why it hurts
//! Prometheus refuses the whole file: none of its rules is loaded.
//!
//! ## How we decide
//! The expression is parsed with the grammar and the types of PromQL. What is not reported, but said to be not
//! evaluated: LogQL (Loki), MetricsQL in objects and groups for VictoriaMetrics or with functions that only it has,
//! and what is newer than the parser (`anchored`, `smoothed`, arithmetic in durations, `fill`). Expressions that a
//! chart fills in are left out.
//!
//! ## When it is wrong
//! - Functions behind a feature flag parse here and are refused by a server without the flag.
//! - In the corpus of public rule files, all of which promtool loads, it finds nothing.
//!
//! ## Fix and its risk
//! None: what was meant is not known.
//!
//! ## Example
//! ```yaml
//! expr: sum(rate(http_requests_total[5m])
//! ```
//!
//! ## Options
//! None.
//!
//! ## References
//! - pint `promql/syntax`: <https://cloudflare.github.io/pint/checks/promql/syntax.html>
//! - promtool `check rules`
//! - <https://prometheus.io/docs/prometheus/latest/querying/basics/>

use crate::check::{Context, Meta, Severity, Sink, Status};
use crate::facts::WrittenRule;
use crate::model::Dialect;

pub const META: Meta = Meta {
    title: "An expression that is not PromQL",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

/// Functions that only VictoriaMetrics has, of those that rules use.
const METRICSQL: &[&str] = &[
    "lag",
    "histogram_share",
    "rollup",
    "rollup_rate",
    "rollup_increase",
    "rollup_delta",
    "default_rollup",
    "share",
    "range_avg",
    "range_max",
    "range_median",
    "range_min",
    "range_quantile",
    "range_sum",
    "quantiles",
    "outliersk",
    "limit_offset",
    "prometheus_buckets",
    "buckets_limit",
    "increase_pure",
    "rate_over_sum",
    "sum2",
    "distinct",
    "median",
    "any",
    "topk_max",
    "topk_avg",
    "topk_last",
    "bottomk_avg",
    "tmin_over_time",
    "tmax_over_time",
    "median_over_time",
    "count_values_over_time",
    "mode_over_time",
    "share_gt_over_time",
    "share_le_over_time",
    "count_gt_over_time",
    "zscore",
    "label_match",
    "label_set",
    "label_del",
    "label_keep",
    "alias",
    "interpolate",
    "keep_last_value",
    "keep_next_value",
    "remove_resets",
    "running_sum",
    "step",
    "drop_common_labels",
    "vmrange",
];

/// Words of PromQL that are newer than the parser.
const NEWER: &[&str] = &[
    "anchored",
    "smoothed",
    "fill",
    "fill_left",
    "fill_right",
    "min_of",
    "max_of",
    "histogram_quantiles",
];

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for rule in cx.facts.written.iter().filter(|r| !r.at.templated) {
        let Err(error) = &rule.query else { continue };
        let bare = Bare::of(&rule.rule.expr);
        if let Some(other) = other_language(rule, &bare) {
            out.not_evaluated(&rule.subject(), other);
            continue;
        }
        let (from, to, what) = bare.trouble(&rule.rule.expr, &error.0);
        let draft = rule.draft(
            rule.at.expr.of(&rule.rule.expr, from, to),
            format!("the expression of {} is not PromQL: {what}", rule.rule.name),
            "servers refuse the whole file: none of its rules is loaded",
            "correct the expression",
        );
        out.report(draft);
    }
}

fn other_language(rule: &WrittenRule<'_>, bare: &Bare) -> Option<&'static str> {
    if bare.text.contains('|') {
        return Some("the expression is LogQL, of a rule for Loki");
    }
    let metricsql = |w: &(usize, &str)| METRICSQL.contains(&w.1) && bare.is_call(w.0 + w.1.len());
    let keyword = |w: &(usize, &str)| matches!(w.1, "keep_metric_names" | "WITH" | "ifnot");
    if rule.at.dialect == Dialect::Victoria || bare.words().any(|w| metricsql(&w) || keyword(&w)) {
        return Some("the expression is MetricsQL, of a rule for VictoriaMetrics");
    }
    if bare.words().any(|w| NEWER.contains(&w.1)) || bare.has_duration_arithmetic() {
        return Some("the expression is PromQL that is newer than this release of promtune");
    }
    None
}

/// An expression whose strings and comments are blanked out, byte for byte.
struct Bare {
    text: String,
    /// Where a string starts that does not end.
    open: Option<usize>,
}

impl Bare {
    fn of(expr: &str) -> Self {
        let (mut text, mut open) = (String::with_capacity(expr.len()), None);
        let mut chars = expr.char_indices();
        while let Some((at, c)) = chars.next() {
            let blank =
                |text: &mut String, c: char| text.extend(std::iter::repeat_n(' ', c.len_utf8()));
            match c {
                '"' | '\'' | '`' => {
                    blank(&mut text, c);
                    open = Some(at);
                    while let Some((_, inner)) = chars.next() {
                        blank(&mut text, inner);
                        if inner == '\\' && c != '`' {
                            chars
                                .next()
                                .into_iter()
                                .for_each(|(_, escaped)| blank(&mut text, escaped));
                        } else if inner == c {
                            open = None;
                            break;
                        }
                    }
                }
                '#' => {
                    blank(&mut text, c);
                    for (_, inner) in chars.by_ref().take_while(|(_, c)| *c != '\n') {
                        blank(&mut text, inner);
                    }
                    // The end of the line, which `take_while` took.
                    if text.len() < expr.len() {
                        text.push('\n');
                    }
                }
                c => text.push(c),
            }
        }
        Self { text, open }
    }

    /// Identifiers with their places.
    fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = self.text.get(at..)?;
            let start = at + rest.find(inside)?;
            let rest = self.text.get(start..)?;
            let end = start + rest.find(|c| !inside(c)).unwrap_or(rest.len());
            at = end;
            Some((start, self.text.get(start..end)?))
        })
    }

    fn is_call(&self, behind: usize) -> bool {
        self.text
            .get(behind..)
            .is_some_and(|rest| rest.trim_start().starts_with('('))
    }

    /// `[5m + 1m]`, `offset (step() * 2)`.
    fn has_duration_arithmetic(&self) -> bool {
        self.text.split('[').skip(1).any(|rest| {
            rest.split(']')
                .next()
                .is_some_and(|inside| inside.contains(['+', '*', '/', '(']))
        })
    }

    /// The place and the words of what is wrong: the whole expression and the parser's words when nothing better is
    /// known.
    fn trouble(&self, expr: &str, said: &str) -> (usize, usize, String) {
        let whole = |what: String| {
            (
                expr.len() - expr.trim_start().len(),
                expr.trim_end().len(),
                what,
            )
        };
        if let Some(at) = self.open {
            return (at, at + 1, "a string is not closed".to_owned());
        }
        let mut brackets = Vec::new();
        for (at, c) in self.text.char_indices() {
            let wanted = match c {
                '(' | '[' | '{' => {
                    brackets.push((at, c));
                    continue;
                }
                ')' => '(',
                ']' => '[',
                '}' => '{',
                _ => continue,
            };
            if brackets.pop().is_none_or(|(_, open)| open != wanted) {
                return (at, at + 1, format!("`{c}` closes nothing"));
            }
        }
        if let Some((at, open)) = brackets.last() {
            return (*at, at + 1, format!("`{open}` is not closed"));
        }
        let said = said.trim().replace('\n', " ");
        let named = said.split(['"', '\'', '`', ' ']).filter(|w| !w.is_empty());
        let unknown = said.contains("unknown function");
        for name in named.filter(|_| unknown) {
            if let Some((at, word)) = self
                .words()
                .find(|w| w.1 == name && self.is_call(w.0 + name.len()))
            {
                return (
                    at,
                    at + word.len(),
                    format!("there is no function `{word}`"),
                );
            }
        }
        if expr
            .trim_end()
            .ends_with(['>', '<', '=', '+', '-', '*', '/', '(', ','])
        {
            let end = expr.trim_end().len();
            return (
                end - 1,
                end,
                "it ends where something has to follow".to_owned(),
            );
        }
        whole(if said.is_empty() {
            "it cannot be parsed".to_owned()
        } else {
            said
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(expr: &str) -> (String, String) {
        let (from, to, what) = Bare::of(expr).trouble(expr, "unknown function with name 'rat'");
        (expr[from..to].to_owned(), what)
    }

    #[test]
    fn the_place_of_the_trouble_is_found() {
        let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(trouble("sum(rate(x[5m])"), owned("(", "`(` is not closed"));
        assert_eq!(trouble("sum(x)) # ("), owned(")", "`)` closes nothing"));
        assert_eq!(trouble("x{a=\"b}"), owned("\"", "a string is not closed"));
        assert_eq!(
            trouble("rate(x{a=\"rat(\"}[5m]) + rat(x)"),
            owned("rat", "there is no function `rat`")
        );
        assert_eq!(
            trouble("up >"),
            owned(">", "it ends where something has to follow")
        );
    }

    #[test]
    fn blanking_keeps_every_place() {
        for expr in ["a # é \"\nb{c='\\'é'}", "`\\`", "\"", "#", "a#"] {
            assert_eq!(Bare::of(expr).text.len(), expr.len(), "{expr:?}");
        }
    }
}
