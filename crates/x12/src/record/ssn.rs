//! Social security numbers: what may be written of them.

/// Nine digits that are a social security number, or an individual taxpayer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ssn([u8; 9]);

/// Gives the token that stands for a number.
pub trait Seal {
    /// Appends the token of `value`: equal for equal values, telling nothing else.
    fn seal(&self, value: &[u8], out: &mut Vec<u8>);
}

impl Ssn {
    /// The nine digits of `text`, which may be grouped by hyphens or blanks; `None` for anything else.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        match text.len() {
            // no room for anything but digits
            9 => {
                let digits = text.first_chunk().copied()?;
                return digits.iter().all(u8::is_ascii_digit).then_some(Self(digits));
            }
            10 | 11 => {}
            _ => return None,
        }
        let mut digits = text.iter().copied().filter(|byte| !matches!(byte, b'-' | b' '));
        let mut number = [0; 9];
        for digit in &mut number {
            *digit = digits.next().filter(u8::is_ascii_digit)?;
        }
        digits.next().is_none().then_some(Self(number))
    }

    /// What a token of `text` is of, whether it is a number or not: all of it but what groups digits.
    #[must_use]
    pub fn plain(text: &[u8]) -> Vec<u8> {
        text.iter().copied().filter(|byte| !matches!(byte, b'-' | b' ')).collect()
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &[u8; 9] {
        &self.0
    }

    /// The last four of them.
    #[must_use]
    pub fn last_four(&self) -> &[u8] {
        &self.0[5..]
    }

    /// True when somebody may have it: it has an area that is given out, a group and a serial number.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let digits = &self.0;
        let area = &digits[..3];
        area != b"000" && area != b"666" && &digits[3..5] != b"00" && &digits[5..] != b"0000"
    }

    /// True when it has the form of an individual taxpayer's number: 9, and a group that the tax office gives out.
    #[must_use]
    pub fn is_taxpayer(&self) -> bool {
        let group = (self.0[3] - b'0') * 10 + self.0[4] - b'0';
        self.0[0] == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_are_read_whatever_groups_them() {
        for text in ["123456789", "123-45-6789", "12-3456789", "123 45 6789"] {
            assert_eq!(Ssn::read(text.as_bytes()).unwrap().digits(), b"123456789");
        }
        for text in ["", "12345678", "1234567890", "123.45.6789", "12345678A", "12345-678 ", "A23456789"] {
            assert_eq!(Ssn::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_nobody_has_is_known() {
        let read = |text: &str| Ssn::read(text.as_bytes()).unwrap();
        for text in ["000123456", "666123456", "123006789", "123450000"] {
            assert!(!read(text).is_possible(), "{text}");
        }
        assert!(read("123456789").is_possible() && read("900701234").is_possible());
        assert!(
            read("900701234").is_taxpayer() && !read("900891234").is_taxpayer() && !read("123701234").is_taxpayer()
        );
    }
}
