//! Which type a scalar has, as Kubernetes sees it.
//!
//! Kubernetes, Helm and Prometheus operators read YAML with Go libraries that follow YAML 1.1
//! where it matters: `yes` and `off` are booleans, `0644` is octal, dates stay text.

use super::tree::{Node, Scalar, ScalarStyle};

/// The typed value of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resolved<'t> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'t str),
}

/// The typed value of a scalar node with its tag taken into account. Quoted text and texts with
/// an application tag stay text.
pub(super) fn scalar<'t>(node: &'t Node, scalar: &'t Scalar) -> Resolved<'t> {
    match node.tag.as_ref().map(|tag| tag.name.as_str()) {
        None if scalar.style == ScalarStyle::Plain => plain(&scalar.text),
        Some("!!int" | "!!float" | "!!bool" | "!!null") => match plain(&scalar.text) {
            Resolved::Int(it) if tag_is(node, "!!float") => Resolved::Float(as_float(it)),
            other => other,
        },
        _ => Resolved::Text(&scalar.text),
    }
}

fn tag_is(node: &Node, name: &str) -> bool {
    node.tag.as_ref().is_some_and(|tag| tag.name == name)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "`!!float` asks for the nearest float"
)]
fn as_float(value: i64) -> f64 {
    value as f64
}

/// The typed value of a plain scalar without a tag.
pub(super) fn plain(text: &str) -> Resolved<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Resolved::Bool(true);
        }
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Resolved::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Resolved::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        || is_timestamp(text)
    {
        return Resolved::Text(text);
    }
    number(text).unwrap_or(Resolved::Text(text))
}

fn number(text: &str) -> Option<Resolved<'static>> {
    if text.starts_with('.') {
        return decimal_float(text);
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| decimal_float(&digits))
}

/// An integer in base 2, 8, 10 or 16; a leading zero means octal.
fn integer(text: &str) -> Option<Resolved<'static>> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, radix) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&magnitude[2..], 16),
        [b'0', b'o' | b'O', ..] => (&magnitude[2..], 8),
        [b'0', b'b' | b'B', ..] => (&magnitude[2..], 2),
        [b'0', _, ..] => (&magnitude[1..], 8),
        _ => (magnitude, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(value).map(Resolved::Int);
    }
    // A sign makes Go try only the signed reading first, then the unsigned one without a sign.
    match i64::try_from(value) {
        Ok(value) => Some(Resolved::Int(value)),
        Err(_) if text.starts_with('+') => None,
        Err(_) => Some(Resolved::Uint(value)),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn decimal_float(text: &str) -> Option<Resolved<'static>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_ok = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['-', '+']).unwrap_or(part);
        !part.is_empty() && is_digits(part)
    });
    if !is_digits(whole) || !is_digits(fraction) || !exponent_ok {
        return None;
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // Out of range is an error in Go, and the text stays text.
    value.is_finite().then_some(Resolved::Float(value))
}

/// Dates and times, which Go recognises and then hands over as text.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 5 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}
