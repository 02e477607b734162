//! How the walker finds a segment's slot in constant time, and what it must know of it: dense tables.

use super::codes::{CodeSets, NO_CODES};
use super::notes::Note;
use super::quick::{Rule, Shape};
use super::words::Role;
use crate::finding::{Code, NO_LOOP, Scope};
use crate::wire::SegmentId;

/// Lookup tables of a plan.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) ids: Ids,
    /// Number of segment ids that the guide uses; they are numbered first.
    pub(crate) guide_ids: usize,
    /// By loop, then by segment id: a range of `candidates`.
    pub(crate) cells: Vec<(u16, u16)>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) slots: Vec<SlotFacts>,
    pub(crate) loops: Vec<LoopFacts>,
    /// Required slots, by loop, each with its number there.
    pub(crate) required: Vec<(u32, u16)>,
    /// As `Plan::elements`, one for one.
    pub(crate) rules: Vec<Rule>,
    /// What composites are at first sight.
    pub(crate) composites: Vec<Shape>,
    pub(crate) notes: Vec<Note>,
    pub(crate) codes: CodeSets,
    pub(crate) balance: Balance,
    /// The sums that are kept, those of one loop on end.
    pub(crate) sums: Vec<SumRule>,
    /// What takes part in them, by slot.
    pub(crate) terms: Vec<Term>,
    /// The ways from the root to the loops that cut segments open.
    pub(crate) chains: Vec<Vec<u32>>,
}

/// A slot that a segment may come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub slot: u32,
    pub position: u32,
    /// Number of the slot in its loop.
    pub rel: u16,
    /// The code set of the key; `NO_CODES` when any value will do.
    pub keys: u16,
    /// The key has other values than `value`.
    pub several: bool,
    pub element: u8,
    pub component: u8,
    /// One value of the key.
    pub value: u64,
}

/// What the walker knows of a slot.
#[derive(Clone, Debug)]
pub(crate) struct SlotFacts {
    pub elements: (u32, u32),
    pub notes: (u32, u32),
    /// What it is at first sight.
    pub shape: Shape,
    pub position: u32,
    pub max: u32,
    pub segment: SegmentId,
    pub loop_index: u16,
    /// The loop it opens; `NO_LOOP` for none.
    pub opens: u16,
    /// Number of the slot in its loop.
    pub rel: u16,
    pub mandatory: bool,
    pub action: Action,
    /// Which it is of the required slots of its loop: a bit of [`LoopFacts::wanted`], none where it is not one of them.
    pub wanted: u64,
}

/// What the walker knows of a loop.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, asked for alone")]
pub(crate) struct LoopFacts {
    /// Its first slot, and how many there are.
    pub first: u32,
    pub len: u32,
    /// Where its first slot stands.
    pub position: u32,
    /// A range of `Index::required`.
    pub required: (u32, u32),
    /// A bit for each of them; of those beyond the 63rd, one together, which no slot has.
    pub wanted: u64,
    pub scope: Scope,
    pub role: Option<Role>,
    /// A finding in it reaches what the loop around it reaches, wherever that is: an overlay gave it two places.
    pub inherits: bool,
    pub seals: bool,
    /// Opened by the hierarchy segment.
    pub level: bool,
    /// Element of the opening segment that counts 1, 2, 3 ...; 0 for none.
    pub sequence: u8,
    pub is_claim: bool,
    pub is_line: bool,
    pub is_payer: bool,
    /// A range of `Index::sums`: those that are of this loop.
    pub sums: (u16, u16),
}

/// Amounts that take part in a balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// No part.
    #[default]
    None,
    /// The claim's charge stands in this element.
    Charge(u8),
    /// The line's charge.
    LineCharge(u8),
    /// What another payer paid for the claim.
    Paid(u8),
    /// The id of another payer.
    Payer(u8),
    /// Adjustments of another payer to the claim: every third element from the third.
    Adjustment,
    /// Payer and amount paid for the line.
    LinePaid(u8, u8),
    /// Adjustments to the line.
    LineAdjustment,
    /// A range of `Index::terms`.
    Terms(u32, u32),
}

/// A total that must be what its terms add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SumRule {
    pub code: Code,
    pub loop_index: u16,
}

/// What a segment adds to a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Number of the sum.
    pub sum: u16,
    pub part: Part,
    /// Only where this element has this value.
    pub when: Option<(u8, Box<[u8]>)>,
}

/// How much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The amount in this element is the total.
    Total(u8),
    /// The amounts in these elements are added, or taken off.
    Amounts(Box<[u8]>, bool),
    /// One for each segment.
    One,
}

/// Which balances are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    /// Claim charge against line charges.
    pub claim_total: bool,
    /// Other payers' amounts against the charges.
    pub other_payers: bool,
}

/// Numbers of segment ids: dense, so that they can index a table.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    table: Vec<(u32, SegmentFacts)>,
    shift: u32,
}

/// What is known of a segment id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentFacts {
    pub number: u16,
    pub known: Known,
    /// Where its qualifier stands.
    pub key: KeyPlace,
}

