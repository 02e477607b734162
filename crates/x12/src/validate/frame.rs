//! The loops that are open.

use super::report::Spot;
use super::trail::Leads;
use crate::finding::Scope;
use crate::guide::Plan;

/// "Not known", for the id of a level.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// Whether levels follow below, as the hierarchy segment says and as it turns out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Children {
    /// It does not say, or the matter is settled.
    #[default]
    Settled,
    /// It says that they do; none has come yet.
    Promised,
    /// It says that none do.
    Denied,
}

/// An open loop.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub loop_index: u16,
    /// What a finding in it reaches.
    pub scope: Scope,
    /// Out of its place, on top of loops that it does not belong to.
    pub foreign: bool,
    /// Digest of the segment that opened it, until another one has come into it.
    pub opener: u64,
    /// Where in its loop the last segment stood.
    pub position: u32,
    /// Slots before this position are decided.
    pub sealed: u32,
    /// Where its counts begin.
    pub counts: usize,
    /// Required slots that nothing came to for all that is known, as [`LoopFacts::wanted`](crate::guide::LoopFacts::wanted) has them.
    pub wanted: u64,
    /// Id of the level that it is; 0 when it is none.
    pub level: u64,
    /// What that id should have been; 0 where it is right.
    pub level_due: u64,
    pub children: Children,
    /// Where it says whether levels follow.
    pub says: Spot,
    /// The last number of a child that counts 1, 2, 3 ...
    pub sequence: u64,
    /// What that number should have been; 0 where it is right.
    pub sequence_due: u64,
}

/// Which loops are open, and where in each of them the last segment stood, as one number that a trail gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Site(pub u32);

impl Site {
    /// It was not asked for since it changed.
    pub(super) const UNKNOWN: Self = Self(0);
}

/// The open loops, the set first, and how often each slot of them was filled.
#[derive(Debug, Default)]
pub(super) struct Stack {
    pub frames: Vec<Frame>,
    counts: Vec<u32>,
    /// Where it is, for the trail of its walker.
    pub site: Site,
}

impl Clone for Stack {
    /// A copy is of another walker, whose trail numbers sites in its own way.
    fn clone(&self) -> Self {
        Self { frames: self.frames.clone(), counts: self.counts.clone(), site: Site::UNKNOWN }
    }
}

impl Stack {
    /// Opens loop `loop_index` on top.
    pub(super) fn push(&mut self, plan: &Plan, loop_index: u16, foreign: bool) -> &mut Frame {
        let known = plan.index.loops.get(usize::from(loop_index));
        let (scope, slots, position, wanted) = match known {
            Some(facts) => {
                let position = plan.slots.get(facts.first as usize).map_or(0, |slot| slot.position);
                (facts.scope, facts.len, position, facts.wanted)
            }
            None => (Scope::Set, 0, 0, 0),
        };
        // what stands in the wrong place reaches what is at that place
        let scope = if foreign || known.is_some_and(|facts| facts.inherits) {
            self.frames.last().map_or(scope, |top| top.scope)
        } else {
            scope
        };
        let counts = self.counts.len();
        self.counts.resize(counts + slots as usize, 0);
        let frame = Frame {
            loop_index,
            scope,
            foreign,
            opener: 0,
            position,
            sealed: 0,
            counts,
            wanted,
            level: 0,
            level_due: 0,
            children: Children::Settled,
            says: Spot::default(),
            sequence: 0,
            sequence_due: 0,
        };
        self.frames.push(frame);
        self.site = Site::UNKNOWN;
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Closes the innermost loop; gives which one it was.
    pub(super) fn pop(&mut self) -> Option<u16> {
        let &Frame { loop_index, counts, .. } = self.frames.last()?;
        self.frames.truncate(self.frames.len() - 1);
        self.counts.truncate(counts);
        self.site = Site::UNKNOWN;
        Some(loop_index)
    }

    /// True when the slot that a way leads to, in the frame at `depth`, can be filled once more.
    #[inline]
    pub(super) fn has_room(&self, depth: usize, leads: &Leads) -> bool {
        self.count(depth, leads.rel) < leads.max
    }

    /// The slot that a way leads to, in the frame at `depth`, is filled once more: the last segment stands there.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for nearly every segment")]
    pub(super) fn stand(&mut self, depth: usize, leads: &Leads) {
        let Some(frame) = self.frames.get_mut(depth) else { return };
        frame.position = leads.position;
        frame.wanted &= !leads.wanted;
        frame.opener = 0;
        if let Some(count) = self.counts.get_mut(frame.counts + usize::from(leads.rel)) {
            *count = count.saturating_add(1);
        }
        self.site = leads.site;
    }

    /// The last segment stands at `position` of the frame at `depth`.
    pub(super) fn move_to(&mut self, depth: usize, position: u32) {
        if let Some(frame) = self.frames.get_mut(depth) {
            if frame.position != position {
                frame.position = position;
                self.site = Site::UNKNOWN;
            }
            frame.opener = 0;
        }
    }

    /// How often slot number `rel` of the frame at `depth` was filled.
    #[inline]
    pub(super) fn count(&self, depth: usize, rel: u16) -> u32 {
        self.frames.get(depth).and_then(|frame| self.counts.get(frame.counts + usize::from(rel))).copied().unwrap_or(0)
    }

    /// The count itself.
    #[inline]
    pub(super) fn count_mut(&mut self, depth: usize, rel: u16) -> Option<&mut u32> {
        let at = self.frames.get(depth)?.counts + usize::from(rel);
        self.counts.get_mut(at)
    }

    /// The counts of the frame at `depth`.
    pub(super) fn counts_of(&self, depth: usize) -> &[u32] {
        let end = self.frames.get(depth + 1).map_or(self.counts.len(), |next| next.counts);
        self.frames.get(depth).and_then(|frame| self.counts.get(frame.counts..end)).unwrap_or_default()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.counts.clear();
        self.site = Site::UNKNOWN;
    }
}
