//! Bytes classified a block at a time, on the kinds of processors there are.

use wide::u8x16;

use super::Delimiters;

/// How many bytes are classified at once: as many as a word has bits.
pub(super) const BLOCK: usize = 64;

/// Bit n of each is byte n of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Any delimiter.
    pub(super) hits: u64,
    /// Component and repetition separators.
    pub(super) inner: u64,
    /// Terminators.
    pub(super) ends: u64,
    /// Control characters and bytes outside ASCII.
    pub(super) odd: u64,
    pub(super) blanks: u64,
    /// Repetition separators.
    pub(super) repeated: u64,
}

/// What is done with a block on one kind of processor.
pub(super) trait Kind {
    /// What stands in it.
    fn masks(&self, block: &[u8; BLOCK]) -> Masks;
    /// Puts those bits of a word side by side that a second word has.
    fn gather(&self, bits: u64, from: u64) -> u64;
    /// Writes where the bits of a word stand, counted from the offset `at`, from place `to` of a list on. It may write more:
    /// up to [`BEYOND`] places that mean nothing.
    fn place(&self, places: &mut [u32], to: usize, at: u32, bits: u64);
}

/// A kind of processor, by what it does: functions that are compiled for it.
struct By<M, G, P> {
    masks: M,
    gather: G,
    place: P,
}

