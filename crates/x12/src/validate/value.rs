//! Single values: numbers, dates, times, and dates in a stated format.

use super::words::{ZEROS, others, word_at};
use crate::wire::Segment;

/// A value whose format another element names, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formatted {
    /// As the format wants it, or the format is not one we know.
    Good,
    /// No such date.
    NoDate,
    /// No such time.
    NoTime,
}

/// Judges `value` by a format qualifier: `D8`, `RD8`, `TM` ...
pub(super) fn formatted(format: &[u8], value: &[u8]) -> Formatted {
    let date = |good| if good { Formatted::Good } else { Formatted::NoDate };
    match format {
        b"D8" => date(value.len() == 8 && is_date(value)),
        b"D6" => date(value.len() == 6 && is_date(value)),
        b"RD8" => date(is_range(value, 8)),
        b"RD6" => date(is_range(value, 6)),
        b"CM" => date(value.len() == 6 && value.iter().all(u8::is_ascii_digit) && is_month(&value[4..])),
        b"CY" => date(value.len() == 4 && value.iter().all(u8::is_ascii_digit)),
        b"DT" => match value.split_at_checked(8) {
            Some((day, time)) if is_date(day) => time_of(time.len() == 4 && is_time(time)),
            _ => Formatted::NoDate,
        },
        b"RDT" => match value.iter().position(|&byte| byte == b'-') {
            Some(at) => match formatted(b"DT", &value[..at]) {
                Formatted::Good => formatted(b"DT", &value[at + 1..]),
                wrong => wrong,
            },
            None => Formatted::NoDate,
        },
        b"TM" => time_of(value.len() == 4 && is_time(value)),
        b"TS" => time_of(value.len() == 6 && is_time(value)),
        _ => Formatted::Good,
    }
}

fn time_of(good: bool) -> Formatted {
    if good { Formatted::Good } else { Formatted::NoTime }
}

fn is_range(value: &[u8], length: usize) -> bool {
    value.len() == 2 * length + 1 && value[length] == b'-' && is_date(&value[..length]) && is_date(&value[length + 1..])
}

fn is_month(digits: &[u8]) -> bool {
    (1..=12).contains(&two(digits))
}

/// Two digits as a number; what is not a digit gives nonsense above 99 or a wrong number, so ask first.
fn two(digits: &[u8]) -> u32 {
    match digits {
        [tens, ones, ..] => u32::from(tens.wrapping_sub(b'0')) * 10 + u32::from(ones.wrapping_sub(b'0')),
        _ => u32::MAX,
    }
}

/// `CCYYMMDD` or `YYMMDD`, a day that the calendar has.
pub(super) fn is_date(value: &[u8]) -> bool {
    if !matches!(value.len(), 6 | 8) || !value.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (year, day) = value.split_at(value.len() - 4);
    let year = year.iter().fold(0, |year, &digit| year * 10 + u32::from(digit - b'0'));
    let days = match two(day) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return false,
    };
    // there was no year 0, but the 00 of YYMMDD is a year
    (1..=days).contains(&two(&day[2..])) && (year > 0 || value.len() == 6)
}

/// `HHMM`, `HHMMSS`, and tenths or hundredths of a second behind them.
pub(super) fn is_time(value: &[u8]) -> bool {
    let digits = matches!(value.len(), 4 | 6 | 7 | 8) && value.iter().all(u8::is_ascii_digit);
    digits && two(value) < 24 && two(&value[2..]) < 60 && (value.len() == 4 || two(&value[4..]) < 60)
}

/// The digits of an integer with an optional sign; `None` when it is none.
pub(super) fn integer_digits(value: &[u8]) -> Option<usize> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(digits.len())
}

