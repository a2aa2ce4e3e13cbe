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
//! and what is newer than the parser (`anchored`, `smoothed`, arithmetic in durations). Expressions that a chart fills
//! in are left out.
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
use crate::model::Dialect;
use crate::promql::SyntaxError;

pub const META: Meta = Meta {
    title: "An expression that is not PromQL",
    severity: Severity::Critical,
    status: Status::Stable,
    needs: &[],
    uses: &[],
    since: "0.1.0",
};

pub fn run(cx: &Context<'_>, out: &mut Sink) {
    for rule in cx.facts.written.iter().filter(|r| !r.at.templated) {
        let Err(error) = &rule.query else { continue };
        let SyntaxError::Wrong { message, span } = error else {
            out.not_evaluated(&rule.subject(), error.to_string());
            continue;
        };
        if rule.at.dialect == Dialect::Victoria {
            out.not_evaluated(
                &rule.subject(),
                "the expression is MetricsQL, of a rule for VictoriaMetrics",
            );
            continue;
        }
        let draft = rule.draft(
            rule.at.expr.of(&rule.rule.expr, span.start, span.end),
            format!(
                "the expression of {} is not PromQL: {message}",
                rule.rule.name
            ),
            "servers refuse the whole file: none of its rules is loaded",
            "correct the expression",
        );
        out.report(draft);
    }
}
