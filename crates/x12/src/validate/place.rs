//! Where a segment belongs, given the loops that are open; and where it may have been meant to when it fits nowhere.

use super::frame::{Children, Stack};
use super::trail::{Sign, Trail};
use crate::finding::{Code, NO_LOOP};
use crate::guide::{Candidate, Known, Plan, packed_key};
use crate::wire::Segment;

/// Where a segment belongs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'p> {
    /// In this slot of the frame at this depth, in order.
    Clean(usize, &'p Candidate),
    /// There, but too late.
    Late(usize, &'p Candidate),
    /// Perhaps there: its qualifier fits no slot.
    Misfit(usize, &'p Candidate),
    /// In a loop whose first segment did not come: the frame, the way from it to that loop, and the slot in that loop.
    Lost(usize, Lost, &'p Candidate),
    /// Nowhere.
    Nowhere(Code),
}

/// Loops whose first segments did not come: the slot of the outer one in an open loop, and of the inner one in that, where
/// there are two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub outer: u32,
    pub inner: Option<u32>,
}

/// The values of the keys of one segment; most keys are element 01, so one is remembered.
struct Keys<'s, 'a> {
    segment: &'s Segment<'a>,
    place: (u8, u8),
    value: &'a [u8],
    packed: Option<u64>,
}

impl<'s, 'a> Keys<'s, 'a> {
    fn new(segment: &'s Segment<'a>) -> Self {
        Self { segment, place: (0, 0), value: &[], packed: None }
    }

    #[inline]
    fn fits(&mut self, plan: &Plan, candidate: &Candidate) -> bool {
        if !candidate.is_keyed() {
            return true;
        }
        let place = (candidate.element, candidate.component);
        if self.place != place {
            self.place = place;
            (self.value, self.packed) = packed_key(self.segment, place.0, place.1);
        }
        self.packed == Some(candidate.value)
            || candidate.several && plan.index.codes.contains(candidate.keys, self.value, self.packed)
    }
}

/// Finds the place of `segment`: innermost loop first, first slot at or behind the current position. The way there is
/// noted on the trail.
#[inline(never)]
pub(super) fn find<'p>(
    plan: &'p Plan,
    stack: &Stack,
    segment: &Segment<'_>,
    (trail, sign): (&mut Trail, Option<Sign>),
) -> Found<'p> {
    trail.forget();
    let Some(facts) = plan.index.ids.find(segment.id()) else { return Found::Nowhere(Code::SEGMENT_UNRECOGNISED) };
    match facts.known {
        Known::Guide => {}
        Known::Set => return Found::Nowhere(Code::SEGMENT_NOT_USED),
        Known::Base => return Found::Nowhere(Code::SEGMENT_NOT_IN_SET),
        Known::No => return Found::Nowhere(Code::SEGMENT_UNRECOGNISED),
    }
    let mut keys = Keys::new(segment);
    for (depth, frame) in stack.frames.iter().enumerate().rev() {
        for (at, candidate) in plan.index.numbered(frame.loop_index, facts.number) {
            if candidate.position >= frame.position && keys.fits(plan, candidate) {
                if let Some(sign) = sign {
                    trail.note((plan, sign), stack, (depth, at), (segment.id(), facts.key));
                }
                return Found::Clean(depth, candidate);
            }
        }
    }
    Search { plan, stack, id: facts.number, keys }.recover(segment)
}

struct Search<'p, 's, 'a> {
    plan: &'p Plan,
    stack: &'s Stack,
    id: u16,
    keys: Keys<'s, 'a>,
}

