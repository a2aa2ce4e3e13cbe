//! What is known of a value: between which numbers it lies.

use super::super::tree::Op;

/// The numbers a value can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub lo: f64,
    pub hi: f64,
    /// Whether it can be NaN besides.
    pub nan: bool,
}

impl Bounds {
    /// Anything.
    pub const ANY: Self = Self {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
        nan: true,
    };

    #[must_use]
    pub const fn between(lo: f64, hi: f64) -> Self {
        Self { lo, hi, nan: false }
    }

    #[must_use]
    pub const fn exactly(value: f64) -> Self {
        if value.is_nan() {
            return Self::ANY;
        }
        Self::between(value, value)
    }

    /// The one number it can be.
    #[must_use]
    pub fn constant(self) -> Option<f64> {
        (!self.nan && self.lo.to_bits() == self.hi.to_bits()).then_some(self.lo)
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            nan: self.nan || other.nan,
        }
    }

    /// The same bounds, for a function that passes NaN on.
    #[must_use]
    pub(super) const fn with_nan(self, nan: bool) -> Self {
        Self { nan, ..self }
    }

    pub(super) fn negated(self) -> Self {
        Self {
            lo: -self.hi,
            hi: -self.lo,
            nan: self.nan,
        }
    }

    /// The result of an arithmetic operation; where it is not simple, anything.
    pub(super) fn arithmetic(self, op: Op, other: Self) -> Self {
        if let (Some(a), Some(b)) = (self.constant(), other.constant()) {
            return Self::exactly(calculated(op, a, b));
        }
        let nan = self.nan || other.nan;
        let corners = |f: fn(f64, f64) -> f64| {
            let all = [
                f(self.lo, other.lo),
                f(self.lo, other.hi),
                f(self.hi, other.lo),
                f(self.hi, other.hi),
            ];
            if all.iter().any(|v| v.is_nan()) {
                return Self::ANY;
            }
            Self {
                lo: all.into_iter().fold(f64::INFINITY, f64::min),
                hi: all.into_iter().fold(f64::NEG_INFINITY, f64::max),
                // An unbounded value may be an infinity, and those meet in NaN.
                nan: nan || all.iter().any(|v| v.is_infinite()),
            }
        };
        match op {
            Op::Add => corners(|a, b| a + b),
            Op::Sub => corners(|a, b| a - b),
            Op::Mul => corners(|a, b| a * b),
            Op::Div if other.lo > 0.0 || other.hi < 0.0 => corners(|a, b| a / b),
            _ => Self::ANY,
        }
    }

    /// Whether a comparison always holds, never holds, or neither is known.
    #[must_use]
    pub fn compare(self, op: Op, other: Self) -> Option<bool> {
        let apart = self.hi < other.lo || other.hi < self.lo;
        let equal = self.constant().is_some() && self.constant() == other.constant();
        let (always, never) = match op {
            Op::Eq => (equal, apart),
            // NaN is unlike anything, itself included.
            Op::Ne => {
                return if apart {
                    Some(true)
                } else {
                    equal.then_some(false)
                };
            }
            Op::Lt => (self.hi < other.lo, self.lo >= other.hi),
            Op::Le => (self.hi <= other.lo, self.lo > other.hi),
            Op::Gt => (self.lo > other.hi, self.hi <= other.lo),
            Op::Ge => (self.lo >= other.hi, self.hi < other.lo),
            _ => (false, false),
        };
        match (always && !self.nan && !other.nan, never) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// What is left of a value after the comparison let it pass.
    pub(super) fn passed(self, op: Op, other: Self) -> Self {
        let (lo, hi) = match op {
            Op::Eq => (self.lo.max(other.lo), self.hi.min(other.hi)),
            Op::Gt | Op::Ge => (self.lo.max(other.lo), self.hi),
            Op::Lt | Op::Le => (self.lo, self.hi.min(other.hi)),
            _ => return self,
        };
        Self::between(lo, hi)
    }
}

fn calculated(op: Op, a: f64, b: f64) -> f64 {
    match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Mod => a % b,
        Op::Pow => a.powf(b),
        Op::Atan2 => a.atan2(b),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_decided_only_when_they_are_certain() {
        let count = Bounds::between(1.0, f64::INFINITY);
        let zero = Bounds::exactly(0.0);
        assert_eq!(count.compare(Op::Gt, zero), Some(true));
        assert_eq!(count.compare(Op::Eq, zero), Some(false));
        assert_eq!(count.compare(Op::Lt, Bounds::exactly(1.0)), Some(false));
        assert_eq!(count.compare(Op::Gt, Bounds::exactly(1.0)), None);
        assert_eq!(count.with_nan(true).compare(Op::Gt, zero), None);
        assert_eq!(count.with_nan(true).compare(Op::Ne, zero), Some(true));
        assert_eq!(Bounds::ANY.compare(Op::Ge, zero), None);
    }

    #[test]
    fn arithmetic_keeps_what_is_certain() {
        let share = Bounds::between(0.0, 1.0);
        let percent = share.arithmetic(Op::Mul, Bounds::exactly(100.0));
        assert_eq!(percent, Bounds::between(0.0, 100.0));
        assert_eq!(percent.compare(Op::Gt, Bounds::exactly(100.0)), Some(false));
        assert_eq!(share.arithmetic(Op::Div, share), Bounds::ANY);
        let sum = Bounds::exactly(2.0).arithmetic(Op::Pow, Bounds::exactly(3.0));
        assert_eq!(sum.constant(), Some(8.0));
        assert_eq!(share.negated(), Bounds::between(-1.0, 0.0));
        assert_eq!(
            Bounds::ANY.passed(Op::Gt, share),
            Bounds::between(0.0, f64::INFINITY)
        );
    }
}