/// The digits of a decimal number, without sign, point and exponent sign; `None` when it is none.
pub(super) fn decimal_digits(value: &[u8]) -> Option<usize> {
    let body = value.strip_prefix(b"-").unwrap_or(value);
    let (mut digits, mut points) = (0, 0);
    for (at, &byte) in body.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            b'E' if digits > 0 => {
                return integer_digits(&body[at + 1..]).filter(|_| points < 2).map(|more| digits + more);
            }
            _ => return None,
        }
    }
    (digits > 0 && points < 2).then_some(digits)
}

/// An amount in cents; `None` when it is no plain decimal number, has parts of cents, or is too large.
pub(super) fn cents(value: &[u8]) -> Option<i64> {
    short_cents(value).or_else(|| any_cents(value))
}

/// As [`cents`], of element `number` of a segment.
pub(super) fn cents_of(segment: &Segment<'_>, number: u8) -> Option<i64> {
    let (span, buffer) = (segment.span(usize::from(number)), segment.buffer());
    let word = word_at(buffer, span.start).filter(|_| matches!(span.len, 1..=8));
    word.and_then(|word| packed_cents(word, span.len)).or_else(|| cents(span.of(buffer)))
}

/// As [`cents`], of an amount without a sign in the first `len` bytes of `word` (1 to 8), the first lowest; `None` where a closer
/// look is to be had.
#[inline]
fn packed_cents(word: u64, len: u32) -> Option<i64> {
    let marks = others(word, len);
    // the bytes before the point, all of them where there is none
    let before = if marks == 0 { len } else { marks.trailing_zeros() / 8 };
    let whole = 1u64.unbounded_shl(8 * before).wrapping_sub(1);
    let (digits, count) = match marks {
        0 => (word, len),
        _ if marks.is_power_of_two() && word >> (8 * before) & 0xff == u64::from(b'.') && len > 1 => {
            (word & whole | word >> 8 & !whole, len - 1)
        }
        _ => return None,
    };
    let scale = *[100, 10, 1].get((count - before) as usize)?;
    // digits in the highest bytes, noughts in the lowest: pairs, then fours, then all
    let ones = (digits ^ ZEROS) << (64 - 8 * count);
    let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8);
    let (even, odd) = (pairs & 0xff_0000_00ff, pairs >> 16 & 0xff_0000_00ff);
    let all = even.wrapping_mul((1_000_000 << 32) + 100).wrapping_add(odd.wrapping_mul((10_000 << 32) + 1)) >> 32;
    Some(all.cast_signed() * scale)
}

/// As [`cents`], of a short amount without a sign: nearly all of them.
#[inline]
fn short_cents(value: &[u8]) -> Option<i64> {
    let (mut sum, mut point) = (0, value.len());
    for (at, &byte) in value.iter().enumerate().take(10) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            sum = sum * 10 + i64::from(digit);
        } else if byte == b'.' && point == value.len() {
            point = at;
        } else {
            return None;
        }
    }
    let behind = value.len().saturating_sub(point + 1);
    let digits = point + behind;
    (value.len() <= 10 && digits > 0).then_some(())?;
    Some(sum * *[100, 10, 1].get(behind)?)
}