impl<'p> Search<'p, '_, '_> {
    #[cold]
    fn recover(&mut self, segment: &Segment<'_>) -> Found<'p> {
        // a level whose parent level did not come
        let is_level = self.plan.hierarchy.is_some_and(|hierarchy| hierarchy.segment == segment.id());
        if is_level && let Some(found) = self.lost(Evidence::Key).or_else(|| self.lost_beyond(Evidence::Key)) {
            return found;
        }
        if let Some(found) = self.lost(Evidence::Promise) {
            return found;
        }
        if let Some((found, slot, seen)) = self.late() {
            if let Some(awaited) = self.awaited(found) {
                return awaited;
            }
            // it stood there already: it rather belongs to the next loop, whose opener is lost
            return match seen {
                Seen::Full => self.lost(Evidence::Next).unwrap_or(found),
                // what follows must not be taken for a part of the level before
                Seen::Not if self.opens(slot) => self.lost(Evidence::Level).unwrap_or(found),
                Seen::Before | Seen::Not => found,
            };
        }
        self.lost(Evidence::RequiredLoop)
            .or_else(|| self.misfit(true))
            .or_else(|| self.lost(Evidence::Any))
            .or_else(|| self.lost_beyond(Evidence::Unit))
            .or_else(|| self.misfit(false))
            .unwrap_or(Found::Nowhere(Code::SEGMENT_UNEXPECTED))
    }

    /// A slot that was passed, which it is, and whether such a segment was there.
    fn late(&mut self) -> Option<(Found<'p>, u32, Seen)> {
        for (depth, frame) in self.stack.frames.iter().enumerate().rev() {
            for candidate in self.plan.index.candidates(frame.loop_index, self.id) {
                if self.keys.fits(self.plan, candidate) {
                    return Some((Found::Late(depth, candidate), candidate.slot, self.seen(depth, candidate)));
                }
            }
        }
        None
    }

    /// True when a loop opens with what comes to the slot.
    fn opens(&self, slot: u32) -> bool {
        self.plan.index.slots.get(slot as usize).is_some_and(|at| at.opens != NO_LOOP)
    }

    /// Whether such a segment was there, in a slot that was passed.
    fn seen(&self, depth: usize, at: &Candidate) -> Seen {
        // what is decided is counted no more
        let decided = self.stack.frames.get(depth).is_some_and(|frame| at.position < frame.sealed);
        match self.stack.count(depth, at.rel) {
            _ if self.is_full(depth, at.slot, at.rel) => Seen::Full,
            0 if !decided => Seen::Not,
            _ => Seen::Before,
        }
    }

    /// Further in than the `late` slot, which may stay empty: the one slot for such a segment that is required and empty. Its
    /// qualifier is then taken for wrong, rather than the segment for misplaced and another for lost.
    fn awaited(&self, late: Found<'p>) -> Option<Found<'p>> {
        let Found::Late(outside, passed) = late else { return None };
        if self.is_required(passed.slot) {
            return None;
        }
        let inside = self.stack.frames.iter().enumerate().skip(outside + 1);
        inside.rev().find_map(|(depth, frame)| match self.plan.index.candidates(frame.loop_index, self.id) {
            [only] if only.position >= frame.position && self.waits(depth, only) => Some(Found::Misfit(depth, only)),
            _ => None,
        })
    }

    fn waits(&self, depth: usize, at: &Candidate) -> bool {
        self.is_required(at.slot) && self.stack.count(depth, at.rel) == 0
    }

    fn is_full(&self, depth: usize, slot: u32, rel: u16) -> bool {
        let (_, max) = self.plan.often(slot);
        self.stack.count(depth, rel) >= max
    }

    /// A loop that could come now, whose opener did not.
    fn lost(&mut self, evidence: Evidence) -> Option<Found<'p>> {
        for (depth, frame) in self.stack.frames.iter().enumerate().rev() {
            if evidence == Evidence::Promise && !self.is_promised(depth) {
                continue;
            }
            for slot in self.plan.loop_at(frame.loop_index).slots.clone().skip(1) {
                let Some(facts) = self.plan.index.slots.get(slot as usize) else { continue };
                if facts.position < frame.position || self.is_full(depth, slot, facts.rel) {
                    continue;
                }
                let awaited = self.is_required(slot) && self.stack.count(depth, facts.rel) == 0;
                if let Some(child) = facts.opened()
                    && let Some(candidate) = self.within(evidence, slot, child, awaited)
                {
                    return Some(Found::Lost(depth, Lost { outer: slot, inner: None }, candidate));
                }
                // what is required comes first
                if awaited {
                    break;
                }
            }
        }
        None
    }

    /// The same where more than that opener was lost: what is required ahead of the loop, or the opener of the loop around it.
    fn lost_beyond(&mut self, evidence: Evidence) -> Option<Found<'p>> {
        for (depth, frame) in self.stack.frames.iter().enumerate().rev() {
            for outer in self.plan.loop_at(frame.loop_index).slots.clone().skip(1) {
                let Some(facts) = self.plan.index.slots.get(outer as usize) else { continue };
                let Some(child) = facts.opened().filter(|_| facts.position >= frame.position) else { continue };
                if self.is_full(depth, outer, facts.rel) {
                    continue;
                }
                if let Some(candidate) = self.within(evidence, outer, child, false) {
                    return Some(Found::Lost(depth, Lost { outer, inner: None }, candidate));
                }
                if let Some((inner, candidate)) = self.further(evidence, child) {
                    return Some(Found::Lost(depth, Lost { outer, inner: Some(inner) }, candidate));
                }
            }
        }
        None
    }

