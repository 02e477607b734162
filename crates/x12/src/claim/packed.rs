//! Codes as numbers.

use crate::position::Span;

/// Packs a code of up to eight bytes, first byte highest, zeros behind: packed codes sort as their texts do, and a prefix
/// is a mask. `None` where it does not fit (too long, or beginning with a byte no code begins with): such a value
/// is held as [`LONG`] and an index into [`Table::long_codes`](super::Table::long_codes), so it is neither missing nor equal to any code.
#[inline]
#[must_use]
pub fn pack(code: &[u8]) -> Option<u64> {
    if code.len() > 8 || matches!(code.first(), Some(0 | 0xFF)) {
        return None;
    }
    Some(code.iter().enumerate().fold(0, |packed, (at, &byte)| packed | u64::from(byte) << (56 - 8 * at)))
}

/// As [`pack`], of the value at `span` of `buffer`: eight bytes at once where the buffer goes on.
#[inline]
pub(super) fn pack_at(buffer: &[u8], span: Span) -> Option<u64> {
    pack_word(buffer, span).or_else(|| pack(span.of(buffer)))
}

/// As [`pack_at`]; `None` also where the buffer does not go on.
#[inline]
pub(super) fn pack_word(buffer: &[u8], span: Span) -> Option<u64> {
    let start = span.start as usize;
    let word = u64::from_le_bytes(buffer.get(start..start + 8)?.try_into().ok()?);
    let mask = MASKS.get(span.len as usize)?;
    (1..0xFF).contains(&(word as u8)).then_some(word.swap_bytes() & mask)
}

/// The first bytes of eight, by their number.
const MASKS: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut len = 0;
    while len < 8 {
        masks[len] = !(u64::MAX >> (8 * len));
        len += 1;
    }
    masks
};

/// The bytes of a packed code, and how many of them count.
#[must_use]
pub fn unpack(code: u64) -> ([u8; 8], usize) {
    (code.to_be_bytes(), 8 - (code.trailing_zeros() / 8).min(8) as usize)
}

/// Marks a code that is not packed: the highest byte set, the low half an index into [`Table::long_codes`](super::Table::long_codes).
pub const LONG: u64 = 0xFF << 56;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_codes_keep_order_and_come_back() {
        for text in ["", "1", "11", "E119", "99213", "ABCDEFGH"] {
            let packed = pack(text.as_bytes()).unwrap();
            let (bytes, len) = unpack(packed);
            assert_eq!(&bytes[..len], text.as_bytes());
        }
        assert!(pack(b"E11") < pack(b"E110") && pack(b"E119") < pack(b"F"));
        assert_eq!(pack(b"ABCDEFGHI"), None);
        let text = b"\xFFAB\0CDEFGHIJK";
        for (start, len) in (0..10).flat_map(|start| (0..10).map(move |len| (start, len))) {
            let span = Span { start, len };
            assert_eq!(pack_at(text, span), pack(span.of(text)), "{span:?}");
        }
        assert_eq!(pack(b"\xFFA"), None);
    }
}
