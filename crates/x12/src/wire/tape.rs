//! Where the delimiters are: bytes classified a block at a time.

use std::ops::Range;

use wide::{i16x8, i32x8, u8x16};

use super::Delimiters;
use super::blocks::{self, BEYOND, BLOCK, Kind, Masks};

/// How many values of a segment are measured.
pub(crate) const MEASURED: usize = 16;

/// The offsets of all delimiters in a run of bytes, and where among them segments end.
#[derive(Debug, Default)]
pub(super) struct Tape {
    delimiters: Delimiters,
    /// Room for marks; the first `used` are.
    room: Vec<u32>,
    used: usize,
    /// How many bytes stand between a mark and the next, 255 for more; of the first `measured` marks.
    lengths: Vec<u8>,
    measured: usize,
    ends: Vec<End>,
    /// What came since the last terminator.
    begun: Begun,
    /// 1 where the last byte was a delimiter, where it was a terminator, and where it was a line break right behind one.
    led: u64,
    ended: u64,
    broken: u64,
}

/// What is known of a segment that has no end yet.
#[derive(Clone, Copy, Debug, Default)]
struct Begun {
    marks: u32,
    inner: u64,
    seen: Seen,
}

/// What stands in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen(u8);

impl Seen {
    /// Nothing is known: all of it may be there.
    pub(super) const ANYTHING: Self = Self(7);

    #[inline]
    fn new(inner: bool, repeats: bool, odd: bool) -> Self {
        Self(u8::from(inner) | u8::from(repeats) << 1 | u8::from(odd) << 2)
    }

    #[inline]
    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Component or repetition separators.
    #[inline]
    pub(super) fn inner(self) -> bool {
        self.0 & 1 != 0
    }

    /// Repetition separators.
    #[inline]
    pub(super) fn repeats(self) -> bool {
        self.0 & 2 != 0
    }

    /// A control character or a byte outside ASCII may stand in the segment (one was seen since the segment before, but
    /// for a line break), or a value that begins with a blank.
    #[inline]
    pub(super) fn odd(self) -> bool {
        self.0 & 4 != 0
    }
}

/// The end of a segment, and what was seen of the segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Index of its mark.
    pub(super) mark: u32,
    /// Bit n: mark n of the segment is a component or repetition separator. Of its first 64 marks.
    pub(super) inner: u64,
    pub(super) seen: Seen,
}

impl Tape {
    pub(super) fn start(&mut self, delimiters: Delimiters) {
        self.clear();
        self.delimiters = delimiters;
    }

