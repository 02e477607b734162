//! What a run works with, kept from batch to batch.

use super::asked::Domain;
use super::column::Index;
use super::expr::{BoolAt, Terms, ValueAt};
use super::frame::{Frame, Link, Up};
use super::lanes::Lanes;
use super::logic::{States, Word};
use super::memory::Memory;
use super::numbers::{Answers, Numbered};
use super::partners::Stands;
use super::program::Hit;
use super::standings::Standings;
use crate::claim::NONE;

/// Room for the answers of one batch, used again for the next: a thread keeps one as long as it judges.
///
/// Answers are boxed, since each is taken out while it is worked out: a pointer moves faster than what was just written.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The digest of the terms it is for.
    digest: u64,
    /// The number of the batch in hand.
    pub(super) turn: u64,
    /// By statement: the state that all rows of the batch have, or [`DIFFERENT`]; 0 where that is not known yet, as of pairs.
    pub(super) told: Vec<u8>,
    /// By statement: which of its parts decided by itself when one did last, whatever the batch.
    pub(super) firsts: Vec<u16>,
    pub(super) bools: Vec<Kept<Option<Box<States>>>>,
    pub(super) values: Vec<Kept<Option<Box<Lanes>>>>,
    pub(super) indexes: Vec<Kept<Option<Box<Index>>>>,
    /// By value: a column of codes that had too many of them for an index.
    pub(super) numbered: Vec<Kept<Option<Box<Numbered>>>>,
    /// By statement: what codes of such a column were found to be. This holds for any batch.
    pub(super) answers: Vec<Answers>,
    /// By statement: what texts were found to be. This holds for any batch.
    pub(super) memories: Vec<Memory>,
    /// By code table: what was found there. This holds for any batch, too.
    pub(super) standings: Vec<Standings>,
    /// By statement: where codes stand in a list of pairs.
    pub(super) stands: Vec<Option<Box<Stands>>>,
    pub(super) ways: Vec<Kept<Way>>,
    pub(super) groups: Vec<Kept<Groups>>,
    /// By row: what its children are, true, unknown (in the plane of false) or unchecked.
    pub(super) seen: Vec<Word>,
    /// Room for rows laid out beside each other, and for whose they are.
    pub(super) beside: Vec<(Domain, Vec<u32>)>,
    /// Room for bits of rows.
    pub(super) bits: Vec<Vec<u64>>,
    /// By row: what its first key looks like.
    pub(super) prints: Vec<u64>,
    /// A bit a row: its code passes.
    pub(super) rows: Vec<u64>,
    pub(super) hits: Vec<Hit>,
    pub(super) comings: Vec<Vec<Option<u64>>>,
}

/// Rows that have different states.
pub(super) const DIFFERENT: u8 = 16;

/// What stands for an answer before there is one.
const NO_STATES: &States = &States::new();
const NO_LANES: &Lanes = &Lanes::new();

/// Something worked out, and the number of the batch that it was worked out for.
#[derive(Debug, Default)]
pub(super) struct Kept<T> {
    pub(super) of: T,
    turn: u64,
    /// The rows, a bit each, that it was worked out for, when it was not for all.
    pub(super) open: Option<Vec<u64>>,
}

impl<T> Kept<T> {
    /// True when it is worked out, for all rows.
    pub(super) fn is_done(&self, turn: u64) -> bool {
        self.turn == turn && self.open.is_none()
    }

    /// True when it is to be worked out, for the rows of `open` that this leaves behind.
    pub(super) fn begin(&mut self, turn: u64, open: Option<&[u64]>) -> bool {
        if self.turn != turn {
            self.turn = turn;
            match (&mut self.open, open) {
                (Some(known), Some(open)) => {
                    known.clear();
                    known.extend_from_slice(open);
                }
                (known, open) => *known = open.map(<[u64]>::to_vec),
            }
            return true;
        }
        let Some(known) = &mut self.open else { return false };
        let Some(open) = open else {
            self.open = None;
            return true;
        };
        let more = open.iter().zip(&*known).any(|(open, known)| open & !known != 0);
        // What was worked out stays true: somebody may be about to look at it.
        known.iter_mut().zip(open).for_each(|(known, open)| *known |= open);
        more
    }
}

