//! The values of numbers, durations and strings.

use super::token::Tok;

/// Prometheus refuses durations beyond what 63 bits of nanoseconds hold (about 292 years).
const MAX_SECONDS: f64 = 9_223_372_036.0;

/// Whether a run of digits and letters is a number, a duration, or neither.
pub(super) fn classify(text: &str) -> Option<Tok> {
    if number(text).is_some() || is_newer_number(text) {
        Some(Tok::Number)
    } else if duration(text).is_some() {
        Some(Tok::Duration)
    } else {
        None
    }
}

/// Digit separators and binary or octal prefixes: read by Prometheus 3, not by the parser.
pub(super) fn is_newer_number(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let digits =
        |rest: &str, radix| !rest.is_empty() && rest.chars().all(|c| c == '_' || c.is_digit(radix));
    if let Some(rest) = lower.strip_prefix("0b") {
        return digits(rest, 2);
    }
    if let Some(rest) = lower.strip_prefix("0o") {
        return digits(rest, 8);
    }
    let separated = lower.contains('_') && !lower.ends_with('_') && !lower.contains("__");
    separated && number(&lower.replace('_', "")).is_some()
}

/// The value of a number literal as Prometheus reads it: decimal, hexadecimal, or octal with a leading zero.
pub(super) fn number(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "inf" => return Some(f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    if let Some(hex) = lower.strip_prefix("0x") {
        return integer(hex, 16);
    }
    let octal = lower.len() > 1
        && lower.starts_with('0')
        && lower.bytes().all(|b| (b'0'..=b'7').contains(&b));
    if octal {
        return integer(&lower, 8);
    }
    let plain = lower
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    let value: f64 = if plain {
        lower.parse().ok()?
    } else {
        return None;
    };
    // An overflow is an error in Prometheus, not infinity.
    value.is_finite().then_some(value)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "PromQL numbers are floats, as in Prometheus"
)]
fn integer(digits: &str, radix: u32) -> Option<f64> {
    i64::from_str_radix(digits, radix).ok().map(|n| n as f64)
}

/// The seconds of a duration such as `1h30m`: units at most once and from large to small.
pub(super) fn duration(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 7] = [
        ("y", 31_536_000.0),
        ("w", 604_800.0),
        ("d", 86_400.0),
        ("h", 3_600.0),
        ("m", 60.0),
        ("s", 1.0),
        ("ms", 0.001),
    ];
    let mut rest = text;
    let mut total = 0.0;
    let mut units = UNITS.as_slice();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: f64 = rest.get(..digits).filter(|d| !d.is_empty())?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let place = units
            .iter()
            .position(|(unit, _)| *unit == &rest[..letters])?;
        total += count * units[place].1;
        units = &units[place + 1..];
        rest = &rest[letters..];
    }
    (!text.is_empty() && total <= MAX_SECONDS).then_some(total)
}

/// Whether a bare number can stand for a duration in seconds.
pub(super) fn fits_duration(seconds: f64) -> bool {
    (0.0..=MAX_SECONDS).contains(&seconds)
}

/// The value of a quoted string.
pub(super) fn unquote(quoted: &str) -> Option<String> {
    let quote = quoted.chars().next()?;
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if quote == '`' {
        return Some(inner.to_owned());
    }
    if inner.contains('\n') {
        return None;
    }
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        value.push(if c == '\\' {
            escape(quote, &mut rest)?
        } else {
            c
        });
    }
    Some(value)
}

fn escape(quote: char, rest: &mut std::str::Chars<'_>) -> Option<char> {
    let c = rest.next()?;
    let mut digits = |first: u32, count: usize, radix: u32| {
        let mut value = first;
        for _ in 0..count {
            value = value.checked_mul(radix)? + rest.next()?.to_digit(radix)?;
        }
        char::from_u32(value)
    };
    match c {
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        '\\' => Some('\\'),
        'x' => digits(0, 2, 16),
        'u' => digits(0, 4, 16),
        'U' => digits(0, 8, 16),
        '0'..='7' => digits(c.to_digit(8)?, 2, 8).filter(|c| u32::from(*c) < 256),
        _ if c == quote => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_prometheus_reads_them() {
        let cases = [
            ("1", 1.0),
            ("0x1F", 31.0),
            ("010", 8.0),
            ("08", 8.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
        ];
        for (text, value) in cases {
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert!(number("nan").unwrap().is_nan());
        for text in ["", "1e999", "1h", "e", "1.2.3", "0x", "0b1", "1_0"] {
            assert_eq!(number(text), None, "{text}");
        }
        for text in ["1_000", "0b11", "0o17", "0b1"] {
            assert!(is_newer_number(text), "{text}");
        }
        assert!(!is_newer_number("1__0") && !is_newer_number("5m") && !is_newer_number("1_h"));
    }

    #[test]
    fn durations_are_in_seconds() {
        let cases = [
            ("5m", 300.0),
            ("1h30m", 5400.0),
            ("1y1ms", 31_536_000.001),
            ("90s", 90.0),
            ("0s", 0.0),
        ];
        for (text, value) in cases {
            assert_eq!(duration(text), Some(value), "{text}");
        }
        for text in ["", "5", "m", "5q", "30m1h", "1h1h", "1.5h", "300y"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn strings_lose_their_quotes_and_escapes() {
        let cases = [
            (r#""a\"b""#, "a\"b"),
            (r"'\x41\u00e9\101\n'", "Aé\u{41}\n"),
            (r"`\d`", r"\d"),
            ("''", ""),
            ("\"é\"", "é"),
        ];
        for (text, value) in cases {
            assert_eq!(unquote(text).as_deref(), Some(value), "{text}");
        }
        for text in [
            r#""\d""#,
            "\"a\nb\"",
            r#""\'""#,
            r#""\x4""#,
            r#""\ud800""#,
            "\"",
            "",
        ] {
            assert_eq!(unquote(text), None, "{text}");
        }
    }
}
