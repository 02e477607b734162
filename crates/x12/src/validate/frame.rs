//! The loops that are open.

use super::leads::{Leads, Site};
use super::report::Spot;
use crate::finding::Scope;
use crate::guide::{LoopFacts, Plan};

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
    /// Something adds up when it closes, or it is a level: whether all is well is not told by `wanted` alone.
    pub judged: bool,
    pub is_level: bool,
    /// Digest of the segment that opened it, until another one has come into it.
    pub opener: u64,
    /// Where in its loop the last segment stood.
    pub position: u32,
    /// Slots before this position are decided.
    pub sealed: u32,
    /// Where its counts begin.
    pub counts: u32,
    /// Required slots that nothing came to for all that is known, as [`LoopFacts::wanted`](crate::guide::LoopFacts::wanted) has them.
    pub wanted: u64,
    /// The last number of a child that counts 1, 2, 3 ...
    pub sequence: u64,
    /// What that number should have been; 0 where it is right.
    pub sequence_due: u64,
}

/// What an open loop is that is a level of the hierarchy.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    /// Its frame.
    pub depth: usize,
    /// 0 while it is not known.
    pub id: u64,
    /// What that id should have been; 0 where it is right.
    pub due: u64,
    pub children: Children,
    /// Where it says whether levels follow.
    pub says: Spot,
}

/// The open loops, the set first, and how often each slot of them was filled.
#[derive(Debug, Default)]
pub(super) struct Stack {
    pub frames: Vec<Frame>,
    /// Of the frames that are levels.
    pub levels: Vec<Level>,
    counts: Vec<u32>,
    /// Where it is, for the trail of its walker.
    pub site: Site,
}

impl Frame {
    /// The last segment stands where a way leads.
    #[inline]
    pub(super) fn stand(&mut self, leads: &Leads) {
        self.position = leads.position;
        self.wanted &= !1u64.unbounded_shl(leads.wanted.into());
        self.opener = 0;
    }
}

impl Clone for Stack {
    /// A copy is of another walker, whose trail numbers sites in its own way.
    fn clone(&self) -> Self {
        let (frames, levels) = (self.frames.clone(), self.levels.clone());
        Self { frames, levels, counts: self.counts.clone(), site: Site::UNKNOWN }
    }
}

impl Stack {
    /// Opens loop `loop_index`, of which the `facts` are, on top; `opener` is the digest of what opened it.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for a third of all segments; the other places are rare")]
    pub(super) fn push(&mut self, (loop_index, facts): (u16, &LoopFacts), foreign: bool, opener: u64) {
        // what stands in the wrong place reaches what is at that place
        let scope = match self.frames.last() {
            Some(top) if foreign || facts.inherits => top.scope,
            _ => facts.scope,
        };
        let counts = self.counts.len();
        self.counts.resize(counts + facts.len as usize, 0);
        if facts.level {
            self.levels.push(Level { depth: self.frames.len(), ..Level::default() });
        }
        self.frames.push(Frame {
            loop_index,
            scope,
            foreign,
            judged: facts.level | facts.adds_up(),
            is_level: facts.level,
            opener,
            position: facts.position,
            sealed: 0,
            counts: counts as u32,
            wanted: facts.wanted,
            sequence: 0,
            sequence_due: 0,
        });
        self.site = Site::UNKNOWN;
    }

    /// Closes the innermost loop; gives which one it was.
    pub(super) fn pop(&mut self) -> Option<u16> {
        let Frame { loop_index, counts, is_level, .. } = self.frames.pop()?;
        self.counts.truncate(counts as usize);
        if is_level {
            self.levels.pop();
        }
        self.site = Site::UNKNOWN;
        Some(loop_index)
    }

    /// What the frame at `depth` is as a level.
    pub(super) fn level(&self, depth: usize) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.depth == depth)
    }

    /// What the innermost loop is as a level.
    pub(super) fn top_level(&mut self) -> Option<&mut Level> {
        let depth = self.frames.len().checked_sub(1)?;
        self.levels.iter_mut().rev().find(|level| level.depth == depth)
    }

    /// As [`Stack::level_from`], to be changed.
    pub(super) fn level_from_mut(&mut self, depth: usize) -> Option<&mut Level> {
        self.levels.iter_mut().rev().find(|level| level.depth <= depth && level.id != 0)
    }

    /// The innermost level whose id is known, of the frames up to `depth`.
    pub(super) fn level_from(&self, depth: usize) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.depth <= depth && level.id != 0)
    }

    /// The innermost loop, and how often slot number `rel` of it was filled.
    #[inline]
    pub(super) fn top(&mut self, rel: u16) -> Option<(&mut Frame, &mut u32)> {
        let frame = self.frames.last_mut()?;
        let count = self.counts.get_mut(frame.counts as usize + usize::from(rel))?;
        Some((frame, count))
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
        frame.stand(leads);
        if let Some(count) = self.counts.get_mut(frame.counts as usize + usize::from(leads.rel)) {
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
        self.frames
            .get(depth)
            .and_then(|frame| self.counts.get(frame.counts as usize + usize::from(rel)))
            .copied()
            .unwrap_or(0)
    }

    /// The count itself.
    #[inline]
    pub(super) fn count_mut(&mut self, depth: usize, rel: u16) -> Option<&mut u32> {
        let at = self.frames.get(depth)?.counts as usize + usize::from(rel);
        self.counts.get_mut(at)
    }

    /// What stands before the position `limit` of the frame at `depth` is decided, and counted no more.
    pub(super) fn uncount(&mut self, plan: &Plan, depth: usize, limit: u32) {
        let Some(frame) = self.frames.get_mut(depth) else { return };
        frame.sealed = limit;
        let counts = self.counts.get_mut(frame.counts as usize..).unwrap_or_default();
        let slots = &plan.loop_at(frame.loop_index).slots;
        let facts = plan.index.slots.get(slots.start as usize..slots.end as usize).unwrap_or_default();
        for (count, _) in counts.iter_mut().zip(facts).filter(|(_, facts)| facts.position < limit) {
            *count = 0;
        }
    }

    /// The counts of the frame at `depth`.
    pub(super) fn counts_of(&self, depth: usize) -> &[u32] {
        let end = self.frames.get(depth + 1).map_or(self.counts.len(), |next| next.counts as usize);
        self.frames.get(depth).and_then(|frame| self.counts.get(frame.counts as usize..end)).unwrap_or_default()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.levels.clear();
        self.counts.clear();
        self.site = Site::UNKNOWN;
    }
}
