//! Identifiers to others of the same form, one to one.

use crate::record::Ssn;
use crate::scrub::SipHash;

/// Turns values into others that nobody can turn back without the key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cipher(SipHash);

/// How often a number is turned until it is one of its own sort; more than enough, and an end in any case.
const TURNS: usize = 4_096;

/// Digits of a social security number, and of a provider's.
const SSN: usize = 9;
const NPI: usize = 10;

impl Cipher {
    pub(super) fn new(key: &[u8; 16]) -> Self {
        Self(SipHash::new(key))
    }

    /// A number for `text`, of its own for each `purpose`.
    pub(super) fn hash(&self, purpose: u8, text: &[u8]) -> u64 {
        let mut state = self.0;
        state.add(u64::from(purpose));
        for chunk in text.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state.add(u64::from_le_bytes(word));
        }
        state.finish(text.len() as u64)
    }

    /// Turns the identifier `value` into another one: letters into letters, digits into digits, all else stays. Numbers of nine and
    /// ten digits stay of their sort: possible or not as a social security number, right or wrong as a provider's.
    pub(super) fn identifier(&self, value: &mut [u8]) {
        let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
        let only = value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' '));
        match digits {
            SSN if only => self.walk(value, ssn_sort),
            NPI if only && npi_sort(value) == 0 => self.provider(value),
            NPI if only => self.walk(value, npi_sort),
            _ => self.turn(value, |byte| byte.is_ascii_alphanumeric()),
        }
    }

    /// As [`Cipher::identifier`], until `value` is not what it may not become.
    pub(super) fn other_than(&self, value: &mut [u8], may_not: impl Fn(&[u8]) -> bool) {
        for _ in 0..TURNS {
            self.identifier(value);
            if !may_not(value) {
                return;
            }
        }
    }

    /// Turns the digits of `value` alone.
    pub(super) fn digits(&self, value: &mut [u8]) {
        self.turn(value, |byte| byte.is_ascii_digit());
    }

    /// Turns `value` until it is of the same sort again: one to one within the sort.
    fn walk(&self, value: &mut [u8], sort: impl Fn(&[u8]) -> u8) {
        let wanted = sort(value);
        for _ in 0..TURNS {
            self.digits(value);
            if sort(value) == wanted {
                return;
            }
        }
    }

    /// A right provider number: the digits between the first and the last are turned, and the last is made to fit.
    fn provider(&self, value: &mut [u8]) {
        let Some((last, others)) = value.split_last_mut() else { return };
        if let Some(middle) = others.get_mut(1..) {
            self.digits(middle);
        }
        *last = b'0' + luhn(others);
    }

    /// Moves each byte that is `meant` on within its sort, by what stands before it, then by what stands behind it: one to one.
    fn turn(&self, value: &mut [u8], meant: impl Fn(u8) -> bool) {
        self.pass(1, value.iter_mut().filter(|byte| meant(**byte)));
        self.pass(2, value.iter_mut().rev().filter(|byte| meant(**byte)));
    }

    fn pass<'v>(&self, number: u64, bytes: impl Iterator<Item = &'v mut u8>) {
        let mut state = self.0;
        state.add(number);
        for byte in bytes {
            let by = state.finish(u64::from(number as u8) << 32);
            state.add(u64::from(*byte));
            let (first, count) = match *byte {
                b'0'..=b'9' => (b'0', 10),
                b'A'..=b'Z' => (b'A', 26),
                _ => (b'a', 26),
            };
            *byte = first + ((u64::from(*byte - first) + by % count) % count) as u8;
        }
    }
}

/// Which sort of a social security number nine digits are: none that somebody may have, an individual taxpayer's, or another.
fn ssn_sort(value: &[u8]) -> u8 {
    let mut digits = value.iter().copied().filter(u8::is_ascii_digit);
    let number: [u8; SSN] = std::array::from_fn(|_| digits.next().unwrap_or(b'0'));
    match Ssn::read(&number) {
        Some(ssn) if !ssn.is_possible() => 0,
        Some(ssn) if ssn.is_taxpayer() => 1,
        _ => 2,
    }
}

/// Which sort of a provider number ten digits are: right, wrong in its last digit, or none.
fn npi_sort(value: &[u8]) -> u8 {
    let Ok(digits) = <&[u8; NPI]>::try_from(value) else { return 3 };
    match digits {
        [b'1' | b'2', .., last] if luhn(&digits[..NPI - 1]) == last.wrapping_sub(b'0') => 0,
        [b'1' | b'2', ..] => 1,
        _ => 2,
    }
}

/// The Luhn digit behind nine digits, reckoned with 80840 in front (which adds 24).
fn luhn(digits: &[u8]) -> u8 {
    let sum = digits.iter().rev().enumerate().fold(24u32, |sum, (at, digit)| {
        let value = u32::from(digit.wrapping_sub(b'0'));
        sum + if at % 2 == 1 { value } else { 2 * value - if value > 4 { 9 } else { 0 } }
    });
    ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(text: &str) -> String {
        let mut value = text.as_bytes().to_vec();
        Cipher::new(&[7; 16]).identifier(&mut value);
        String::from_utf8(value).unwrap()
    }

    #[test]
    fn another_of_the_same_form_one_to_one() {
        let numbers: std::collections::HashSet<String> =
            (0..1000).map(|number| turned(&format!("{number:03}"))).collect();
        assert_eq!(numbers.len(), 1000);
        let made = turned("Ab-12 ~Z");
        assert_ne!(made, "Ab-12 ~Z");
        let sorts = |text: &str| text.bytes().map(|b| (b.is_ascii_digit(), b.is_ascii_uppercase())).collect::<Vec<_>>();
        assert_eq!(sorts(&made), sorts("Ab-12 ~Z"));
    }

    #[test]
    fn numbers_stay_of_their_sort() {
        for text in ["123456789", "000123456", "900701234", "12-3456789"] {
            assert_eq!(ssn_sort(turned(text).as_bytes()), ssn_sort(text.as_bytes()), "{text}");
            assert_ne!(turned(text), text);
        }
        assert_eq!(turned("123-45-6789").replace('-', ""), turned("123456789"));
        for text in ["1234567893", "1234567890", "9999999999"] {
            assert_eq!(npi_sort(turned(text).as_bytes()), npi_sort(text.as_bytes()), "{text}");
            assert_ne!(turned(text), text);
        }
        assert_eq!(npi_sort(b"1234567893"), 0);
        assert_eq!(npi_sort(b"1245319599"), 0);
    }
}
