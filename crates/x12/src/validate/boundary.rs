//! The walker's state between two pieces of a file: what can be compared, and what can be assumed.

use super::frame::Children;
use super::state::State;
use super::value::counting;
use crate::finding::{Code, Scope};
use crate::guide::Plan;
use crate::wire::Segment;

/// What the rest of a set depends on, in one canonical form: equal boundaries give equal findings from there on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    /// The guide; 0 outside a set.
    fingerprint: u64,
    last_level: [u64; 2],
    just_lost: Option<u32>,
    /// The segment before it was out of its place.
    astray: Option<(Code, Scope)>,
    cells: Vec<u64>,
}

impl Boundary {
    /// The state of a walk, without what only counts up and without what can no longer matter.
    pub(super) fn of(plan: &Plan, state: &State) -> Self {
        let mut cells = Vec::with_capacity(state.stack.frames.len() * 10);
        for (depth, frame) in state.stack.frames.iter().enumerate() {
            let level = state.stack.level(depth).cloned().unwrap_or_default();
            let marks = u64::from(frame.foreign) | u64::from(level.children != Children::Settled) << 1;
            cells.extend([
                u64::from(frame.loop_index) << 32 | marks << 16 | frame.scope as u64,
                u64::from(frame.position) << 32 | u64::from(frame.sealed),
                level.id,
                level.due,
                frame.sequence,
                frame.sequence_due,
                frame.opener,
            ]);
            let slots = plan.loop_at(frame.loop_index).slots.clone();
            for ((rel, slot), &count) in (0u64..).zip(slots).zip(state.stack.counts_of(depth)) {
                let Some(facts) = plan.index.slots.get(slot as usize) else { continue };
                // of what may come any number of times it only matters whether it came; where the walk stands now,
                // it is about to come
                let count = match facts.max {
                    u32::MAX if facts.position == frame.position && facts.opened().is_some() => 0,
                    u32::MAX => count.min(1),
                    _ => count,
                };
                if count > 0 && facts.position >= frame.sealed {
                    cells.push(rel << 32 | u64::from(count));
                }
            }
        }
        let claim = u64::from(state.claim_at.is_some()) | u64::from(state.line_at.is_some()) << 1;
        cells.push(claim);
        let last_level = [state.last_level, state.level_due];
        let astray = state.astray.filter(|astray| astray.ordinal == state.ordinal);
        let astray = astray.map(|astray| (astray.code, astray.scope));
        Self { fingerprint: plan.fingerprint, last_level, just_lost: state.just_lost, astray, cells }
    }
}

impl State {
    /// The state before the cut segment `cut`, as far as that segment tells it. It names one level above its own; ids of those
    /// around that are taken from `levels`, by loop.
    pub(super) fn before(plan: &Plan, cut: &Segment<'_>, levels: &[(u16, u64)]) -> Option<Self> {
        let way = plan.chain_to(cut)?;
        let (_, around) = way.split_last()?;
        let mut state = Self::default();
        state.stack.push((0, plan.index.loops.first()?), false, 0);
        for &slot in around {
            let child = plan.index.slots.get(slot as usize)?.opened()?;
            state.stack.push((child, plan.index.loops.get(usize::from(child))?), false, 0);
        }
        for (depth, &slot) in around.iter().enumerate() {
            let rel = plan.index.slots.get(slot as usize)?.rel;
            *state.stack.count_mut(depth, rel)? = 1;
        }
        for frame in &state.stack.frames {
            let sums = plan.index.loops.get(usize::from(frame.loop_index))?.sums;
            if sums.0 < sums.1 {
                state.ledger.sums.assume(&plan.index, sums);
            }
        }
        for (frame, &slot) in state.stack.frames.iter_mut().zip(way) {
            let facts = plan.index.slots.get(slot as usize)?;
            frame.position = facts.position;
            frame.sealed = facts.position;
        }
        if let Some((innermost, others)) = state.stack.levels.split_last_mut() {
            for around in others {
                let own = state.stack.frames.get(around.depth)?.loop_index;
                around.id = levels.iter().find(|(index, _)| *index == own)?.1;
            }
            innermost.id = counting(cut.element(usize::from(plan.hierarchy?.parent)))?;
        }
        if let Some(hierarchy) = plan.hierarchy.filter(|hierarchy| hierarchy.segment == cut.id()) {
            state.last_level = counting(cut.element(usize::from(hierarchy.id)))?.checked_sub(1)?;
        }
        Some(state)
    }
}
