//! Text to cents, thousandths and days, exactly or not at all; and back.

use super::{MISSING, NO_DATE};
use crate::position::Span;

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

/// As [`amount`], of the value at `span` of `buffer`; `scale` is ten to the `places`. Most are one digit.
#[inline]
pub(super) fn amount_at(buffer: &[u8], span: Span, places: u8, scale: u16) -> i64 {
    if span.len == 1
        && let Some(digit) = buffer.get(span.start as usize).map(|byte| byte ^ b'0').filter(|digit| *digit <= 9)
    {
        return i64::from(digit) * i64::from(scale);
    }
    short_amount(buffer, span, usize::from(places))
}

/// Powers of ten.
const SCALES: [i64; 4] = [1, 10, 100, 1000];

/// Eight bytes at once where the buffer goes on.
#[inline(never)]
fn short_amount(buffer: &[u8], span: Span, places: usize) -> i64 {
    let start = span.start as usize;
    let word = buffer.get(start..start + 8).and_then(|word| word.try_into().ok());
    let usual = match word {
        Some(word) if matches!(span.len, 2..=8) => usual(word, span.len, places),
        _ => None,
    };
    usual.unwrap_or_else(|| amount(span.of(buffer), places))
}

/// What a byte is xored with: a digit becomes its value.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A number of the first `len` bytes of `word` (2 to 8) with at most `places` digits behind the point: nearly all.
#[inline]
fn usual(word: [u8; 8], len: u32, places: usize) -> Option<i64> {
    let scale = |digits: usize| SCALES.get(digits).copied();
    // what stands before the number is zeros, so that the digits count from the last byte
    let digits = (u64::from_le_bytes(word) ^ ZEROS) << (64 - 8 * len);
    let odd = no_digits(digits);
    if odd == 0 {
        return Some(number(digits) * scale(places)?);
    }
    let (before, through) = ((odd >> 7).wrapping_sub(1), (odd << 1).wrapping_sub(1));
    let is_point = digits & through & !before == (odd >> 7) * u64::from(b'.' ^ b'0');
    if !odd.is_power_of_two() || !is_point {
        return None;
    }
    // the digits before the point move up to those behind it
    let behind = odd.leading_zeros() as usize / 8;
    Some(number((digits & before) << 8 | digits & !through) * scale(places.checked_sub(behind)?)?)
}

/// The highest bit of every byte that is no digit's value; above the lowest of them also of others.
#[inline]
fn no_digits(digits: u64) -> u64 {
    (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
}

/// The number that eight digits are, the first in the lowest byte.
#[inline]
fn number(digits: u64) -> i64 {
    let fours = pairs(digits);
    let fours = (fours * 100 + (fours >> 16)) & 0x0000_FFFF_0000_FFFF;
    i64::from((fours * 10_000 + (fours >> 32)) as u32)
}

/// Two digits at a time, each pair in 16 bits.
#[inline]
fn pairs(digits: u64) -> u64 {
    (digits * 10 + (digits >> 8)) & 0x00FF_00FF_00FF_00FF
}

/// The days since 1970-01-01 of a date CCYYMMDD; `NO_DATE` where it is none.
#[inline]
#[must_use]
pub fn days(text: &[u8]) -> i32 {
    match text.first_chunk::<8>() {
        Some(word) if text.len() == 8 => days_of(u64::from_le_bytes(*word)),
        _ => NO_DATE,
    }
}

/// Dates that were read: in a file the same ones come again and again.
#[derive(Debug)]
pub(super) struct Dates {
    /// As they stood there, and their days.
    known: [(u64, i32); 1 << DATES],
}

/// How many dates are remembered, as a power of two.
const DATES: u32 = 5;

impl Default for Dates {
    fn default() -> Self {
        // no date has only zero bytes
        Self { known: [(0, NO_DATE); 1 << DATES] }
    }
}

impl Dates {
    /// As [`days`], of the value at `span` of `buffer`.
    #[inline]
    pub(super) fn days_at(&mut self, buffer: &[u8], span: Span) -> i32 {
        let start = span.start as usize;
        match buffer.get(start..start + 8).and_then(|word| word.try_into().ok()) {
            Some(word) if span.len == 8 => self.days_of(u64::from_le_bytes(word)),
            _ => NO_DATE,
        }
    }

    #[inline]
    fn days_of(&mut self, word: u64) -> i32 {
        let known = &mut self.known[(word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - DATES)) as usize];
        if known.0 != word {
            *known = (word, days_of(word));
        }
        known.1
    }
}

/// Days of the year before each month, from 1; the last is those of a year.
const BEFORE_MONTH: [i32; 14] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/// Days from 0001-01-01 to 1970-01-01.
const TO_1970: i32 = 719_162;

/// The days of eight bytes, the first of them lowest.
#[inline(never)]
fn days_of(word: u64) -> i32 {
    let digits = word ^ ZEROS;
    if no_digits(digits) != 0 {
        return NO_DATE;
    }
    let pairs = pairs(digits);
    let of = |at: u32| (pairs >> (16 * at)) as u8;
    let (century, of_century, month, day) = (of(0), of(1), usize::from(of(2)), i32::from(of(3)));
    let year = i32::from(century) * 100 + i32::from(of_century);
    let leap = if of_century == 0 { century % 4 == 0 } else { of_century % 4 == 0 };
    let (Some(&before), Some(&through)) = (BEFORE_MONTH.get(month), BEFORE_MONTH.get(month + 1)) else {
        return NO_DATE;
    };
    let length = through - before + i32::from(leap && month == 2);
    if year == 0 || day == 0 || day > length {
        return NO_DATE;
    }
    let years = year - 1;
    let leaps = years / 4 - years / 100 + years / 400 + i32::from(leap && month > 2);
    years * 365 + leaps + before + day - 1 - TO_1970
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
    fn a_value_within_a_buffer_is_what_it_is_alone() {
        let (mut seed, mut dates) = (7u32, Dates::default());
        let mut dice = |sides: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize % sides
        };
        for _ in 0..50_000 {
            let alphabet: &[u8] = if dice(4) == 0 { b"0123456789.-:*A\xAA\xFF\0" } else { b"0123456789." };
            let buffer: Vec<u8> = (0..dice(24)).map(|_| alphabet[dice(alphabet.len())]).collect();
            let start = dice(buffer.len() + 1);
            let span = Span { start: start as u32, len: dice(buffer.len() - start + 1) as u32 };
            let text = span.of(&buffer);
            assert_eq!(amount_at(&buffer, span, 2, 100), amount(text, 2), "{text:?}");
            assert_eq!(amount_at(&buffer, span, 3, 1000), amount(text, 3), "{text:?}");
            assert_eq!(dates.days_at(&buffer, span), days(text), "{text:?}");
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
