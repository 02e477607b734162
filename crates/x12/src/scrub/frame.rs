//! A batch as the evaluator sees it: columns, texts, rows above.

use super::context::Context;
use super::lane::unpack_span;
use super::logic::mask;
use crate::claim::{Batch, Column, NONE};
use crate::position::Span;

/// One step from a row to the row above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Up {
    /// The table that is left.
    pub(crate) table: usize,
    /// Which of its parents is entered.
    pub(crate) parent: usize,
}

impl Up {
    /// The rows above, by row; `NONE` where there is none.
    pub(crate) fn rows(self, batch: &Batch) -> &[u32] {
        batch.tables.get(self.table).and_then(|table| table.parents.get(self.parent)).map_or(&[], Vec::as_slice)
    }

    /// The row reached from `row` by going several steps up.
    pub(crate) fn climb(ups: &[Self], batch: &Batch, row: u32) -> u32 {
        ups.iter().fold(row, |row, up| up.rows(batch).get(row as usize).copied().unwrap_or(NONE))
    }
}

/// A child table and the parent by which its rows are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Link {
    pub(crate) up: Up,
    /// The table that is the parent.
    pub(crate) above: usize,
}

/// A batch, its bytes, and what the engine says beside.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) bytes: &'a [u8],
    pub(crate) context: &'a Context<'a>,
}

impl<'a> Frame<'a> {
    /// Rows of a table.
    pub(crate) fn rows(&self, table: usize) -> usize {
        self.batch.tables.get(table).map_or(0, |table| table.rows as usize)
    }

    /// A column; None when no row has a value there.
    pub(crate) fn column(&self, table: usize, column: usize) -> Option<&'a Column> {
        let column = self.batch.tables.get(table).and_then(|table| table.columns.get(column));
        column.filter(|column| !column.is_empty())
    }

    /// The bytes behind a lane of text.
    pub(crate) fn text(&self, lane: i64) -> &'a [u8] {
        self.span(unpack_span(lane))
    }

    /// The bytes of a span of the batch.
    pub(crate) fn span(&self, span: Span) -> &'a [u8] {
        text_of(self.batch, self.bytes, span)
    }
}

/// The bytes of a span of a batch.
pub(crate) fn text_of<'a>(batch: &'a Batch, bytes: &'a [u8], span: Span) -> &'a [u8] {
    let (buffer, start) = place(batch, bytes, span);
    Span { start, ..span }.of(buffer)
}

/// The buffer that has the bytes of a span, and where they begin there.
fn place<'a>(batch: &'a Batch, bytes: &'a [u8], span: Span) -> (&'a [u8], u32) {
    match u64::from(span.start).checked_sub(bytes.len() as u64) {
        None => (bytes, span.start),
        Some(start) => (&batch.inherited, start as u32),
    }
}

/// A text that is read in words.
pub(crate) struct Words<'a> {
    buffer: &'a [u8],
    start: usize,
    pub(crate) len: usize,
}

impl<'a> Words<'a> {
    pub(crate) fn of(batch: &'a Batch, bytes: &'a [u8], span: Span) -> Self {
        let (buffer, start) = place(batch, bytes, span);
        let start = (start as usize).min(buffer.len());
        Self { buffer, start, len: (span.len as usize).min(buffer.len() - start) }
    }

    /// Up to eight bytes from `at`, the first lowest: all at once where the buffer goes on behind the text.
    pub(crate) fn word(&self, at: usize) -> u64 {
        let len = self.len.saturating_sub(at).min(8);
        let rest = self.buffer.get(self.start + at..).unwrap_or_default();
        let short = || rest.iter().take(len).rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        rest.first_chunk().map_or_else(short, |word| u64::from_le_bytes(*word) & mask(8 * len))
    }
}
