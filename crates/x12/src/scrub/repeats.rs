//! Rows that say what an earlier row of the same parent says.

use std::cmp::Ordering;

use super::asked::Asked;
use super::expr::{Value, ValueAt};
use super::frame::Words;
use super::lane::unpack_span;
use super::logic::{FALSE, States};
use super::run::Evaluator;
use crate::claim::{Column, FieldKind, MISSING, NONE};
use crate::position::Span;

/// What a missing key looks like.
const NO_PRINT: u64 = 0;
/// Up to so many earlier rows are looked at one by one.
const SMALL: usize = 12;

impl Evaluator<'_, '_> {
    /// Whether an earlier row of the same parent has the same keys. Missing equals missing, but a row without its
    /// first key repeats nothing.
    ///
    /// Most rows are told apart by the first key; the others are looked at only where that repeats.
    pub(super) fn repeats(&mut self, link: usize, keys: &[ValueAt], asked: Asked<'_>, states: &mut States) {
        states.fill(asked.len(), FALSE);
        let Some(&first) = keys.first() else { return };
        let open = self.may_repeat(link, first, asked);
        if !open.is_empty() {
            self.find_groups(link);
            for &key in keys {
                self.reckon(key, asked);
            }
            let found: Vec<u32> = open.iter().flat_map(|&above| self.repeated(link, above, keys)).collect();
            states.mark(asked.len(), found.into_iter().map(|row| row as usize));
        }
    }

    /// The parents that may have children with the same first key, ascending.
    fn may_repeat(&mut self, link: usize, key: ValueAt, asked: Asked<'_>) -> Vec<u32> {
        let link = self.program.terms.links[link];
        let parents = link.up.rows(self.frame.batch);
        if !parents.is_sorted() {
            return (0..self.frame.rows(link.above) as u32).collect();
        }
        let term = self.program.terms.value(key);
        let column = match (&term.what, term.nature.table) {
            (Value::Column(column), Some(table)) => self.frame.column(table, *column),
            _ => None,
        };
        if let Some(Column::Code(codes)) = column {
            return open_parents(parents, codes);
        }
        let mut prints = std::mem::take(&mut self.scratch.prints);
        prints.clear();
        if let Some(Column::Text(spans)) = column {
            prints.extend(spans.iter().map(|&span| self.print(span)));
        } else {
            self.find_prints(key, asked, &mut prints);
        }
        let open = open_parents(parents, &prints);
        self.scratch.prints = prints;
        open
    }

    fn find_prints(&mut self, key: ValueAt, asked: Asked<'_>, prints: &mut Vec<u64>) {
        self.reckon(key, asked);
        let (lanes, kind) = (self.scratch.lanes(key), self.program.terms.value(key).kind);
        if lanes.constant() == Some(MISSING) {
            return;
        }
        prints.extend((0..asked.len()).map(|row| match lanes.get(row) {
            MISSING => NO_PRINT,
            lane if kind == FieldKind::Text => self.print(unpack_span(lane)),
            lane => lane.cast_unsigned() | 1 << 63,
        }));
    }

    /// The end of a text, where numbers count up, mixed with its length.
    fn print(&self, span: Span) -> u64 {
        let text = self.frame.span(span);
        let short = || Words::of(self.frame.batch, self.frame.bytes, span).word(0);
        let end = text.last_chunk().map_or_else(short, |end| u64::from_le_bytes(*end));
        if text.is_empty() { NO_PRINT } else { end ^ (text.len() as u64) << 56 | 1 << 63 }
    }

    /// The rows of a group that repeat an earlier one.
    fn repeated(&self, link: usize, above: u32, keys: &[ValueAt]) -> Vec<u32> {
        let order = |left: u32, right: u32| {
            keys.iter().fold(Ordering::Equal, |order, &key| {
                let lanes = self.scratch.lanes(key);
                order.then_with(|| match (lanes.get(left as usize), lanes.get(right as usize)) {
                    (left, right) if self.program.terms.value(key).kind == FieldKind::Text => {
                        self.frame.text(left).cmp(self.frame.text(right))
                    }
                    (left, right) => left.cmp(&right),
                })
            })
        };
        let mut sorted = self.scratch.groups[link].of.of(above).to_vec();
        sorted.retain(|&row| keys.first().is_some_and(|&first| self.scratch.lanes(first).get(row as usize) != MISSING));
        sorted.sort_by(|&left, &right| order(left, right).then(left.cmp(&right)));
        sorted.windows(2).filter(|pair| order(pair[0], pair[1]).is_eq()).map(|pair| pair[1]).collect()
    }
}

/// The parents of rows that may have the same print, where the children of each stand together.
fn open_parents(parents: &[u32], prints: &[u64]) -> Vec<u32> {
    let mut open: Vec<u32> = Vec::new();
    // The row where the children of the parent in hand begin, and a bit for each of 64 hashes: while it is not set, a
    // print is new.
    let (mut last, mut start, mut hashes) = (NONE, 0, 0u64);
    for (row, (&parent, &print)) in parents.iter().zip(prints).enumerate() {
        if parent != last {
            (last, start, hashes) = (parent, row, 0);
        }
        let hash = u64::from(print != NO_PRINT) << (print.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58);
        let repeats =
            || row - start > SMALL || prints.iter().skip(start).take(row - start).any(|&other| other == print);
        if hashes & hash != 0 && open.last() != Some(&parent) && repeats() {
            open.push(parent);
        }
        hashes |= hash;
    }
    open
}