/// Where the qualifier of a segment stands: element and component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// It has none anywhere in the guide.
    #[default]
    None,
    /// It is the first element, wherever the segment may come.
    First,
    /// Here, wherever the segment may come.
    At(u8, u8),
    /// Now here, now there.
    Varies,
}

/// How well a segment id is known, where the guide does not use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    /// Somewhere in the guide.
    Guide,
    /// In the base's set only.
    Set,
    /// In the base only.
    Base,
    /// Not at all.
    #[default]
    No,
}

impl KeyPlace {
    /// Of a qualifier in this element and component.
    pub(crate) fn new(element: u8, component: u8) -> Self {
        if (element, component) == (1, 0) { Self::First } else { Self::At(element, component) }
    }
}

impl Ids {
    /// Numbers `ids` from 0 in their order.
    pub(crate) fn new(ids: &[(SegmentId, Known, KeyPlace)]) -> Self {
        let size = (ids.len() * 4).next_power_of_two().max(16);
        let shift = 32 - size.trailing_zeros();
        let mut table = vec![(0, SegmentFacts::default()); size];
        for (number, &(id, known, key)) in (0u16..).zip(ids) {
            let mut at = home(id, shift);
            while table[at].0 != 0 {
                at = (at + 1) % size;
            }
            table[at] = (id.packed(), SegmentFacts { number, known, key });
        }
        Self { table, shift }
    }

    /// What is known of `id`.
    #[inline]
    pub(crate) fn find(&self, id: SegmentId) -> Option<SegmentFacts> {
        let packed = id.packed();
        let mut at = home(id, self.shift);
        // the table is at most a quarter full, so an empty place ends the search
        loop {
            let &(key, facts) = self.table.get(at)?;
            if key == packed {
                return (packed != 0).then_some(facts);
            }
            if key == 0 {
                return None;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }
}

#[inline]
fn home(id: SegmentId, shift: u32) -> usize {
    (id.packed().wrapping_mul(0x9E37_79B1) >> shift) as usize
}

impl Index {
    /// Where segment id number `id` may come in loop `index`.
    #[inline]
    pub(crate) fn candidates(&self, index: u16, id: u16) -> &[Candidate] {
        let cell = self.cells.get(usize::from(index) * self.guide_ids + usize::from(id));
        cell.and_then(|&(from, to)| self.candidates.get(usize::from(from)..usize::from(to))).unwrap_or_default()
    }

    /// As [`Index::candidates`], each with its number.
    pub(crate) fn numbered(&self, index: u16, id: u16) -> impl Iterator<Item = (usize, &Candidate)> {
        let cell = self.cells.get(usize::from(index) * self.guide_ids + usize::from(id));
        let from = cell.map_or(0, |&(from, _)| usize::from(from));
        (from..).zip(self.candidates(index, id))
    }

    /// The rules of a slot's elements, element 1 first.
    #[inline]
    pub(crate) fn rules_of(&self, range: (u32, u32)) -> &[Rule] {
        self.rules.get(range.0 as usize..range.1 as usize).unwrap_or_default()
    }

    /// The notes of a range.
    #[inline]
    pub(crate) fn notes_of(&self, range: (u32, u32)) -> &[Note] {
        self.notes.get(range.0 as usize..range.1 as usize).unwrap_or_default()
    }
}

impl SlotFacts {
    /// The loop that the slot opens.
    #[inline]
    pub(crate) fn opened(&self) -> Option<u16> {
        (self.opens != NO_LOOP).then_some(self.opens)
    }
}

impl LoopFacts {
    /// True when its opening segment has a number, or is a level.
    #[inline]
    pub(crate) fn is_numbered(&self) -> bool {
        self.level || self.sequence != 0
    }

    /// True when something adds up when it closes.
    #[inline]
    pub(crate) fn adds_up(&self) -> bool {
        self.is_claim || self.is_line || self.sums.0 < self.sums.1
    }
}

impl Candidate {
    /// True when a key tells this candidate from its siblings.
    #[inline]
    pub(crate) fn is_keyed(&self) -> bool {
        self.keys != NO_CODES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbered_in_order() {
        let known = [
            (SegmentId::new(b"ST"), Known::Guide, KeyPlace::None),
            (SegmentId::new(b"NM1"), Known::Set, KeyPlace::First),
        ];
        let ids = Ids::new(&known);
        let found = |id: &[u8]| ids.find(SegmentId::new(id)).map(|facts| (facts.number, facts.known, facts.key));
        assert_eq!(found(b"NM1"), Some((1, Known::Set, KeyPlace::First)));
        assert_eq!(found(b"ST"), Some((0, Known::Guide, KeyPlace::None)));
        assert_eq!(ids.find(SegmentId::new(b"SE")), None);
        assert_eq!(ids.find(SegmentId::new(b"")), None);
        assert_eq!(Ids::default().find(SegmentId::new(b"ST")), None);
    }
}
