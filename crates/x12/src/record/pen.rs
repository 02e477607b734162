//! JSON in the making: what is short is put down as a block of a fixed size, and what stands behind its end is written over.

use wide::i8x16;

use super::value::{odd_word, string};
use crate::claim::{civil, unpack, write_amount};
use crate::position::Span;
use crate::wire::{decimal, eight_digits};

/// Text that is written often, such as a key.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    /// Its first bytes; of what stands behind its end nothing is left.
    first: [u8; BLOCK],
    len: usize,
    /// The others, if there are any.
    rest: Box<[u8]>,
}

const BLOCK: usize = 64;

impl Phrase {
    pub(super) fn new(text: &[u8]) -> Self {
        let (text, rest) = text.split_at(text.len().min(BLOCK));
        let mut first = [0; BLOCK];
        first[..text.len()].copy_from_slice(text);
        Self { first, len: text.len(), rest: rest.into() }
    }
}

/// A growing text. Every value is followed by a comma.
#[derive(Debug, Default)]
pub struct Pen {
    /// The text, and room behind it.
    bytes: Vec<u8>,
    len: usize,
    spare: Vec<u8>,
}

/// By how much the room grows at least.
const MORE: usize = 16 * 1024;

impl Pen {
    /// How long the text is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes everything from `len` on back.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The next `N` bytes, which may be anything.
    #[inline]
    fn room<const N: usize>(&mut self) -> Option<&mut [u8; N]> {
        if self.bytes.len() < self.len + N {
            self.grow(N);
        }
        self.bytes.get_mut(self.len..)?.first_chunk_mut()
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let wanted = self.bytes.len() + (self.bytes.len() / 4).max(more).max(MORE);
        self.bytes.reserve_exact(wanted - self.bytes.len());
        self.bytes.resize(wanted, 0);
    }

    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        if let Some([next]) = self.room() {
            *next = byte;
            self.len += 1;
        }
    }

    #[inline]
    pub(super) fn phrase(&mut self, phrase: &Phrase) {
        if let Some(room) = self.room() {
            *room = phrase.first;
            self.len += phrase.len;
        }
        if !phrase.rest.is_empty() {
            self.append(|out| out.extend_from_slice(&phrase.rest));
        }
    }

    /// What `write` appends.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.spare.clear();
        write(&mut self.spare);
        if self.bytes.len() < self.len + self.spare.len() {
            self.grow(self.spare.len());
        }
        if let Some(room) = self.bytes.get_mut(self.len..self.len + self.spare.len()) {
            room.copy_from_slice(&self.spare);
            self.len += self.spare.len();
        }
    }

    /// Once more what stands from `start` to `end`.
    pub(super) fn again(&mut self, start: usize, end: usize) {
        let len = end - start;
        if self.bytes.len() < self.len + len {
            self.grow(len);
        }
        self.bytes.copy_within(start..end, self.len);
        self.len += len;
    }

    /// Ends an object or a list that began at `start` and whose inside began at `inside`; without anything in it, it is none.
    #[inline]
    pub(super) fn close(&mut self, start: usize, inside: usize, end: u8) {
        if self.len == inside {
            self.len = start;
        } else if let Some([comma, next]) = self.len.checked_sub(1).and_then(|at| {
            self.len = at;
            self.room()
        }) {
            (*comma, *next) = (end, b',');
            self.len += 2;
        }
    }

    /// The value at `span` of `buffer`. What is no UTF-8 is replaced.
    #[inline]
    pub(super) fn quoted(&mut self, buffer: &[u8], span: Span) {
        let ahead = buffer.get(span.start as usize..).and_then(<[u8]>::first_chunk);
        if !ahead.is_some_and(|block: &[u8; 32]| self.plain(block, span.len as usize)) {
            self.append(|out| {
                string(out, span.of(buffer));
                out.push(b',');
            });
        }
    }

    /// The first `len` bytes of `block`, if JSON takes them as they stand.
    #[inline]
    fn plain<const N: usize>(&mut self, block: &[u8; N], len: usize) -> bool {
        let odd =
            (0..).zip(block.as_chunks().0).fold(0u64, |odd, (at, part)| odd | u64::from(odd_bytes(part)) << (16 * at));
        if len > N || odd & ((1 << len) - 1) != 0 {
            return false;
        }
        let Some(room) = self.room::<40>() else { return false };
        room[0] = b'"';
        room[1..=N].copy_from_slice(block);
        if let Some(end) = room.get_mut(1 + len..3 + len) {
            end.copy_from_slice(b"\",");
        }
        self.len += len + 3;
        true
    }

    /// A packed code.
    #[inline]
    pub(super) fn code(&mut self, code: u64) {
        let (text, len) = unpack(code);
        // blanks in the place of what does not count
        let blanks = 0x2020_2020_2020_2020_u64.checked_shl(8 * len as u32).unwrap_or(0);
        let word = u64::from_le_bytes(text);
        if odd_word(word | blanks) != 0 {
            return self.append(|out| {
                string(out, text.get(..len).unwrap_or_default());
                out.push(b',');
            });
        }
        let end = u128::from(u16::from_le_bytes(*b"\",")) << (8 * len);
        let text = (u128::from(word) | end) << 8 | u128::from(b'"');
        if let Some(room) = self.room() {
            *room = text.to_le_bytes();
            self.len += len + 3;
        }
    }

    /// Cents as dollars, always with two places.
    #[inline]
    pub(super) fn money(&mut self, cents: i64) {
        match u32::try_from(cents) {
            Ok(cents @ 0..100_000_000) => {
                let digits = u64::from_le_bytes(eight_digits(cents / 10_000, cents % 10_000));
                let zeros = ((digits ^ ZEROS).trailing_zeros() / 8).min(5);
                // "123456.78", with the zeros before it left out
                let dollars = (digits & 0xffff_ffff_ffff) >> (8 * zeros);
                let places = digits >> 48 << 8 | u64::from(b'.') | u64::from(b'"') << 24 | u64::from(b',') << 32;
                let shift = 8 * (6 - zeros);
                let text = (u128::from(dollars) | u128::from(places) << shift) << 8 | u128::from(b'"');
                if let Some(room) = self.room() {
                    *room = text.to_le_bytes();
                    self.len += 12 - zeros as usize;
                }
            }
            _ => self.append(|out| {
                let dollars = cents.unsigned_abs() / 100;
                let rest = (cents.unsigned_abs() % 100) as u8;
                out.extend_from_slice(if cents < 0 { b"\"-" } else { b"\"" });
                out.extend_from_slice(decimal(dollars, &mut [0; 20]));
                out.extend([b'.', b'0' + rest / 10, b'0' + rest % 10, b'"', b',']);
            }),
        }
    }

    /// Thousandths, with as few places as they need.
    pub(super) fn number(&mut self, thousandths: i64) {
        match u16::try_from(thousandths) {
            Ok(whole @ 0..10_000) if whole % 1000 == 0 => {
                if let Some(room) = self.room() {
                    *room = [b'"', b'0' + (whole / 1000) as u8, b'"', b','];
                    self.len += 4;
                }
            }
            _ => self.append(|out| {
                out.push(b'"');
                write_amount(out, thousandths, 3);
                out.extend_from_slice(b"\",");
            }),
        }
    }

    /// Whole thousands as the number that they are.
    pub(super) fn count(&mut self, thousandths: i64) {
        self.append(|out| {
            out.extend_from_slice(if thousandths < 0 { b"-" } else { b"" });
            out.extend_from_slice(decimal(thousandths.unsigned_abs() / 1000, &mut [0; 20]));
            out.push(b',');
        });
    }

    /// Days since 1970-01-01 as a date.
    #[inline]
    pub(super) fn date(&mut self, days: i32) {
        let (year, month, day) = civil(days);
        let rest = (month * 100 + day).unsigned_abs();
        let digits = u64::from_le_bytes(eight_digits(year.clamp(0, 9999).unsigned_abs(), rest));
        // "YYYY-MM-DD",
        let year = (digits & 0xffff_ffff) << 8 | u64::from(b'"') | u64::from(b'-') << 40;
        let month = (digits >> 32 & 0xffff) << 48;
        let day = digits >> 48 << 8 | u64::from(b'-') | u64::from(b'"') << 24 | u64::from(b',') << 32;
        if let Some(room) = self.room() {
            *room = (u128::from(year | month) | u128::from(day) << 64).to_le_bytes();
            self.len += 13;
        }
    }
}

