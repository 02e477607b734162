//! The forms of what stays: a value that has another one than belongs in its place is taken for somebody's.

use std::collections::HashSet;

use super::kind::Kind;
use crate::claim::{NO_DATE, days};

/// Digits of a number, before and behind its point; one of more is taken for a number of somebody.
const WHOLE: usize = 8;
const FRACTION: usize = 4;

/// How long a code is that is not listed, and how long one that means little by itself.
const CODE: usize = 8;
const SHORT: usize = 2;

/// How long the number of a payer is.
const PAYER: usize = 5;

/// True where `value` has the form of what is `kind` and stays; `known` are the codes that are listed for its place.
pub(super) fn stays(kind: Kind, value: &[u8], known: &HashSet<Vec<u8>>) -> bool {
    match kind {
        Kind::Keep => is_name(value),
        Kind::Code => value.len() <= SHORT && value.is_ascii() || known.contains(value) || is_code(value),
        Kind::Number => is_number(value),
        Kind::Time => is_time(value) && !reads_as_day(value),
        Kind::Day => is_day(value) || is_short_day(value),
        Kind::Hour => value.len() == 4 && is_time(value),
        Kind::Control => all_digits(value) && !reads_as_day(value),
        Kind::Version => is_version(value),
        Kind::Payer => value.len() <= PAYER && value.iter().all(u8::is_ascii_alphanumeric),
        Kind::Taxonomy => is_taxonomy(value),
        Kind::Drug => value.len() == 11 && all_digits(value),
        Kind::Mark => value.len() == 1,
        _ => false,
    }
}

/// Letters, digits and what stands between words, with something else at both ends.
pub(super) fn is_name(value: &[u8]) -> bool {
    let usual = |byte: &u8| byte.is_ascii_alphanumeric() || b" .,'-&/#".contains(byte);
    let ends = [value.first(), value.last()];
    value.iter().all(usual) && ends.iter().all(|end| end.is_some_and(|byte| *byte != b' '))
}

/// CCYYMMDD of 1800 to 2199, right or wrong: when somebody may have been born.
pub(super) fn reads_as_day(value: &[u8]) -> bool {
    value.len() == 8 && all_digits(value) && matches!(value, [b'1', b'8' | b'9', ..] | [b'2', b'0' | b'1', ..])
}

fn is_day(value: &[u8]) -> bool {
    reads_as_day(value) && days(value) != NO_DATE
}

/// The number of a laboratory: ten characters, of which the third is a letter.
pub(super) fn is_laboratory(value: &[u8]) -> bool {
    value.len() == 10 && (0..).zip(value).all(|(at, byte)| if at == 2 { *byte == b'D' } else { byte.is_ascii_digit() })
}

/// HHMM, with seconds, with tenths or hundredths of them.
pub(super) fn is_time(value: &[u8]) -> bool {
    let below = |at: usize, limit: u8| match value.get(at..at + 2) {
        Some([tens, ones]) => 10 * (tens - b'0') + (ones - b'0') < limit,
        _ => true,
    };
    matches!(value.len(), 4 | 6 | 7 | 8) && all_digits(value) && below(0, 24) && below(2, 60) && below(4, 60)
}

fn all_digits(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

/// YYMMDD, as the envelope has it.
fn is_short_day(value: &[u8]) -> bool {
    value.len() == 6 && is_day(&[b"20", value].concat())
}

/// An amount, a quantity, a count: of few digits, and no day.
fn is_number(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let point = value.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = value.split_at(point.unwrap_or(value.len()));
    let fraction = fraction.strip_prefix(b".").unwrap_or(fraction);
    let few = |part: &[u8], digits: usize| part.len() <= digits && part.iter().all(u8::is_ascii_digit);
    !(whole.is_empty() && fraction.is_empty()) && few(whole, WHOLE) && few(fraction, FRACTION) && !reads_as_day(whole)
}

/// What looks like a code of a list that is not at hand: short, with a digit, perhaps with the point of a diagnosis or procedure or
/// with a digit behind a hyphen.
fn is_code(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    if !(1..CODE).contains(&digits) || value.len() > CODE {
        return false;
    }
    let second = value.get(1).is_some_and(u8::is_ascii_digit);
    let is_plain = |value: &[u8]| value.iter().all(u8::is_ascii_alphanumeric);
    match value.iter().position(|byte| !byte.is_ascii_alphanumeric()) {
        None => value.len() <= 5 || second && value.len() <= digits + 3 || is_procedure(value),
        Some(at) if value[at] == b'.' => second && matches!(at, 2..=4) && is_plain(&value[at + 1..]),
        Some(at) => value[at] == b'-' && at == 4 && value.len() == 6 && is_plain(&value[5..]),
    }
}

/// ICD-10-PCS: seven characters, the first of which is a section; letters that may be digits are in none.
fn is_procedure(value: &[u8]) -> bool {
    let other = |byte: &u8| !byte.is_ascii_alphanumeric() || matches!(byte.to_ascii_uppercase(), b'I' | b'O');
    let section = value.first().is_some_and(|byte| b"0123456789BCDFGHX".contains(&byte.to_ascii_uppercase()));
    value.len() == 7 && section && !value.iter().any(other)
}

/// `00501`, `005010`, `005010X222A1`.
fn is_version(value: &[u8]) -> bool {
    let (release, guide) = value.split_at(value.iter().position(|byte| *byte == b'X').unwrap_or(value.len()));
    let plain = guide.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'X' | b'A' | b'E'));
    release.starts_with(b"00") && all_digits(release) && matches!(release.len(), 5 | 6) && guide.len() <= 8 && plain
}

