//! What is open between two pieces of a file: what is known, and what may be assumed.

use std::sync::Arc;

use x12::guide::{Parties, Plan, Role};
use x12::validate::{Boundary, Options, Walker};
use x12::wire::{Delimiters, Mode, Segment};

use crate::group::Group;
use crate::peek::Known;

/// What is open where a piece begins or ends.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    pub(crate) mode: Mode,
    /// Of the interchange, where a partner's overlay may ask for them.
    pub(crate) parties: Option<Arc<Parties>>,
    pub(crate) group: Option<Arc<Group>>,
    pub(crate) set: Set,
    /// Inside what kind of item the piece begins.
    pub(crate) inside: Inside,
    /// The last segment was empty: more of them are one fault with it.
    pub(crate) empty: bool,
}

/// The open set.
#[derive(Clone, Default)]
pub(crate) enum Set {
    /// None is open.
    #[default]
    None,
    /// One that no guide is known for.
    Opaque,
    /// One that is walked.
    Walked(Box<Walker>),
}

/// What kind of item was begun and goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Inside {
    #[default]
    Nothing,
    /// An interchange, ahead of its first group.
    Preface,
    Envelope,
    Misplaced,
    Header,
    Level,
    Claim,
    Record,
    Opaque,
    Stray,
}

impl Standing {
    /// Before the first byte of a file.
    pub(crate) fn outside() -> Self {
        Self::default()
    }

    /// True when work that began from `assumed` holds for a piece that begins here.
    pub(crate) fn matches(&self, assumed: &Assumption) -> bool {
        self.mode == Mode::Inside(assumed.delimiters)
            && self.parties == assumed.parties
            && self.group.as_deref() == assumed.group.as_deref()
            && match (&self.set, &assumed.set) {
                (Set::None, None) => self.inside == assumed.inside,
                (Set::Walked(walker), Some((_, boundary))) => {
                    walker.boundary() == *boundary && self.inside == assumed.inside
                }
                _ => false,
            }
    }
}

/// How a piece is thought to begin: right before a cut segment.
#[derive(Clone)]
pub(crate) struct Assumption {
    pub(crate) delimiters: Delimiters,
    pub(crate) parties: Option<Arc<Parties>>,
    pub(crate) group: Option<Arc<Group>>,
    pub(crate) set: Option<(Box<Walker>, Boundary)>,
    /// Inside what kind of item the cut segment stands.
    pub(crate) inside: Inside,
}

impl Assumption {
    /// What stands before `cut`, if what is `known` is in force there.
    pub(crate) fn before(cut: &[u8], known: &Known, options: Options) -> Option<Self> {
        let Known { delimiters, parties, group, plan, levels } = known.clone();
        let marks = x12::wire::marks(cut, 0, cut.len() as u32, delimiters);
        let segment = Segment::new(cut, 0, &marks, delimiters);
        if segment.name() == b"ST" {
            return Some(Self { delimiters, parties, group, set: None, inside: Inside::Envelope });
        }
        let plan = plan?;
        let (walker, boundary) = Walker::assume(&plan, &segment, options, &levels)?;
        let begins = plan.opened_by_cut(&segment).is_some_and(|index| begins_item(&plan, index));
        let inside = if begins { Inside::Nothing } else { Inside::Header };
        Some(Self { delimiters, parties, group, set: Some((Box::new(walker), boundary)), inside })
    }

    /// As a standing to begin from.
    pub(crate) fn standing(&self) -> Standing {
        let set = self.set.as_ref().map_or(Set::None, |(walker, _)| Set::Walked(walker.clone()));
        let (mode, parties, group) = (Mode::Inside(self.delimiters), self.parties.clone(), self.group.clone());
        Standing { mode, parties, group, set, inside: self.inside, empty: false }
    }
}

/// True when a new item begins where the loop at `index` opens; elsewhere the one before goes on.
pub(crate) fn begins_item(plan: &Plan, index: u16) -> bool {
    let role = plan.loop_at(index).role;
    matches!(role, Some(Role::Provider | Role::Subscriber | Role::Patient | Role::Claim | Role::Record))
}
