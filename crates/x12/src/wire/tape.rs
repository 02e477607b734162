//! Where the delimiters are: bytes classified a block at a time.

use std::ops::Range;

use super::Delimiters;
use super::scanner::to_u32;

/// How many bytes are classified at once: as many as a word has bits.
const BLOCK: usize = 64;

/// The offsets of all delimiters in a run of bytes, and where among them segments end.
#[derive(Debug, Default)]
pub(super) struct Tape {
    needles: Needles,
    /// Room for marks; the first `used` are.
    room: Vec<u32>,
    used: usize,
    ends: Vec<End>,
    /// A component or repetition separator came since the last terminator.
    inner: bool,
}

/// The end of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Index of its mark.
    pub(super) mark: u32,
    /// The segment has neither component nor repetition separators.
    pub(super) plain: bool,
}

/// The delimiters.
#[derive(Clone, Copy, Debug, Default)]
struct Needles {
    element: u8,
    terminator: u8,
    component: u8,
    /// The component again where there is no repetition separator.
    repetition: u8,
}

/// What a byte is, a bit a kind, so that eight bytes at a time become eight bits of each kind.
const HIT: u8 = 0x80;
const INNER: u8 = 0x40;
const TERMINATOR: u8 = 0x20;

/// Bit n of each is byte n of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    /// Any delimiter.
    hits: u64,
    /// Component and repetition separators.
    inner: u64,
    /// Terminators.
    ends: u64,
}

impl Needles {
    fn new(delimiters: Delimiters) -> Self {
        Self {
            element: delimiters.element,
            terminator: delimiters.terminator,
            component: delimiters.component,
            repetition: delimiters.repetition.unwrap_or(delimiters.component),
        }
    }

    /// The delimiters of a block. Written so that the compiler compares many bytes at once.
    #[inline]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut kinds = [0u8; BLOCK];
        for (kind, &byte) in kinds.iter_mut().zip(block) {
            let inner = if byte == self.component { HIT | INNER } else { 0 }
                | if byte == self.repetition { HIT | INNER } else { 0 };
            let element = if byte == self.element { HIT } else { 0 };
            let end = if byte == self.terminator { HIT | TERMINATOR } else { 0 };
            *kind = inner | element | end;
        }
        let mut masks = Masks::default();
        let (words, _) = kinds.as_chunks::<8>();
        for (at, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            masks.hits |= gather(word) << (8 * at);
            masks.inner |= gather(word << 1) << (8 * at);
            masks.ends |= gather(word << 2) << (8 * at);
        }
        masks
    }
}

/// The highest bits of the eight bytes of a word, that of the lowest byte first.
#[inline]
fn gather(word: u64) -> u64 {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    ((word & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Tape {
    pub(super) fn start(&mut self, delimiters: Delimiters) {
        self.clear();
        self.needles = Needles::new(delimiters);
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
        self.ends.clear();
        self.inner = false;
    }

    /// The offsets of the delimiters, ascending.
    #[inline]
    pub(super) fn marks(&self) -> &[u32] {
        self.room.get(..self.used).unwrap_or_default()
    }

    /// Where among them segments end.
    #[inline]
    pub(super) fn ends(&self) -> &[End] {
        &self.ends
    }

    /// One mark more: where the data stops.
    pub(super) fn push(&mut self, mark: u32) {
        self.room.truncate(self.used);
        self.room.push(mark);
        self.used += 1;
    }

    /// Keeps the marks from `first` on: those of the segment that is not complete.
    pub(super) fn keep_from(&mut self, first: usize) {
        let first = first.min(self.used);
        self.room.copy_within(first..self.used, 0);
        self.used -= first;
        self.ends.clear();
    }

    /// Tapes `range` of `bytes`.
    pub(super) fn extend(&mut self, bytes: &[u8], range: Range<usize>) {
        let window = bytes.get(range.clone()).unwrap_or_default();
        // a mark a byte at most, and they are written eight at a time
        let most = self.used + window.len() + 8;
        if self.room.len() < most {
            self.room.resize(most, 0);
        }
        let mut at = to_u32(range.start);
        let (blocks, rest) = window.as_chunks::<BLOCK>();
        for block in blocks {
            self.take(self.needles.masks(block), at);
            at += BLOCK as u32;
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            let Masks { hits, inner, ends } = self.needles.masks(&last);
            // what stands behind them in the block is nothing
            let valid = u64::MAX >> (BLOCK - rest.len());
            self.take(Masks { hits: hits & valid, inner: inner & valid, ends: ends & valid }, at);
        }
    }

    #[inline]
    fn take(&mut self, masks: Masks, at: u32) {
        let Masks { hits, mut inner, mut ends } = masks;
        let (mut rest, mut to) = (hits, self.used);
        while rest != 0 {
            let Some(places) = self.room.get_mut(to..).and_then(<[u32]>::first_chunk_mut::<8>) else { break };
            for place in places {
                *place = at + rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
            }
            to += 8;
        }
        let first = to_u32(self.used);
        self.used += hits.count_ones() as usize;
        while ends != 0 {
            let before = (ends & ends.wrapping_neg()) - 1;
            let plain = !self.inner && inner & before == 0;
            self.ends.push(End { mark: first + (hits & before).count_ones(), plain });
            self.inner = false;
            inner &= !before;
            ends &= ends - 1;
        }
        self.inner |= inner != 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tape_has_every_delimiter_whatever_the_length() {
        let delimiters = Delimiters::default();
        let mut seed = 7u32;
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b"ABC*:^~*12\xaa\x00"[(seed >> 16) as usize % 12]
                })
                .collect();
            let mut tape = Tape::default();
            tape.start(delimiters);
            tape.extend(&bytes, 0..bytes.len() / 3);
            tape.extend(&bytes, bytes.len() / 3..bytes.len());
            let marks: Vec<u32> = (0..length).filter(|&at| b"*:^~".contains(&bytes[at as usize])).collect();
            assert_eq!(tape.marks(), marks);
            let mut ends = Vec::new();
            let mut inner = false;
            for (at, &mark) in (0u32..).zip(&marks) {
                match bytes[mark as usize] {
                    b':' | b'^' => inner = true,
                    b'~' => ends.push((at, !std::mem::take(&mut inner))),
                    _ => {}
                }
            }
            assert_eq!(tape.ends().iter().map(|end| (end.mark, end.plain)).collect::<Vec<_>>(), ends);
        }
    }
}
