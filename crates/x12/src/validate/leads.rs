//! Where a way leads that segments took: from loops that are open, to a place in one of them.

use crate::guide::{Action, KeyPlace, Plan};

/// Which loops are open, and where in each of them the last segment stood, as one number that a trail gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Site(pub u32);

impl Site {
    /// It was not asked for since it changed.
    pub(super) const UNKNOWN: Self = Self(0);
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leads {
    /// Index of the candidate.
    pub(super) candidate: u32,
    pub(super) site: Site,
    /// The facts of the candidate's slot, as the plan has them.
    pub(super) position: u32,
    pub(super) max: u32,
    pub(super) rel: u16,
    /// The slot that says what the segment must be, and its loop: where a loop opens, the first slot of that.
    pub(super) loop_index: u16,
    pub(super) slot: u32,
    pub(super) opens: bool,
    pub(super) acts: bool,
    /// Number of the candidate's bit among those of its loop that are wanted; 64 for none.
    pub(super) wanted: u8,
    /// 1 where the qualifier is the first value and one of some codes: nothing more is to be asked of it, once a segment that
    /// went this way was good.
    keyed: u8,
    pub(super) sure: u8,
}

impl Leads {
    /// To a candidate.
    pub(super) fn to(plan: &Plan, candidate: usize, place: KeyPlace) -> Option<Self> {
        let candidate_slot = plan.index.candidates.get(candidate)?.slot;
        let facts = plan.index.slots.get(candidate_slot as usize)?;
        let slot = match facts.opened() {
            Some(child) => plan.index.loops.get(usize::from(child))?.first,
            None => candidate_slot,
        };
        let own = plan.index.slots.get(slot as usize)?;
        Some(Self {
            candidate: u32::try_from(candidate).ok()?,
            site: Site::UNKNOWN,
            position: facts.position,
            max: facts.max,
            rel: facts.rel,
            loop_index: own.loop_index,
            slot,
            opens: facts.opened().is_some(),
            acts: own.action != Action::None,
            wanted: facts.wanted.trailing_zeros() as u8,
            keyed: u8::from(place == KeyPlace::First && own.shape.begins_with_code()),
            sure: 0,
        })
    }

    /// A segment went this way and was good.
    #[inline]
    pub(super) fn was_good(&mut self) {
        self.sure = self.keyed;
    }
}
