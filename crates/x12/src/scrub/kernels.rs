//! Checks that are code, not expressions: check digits.

/// A named check of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Check {
    /// A National Provider Identifier.
    Npi,
}

impl Check {
    /// The check named `name`.
    pub(crate) fn find(name: &str) -> Option<Self> {
        (name == "npi").then_some(Self::Npi)
    }

    /// Whether `bytes` passes.
    pub(crate) fn passes(self, bytes: &[u8]) -> bool {
        match self {
            Self::Npi => npi(bytes),
        }
    }
}

/// Ten digits, the first 1 or 2, and a Luhn digit reckoned with 80840 in front (which adds 24).
fn npi(bytes: &[u8]) -> bool {
    let Ok(digits) = <&[u8; 10]>::try_from(bytes) else {
        return false;
    };
    if !matches!(digits[0], b'1' | b'2') || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum = digits.iter().enumerate().fold(24, |sum, (at, &digit)| {
        let value = digit - b'0';
        sum + if at % 2 == 1 { value } else { 2 * value - if value > 4 { 9 } else { 0 } }
    });
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::npi;

    #[test]
    fn the_check_digit_counts_the_prefix() {
        assert!(npi(b"1234567893"));
        for bad in [&b"1234567890"[..], b"3234567893", b"123456789", b"12345678931", b"12345A7893", b""] {
            assert!(!npi(bad));
        }
    }
}