/// Eight digits 0.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A bit for each byte that is a control, no ASCII, a quote or a backslash.
#[inline]
fn odd_bytes(block: &[u8; 16]) -> u32 {
    let bytes = i8x16::new(block.map(u8::cast_signed));
    let is = |byte: u8| bytes.simd_eq(i8x16::splat(byte.cast_signed()));
    let odd = bytes.simd_lt(i8x16::splat(0x20)) | is(b'"') | is(b'\\') | is(0x7f);
    odd.to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(say: impl FnOnce(&mut Pen)) -> String {
        let mut pen = Pen::default();
        say(&mut pen);
        String::from_utf8(pen.text().to_vec()).unwrap()
    }

    #[test]
    fn values_are_json() {
        for (cents, text) in [
            (-1205, "-12.05"),
            (0, "0.00"),
            (7, "0.07"),
            (9_870, "98.70"),
            (99_999_999, "999999.99"),
            (100_000_000, "1000000.00"),
            (i64::MAX, "92233720368547758.07"),
        ] {
            assert_eq!(said(|pen| pen.money(cents)), format!("\"{text}\","));
        }
        for (thousandths, text) in [(1500, "1.5"), (3000, "3"), (12_000, "12"), (-1000, "-1"), (0, "0"), (1, "0.001")] {
            assert_eq!(said(|pen| pen.number(thousandths)), format!("\"{text}\","));
        }
        assert_eq!(said(|pen| pen.count(3000)), "3,");
        assert_eq!(said(|pen| pen.count(-12_000)), "-12,");
        assert_eq!(said(|pen| pen.date(20_726)), "\"2026-09-30\",");
        for code in ["A", "18", "HLT", "ABCDEFGH", "A\"B", "\\"] {
            let json = said(|pen| pen.code(crate::claim::pack(code.as_bytes()).unwrap()));
            assert_eq!(serde_json::from_str::<String>(json.trim_end_matches(',')).unwrap(), code);
        }
    }

    #[test]
    fn what_stands_around_a_value_changes_nothing() {
        let odd = ["", "\"", "\\", "\u{7f}", "é", "\n"];
        for len in 0..70usize {
            for (at, odd) in odd.iter().enumerate().flat_map(|(at, odd)| [(0, odd), (at, odd), (len, odd)]) {
                let mut text = "x".repeat(len);
                text.insert_str(at.min(len), odd);
                for behind in ["", "~\"\\~", &"~\"é".repeat(20)] {
                    let buffer = format!("\"{text}{behind}");
                    let span = Span { start: 1, len: text.len() as u32 };
                    let json = said(|pen| pen.quoted(buffer.as_bytes(), span));
                    assert_eq!(serde_json::from_str::<String>(json.trim_end_matches(',')).unwrap(), text);
                }
            }
        }
        assert_eq!(said(|pen| pen.quoted(b"a\xffb", Span { start: 0, len: 3 })), "\"a\u{fffd}b\",");
    }

    #[test]
    fn objects_are_closed_or_were_none() {
        let phrase = Phrase::new(
            "\"a key that is a good deal longer than one block of bytes, of which there are 64\":{".as_bytes(),
        );
        let json = said(|pen| {
            pen.byte(b'{');
            pen.phrase(&phrase);
            let inside = pen.len();
            pen.close(1, inside, b'}');
            pen.phrase(&phrase);
            let start = pen.len();
            pen.phrase(&Phrase::new(b"\"k\":"));
            pen.count(1000);
            pen.again(start, pen.len());
            pen.close(1, start, b'}');
            pen.close(0, 1, b'}');
        });
        assert_eq!(
            json,
            "{\"a key that is a good deal longer than one block of bytes, of which there are 64\":{\"k\":1,\"k\":1}},"
        );
    }
}
