//! Values that are computed from two.

use super::expr::Arithmetic;
use super::lane::{UNCHECKED, void};
use super::tables::civil;
use crate::claim::MISSING;

/// A value of two; too large to hold is missing.
pub(super) fn compute(how: Arithmetic, left: i64, right: i64) -> i64 {
    if void(left) || void(right) {
        return if left == UNCHECKED || right == UNCHECKED { UNCHECKED } else { MISSING };
    }
    let result = match how {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Sub => left.checked_sub(right),
        Arithmetic::Mul => i64::try_from(i128::from(left) * i128::from(right) / 1000).ok(),
        Arithmetic::Days => left.checked_sub(right).and_then(|days| days.checked_mul(1000)),
        Arithmetic::Later => left.checked_add(right.div_euclid(1000)),
        Arithmetic::Earlier => left.checked_sub(right.div_euclid(1000)),
        Arithmetic::Years => Some(years(left, right) * 1000),
    };
    result.filter(|&lane| !void(lane)).unwrap_or(MISSING)
}

/// Between what the values of two lie: operations but multiplication never turn back.
pub(super) fn range(how: Arithmetic, left: (i64, i64), right: (i64, i64)) -> Option<(i64, i64)> {
    let (low, high) = match how {
        Arithmetic::Mul => return None,
        Arithmetic::Add | Arithmetic::Later => ((left.0, right.0), (left.1, right.1)),
        Arithmetic::Sub | Arithmetic::Days | Arithmetic::Earlier => ((left.0, right.1), (left.1, right.0)),
        Arithmetic::Years => ((left.1, right.0), (left.0, right.1)),
    };
    let (least, most) = (compute(how, low.0, low.1), compute(how, high.0, high.1));
    Some((least, most)).filter(|_| !void(least) && !void(most))
}

/// Whole years from one day to another; negative when it is earlier.
fn years(from: i64, to: i64) -> i64 {
    years_to(date(to))(from)
}

/// As [`compute`] for the years up to one day, whose date is reckoned once.
pub(super) fn years_until(day: i64) -> impl Fn(i64) -> i64 {
    let years = years_to(date(day));
    move |lane| if void(lane) { lane } else { years(lane) * 1000 }
}

fn years_to(to: (i64, i64, i64)) -> impl Fn(i64) -> i64 {
    move |from| {
        let from = date(from);
        to.0 - from.0 - i64::from((to.1, to.2) < (from.1, from.2))
    }
}

fn date(day: i64) -> (i64, i64, i64) {
    civil(day.clamp(i64::from(i32::MIN), i64::from(i32::MAX)))
}