/// `207Q00000X`, `261QM0801X`, `1223G0001X`: a letter is the fourth or fifth character; without one, which may be nine digits of
/// somebody, five zeros stand there (`390200000X`).
fn is_taxonomy(value: &[u8]) -> bool {
    let [kind @ .., b'X'] = value else { return false };
    let (Some((group, rest)), 9) = (kind.split_at_checked(3), kind.len()) else { return false };
    let (area, special) = rest.split_at(2);
    let plain = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    let sort = !all_digits(area) || area.ends_with(b"0") && special == b"0000";
    all_digits(group) && all_digits(special) && area.iter().all(plain) && sort
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(kind: Kind, values: &[&str]) -> Vec<bool> {
        let known = [b"RETIRED".to_vec()].into();
        values.iter().map(|value| stays(kind, value.as_bytes(), &known)).collect()
    }

    #[test]
    fn what_has_its_form_stays() {
        for (kind, values) in [
            (
                Kind::Code,
                &[
                    "MI", "RETIRED", "E119", "E11.9", "99213", "01.23", "2106-3", "N130", "0DTJ4ZZ", "GZB0ZZZ",
                    "S72001A", "S72.001A", "RVC10", "00NY0ZZ",
                ][..],
            ),
            (Kind::Number, &["0", "-12.50", "99999999", "1234567.89", ".5", "1."]),
            (Kind::Time, &["1200", "235959", "12000099"]),
            (Kind::Day, &["20260131", "260131"]),
            (Kind::Hour, &["1947", "0000"]),
            (Kind::Control, &["0001", "000000001"]),
            (Kind::Version, &["00501", "005010", "005010X222A1", "004010X098A1"]),
            (Kind::Payer, &["60054", "SX107"]),
            (Kind::Taxonomy, &["207Q00000X", "261QM0801X", "1223G0001X", "390200000X"]),
            (Kind::Drug, &["00074115278"]),
            (Kind::Keep, &["BIG PAYER, INC."]),
        ] {
            assert!(stay(kind, values).iter().all(|stays| *stays), "{kind:?} {:?}", stay(kind, values));
        }
    }

    #[test]
    fn what_may_be_somebodys_does_not() {
        for (kind, values) in [
            (
                Kind::Code,
                &[
                    "DOE",
                    "JOHNSON",
                    "19800229",
                    "123456789",
                    "12-3456",
                    "JOE.1",
                    "ADA.",
                    "KANARI7",
                    "JOHN47",
                    "A1JOHN",
                    "\u{416}",
                ][..],
            ),
            (
                Kind::Number,
                &[
                    "",
                    "-",
                    ".",
                    "123456789",
                    "19800229",
                    "19800231",
                    "19800229.00",
                    "123456789.01",
                    "1.19800229",
                    "12A",
                    "1,000",
                    "1.2.3",
                ],
            ),
            (Kind::Time, &["2460", "19450229", "12:00", "120"]),
            (Kind::Hour, &["2560", "194700", "19470101", "47"]),
            (Kind::Day, &["20260231", "19800229X", "800230", "JANUARY"]),
            (Kind::Control, &["A001", "19800228"]),
            (Kind::Version, &["5010", "19800229", "005010JANE", "005010XJANE"]),
            (Kind::Payer, &["KANARI", "A B", "J\u{c9}"]),
            (Kind::Taxonomy, &["JANEDOEXXX", "207Q00000", "123456789X", "123456780X", "123400001X", "1234567A9X", "X"]),
            (Kind::Drug, &["0007411527", "0007411527A"]),
            (Kind::Keep, &["", " PAYER", "Jos\u{e9}"]),
            (Kind::Id, &["A"]),
        ] {
            assert!(!stay(kind, values).iter().any(|stays| *stays), "{kind:?} {:?}", stay(kind, values));
        }
    }
}