    fn is_promised(&self, depth: usize) -> bool {
        self.stack.level(depth).is_some_and(|level| level.children == Children::Promised)
    }

    /// The slot for the segment in the loop `child` that stands in `slot`, where the evidence speaks for it.
    fn within(&mut self, evidence: Evidence, slot: u32, child: u16, awaited: bool) -> Option<&'p Candidate> {
        let mut candidates = self.plan.index.candidates(child, self.id).iter();
        candidates.find(|candidate| {
            self.speaks(evidence, slot, child, awaited, candidate) && self.keys.fits(self.plan, candidate)
        })
    }

    /// The slot in a loop within `child`.
    fn further(&mut self, evidence: Evidence, child: u16) -> Option<(u32, &'p Candidate)> {
        let mut slots = self.plan.loop_at(child).slots.clone().skip(1);
        slots.find_map(|slot| {
            let inner = self.plan.index.slots.get(slot as usize)?.opened()?;
            Some((slot, self.within(evidence, slot, inner, false)?))
        })
    }

    /// True when the evidence is there that `candidate` of the loop `child`, which stands in `slot`, was meant.
    fn speaks(&self, evidence: Evidence, slot: u32, child: u16, awaited: bool, candidate: &Candidate) -> bool {
        let known = self.plan.index.loops.get(usize::from(child));
        match evidence {
            Evidence::Next => {
                self.is_first(child, candidate) && self.speaks(Evidence::Any, slot, child, awaited, candidate)
            }
            Evidence::Level => {
                known.is_some_and(|known| known.level)
                    && self.is_required(candidate.slot)
                    && self.is_first(child, candidate)
            }
            Evidence::Unit => {
                let cuts = || self.plan.index.chains.iter().any(|way| way.last() == Some(&slot));
                (known.is_some_and(|known| known.level || known.is_claim) || cuts()) && self.is_first(child, candidate)
            }
            Evidence::Any => {
                let claim = known.is_some_and(|known| known.is_claim);
                claim
                    || self.opens(candidate.slot)
                    || candidate.is_keyed()
                    || candidate.rel == 1
                    || self.is_required(slot)
            }
            Evidence::Key => candidate.is_keyed(),
            Evidence::RequiredLoop => candidate.is_keyed() && awaited,
            Evidence::Promise => {
                let counts = self.opens(candidate.slot) || self.is_required(candidate.slot);
                known.is_some_and(|known| known.level) && counts
            }
        }
    }

    /// True when nothing that loop `child` requires, but its opener, stands ahead of `candidate` in it.
    fn is_first(&self, child: u16, candidate: &Candidate) -> bool {
        let slots = self.plan.loop_at(child).slots.clone().skip(1);
        !slots.take_while(|&slot| slot < candidate.slot).any(|slot| {
            let ahead = self.plan.index.slots.get(slot as usize).is_some_and(|at| at.position < candidate.position);
            ahead && self.is_required(slot)
        })
    }

    fn is_required(&self, slot: u32) -> bool {
        self.plan.often(slot).0
    }

    /// The nearest slot for such a segment, whatever its qualifier: one that is still `open`, else any.
    fn misfit(&self, open: bool) -> Option<Found<'p>> {
        for (depth, frame) in self.stack.frames.iter().enumerate().rev() {
            for candidate in self.plan.index.candidates(frame.loop_index, self.id) {
                let ahead = candidate.position >= frame.position;
                if !open || ahead && !self.is_full(depth, candidate.slot, candidate.rel) {
                    return Some(Found::Misfit(depth, candidate));
                }
            }
        }
        None
    }
}

/// Whether such a segment was there, in a slot that was passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    /// Once at least, or the matter is decided.
    Before,
    /// As often as it may.
    Full,
}

/// What must speak for a lost opener.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// That the segment fits, and is no mere follower of what may be left out.
    Any,
    /// The same, and that nothing else that the loop requires would be lost with its opener.
    Next,
    /// That the loop is a level, which has to have the segment right at its beginning.
    Level,
    /// That the loop is a level or a claim, or one that sets are cut before, and that nothing else that it requires would
    /// be lost with its opener.
    Unit,
    /// That its qualifier fits.
    Key,
    /// That its qualifier fits, and the loop is required and was not there yet.
    RequiredLoop,
    /// That the level above promised a level below, which would have to have this segment.
    Promise,
}
