//! What the values of segments are like that stand in one slot and have their separators in the same places: laid flat, so
//! that the values of a segment are looked at side by side.

use std::cell::Cell;

use wide::u8x16;

use super::syntax::broken;
use crate::guide::{How, Index, Quick, Shape};
use crate::wire::MEASURED;

/// Values of at most this many marks are looked at side by side.
const LANES: usize = MEASURED;

/// How many outlines are kept of segments with component separators, as a power of two.
const SHAPES: u32 = 7;

/// How many sets of values that are there are remembered to be complete.
const COMPLETE: usize = 4;

/// Outlines that were made, each when it was first asked for. They say nothing that the guide does not, so they may be
/// lost at any time.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    /// By slot: those of segments with no separators but those of elements.
    plain: Vec<Option<Box<Outline>>>,
    /// The others, by slot and separators.
    shaped: Vec<Option<Box<Outline>>>,
}

/// What the values are like.
#[derive(Debug)]
pub(super) struct Outline {
    slot: u32,
    /// Bit n: mark n separates components; and the number of values, where there are any such marks.
    inner: u64,
    count: usize,
    shortest: u8x16,
    longest: u8x16,
    /// Bit n: of value n more is asked than its length, and that it does not begin with a blank.
    asked: u32,
    quick: [Quick; LANES],
    /// The codes that values had before.
    codes: [Cell<u64>; LANES],
    /// Bit n: value n is there. With these nothing is missing, and no syntax note broken.
    complete: Cell<[u32; COMPLETE]>,
}

impl Outlines {
    /// Forgets everything: the plan is another.
    pub(super) fn clear(&mut self) {
        self.plain.clear();
        self.shaped.clear();
    }

    /// The outline of segments in `slot` whose marks `inner` separate components, and that have `count` values; none
    /// before it was learnt.
    #[inline]
    pub(super) fn of(&self, slot: u32, inner: u64, count: usize) -> Option<&Outline> {
        if inner == 0 {
            return self.plain.get(slot as usize)?.as_deref();
        }
        let held = self.shaped.get(place(slot, inner, count))?.as_deref()?;
        ((held.slot, held.inner, held.count) == (slot, inner, count)).then_some(held)
    }

    /// From now on the outline of such segments, in a slot of `shape`, is known.
    #[cold]
    pub(super) fn learn(&mut self, index: &Index, (slot, shape): (u32, &Shape), inner: u64, count: usize) {
        let (all, at, count) = match inner {
            0 => (&mut self.plain, slot as usize, LANES),
            _ => (&mut self.shaped, place(slot, inner, count), count),
        };
        if all.len() <= at {
            all.resize_with(at + 1, || None);
        }
        if let Some(held) = all.get_mut(at) {
            *held = Some(Box::new(Outline::new(index, slot, shape, inner, count)));
        }
    }
}

/// Where the outline is kept of segments that have component separators.
#[inline]
fn place(slot: u32, inner: u64, count: usize) -> usize {
    let hash = (inner ^ u64::from(slot) << 40 ^ (count as u64) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> (64 - SHAPES)) as usize
}

/// A value that nothing is good for.
const CLOSED: Quick = Quick { code: 0, min: 1, more: 0, how: How::Closer };

impl Outline {
    fn new(index: &Index, slot: u32, shape: &Shape, inner: u64, count: usize) -> Self {
        let mut quick = [CLOSED; LANES];
        let mut at = 0;
        for element in &shape.quick {
            if at >= count {
                break;
            }
            let parts = parts_of(inner, at);
            let own = match element.how {
                How::Composite => index.composites.get(element.code as usize).map_or(&[][..], |shape| &shape.quick),
                _ => std::slice::from_ref(element),
            };
            let composite = element.how == How::Composite;
            for (quick, own) in quick.iter_mut().skip(at).take(parts).zip(own) {
                *quick = if composite { among(own, at, parts) } else { *own };
            }
            at += parts;
        }
        let bound = |quick: &Quick| bounds(quick);
        Self {
            slot,
            inner,
            count,
            shortest: u8x16::new(std::array::from_fn(|at| bound(&quick[at]).0)),
            longest: u8x16::new(std::array::from_fn(|at| bound(&quick[at]).1)),
            asked: (0..LANES).filter(|&at| quick[at].how != How::Text).fold(0, |asked, at| asked | 1 << at),
            quick,
            codes: Default::default(),
            complete: Cell::default(),
        }
    }

