//! How the walker finds a segment's slot in constant time, and what it must know of it: dense tables.

use super::codes::{CodeSets, NO_CODES, NO_VALUE};
use super::notes::Note;
use super::plan::{Type, Usage};
use crate::finding::{NO_LOOP, Scope};
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
    /// Required slots, by loop.
    pub(crate) required: Vec<u32>,
    /// As `Plan::elements`, one for one.
    pub(crate) rules: Vec<Rule>,
    /// As `rules`, one for one: what is asked first.
    pub(crate) quick: Vec<Quick>,
    pub(crate) notes: Vec<Note>,
    pub(crate) codes: CodeSets,
    pub(crate) balance: Balance,
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
    /// Bit n: element n is required.
    pub required_elements: u64,
    pub notes: (u32, u32),
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
}

/// What the walker knows of a loop.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, asked for alone")]
pub(crate) struct LoopFacts {
    /// Its first slot, and how many there are.
    pub first: u32,
    pub len: u32,
    /// A range of `Index::required`.
    pub required: (u32, u32),
    pub scope: Scope,
    pub seals: bool,
    /// Opened by the hierarchy segment.
    pub level: bool,
    /// Element of the opening segment that counts 1, 2, 3 ...; 0 for none.
    pub sequence: u8,
    pub is_claim: bool,
    pub is_line: bool,
    pub is_payer: bool,
}

/// What an element (or a component) must be, as the element check wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub min: u32,
    pub max: u32,
    pub components: (u32, u32),
    /// Syntax notes of the composite.
    pub notes: (u32, u32),
    pub required_components: u64,
    pub codes: u16,
    pub base_codes: u16,
    pub data_element: u16,
    pub repetitions: u16,
    pub kind: Type,
    pub usage: Usage,
    pub mandatory: bool,
    pub format_by: u8,
}

/// What makes a value good at first sight. Most values are, so a rule is asked only for the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quick {
    /// The code that it is.
    pub code: u64,
    /// The shortest length, and how many more the longest has.
    pub min: u16,
    pub more: u16,
    pub how: How,
}

/// What is asked of a value at first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Eight bytes, highest first, shifted right by this, are the code.
    Code(u8),
    /// One of the codes of this set.
    Codes(u16),
    /// It does not begin with a blank.
    Text,
    /// A decimal number, its digits counted.
    Decimal,
    /// An integer, likewise.
    Integer,
    /// No value is good at first sight.
    Closer,
}

impl Quick {
    /// Of a rule; `code` is the one that its set has, or else one of several.
    pub(crate) fn new(rule: &Rule, (code, alone): (u64, bool)) -> Self {
        let closer = Self { code: 0, min: 0, more: 0, how: How::Closer };
        if rule.usage == Usage::NotUsed || rule.kind == Type::Composite {
            return closer;
        }
        if rule.codes != NO_CODES {
            let len = 8 - code.leading_zeros() / 8;
            if len == 0 || code == NO_VALUE {
                return closer;
            }
            if !alone {
                return Self { code, min: 1, more: 7, how: How::Codes(rule.codes) };
            }
            return Self { code, min: len as u16, more: 0, how: How::Code((64 - 8 * len) as u8) };
        }
        let judged = rule.base_codes != NO_CODES || rule.format_by != 0;
        let how = match rule.kind {
            _ if judged => return closer,
            Type::An | Type::Id => How::Text,
            Type::R => How::Decimal,
            Type::N(_) => How::Integer,
            _ => return closer,
        };
        let Ok(min) = u16::try_from(rule.min) else { return closer };
        let more = u16::try_from(rule.max.saturating_sub(rule.min)).unwrap_or(u16::MAX);
        Self { code: 0, min, more, how }
    }
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
}

/// Which balances are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    /// Claim charge against line charges.
    pub claim_total: bool,
    /// Other payers' amounts against the charges.
    pub other_payers: bool,
}

/// Number of a segment id: dense, so that it can index a table.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    table: Vec<(u32, u16, Known)>,
    shift: u32,
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

impl Ids {
    /// Numbers `ids` from 0 in their order.
    pub(crate) fn new(ids: &[(SegmentId, Known)]) -> Self {
        let size = (ids.len() * 4).next_power_of_two().max(16);
        let shift = 32 - size.trailing_zeros();
        let mut table = vec![(0, 0, Known::No); size];
        for (number, &(id, known)) in (0u16..).zip(ids) {
            let mut at = home(id, shift);
            while table[at].0 != 0 {
                at = (at + 1) % size;
            }
            table[at] = (id.packed(), number, known);
        }
        Self { table, shift }
    }

    /// The number of `id` and how well it is known.
    #[inline]
    pub(crate) fn find(&self, id: SegmentId) -> Option<(u16, Known)> {
        let packed = id.packed();
        let mut at = home(id, self.shift);
        // the table is at most a quarter full, so an empty place ends the search
        loop {
            let &(key, number, known) = self.table.get(at)?;
            if key == packed {
                return (packed != 0).then_some((number, known));
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

    /// The rules of a slot's elements, element 1 first.
    #[inline]
    pub(crate) fn rules_of(&self, range: (u32, u32)) -> (&[Rule], &[Quick]) {
        let range = range.0 as usize..range.1 as usize;
        (self.rules.get(range.clone()).unwrap_or_default(), self.quick.get(range).unwrap_or_default())
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
        let known = [(SegmentId::new(b"ST"), Known::Guide), (SegmentId::new(b"NM1"), Known::Set)];
        let ids = Ids::new(&known);
        assert_eq!(ids.find(SegmentId::new(b"NM1")), Some((1, Known::Set)));
        assert_eq!(ids.find(SegmentId::new(b"ST")), Some((0, Known::Guide)));
        assert_eq!(ids.find(SegmentId::new(b"SE")), None);
        assert_eq!(ids.find(SegmentId::new(b"")), None);
        assert_eq!(Ids::default().find(SegmentId::new(b"ST")), None);
    }
}
