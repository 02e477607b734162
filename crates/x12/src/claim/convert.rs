//! Text to cents, thousandths and days, exactly or not at all; and back.

use super::{MISSING, NO_DATE};

/// A decimal number with an explicit point, in units of `10^-places`. `MISSING` where it is none, or is finer than that.
#[inline]
#[must_use]
pub fn amount(text: &[u8], places: usize) -> i64 {
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 19 {
        return MISSING;
    }
    if let Some(value) = usual(digits, places) {
        return if negative { -value } else { value };
    }
    let (mut value, mut behind, mut seen) = (0i64, None, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                if behind.is_some_and(|count| count >= places) {
                    if byte != b'0' {
                        return MISSING;
                    }
                    continue;
                }
                behind = behind.map(|count| count + 1);
                let next = value.checked_mul(10).and_then(|value| value.checked_add(i64::from(byte - b'0')));
                let Some(next) = next else { return MISSING };
                value = next;
            }
            b'.' if behind.is_none() => behind = Some(0),
            _ => return MISSING,
        }
    }
    let scaled = (behind.unwrap_or(0)..places).try_fold(value, |value, _| value.checked_mul(10));
    match scaled {
        Some(value) if seen => {
            if negative {
                -value
            } else {
                value
            }
        }
        _ => MISSING,
    }
}

/// As [`amount`], of digits with at most `places` behind the point, and too few to overflow: nearly all.
#[inline]
fn usual(digits: &[u8], places: usize) -> Option<i64> {
    if digits.len() > 14 {
        return None;
    }
    let (mut value, mut point) = (0i64, digits.len());
    for (at, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + i64::from(digit);
        } else if byte == b'.' && point == digits.len() {
            point = at;
        } else {
            return None;
        }
    }
    let behind = (digits.len() - point).saturating_sub(1);
    if digits.len() == 1 && point == 0 {
        return None;
    }
    let scale = [1, 10, 100, 1000].get(places.checked_sub(behind)?)?;
    Some(value * scale)
}

/// The days since 1970-01-01 of a date CCYYMMDD; `NO_DATE` where it is none.
#[inline]
#[must_use]
pub fn days(text: &[u8]) -> i32 {
    if text.len() != 8 {
        return NO_DATE;
    }
    let mut number = 0i32;
    for &byte in text {
        if !byte.is_ascii_digit() {
            return NO_DATE;
        }
        number = number * 10 + i32::from(byte - b'0');
    }
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > month_length(year, month) {
        return NO_DATE;
    }
    // The year is taken to begin in March, so that the leap day is its last.
    let (shifted, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn month_length(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The year, month and day of a number of days since 1970-01-01.
#[must_use]
pub fn civil(days: i32) -> (i32, i32, i32) {
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i32::from(month <= 2), month, day)
}

/// Writes `days` as CCYYMMDD.
pub fn write_days(out: &mut Vec<u8>, days: i32) {
    let (year, month, day) = civil(days);
    let mut number = (year.clamp(0, 9999) * 10_000 + month * 100 + day).unsigned_abs();
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits);
}

/// Writes a number of `10^-places` with as few digits as it needs.
pub fn write_amount(out: &mut Vec<u8>, value: i64, places: usize) {
    let mut digits = [0u8; 24];
    let (mut rest, mut at, mut count, mut needed) = (value.unsigned_abs(), digits.len(), 0, false);
    while rest > 0 || count <= places {
        let digit = (rest % 10) as u8;
        rest /= 10;
        if count == places && needed {
            at -= 1;
            digits[at] = b'.';
        }
        if count >= places || needed || digit != 0 {
            needed = needed || count < places;
            at -= 1;
            digits[at] = b'0' + digit;
        }
        count += 1;
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_missing() {
        for (text, cents) in
            [("0", 0), ("1", 100), ("12.5", 1250), ("-3.07", -307), (".5", 50), ("7.", 700), ("1.2300", 123)]
        {
            assert_eq!(amount(text.as_bytes(), 2), cents, "{text}");
        }
        for text in ["", "-", ".", "1,5", "1.005", "1e3", "+1", "1.2.3", " 1", "99999999999999999999"] {
            assert_eq!(amount(text.as_bytes(), 2), MISSING, "{text}");
        }
        assert_eq!(amount(b"1.5", 3), 1500);
    }

    #[test]
    fn dates_are_real_or_missing() {
        for (text, number) in [("19700101", 0), ("19691231", -1), ("20000229", 11_016), ("20260930", 20_726)] {
            assert_eq!(days(text.as_bytes()), number, "{text}");
            let mut back = Vec::new();
            write_days(&mut back, number);
            assert_eq!(back, text.as_bytes());
        }
        for text in ["20250229", "20261301", "20260431", "2026010", "202601011", "2026-1-1", "00000101", "19000229"] {
            assert_eq!(days(text.as_bytes()), NO_DATE, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in -150_000..150_000 {
            let mut text = Vec::new();
            write_days(&mut text, day);
            assert_eq!(days(&text), day);
        }
    }

    #[test]
    fn amounts_are_written_as_short_as_they_go() {
        for (value, text) in
            [(0, "0"), (100, "1"), (1250, "12.5"), (-307, "-3.07"), (5, "0.05"), (10, "0.1"), (100_000, "1000")]
        {
            let mut out = Vec::new();
            write_amount(&mut out, value, 2);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