impl<M, G, P> Kind for By<M, G, P>
where
    M: Fn(&[u8; BLOCK]) -> Masks,
    G: Fn(u64, u64) -> u64,
    P: Fn(&mut [u32], usize, u32, u64),
{
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn masks(&self, block: &[u8; BLOCK]) -> Masks {
        (self.masks)(block)
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn gather(&self, bits: u64, from: u64) -> u64 {
        (self.gather)(bits, from)
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn place(&self, places: &mut [u32], to: usize, at: u32, bits: u64) {
        (self.place)(places, to, at, bits);
    }
}

/// How many places are written at most behind the last one that means something.
pub(super) const BEYOND: usize = 16;

/// The delimiters, each sixteen times.
#[derive(Clone, Copy, Debug)]
struct Needles {
    element: u8x16,
    terminator: u8x16,
    component: u8x16,
    /// The component again where there is no repetition separator.
    repetition: u8x16,
    repeats: bool,
}

impl Needles {
    fn new(delimiters: Delimiters) -> Self {
        Self {
            element: u8x16::splat(delimiters.element),
            terminator: u8x16::splat(delimiters.terminator),
            component: u8x16::splat(delimiters.component),
            repetition: u8x16::splat(delimiters.repetition.unwrap_or(delimiters.component)),
            repeats: delimiters.repetition.is_some(),
        }
    }

    /// What stands in a block.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
    fn masks(&self, block: &[u8; BLOCK]) -> Masks {
        let (mut masks, mut repeated) = (Masks::default(), u8x16::default());
        let (lanes, _) = block.as_chunks::<16>();
        for (at, lane) in lanes.iter().enumerate() {
            let bytes = u8x16::new(*lane);
            let repetition = bytes.simd_eq(self.repetition);
            let inner = bytes.simd_eq(self.component) | repetition;
            let end = bytes.simd_eq(self.terminator);
            let hit = inner | end | bytes.simd_eq(self.element);
            let above_blank = bytes - u8x16::splat(b' ');
            let odd = above_blank.max(u8x16::splat(0x7f - b' ')).simd_eq(above_blank);
            let shift = 16 * at;
            masks.hits |= u64::from(hit.to_bitmask()) << shift;
            masks.inner |= u64::from(inner.to_bitmask()) << shift;
            masks.ends |= u64::from(end.to_bitmask()) << shift;
            masks.odd |= u64::from(odd.to_bitmask()) << shift;
            masks.blanks |= u64::from(bytes.simd_eq(u8x16::splat(b' ')).to_bitmask()) << shift;
            repeated |= repetition;
        }
        if self.repeats && repeated.any() {
            masks.repeated = self.repeated(block);
        }
        masks
    }

    /// Where repetition separators stand: seldom anywhere.
    #[cold]
    fn repeated(&self, block: &[u8; BLOCK]) -> u64 {
        let [repetition, ..] = self.repetition.to_array();
        block.iter().rev().fold(0, |mask, &byte| mask << 1 | u64::from(byte == repetition))
    }
}

/// Any processor.
pub(super) fn portable(delimiters: Delimiters) -> impl Kind {
    let needles = Needles::new(delimiters);
    By { masks: move |block: &[u8; BLOCK]| needles.masks(block), gather: gathered, place: placed }
}

/// A processor that finds, counts and gathers bits in one step.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi1,bmi2,popcnt")]
#[inline]
pub(super) fn counting(delimiters: Delimiters) -> impl Kind {
    let needles = Needles::new(delimiters);
    By {
        masks: move |block: &[u8; BLOCK]| needles.masks(block),
        gather: |bits, from| std::arch::x86_64::_pext_u64(bits, from),
        place: |places: &mut [u32], to, at, bits| placed(places, to, at, bits),
    }
}

/// A processor that compares 64 bytes at once, and puts chosen ones side by side.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt")]
#[inline]
pub(super) fn wide(delimiters: Delimiters) -> impl Kind {
    use std::arch::x86_64::{
        _mm_cvtsi128_si64, _mm_extract_epi64, _mm_set_epi64x, _mm512_castsi128_si512, _mm512_castsi512_si128,
        _mm512_cmpeq_epi8_mask, _mm512_cmpge_epu8_mask, _mm512_inserti64x2, _mm512_maskz_compress_epi8,
        _mm512_set1_epi8, _mm512_sub_epi8, _pdep_u64, _pext_u64,
    };
    let vector = |bytes: &[u8; BLOCK]| {
        let (quarters, _) = bytes.as_chunks::<16>();
        let quarter = |at: usize| {
            let both = quarters.get(at).map_or(0, |bytes| i128::from_le_bytes(*bytes));
            _mm_set_epi64x((both >> 64) as i64, both as i64)
        };
        let vector = _mm512_inserti64x2::<1>(_mm512_castsi128_si512(quarter(0)), quarter(1));
        _mm512_inserti64x2::<3>(_mm512_inserti64x2::<2>(vector, quarter(2)), quarter(3))
    };
    let every = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
    let (element, terminator) = (every(delimiters.element), every(delimiters.terminator));
    let component = every(delimiters.component);
    let repetition = every(delimiters.repetition.unwrap_or(delimiters.component));
    let repeats = delimiters.repetition.is_some();
    let numbers = vector(&std::array::from_fn(|at| at as u8));
    By {
        masks: move |block: &[u8; BLOCK]| {
            let bytes = vector(block);
            let repeated = _mm512_cmpeq_epi8_mask(bytes, repetition);
            let inner = repeated | _mm512_cmpeq_epi8_mask(bytes, component);
            let ends = _mm512_cmpeq_epi8_mask(bytes, terminator);
            let above_blank = _mm512_sub_epi8(bytes, every(b' '));
            Masks {
                hits: inner | ends | _mm512_cmpeq_epi8_mask(bytes, element),
                inner,
                ends,
                odd: _mm512_cmpge_epu8_mask(above_blank, every(0x7f - b' ')),
                blanks: _mm512_cmpeq_epi8_mask(bytes, every(b' ')),
                repeated: if repeats { repeated } else { 0 },
            }
        },
        gather: |bits, from| _pext_u64(bits, from),
        place: move |places: &mut [u32], mut to, at, mut bits| {
            while bits != 0 {
                let Some(places) = places.get_mut(to..).and_then(<[u32]>::first_chunk_mut::<16>) else { return };
                let sixteen = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(bits, numbers));
                let [low, high] = [_mm_cvtsi128_si64(sixteen), _mm_extract_epi64::<1>(sixteen)].map(i64::cast_unsigned);
                let offsets = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
                *places = offsets.map(|offset| at + u32::from(offset));
                bits &= !_pdep_u64(0xffff, bits);
                to += 16;
            }
        },
    }
}

/// Those of `bits` that stand where `from` has any, side by side.
fn gathered(bits: u64, from: u64) -> u64 {
    let (mut rest, mut found, mut count) = (from, 0, 0);
    while rest != 0 {
        found |= (bits >> rest.trailing_zeros() & 1) << count;
        count += 1;
        rest &= rest - 1;
    }
    found
}

/// Eight at a time.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled once for each kind of processor")]
fn placed(places: &mut [u32], mut to: usize, at: u32, mut bits: u64) {
    while bits != 0 {
        let Some(places) = places.get_mut(to..).and_then(<[u32]>::first_chunk_mut::<8>) else { return };
        for place in places {
            // a bit is always there to be found; behind the last one it means nothing
            *place = at + (bits | 1 << 63).trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        to += 8;
    }
}
