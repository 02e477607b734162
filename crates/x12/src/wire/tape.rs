//! Where the delimiters are: bytes classified a block at a time.

use std::ops::Range;

use wide::u8x16;

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
    /// What came since the last terminator: a component or repetition separator, an odd byte.
    inner: bool,
    odd: bool,
    /// 1 where the last byte was a terminator, and where it was a line break right behind one.
    ended: u64,
    broken: u64,
}

/// The end of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Index of its mark.
    pub(super) mark: u32,
    /// The segment has neither component nor repetition separators.
    pub(super) plain: bool,
    /// A control character or a byte outside ASCII may stand in the segment: one was seen since the segment before,
    /// but for a line break.
    pub(super) odd: bool,
}

/// The delimiters, each sixteen times.
#[derive(Clone, Copy, Debug, Default)]
struct Needles {
    element: u8x16,
    terminator: u8x16,
    component: u8x16,
    /// The component again where there is no repetition separator.
    repetition: u8x16,
}

/// Bit n of each is byte n of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    /// Any delimiter.
    hits: u64,
    /// Component and repetition separators.
    inner: u64,
    /// Terminators.
    ends: u64,
    /// Control characters and bytes outside ASCII.
    odd: u64,
}

impl Needles {
    fn new(delimiters: Delimiters) -> Self {
        Self {
            element: u8x16::splat(delimiters.element),
            terminator: u8x16::splat(delimiters.terminator),
            component: u8x16::splat(delimiters.component),
            repetition: u8x16::splat(delimiters.repetition.unwrap_or(delimiters.component)),
        }
    }

    /// What stands in a block.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn masks(&self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (lanes, _) = block.as_chunks::<16>();
        for (at, lane) in lanes.iter().enumerate() {
            let bytes = u8x16::new(*lane);
            let inner = bytes.simd_eq(self.component) | bytes.simd_eq(self.repetition);
            let end = bytes.simd_eq(self.terminator);
            let hit = inner | end | bytes.simd_eq(self.element);
            let above_blank = bytes - u8x16::splat(b' ');
            let odd = above_blank.max(u8x16::splat(0x7f - b' ')).simd_eq(above_blank);
            let shift = 16 * at;
            masks.hits |= u64::from(hit.to_bitmask()) << shift;
            masks.inner |= u64::from(inner.to_bitmask()) << shift;
            masks.ends |= u64::from(end.to_bitmask()) << shift;
            masks.odd |= u64::from(odd.to_bitmask()) << shift;
        }
        masks
    }
}

impl Tape {
    pub(super) fn start(&mut self, delimiters: Delimiters) {
        self.clear();
        self.needles = Needles::new(delimiters);
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
        self.ends.clear();
        (self.inner, self.odd, self.ended, self.broken) = (false, false, 0, 0);
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
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("bmi1") && std::is_x86_feature_detected!("popcnt") {
            #[allow(
                unsafe_code,
                reason = "counting and finding bits takes a third of the time; the features were asked for"
            )]
            // SAFETY: the processor has the features.
            unsafe {
                self.blocks_with_bit_counts(window, to_u32(range.start));
            }
            return;
        }
        self.blocks(window, to_u32(range.start));
    }

    /// As [`Tape::blocks`], on processors that find and count bits in one step.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi1,popcnt")]
    fn blocks_with_bit_counts(&mut self, window: &[u8], at: u32) {
        self.blocks(window, at);
    }

    /// Tapes `window`, which begins at offset `at`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn blocks(&mut self, window: &[u8], mut at: u32) {
        let (blocks, rest) = window.as_chunks::<BLOCK>();
        for block in blocks {
            self.take(self.needles.masks(block), at, BLOCK);
            at += BLOCK as u32;
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            let Masks { hits, inner, ends, odd } = self.needles.masks(&last);
            // what stands behind them in the block is nothing
            let valid = u64::MAX >> (BLOCK - rest.len());
            self.take(
                Masks { hits: hits & valid, inner: inner & valid, ends: ends & valid, odd: odd & valid },
                at,
                rest.len(),
            );
        }
    }

    /// Those of the odd bytes that stand right behind a terminator, up to two: line breaks, or nothing of a known
    /// segment.
    #[inline]
    fn breaks(&mut self, ends: u64, odd: u64, len: usize) -> u64 {
        let first = (ends << 1 | self.ended) & odd;
        let second = (first << 1 | self.broken) & odd;
        self.ended = ends >> (len - 1) & 1;
        self.broken = first >> (len - 1) & 1;
        first | second
    }

    /// Takes the masks of `len` bytes that begin at offset `at`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn take(&mut self, masks: Masks, at: u32, len: usize) {
        let Masks { hits, mut inner, mut ends, mut odd } = masks;
        odd &= !self.breaks(ends, odd, len);
        let (mut rest, mut to) = (hits, self.used);
        while rest != 0 {
            let Some(places) = self.room.get_mut(to..).and_then(<[u32]>::first_chunk_mut::<8>) else { break };
            for place in places {
                // a bit is always there to be found; behind the last one it means nothing
                *place = at + (rest | 1 << 63).trailing_zeros();
                rest &= rest.wrapping_sub(1);
            }
            to += 8;
        }
        let first = to_u32(self.used);
        self.used += hits.count_ones() as usize;
        while ends != 0 {
            let before = (ends & ends.wrapping_neg()) - 1;
            let plain = !self.inner && inner & before == 0;
            let odd_before = self.odd || odd & before != 0;
            self.ends.push(End { mark: first + (hits & before).count_ones(), plain, odd: odd_before });
            (self.inner, self.odd) = (false, false);
            inner &= !before;
            odd &= !before;
            ends &= ends - 1;
        }
        self.inner |= inner != 0;
        self.odd |= odd != 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_odd(byte: u8) -> bool {
        !(0x20..0x7f).contains(&byte)
    }

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
            let (mut inner, mut from) = (false, 0);
            for (at, &mark) in (0u32..).zip(&marks) {
                match bytes[mark as usize] {
                    b':' | b'^' => inner = true,
                    b'~' => {
                        let behind = usize::from(from > 0) * 2;
                        let between = &bytes[from..mark as usize];
                        let breaks = between.iter().take(behind).take_while(|byte| is_odd(**byte)).count();
                        let odd = between[breaks..].iter().copied().any(is_odd);
                        ends.push((at, !std::mem::take(&mut inner), odd));
                        from = mark as usize + 1;
                    }
                    _ => {}
                }
            }
            assert_eq!(tape.ends().iter().map(|end| (end.mark, end.plain, end.odd)).collect::<Vec<_>>(), ends);
        }
    }
}
