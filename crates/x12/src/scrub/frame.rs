//! A batch as the evaluator sees it: lanes by row, rows above, children below.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a lane is 64 bits whose meaning its kind knows: packed codes and spans are laid into it bit for bit"
)]

use std::cell::OnceCell;

use super::expr::Up;
use super::program::Context;
use crate::claim::{Batch, Column, MISSING, NO_DATE, NONE, pack, unpack};
use crate::position::Span;

/// A value that was not looked for because a table is not there; propagates like [`MISSING`].
pub(crate) const UNCHECKED: i64 = i64::MIN + 1;

/// A child table and the parent by which its rows are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) child: usize,
    pub(crate) parent: usize,
    /// The table that is the parent.
    pub(crate) above: usize,
}

/// The rows of a child table, grouped by parent row.
#[derive(Debug)]
pub(crate) struct Groups {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Groups {
    fn new(parents: &[u32], above: usize) -> Self {
        let mut starts = vec![0u32; above + 1];
        for &parent in parents {
            if let Some(count) = starts.get_mut(parent as usize + 1).filter(|_| parent != NONE) {
                *count += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut rows = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
        let mut fill = starts.clone();
        for (row, &parent) in parents.iter().enumerate() {
            if parent as usize >= above {
                continue;
            }
            let place = &mut fill[parent as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
        }
        Self { starts, rows }
    }

    /// The children of `row`, ascending.
    pub(crate) fn of(&self, row: u32) -> &[u32] {
        let at = row as usize;
        match (self.starts.get(at), at.checked_add(1).and_then(|next| self.starts.get(next))) {
            (Some(&start), Some(&end)) => self.rows.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// A batch, its bytes, and what was worked out of it so far.
pub(crate) struct Frame<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) bytes: &'a [u8],
    pub(crate) context: &'a Context<'a>,
    links: &'a [Link],
    groups: Vec<OnceCell<Groups>>,
    presence: Vec<Vec<OnceCell<Presence>>>,
}

/// What a column holds at all: whether a value that is looked for can be there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Presence {
    /// One bit for each of 256 hashes of the values.
    bloom: [u64; 4],
    /// Rows without a value.
    pub(crate) missing: u32,
}

impl Presence {
    fn slot(lane: i64) -> (usize, u32) {
        let hash = (lane as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((hash >> 62) as usize, (hash >> 56 & 63) as u32)
    }

    fn add(&mut self, lane: i64) {
        if lane == MISSING {
            self.missing += 1;
        } else {
            let (word, bit) = Self::slot(lane);
            self.bloom[word] |= 1 << bit;
        }
    }

    /// False when `lane` is surely not in the column.
    pub(crate) fn may_hold(&self, lane: i64) -> bool {
        let (word, bit) = Self::slot(lane);
        self.bloom[word] >> bit & 1 == 1
    }
}

impl<'a> Frame<'a> {
    pub(crate) fn new(batch: &'a Batch, bytes: &'a [u8], context: &'a Context<'a>, links: &'a [Link]) -> Self {
        let groups = links.iter().map(|_| OnceCell::new()).collect();
        let presence =
            batch.tables.iter().map(|table| table.columns.iter().map(|_| OnceCell::new()).collect()).collect();
        Self { batch, bytes, context, links, groups, presence }
    }

    /// Rows of a table.
    pub(crate) fn rows(&self, table: usize) -> u32 {
        self.batch.tables.get(table).map_or(0, |table| table.rows)
    }

    /// The children by `link`.
    pub(crate) fn groups(&self, link: usize) -> Option<&Groups> {
        let Link { child, parent, above } = *self.links.get(link)?;
        Some(self.groups.get(link)?.get_or_init(|| {
            let parents = self.batch.tables.get(child).and_then(|table| table.parents.get(parent));
            Groups::new(parents.map_or(&[], Vec::as_slice), self.rows(above) as usize)
        }))
    }

    /// Rows of the child and of the parent table of `link`.
    pub(crate) fn ends(&self, link: usize) -> (u32, u32) {
        self.links.get(link).map_or((0, 0), |link| (self.rows(link.child), self.rows(link.above)))
    }

    /// What a column holds; None where it is not there.
    pub(crate) fn presence(&self, table: usize, column: usize) -> Option<&Presence> {
        let cell = self.presence.get(table)?.get(column)?;
        Some(cell.get_or_init(|| {
            let mut presence = Presence::default();
            let mut lanes = Vec::new();
            self.whole(table, column, &mut lanes);
            for lane in lanes {
                presence.add(lane);
            }
            presence
        }))
    }

    /// The row reached from `row` by `ups`.
    pub(crate) fn up(&self, ups: &[Up], mut row: u32) -> u32 {
        for up in ups {
            let parents = self.batch.tables.get(up.table).and_then(|table| table.parents.get(up.parent));
            row = parents.and_then(|parents| parents.get(row as usize)).copied().unwrap_or(NONE);
        }
        row
    }

    /// True when no row of the table has a value in the column.
    pub(crate) fn vacant(&self, table: usize, column: usize) -> bool {
        self.batch.tables.get(table).and_then(|table| table.columns.get(column)).is_none_or(Column::is_empty)
    }

    /// Appends the lanes of a whole column.
    pub(crate) fn whole(&self, table: usize, column: usize, out: &mut Vec<i64>) {
        let rows = self.rows(table) as usize;
        match self.batch.tables.get(table).and_then(|table| table.columns.get(column)) {
            Some(Column::Text(spans)) => out.extend(spans.iter().map(|&span| pack_span(span))),
            Some(Column::Code(codes)) => {
                out.extend(codes.iter().map(|&code| if code == 0 { MISSING } else { code as i64 }));
            }
            Some(Column::Amount(amounts)) => out.extend_from_slice(amounts),
            Some(Column::Date(days)) => {
                out.extend(days.iter().map(|&day| if day == NO_DATE { MISSING } else { i64::from(day) }));
            }
            None => {}
        }
        out.resize(rows, MISSING);
    }

    /// Appends the lanes of a column at `rows`.
    pub(crate) fn column(&self, table: usize, column: usize, rows: impl Iterator<Item = u32>, out: &mut Vec<i64>) {
        match self.batch.tables.get(table).and_then(|table| table.columns.get(column)) {
            Some(Column::Text(spans)) => {
                out.extend(rows.map(|row| spans.get(row as usize).map_or(MISSING, |&span| pack_span(span))));
            }
            Some(Column::Code(codes)) => {
                out.extend(rows.map(|row| match codes.get(row as usize) {
                    Some(&code) if code != 0 => code as i64,
                    _ => MISSING,
                }));
            }
            Some(Column::Amount(amounts)) => {
                out.extend(rows.map(|row| amounts.get(row as usize).copied().unwrap_or(MISSING)));
            }
            Some(Column::Date(days)) => {
                out.extend(rows.map(|row| match days.get(row as usize) {
                    Some(&day) if day != NO_DATE => i64::from(day),
                    _ => MISSING,
                }));
            }
            None => out.extend(rows.map(|_| MISSING)),
        }
    }

    /// The bytes behind a lane of text.
    pub(crate) fn text(&self, lane: i64) -> &'a [u8] {
        text_of(self.batch, self.bytes, unpack_span(lane))
    }
}

/// The bytes of a span of a batch.
pub(crate) fn text_of<'a>(batch: &'a Batch, bytes: &'a [u8], span: Span) -> &'a [u8] {
    let len = bytes.len() as u64;
    if u64::from(span.start) < len {
        return span.of(bytes);
    }
    Span { start: (u64::from(span.start) - len) as u32, len: span.len }.of(&batch.inherited)
}

/// A span as a lane.
pub(crate) fn pack_span(span: Span) -> i64 {
    if span.is_empty() { MISSING } else { (u64::from(span.start) << 32 | u64::from(span.len)) as i64 }
}

/// The span of a lane; empty when it is missing.
pub(crate) fn unpack_span(lane: i64) -> Span {
    if lane == MISSING || lane == UNCHECKED {
        return Span::default();
    }
    Span { start: (lane as u64 >> 32) as u32, len: lane as u64 as u32 }
}

/// A code as a lane.
pub(crate) fn pack_code(text: &str) -> Option<i64> {
    pack(text.as_bytes()).filter(|&packed| packed != 0).map(|packed| packed as i64)
}

/// The characters of a code's lane, and how many they are.
pub(crate) fn unpack_code(lane: i64) -> ([u8; 8], usize) {
    unpack(if lane == MISSING || lane == UNCHECKED { 0 } else { lane as u64 })
}
