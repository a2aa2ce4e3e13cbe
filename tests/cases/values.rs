//! The notation of rows and values.
//!
//! A value is a product of terms: `250m`, `400Mi`, `38%`, `12`, `20k`, `3M`, a duration (`14d`, seconds), or how often
//! one duration fits into another (`336h/100ms`: CFS periods in 336 hours). Times of queries that answer with Unix
//! times are written from now: `-6h`, `-0s`. A label value that is empty is written `-`, one with spaces is quoted.

use promtune::model::{Bytes, Cpu, PromDuration};

/// Splits a line at white space outside of quotes.
pub(crate) fn fields(line: &str) -> Vec<String> {
    let (mut found, mut now, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if any {
                    found.push(std::mem::take(&mut now));
                }
                any = false;
            }
            c => {
                now.push(c);
                any = true;
            }
        }
    }
    if any {
        found.push(now);
    }
    found
}

/// Reads a value. `unit` is the query's; `now` is the instant of the case in Unix seconds.
pub(crate) fn value(text: &str, unit: &str, now: i64) -> Result<f64, String> {
    match text {
        "NaN" => return Ok(f64::NAN),
        "+Inf" => return Ok(f64::INFINITY),
        _ => {}
    }
    if let Some(ago) = text.strip_prefix('-').filter(|_| unit == "seconds") {
        return Ok(now as f64 - seconds(ago).ok_or(format!("`{text}` is not a time before now"))?);
    }
    text.split('*')
        .try_fold(1.0, |product, term| Ok(product * self::term(term, unit)?))
}

fn term(text: &str, unit: &str) -> Result<f64, String> {
    let bad = || format!("`{text}` is not a value in {unit}");
    if let Some((whole, part)) = text.split_once('/') {
        return Ok(seconds(whole).ok_or_else(bad)? / seconds(part).ok_or_else(bad)?);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return percent.parse::<f64>().map(|p| p / 100.0).map_err(|_| bad());
    }
    if let Ok(number) = text.parse::<f64>() {
        return Ok(number);
    }
    let quantity = match unit {
        "cores" => Cpu::parse(text).ok().map(Cpu::cores),
        "bytes" => Bytes::parse(text).ok().map(Bytes::as_f64),
        "seconds" => seconds(text),
        _ => [
            ("k", 1e3),
            ("M", 1e6),
            ("Ki", 1024.0),
            ("Mi", 1_048_576.0),
            ("Gi", 1_073_741_824.0),
        ]
        .into_iter()
        .find_map(|(suffix, by)| Some(text.strip_suffix(suffix)?.parse::<f64>().ok()? * by))
        .or_else(|| Cpu::parse(text).ok().map(Cpu::cores)),
    };
    quantity.ok_or_else(bad)
}

fn seconds(text: &str) -> Option<f64> {
    if let Some(millis) = text.strip_suffix("ms") {
        return Some(millis.parse::<f64>().ok()? / 1000.0);
    }
    PromDuration::parse(text).map(PromDuration::seconds)
}

/// Reads the samples of a range query, one per step from the start: values with `xN` for N in a row, `_` for a step
/// without a sample, parentheses for groups: `(0x16 9kx8)x14`.
pub(crate) fn series(text: &str, unit: &str) -> Result<Vec<Option<f64>>, String> {
    let spaced = text.replace('(', " ( ").replace(')', " )");
    let mut tokens = spaced.split_whitespace().peekable();
    let found = sequence(&mut tokens, unit)?;
    match tokens.next() {
        Some(token) => Err(format!("`{token}` was not expected")),
        None => Ok(found),
    }
}

fn sequence<'t>(
    tokens: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>,
    unit: &str,
) -> Result<Vec<Option<f64>>, String> {
    let mut found = Vec::new();
    while let Some(token) = tokens.next_if(|t| !t.starts_with(')')) {
        if token == "(" {
            let group = sequence(tokens, unit)?;
            let end = tokens.next().ok_or("a parenthesis is not closed")?;
            for _ in 0..times(end.trim_start_matches(')'))? {
                found.extend_from_slice(&group);
            }
            continue;
        }
        let (text, count) = token
            .rsplit_once('x')
            .map_or((token, 1), |(v, n)| (v, n.parse().unwrap_or(0)));
        if count == 0 {
            return Err(format!("`{token}` does not say how often"));
        }
        let sample = if text == "_" {
            None
        } else {
            Some(value(text, unit, 0)?)
        };
        found.extend(std::iter::repeat_n(sample, count));
    }
    Ok(found)
}

fn times(text: &str) -> Result<usize, String> {
    match text.strip_prefix('x') {
        Some(n) => n
            .parse()
            .map_err(|_| format!("`{text}` does not say how often")),
        None => Ok(1),
    }
}

#[test]
fn values_are_read_in_the_units_of_people() {
    for (text, unit, expected) in [
        ("250m", "cores", 0.25),
        ("400Mi", "bytes", 400.0 * 1_048_576.0),
        ("38%", "count", 0.38),
        ("336h/100ms*50%", "count", 6_048_000.0),
        ("-6h", "seconds", 100_000.0 - 21_600.0),
        ("20k", "count", 20_000.0),
        ("14d", "seconds", 1_209_600.0),
    ] {
        let read = value(text, unit, 100_000).unwrap();
        assert!((read - expected).abs() < 1e-6, "{text}: {read}");
    }
    assert!(value("many", "count", 0).is_err());
    assert_eq!(series("(0x2 _ 5)x2", "count").unwrap().len(), 8);
    assert_eq!(series("7x3", "count").unwrap(), [Some(7.0); 3]);
    assert!(series("(1", "count").is_err() && series("1)", "count").is_err());
    assert_eq!(fields(r#"a "b c"  - "#), ["a", "b c", "-"]);
}