fn any_cents(value: &[u8]) -> Option<i64> {
    let body = value.strip_prefix(b"-").unwrap_or(value);
    let point = body.iter().position(|&byte| byte == b'.').unwrap_or(body.len());
    let (whole, parts) = body.split_at(point);
    let parts = parts.get(1..).unwrap_or_default();
    if whole.len() + parts.len() == 0 || whole.len() > 15 || parts.iter().skip(2).any(|&byte| byte != b'0') {
        return None;
    }
    let mut sum = 0i64;
    for &digit in whole.iter().chain(parts.iter().take(2)) {
        sum = sum * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    sum *= [100, 10, 1][parts.len().min(2)];
    Some(if body.len() == value.len() { sum } else { -sum })
}

/// A whole number; `None` when it is none, or too large.
pub(super) fn counting(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 {
        return None;
    }
    value.iter().try_fold(0, |sum, &digit| digit.is_ascii_digit().then(|| sum * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Delimiters;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["20240229", "20000229", "240229", "000229", "20231231", "991130"] {
            assert!(is_date(good.as_bytes()), "{good}");
        }
        for wrong in ["20230229", "19000229", "20231301", "20230100", "20230431", "2023010", "2023013A", "", "00000101"]
        {
            assert!(!is_date(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_the_same_eight_bytes_at_once() {
        let long = (0..4096u32).map(|seed| {
            let bytes = (0..=seed % 9)
                .map(|at| b"0123456789.7-53.1A"[(seed.wrapping_mul(2_654_435_761) >> (at * 3)) as usize % 18]);
            bytes.map(char::from).collect::<String>()
        });
        for text in ["", ".", "1.", ".5", "12.34", "1.234", "12345678", "1234567.", "-1", "0.05", "1..2"]
            .map(String::from)
            .into_iter()
            .chain(long)
        {
            for behind in ["", "*99999999~"] {
                let (bytes, end) = (format!("AMT*{text}~{behind}"), 4 + text.len() as u32);
                let marks = [3, end];
                let segment = Segment::new(bytes.as_bytes(), 0, &marks, Delimiters::default());
                assert_eq!(cents_of(&segment, 1), cents(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn times_are_of_the_day() {
        for good in ["0000", "2359", "235959", "2359599", "23595999"] {
            assert!(is_time(good.as_bytes()), "{good}");
        }
        for wrong in ["2400", "2360", "235960", "12:30", "123", "12345", ""] {
            assert!(!is_time(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn numbers_count_their_digits() {
        for (value, digits) in [("12", Some(2)), ("-12", Some(2)), ("+1", None), ("1.2", None), ("", None), ("-", None)]
        {
            assert_eq!(integer_digits(value.as_bytes()), digits, "{value}");
        }
        for (value, digits) in [
            ("12.50", Some(4)),
            ("-.5", Some(1)),
            ("5.", Some(1)),
            ("1E-3", Some(2)),
            ("1.5E10", Some(4)),
            ("1.2.3", None),
            ("1.2.E3", None),
            ("+1", None),
            (".", None),
            ("1,000", None),
            ("E5", None),
            ("1E", None),
            ("", None),
        ] {
            assert_eq!(decimal_digits(value.as_bytes()), digits, "{value}");
        }
    }

    #[test]
    fn amounts_are_cents() {
        for (value, amount) in [
            ("100", Some(10_000)),
            ("1.5", Some(150)),
            ("-.05", Some(-5)),
            ("7.", Some(700)),
            ("1.2300", Some(123)),
            ("1.234", None),
            ("1E3", None),
            ("abc", None),
            ("", None),
            (".", None),
            ("1234567890123456", None),
        ] {
            assert_eq!(cents(value.as_bytes()), amount, "{value}");
        }
        assert_eq!(counting(b"0012"), Some(12));
        assert_eq!(counting(b"1A"), None);
    }

    #[test]
    fn formats_say_what_a_date_looks_like() {
        use Formatted::{Good, NoDate, NoTime};
        for (format, value, judged) in [
            ("D8", "20240229", Good),
            ("D8", "240229", NoDate),
            ("RD8", "20240101-20240131", Good),
            ("RD8", "20240101-20240132", NoDate),
            ("RD8", "20240101", NoDate),
            ("D6", "240101", Good),
            ("DT", "202401011230", Good),
            ("DT", "202401012530", NoTime),
            ("DT", "20240101", NoTime),
            ("RDT", "202401011230-202401011231", Good),
            ("TM", "1230", Good),
            ("TM", "123000", NoTime),
            ("CM", "202413", NoDate),
            ("??", "anything", Good),
            ("", "", Good),
        ] {
            assert_eq!(formatted(format.as_bytes(), value.as_bytes()), judged, "{format} {value}");
        }
    }
}