    pub(super) fn clear(&mut self) {
        (self.used, self.measured) = (0, 0);
        self.ends.clear();
        self.begun = Begun::default();
        (self.led, self.ended, self.broken) = (0, 0, 0);
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

    /// How long the values behind mark `first` and the fifteen after it are, 255 for more; those beyond the last mark mean
    /// nothing.
    #[inline]
    pub(super) fn lengths(&self, first: usize) -> Option<&[u8; MEASURED]> {
        self.lengths.get(first..).and_then(<[u8]>::first_chunk)
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
        self.measured = 0;
        self.ends.clear();
    }

    /// Tapes `range` of `bytes`.
    pub(super) fn extend(&mut self, bytes: &[u8], range: Range<usize>) {
        let window = bytes.get(range.clone()).unwrap_or_default();
        // a mark a byte at most; and more is written and measured than there are
        let most = self.used + window.len() + BEYOND + MEASURED + 1;
        if self.room.len() < most {
            self.room.resize(most, 0);
            self.lengths.resize(most, 0);
        }
        self.tape(window, to_u32(range.start));
        self.measure();
    }

    fn tape(&mut self, window: &[u8], at: u32) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::is_x86_feature_detected as has;
            let counts = has!("bmi1") && has!("bmi2") && has!("popcnt");
            let widens =
                has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vbmi") && has!("avx512vbmi2");
            #[allow(unsafe_code, reason = "it takes half of the time; the features were asked for")]
            // SAFETY: the processor has the features.
            match (counts, widens) {
                (true, true) => return unsafe { self.blocks_wide(window, at) },
                (true, false) => return unsafe { self.blocks_with_bit_counts(window, at) },
                (false, _) => {}
            }
        }
        self.blocks(window, at, &blocks::portable(self.delimiters));
    }

    /// As [`Tape::blocks`], on processors that compare 64 bytes at once.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt")]
    fn blocks_wide(&mut self, window: &[u8], at: u32) {
        self.blocks(window, at, &blocks::wide(self.delimiters));
    }

    /// As [`Tape::blocks`], on processors that find and count bits in one step.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi1,bmi2,popcnt")]
    fn blocks_with_bit_counts(&mut self, window: &[u8], at: u32) {
        self.blocks(window, at, &blocks::counting(self.delimiters));
    }

    /// How long the values between the marks are, for those that were not asked for yet.
    fn measure(&mut self) {
        while self.measured + 1 < self.used {
            let from = self.measured;
            let (Some(marks), Some(lengths)) = (
                self.room.get(from..).and_then(<[u32]>::first_chunk::<{ MEASURED + 1 }>),
                self.lengths.get_mut(from..).and_then(<[u8]>::first_chunk_mut::<MEASURED>),
            ) else {
                return;
            };
            let eight = |at: usize| {
                let places = |from: usize| i32x8::new(std::array::from_fn(|lane| marks[from + lane].cast_signed()));
                i16x8::from_i32x8_saturate(places(at + 1) - places(at) - i32x8::splat(1))
            };
            *lengths = u8x16::narrow_i16x8(eight(0), eight(8)).to_array();
            self.measured = (from + MEASURED).min(self.used - 1);
        }
    }

    /// Tapes `window`, which begins at offset `at`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn blocks(&mut self, window: &[u8], mut at: u32, kind: &impl Kind) {
        let (whole, rest) = window.as_chunks::<BLOCK>();
        for block in whole {
            self.take(kind.masks(block), (at, BLOCK), kind);
            at += BLOCK as u32;
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            let masks = kind.masks(&last);
            // what stands behind them in the block is nothing
            let valid = |mask: u64| mask & u64::MAX >> (BLOCK - rest.len());
            let masks = Masks {
                hits: valid(masks.hits),
                inner: valid(masks.inner),
                ends: valid(masks.ends),
                odd: valid(masks.odd),
                blanks: valid(masks.blanks),
                repeated: valid(masks.repeated),
            };
            self.take(masks, (at, rest.len()), kind);
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

    /// Takes the masks of the `len` bytes that begin at offset `at`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn take(&mut self, masks: Masks, (at, len): (u32, usize), kind: &impl Kind) {
        let Masks { hits, inner, mut ends, odd, blanks, mut repeated } = masks;
        let led = hits << 1 | self.led;
        self.led = hits >> (len - 1) & 1;
        let mut odd = odd & !self.breaks(ends, odd, len) | blanks & led;
        kind.place(&mut self.room, self.used, at, hits);
        let (first, count) = (to_u32(self.used), hits.count_ones());
        self.used += count as usize;
        let mut begun = self.begun;
        let (mut inner, mut from) = (if inner == 0 { 0 } else { kind.gather(inner, hits) }, 0);
        while ends != 0 {
            let before = (ends & ends.wrapping_neg()) - 1;
            let mark = (hits & before).count_ones();
            let own = inner & ((1 << mark) - 1);
            self.ends.push(End {
                mark: first + mark,
                inner: begun.inner | (own >> from).unbounded_shl(begun.marks),
                seen: begun.seen.and(Seen::new(own != 0, repeated & before != 0, odd & before != 0)),
            });
            begun = Begun::default();
            inner ^= own;
            from = mark + 1;
            odd &= !before;
            repeated &= !before;
            ends &= ends - 1;
        }
        begun.inner |= inner.unbounded_shr(from).unbounded_shl(begun.marks);
        begun.marks += count - from;
        begun.seen = begun.seen.and(Seen::new(inner != 0, repeated != 0, odd != 0));
        self.begun = begun;
    }
}

/// A place in a buffer as marks have it.
pub(super) fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
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
                    b"ABC*:^~*12 \xaa\x00"[(seed >> 16) as usize % 13]
                })
                .collect();
            let mut tape = Tape::default();
            tape.start(delimiters);
            tape.extend(&bytes, 0..bytes.len() / 3);
            tape.extend(&bytes, bytes.len() / 3..bytes.len());
            let mut portable = Tape { room: vec![0; bytes.len() + BEYOND], ..Tape::default() };
            portable.start(delimiters);
            portable.blocks(&bytes, 0, &blocks::portable(delimiters));
            assert_eq!(portable.marks(), tape.marks());
            let marks: Vec<u32> = (0..length).filter(|&at| b"*:^~".contains(&bytes[at as usize])).collect();
            assert_eq!(tape.marks(), marks);
            let lengths = tape.marks().windows(2).map(|pair| (pair[1] - pair[0] - 1) as u8);
            assert!(lengths.enumerate().all(|(at, length)| tape.lengths(at).unwrap()[0] == length));
            let (mut ends, mut from, mut inner) = (Vec::new(), 0, Vec::new());
            for (at, &mark) in (0u32..).zip(&marks) {
                let byte = bytes[mark as usize];
                if byte != b'~' {
                    inner.push(byte != b'*');
                    continue;
                }
                let behind = usize::from(from > 0) * 2;
                let between = &bytes[from..mark as usize];
                let breaks = between.iter().take(behind).take_while(|byte| is_odd(**byte)).count();
                let led =
                    (from..mark as usize).any(|at| at > 0 && b"*:^~".contains(&bytes[at - 1]) && bytes[at] == b' ');
                let odd = led || between[breaks..].iter().copied().any(is_odd);
                let bits = inner.iter().rev().fold(0u128, |bits, &inner| bits << 1 | u128::from(inner)) as u64;
                let plain = !inner.drain(..).any(|inner| inner);
                ends.push((at, bits, plain, between.contains(&b'^'), odd));
                from = mark as usize + 1;
            }
            for tape in [&tape, &portable] {
                let told = tape
                    .ends()
                    .iter()
                    .map(|end| (end.mark, end.inner, !end.seen.inner(), end.seen.repeats(), end.seen.odd()));
                assert_eq!(told.collect::<Vec<_>>(), ends);
            }
        }
    }
}
