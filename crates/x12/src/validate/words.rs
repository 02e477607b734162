//! Eight bytes looked at as one number.

/// Eight bytes, the first lowest.
#[inline]
pub(super) fn word_at(buffer: &[u8], at: u32) -> Option<u64> {
    let at = at as usize;
    buffer.get(at..at + 8).and_then(<[u8]>::first_chunk).map(|bytes| u64::from_le_bytes(*bytes))
}

const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
pub(super) const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// The high bits of those of the first `len` bytes of `word` (1 to 8) that are no digits; the lowest is the first. A digit
/// beside a byte outside ASCII may be marked with it.
#[inline]
pub(super) fn others(word: u64, len: u32) -> u64 {
    let digits = word ^ ZEROS;
    let marked = (digits.wrapping_add(u64::from_ne_bytes([0x76; 8])) | digits) & HIGH;
    marked & (u64::MAX >> (64 - 8 * len))
}

/// True when a byte is a control character or outside ASCII (a separator may be one). Eight bytes at a time.
#[inline]
pub(super) fn has_odd_bytes(bytes: &[u8]) -> bool {
    // high bit: outside ASCII; high bit after adding one: DEL; high bit after subtracting a blank: a control character.
    // Carries reach a neighbour only from a byte that is odd itself.
    let odd = |word: u64| {
        word | word.wrapping_add(u64::from_ne_bytes([1; 8])) | word.wrapping_sub(u64::from_ne_bytes([0x20; 8]))
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut found = words.iter().fold(0, |found, word| found | odd(u64::from_ne_bytes(*word)));
    match bytes.last_chunk::<8>() {
        Some(word) => found |= odd(u64::from_ne_bytes(*word)),
        None => found |= rest.iter().fold(0, |found, &byte| found | odd(u64::from_ne_bytes([byte; 8]))),
    }
    found & HIGH != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_bytes_are_found_wherever_they_stand() {
        for length in 0..20 {
            let plain = vec![b'A'; length];
            assert!(!has_odd_bytes(&plain));
            for place in 0..length {
                for byte in 0..=255u8 {
                    let mut bytes = plain.clone();
                    bytes[place] = byte;
                    assert_eq!(has_odd_bytes(&bytes), !(0x20..0x7f).contains(&byte), "{byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_digit_is_marked_and_ascii_marks_nothing_else() {
        for length in 1..=8u32 {
            for place in 0..8u32 {
                for byte in 0..=255u8 {
                    let mut bytes = *b"90909090";
                    bytes[place as usize] = byte;
                    let marked = others(u64::from_le_bytes(bytes), length);
                    let expected = if byte.is_ascii_digit() || place >= length { 0 } else { 0x80 << (8 * place) };
                    assert_eq!(marked & expected, expected, "{byte} at {place} of {length}");
                    assert!(byte >= 0x80 || marked == expected, "{byte} at {place} of {length}");
                }
            }
        }
    }
}