impl Scratch {
    /// What the claims of the last batch are found by when they come again: by what may, and by claim row.
    pub fn take_comings(&mut self) -> Vec<Vec<Option<u64>>> {
        std::mem::take(&mut self.comings)
    }

    /// Forgets the batch before; all, when the terms are others.
    pub(super) fn turn(&mut self, digest: u64, terms: &Terms) {
        if self.turn == 0 || self.digest != digest {
            let (bools, values) = terms.count();
            *self = Self {
                digest,
                told: room(bools),
                firsts: room(bools),
                bools: room(bools),
                memories: room(bools),
                standings: room(terms.tables.len()),
                stands: room(bools),
                values: room(values),
                indexes: room(values),
                numbered: room(values),
                answers: room(bools),
                ways: room(terms.ways.len()),
                groups: room(terms.links.len()),
                ..Self::default()
            };
        }
        self.turn += 1;
        self.told.fill(0);
        self.hits.clear();
    }

    pub(super) fn states(&self, at: BoolAt) -> &States {
        self.bools[at.0].of.as_deref().unwrap_or(NO_STATES)
    }

    pub(super) fn lanes(&self, at: ValueAt) -> &Lanes {
        self.values[at.0].of.as_deref().unwrap_or(NO_LANES)
    }
}

fn room<T: Default>(count: usize) -> Vec<T> {
    std::iter::repeat_with(T::default).take(count).collect()
}

/// The rows at the end of a way up.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// By row; empty when the way is one step, which the batch has itself.
    rows: Vec<u32>,
    /// Every row has one.
    pub(super) complete: bool,
}

impl Way {
    pub(super) fn find(&mut self, ups: &[Up], frame: &Frame<'_>) {
        self.rows.clear();
        if let [first, rest @ ..] = ups
            && !rest.is_empty()
        {
            self.rows.extend(first.rows(frame.batch).iter().map(|&row| Up::climb(rest, frame.batch, row)));
        }
        self.complete = !self.rows(ups, frame).contains(&NONE);
    }

    /// The row above of each row.
    pub(super) fn rows<'s>(&'s self, ups: &[Up], frame: &Frame<'s>) -> &'s [u32] {
        if let [one] = ups { one.rows(frame.batch) } else { &self.rows }
    }
}

/// The rows of a child table, grouped by the row above.
#[derive(Debug, Default)]
pub(super) struct Groups {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Groups {
    pub(super) fn find(&mut self, link: Link, frame: &Frame<'_>) {
        let (parents, above) = (link.up.rows(frame.batch), frame.rows(link.above));
        self.starts.clear();
        self.starts.resize(above + 2, 0);
        // Counted two places on, so that filling the rows in moves every start to its place.
        for &parent in parents.iter().filter(|&&parent| (parent as usize) < above) {
            self.starts[parent as usize + 2] += 1;
        }
        for at in 2..self.starts.len() {
            self.starts[at] += self.starts[at - 1];
        }
        self.rows.clear();
        self.rows.resize(self.starts.last().copied().unwrap_or_default() as usize, 0);
        for (row, &parent) in (0..).zip(parents).filter(|&(_, &parent)| (parent as usize) < above) {
            let place = &mut self.starts[parent as usize + 1];
            self.rows[*place as usize] = row;
            *place += 1;
        }
    }

    /// The children of `row`, ascending.
    pub(super) fn of(&self, row: u32) -> &[u32] {
        let bounds = self.starts.get(row as usize..).and_then(<[u32]>::first_chunk::<2>);
        bounds.and_then(|&[start, end]| self.rows.get(start as usize..end as usize)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn what_was_worked_out_for_some_rows_is_not_lost_for_others() {
        let mut kept: Kept<u8> = Kept::default();
        assert!(kept.begin(1, Some(&[0b0011])) && !kept.begin(1, Some(&[0b0001])));
        assert!(kept.begin(1, Some(&[0b0100])) && kept.open == Some(vec![0b0111]) && !kept.is_done(1));
        assert!(kept.begin(1, None) && kept.is_done(1) && !kept.begin(1, Some(&[0b1000])));
        assert!(!kept.is_done(2) && kept.begin(2, None));
    }
}
