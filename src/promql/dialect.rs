//! Texts that are not PromQL but a relative of it: `MetricsQL` and `LogQL`.

use std::fmt;

use super::token::{Tok, Token};

/// A query language that resembles PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// VictoriaMetrics.
    MetricsQl,
    /// Loki.
    LogQl,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MetricsQl => "MetricsQL",
            Self::LogQl => "LogQL",
        })
    }
}

/// Functions and aggregations that only VictoriaMetrics has. Families (`range_…`) are recognised by their prefix.
const METRICSQL_FUNCTIONS: [&str; 50] = [
    "aggr_over_time",
    "alias",
    "any",
    "ascent_over_time",
    "bitmap_and",
    "bitmap_or",
    "bitmap_xor",
    "buckets_limit",
    "count_eq_over_time",
    "count_gt_over_time",
    "count_le_over_time",
    "count_ne_over_time",
    "count_values_over_time",
    "decreases_over_time",
    "default_rollup",
    "descent_over_time",
    "distinct",
    "distinct_over_time",
    "drop_common_labels",
    "drop_empty_series",
    "duration_over_time",
    "geomean",
    "geomean_over_time",
    "histogram_over_time",
    "histogram_share",
    "hoeffding_bound_lower",
    "increase_prometheus",
    "increase_pure",
    "increases_over_time",
    "interpolate",
    "keep_last_value",
    "keep_next_value",
    "lag",
    "lifetime",
    "limit_offset",
    "median",
    "median_over_time",
    "mode_over_time",
    "outliers_iqr",
    "outliersk",
    "prometheus_buckets",
    "quantiles",
    "rate_over_sum",
    "rate_prometheus",
    "remove_resets",
    "scrape_interval",
    "share",
    "sum2",
    "tlast_over_time",
    "zscore",
];
const METRICSQL_FAMILIES: [&str; 13] = [
    "label_set",
    "label_del",
    "label_keep",
    "label_move",
    "label_map",
    "label_copy",
    "label_value",
    "label_match",
    "range_",
    "running_",
    "rollup",
    "share_",
    "topk_",
];

/// Functions that only Loki has.
const LOGQL_WORDS: [&str; 16] = [
    "bytes_over_time",
    "bytes_rate",
    "approx_topk",
    "rate_counter",
    "unwrap",
    "logfmt",
    "json",
    "line_format",
    "label_format",
    "unpack",
    "pattern",
    "regexp",
    "decolorize",
    "unwrap_value",
    "keep",
    "drop",
];

/// The dialect a text that is not PromQL gives away, if any.
pub(super) fn recognise(text: &str, tokens: &[Token]) -> Option<Dialect> {
    let word_at = |i: usize| {
        tokens
            .get(i)
            .filter(|t| t.tok == Tok::Word)
            .map_or("", |t| t.span.slice(text))
    };
    let sign_at =
        |i: usize, sign: &'static str| tokens.get(i).is_some_and(|t| t.tok == Tok::Sign(sign));
    for i in 0..tokens.len() {
        let word = word_at(i).to_ascii_lowercase();
        let call = sign_at(i + 1, "(");
        let piped = i > 0 && sign_at(i - 1, "|");
        let filter = sign_at(i, "|=") || sign_at(i, "|~");
        // `{app="x"} != "error"` filters lines; a comparison with a string is nothing in PromQL.
        let negative = (sign_at(i, "!=") || sign_at(i, "!~")) && i > 0 && sign_at(i - 1, "}");
        if filter
            || negative
            || piped && LOGQL_WORDS.contains(&word.as_str())
            || call && word.starts_with("bytes_")
        {
            return Some(Dialect::LogQl);
        }
        if metricsql(&word, call) || braces_or(&word, i, tokens, text) {
            return Some(Dialect::MetricsQl);
        }
    }
    None
}

fn metricsql(word: &str, call: bool) -> bool {
    let function = METRICSQL_FUNCTIONS.contains(&word)
        || METRICSQL_FAMILIES.iter().any(|f| word.starts_with(f))
        || word.ends_with("_over_time") && word.contains("_eq_");
    matches!(word, "keep_metric_names" | "ifnot")
        || call && (function || matches!(word, "with" | "union" | "limitk_max"))
}

/// `{a="b" or c="d"}`, and the operators `default` and `if` between expressions.
fn braces_or(word: &str, i: usize, tokens: &[Token], text: &str) -> bool {
    let before = i.checked_sub(1).and_then(|p| tokens.get(p));
    let after = tokens.get(i + 1);
    match word {
        "or" => {
            before.is_some_and(|t| t.tok == Tok::Str) && after.is_some_and(|t| t.tok != Tok::Str)
        }
        "default" | "if" => {
            before.is_some_and(|t| {
                matches!(t.tok, Tok::Number | Tok::Sign(")" | "]" | "}"))
                    || t.tok == Tok::Word && !t.span.slice(text).is_empty()
            }) && after.is_some_and(|t| t.tok != Tok::End)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    fn dialect(text: &str) -> Option<Dialect> {
        recognise(text, &tokens(text).0)
    }

    #[test]
    fn relatives_give_themselves_away() {
        for text in [
            r#"{app="x"} |= "error""#,
            r#"sum(rate({app="x"} | json | level="error" [5m]))"#,
            r#"count_over_time({app="x"} != "debug" [1m])"#,
            r#"bytes_rate({app="x"}[1m])"#,
        ] {
            assert_eq!(dialect(text), Some(Dialect::LogQl), "{text}");
        }
        for text in [
            r#"up{a="b" or c="d"}"#,
            "rate(x[5m]) keep_metric_names",
            "WITH (f(x) = x) f(up)",
            "up default 0",
            "label_set(up, \"a\", \"b\")",
            "range_max(x)",
        ] {
            assert_eq!(dialect(text), Some(Dialect::MetricsQl), "{text}");
        }
        for text in [
            "up == ",
            "sum(rate(x[5m])",
            "a b",
            "up{a!=\"b\"} > > 1",
            "{{ $labels.x }}",
        ] {
            assert_eq!(dialect(text), None, "{text}");
        }
    }
}