    /// Which of the first `count` values are there, by their `lengths`; `None` when one is too short or too long, or the
    /// last is not there.
    #[inline]
    pub(super) fn present(&self, lengths: &[u8; LANES], count: usize) -> Option<u32> {
        let lengths = u8x16::new(*lengths);
        let absent = lengths.simd_eq(u8x16::splat(0)).to_bitmask();
        let fit = lengths.max(self.shortest).simd_eq(lengths) & lengths.min(self.longest).simd_eq(lengths);
        let present = !absent & ((1 << count) - 1);
        (present & !fit.to_bitmask() == 0 && present >> (count - 1) != 0).then_some(present)
    }

    /// The values of which more is asked: bit n is value n.
    #[inline]
    pub(super) fn asked(&self) -> u32 {
        self.asked
    }

    /// What is asked of value `at`.
    #[inline]
    pub(super) fn quick(&self, at: u32) -> &Quick {
        &self.quick[at as usize % LANES]
    }

    /// True when value `at` was the code `packed` the last time.
    #[inline]
    pub(super) fn remembers(&self, at: u32, packed: u64) -> bool {
        self.codes[at as usize % LANES].get() == packed
    }

    /// Value `at` is the code `packed`, which is good.
    #[inline]
    pub(super) fn remember(&self, at: u32, packed: u64) {
        self.codes[at as usize % LANES].set(packed);
    }

    /// True when nothing is missing beside the values `present`, the last of `count`, and no syntax note is broken.
    #[inline]
    pub(super) fn is_complete(&self, index: &Index, shape: &Shape, present: u32, count: usize) -> bool {
        self.complete.get().contains(&present) || self.find_complete(index, shape, present, count)
    }

    #[inline(never)]
    fn find_complete(&self, index: &Index, shape: &Shape, present: u32, count: usize) -> bool {
        let complete = self.has_all(index, shape, present, count);
        if complete {
            let [first, second, third, _] = self.complete.get();
            self.complete.set([present, first, second, third]);
        }
        complete
    }

    fn has_all(&self, index: &Index, shape: &Shape, present: u32, count: usize) -> bool {
        let (mut at, mut elements, mut bit, mut there) = (0, 0u64, 2u64, false);
        for element in &shape.quick {
            if at >= count {
                break;
            }
            let parts = parts_of(self.inner, at);
            let own = u64::from(present >> at) & ((1 << parts) - 1);
            there = own != 0 || parts > 1;
            if there {
                elements |= bit;
                let good = match index.composites.get(element.code as usize).filter(|_| element.how == How::Composite) {
                    // its last component is there
                    Some(shape) => own >> (parts - 1) != 0 && is_complete(own << 1, shape),
                    None => parts == 1,
                };
                if !good {
                    return false;
                }
            }
            (at, bit) = (at + parts, bit << 1);
        }
        at == count && there && is_complete(elements, shape)
    }
}

/// What is asked of a component of the composite that has the values from `at` on, so many `parts`.
fn among(own: &Quick, at: usize, parts: usize) -> Quick {
    let how = match own.how {
        How::Dated(by) => {
            let beside = usize::from(by).checked_sub(1).filter(|&before| before < parts && at + before < LANES);
            beside.map_or(How::Closer, |before| How::Beside((at + before) as u8))
        }
        how => how,
    };
    Quick { how, ..*own }
}

/// How many values the element has that begins with value `at`.
fn parts_of(inner: u64, at: usize) -> usize {
    // value n stands between marks n and n + 1
    1 + (inner >> (at + 1)).trailing_ones() as usize
}

/// Nothing that is required is missing, and no syntax note is broken; bit n of `present` is element n.
#[inline]
pub(super) fn is_complete(present: u64, shape: &Shape) -> bool {
    shape.required & !present == 0 && !shape.notes.iter().any(|&note| broken(note, present).is_some())
}

/// How short and how long a value may be; no length fits where it is to be looked at closely.
fn bounds(quick: &Quick) -> (u8, u8) {
    let byte = |length: u32| u8::try_from(length).unwrap_or(u8::MAX);
    let longest = u32::from(quick.min) + u32::from(quick.more);
    match quick.how {
        How::Closer | How::Composite => (1, 0),
        // their digits are counted
        How::Decimal | How::Integer => (1, u8::MAX - 1),
        How::Date => (8, 8),
        How::Codes(_) => (byte(quick.min.into()), byte(longest).min(8)),
        // what is longer than can be told is looked at closely
        How::Code(_) | How::Text | How::Dated(_) | How::Beside(_) => {
            (byte(quick.min.into()), byte(longest).min(u8::MAX - 1))
        }
    }
}
