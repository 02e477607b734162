//! Where segments went before: most segments go where one like them went the last time.

use super::frame::{Frame, Stack};
use crate::guide::{Candidate, KeyPlace, Plan, SegmentFacts, packed_key};
use crate::wire::Segment;

/// How many ways are remembered.
const WAYS: usize = 512;
/// How many loops a segment may leave on a way that is remembered.
const DEEPEST: usize = 3;

/// Ways that segments of one plan took. It never decides where a segment belongs, it only remembers what was found for
/// one with the same id and qualifier from the same place in the same loops; so it may be lost at any time.
#[derive(Debug, Default)]
pub struct Trail {
    /// Of the plan whose ways they are.
    fingerprint: u64,
    ways: Vec<Way>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sign {
    /// Loop and position of the innermost frame.
    here: u64,
    /// Number of the segment id, from 1.
    id: u32,
    /// The qualifier.
    key: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Way {
    sign: Sign,
    /// Loops and positions of the frames around, as far as the segment went out.
    around: [u64; DEEPEST],
    /// How many frames it went out.
    out: u32,
    /// Index of the candidate.
    candidate: u32,
}

#[inline]
fn place(frame: &Frame) -> u64 {
    u64::from(frame.loop_index) << 32 | u64::from(frame.position)
}

impl Sign {
    /// What tells the way of `segment`; `None` when its qualifier is none, or cannot be one.
    #[inline]
    pub(super) fn of(stack: &Stack, segment: &Segment<'_>, facts: SegmentFacts) -> Option<Self> {
        let key = match facts.key {
            KeyPlace::None => 0,
            KeyPlace::At(element, component) => packed_key(segment, element, component).1?,
            KeyPlace::Varies => return None,
        };
        Some(Self { here: place(stack.frames.last()?), id: u32::from(facts.number) + 1, key })
    }

    #[inline]
    fn slot(&self) -> usize {
        let mixed =
            (self.here ^ u64::from(self.id) << 48 ^ self.key.rotate_left(17)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (64 - WAYS.trailing_zeros())) as usize
    }
}

impl Clone for Trail {
    /// Another walker begins with none: they are found again in no time.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Trail {
    /// From now on ways of `plan` are remembered.
    pub(super) fn follow(&mut self, plan: &Plan) {
        if self.fingerprint != plan.fingerprint || self.ways.is_empty() {
            self.fingerprint = plan.fingerprint;
            self.ways.clear();
            self.ways.resize(WAYS, Way::default());
        }
    }

    /// The depth and the candidate that one like it came to.
    #[inline]
    pub(super) fn recall<'p>(&self, plan: &'p Plan, stack: &Stack, sign: &Sign) -> Option<(usize, &'p Candidate)> {
        let way = self.ways.get(sign.slot()).filter(|way| way.sign == *sign)?;
        let depth = stack.frames.len().checked_sub(1 + way.out as usize)?;
        let passed = stack.frames.get(depth..stack.frames.len() - 1)?;
        let same = passed.iter().rev().zip(&way.around).all(|(frame, around)| place(frame) == *around);
        if same { plan.index.candidates.get(way.candidate as usize).map(|candidate| (depth, candidate)) } else { None }
    }

    /// Remembers that a segment came to `candidate` of the frame at `depth`.
    pub(super) fn note(&mut self, sign: Sign, stack: &Stack, depth: usize, candidate: usize) {
        let (Some(passed), Some(way)) =
            (stack.frames.get(depth..stack.frames.len().saturating_sub(1)), self.ways.get_mut(sign.slot()))
        else {
            return;
        };
        let (out, Ok(candidate)) = (passed.len(), u32::try_from(candidate)) else { return };
        if out > DEEPEST {
            return;
        }
        let mut around = [0; DEEPEST];
        for (to, frame) in around.iter_mut().zip(passed.iter().rev()) {
            *to = place(frame);
        }
        *way = Way { sign, around, out: out as u32, candidate };
    }
}
