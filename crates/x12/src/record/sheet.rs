//! The steps of a table, bound to the columns of a batch, and which of them each row has something for.

use super::form::{FieldForm, Step};
use super::pen::Phrase;
use crate::claim::{Batch, Column, MISSING, NO_DATE};
use crate::position::Span;

/// A table of a batch that is written.
#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    /// Those that some row has something for.
    pub(super) tasks: Vec<Task<'a>>,
    /// Words of bits that each row has.
    wide: usize,
    /// By row: a bit for each of the tasks that it has something for.
    bits: Vec<u64>,
}

/// A step with the values that it writes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task<'a> {
    Open(&'a Phrase),
    Close,
    Text(&'a [Span], &'a FieldForm),
    Code(&'a [u64], &'a FieldForm),
    Amount(&'a [i64], &'a FieldForm),
    Date(&'a [i32], &'a FieldForm),
    Rows { key: &'a Phrase, table: u16, parent: u16 },
}

/// Rows of a column that are looked at together.
const AT_ONCE: usize = 16;

impl<'a> Sheet<'a> {
    /// The sheet of `table`, which is written by `steps`.
    pub(super) fn new(steps: &'a [Step], table: usize, batch: &'a Batch) -> Self {
        let Some(own) = batch.tables.get(table).filter(|own| own.rows > 0) else { return Self::default() };
        let mut tasks: Vec<Task<'_>> = Vec::new();
        for step in steps {
            match step {
                Step::Value { column, field } => {
                    let column = own.columns.get(usize::from(*column)).filter(|column| !column.is_empty());
                    tasks.extend(column.map(|column| Task::of(column, field)));
                }
                Step::Rows { key, table, parent } => {
                    if batch.tables.get(usize::from(*table)).is_some_and(|table| table.rows > 0) {
                        tasks.push(Task::Rows { key, table: *table, parent: *parent });
                    }
                }
                Step::Open(key) => tasks.push(Task::Open(key)),
                Step::Close if matches!(tasks.last(), Some(Task::Open(_))) => drop(tasks.pop()),
                Step::Close => tasks.push(Task::Close),
            }
        }
        let mut sheet = Self { wide: tasks.len().div_ceil(64), bits: Vec::new(), tasks };
        sheet.mark(own.rows as usize, batch);
        sheet
    }

    /// A bit for each task of `row`.
    #[inline]
    pub(super) fn row(&self, row: u32) -> &[u64] {
        let start = row as usize * self.wide;
        self.bits.get(start..start + self.wide).unwrap_or_default()
    }

    fn mark(&mut self, rows: usize, batch: &Batch) {
        if self.tasks.is_empty() {
            return;
        }
        self.bits.resize(rows * self.wide, 0);
        let mut open = Vec::new();
        for at in 0..self.tasks.len() {
            match self.tasks[at] {
                Task::Text(values, _) => self.mark_column(at, values, |span| !span.is_empty()),
                Task::Code(values, _) => self.mark_column(at, values, |code| *code != 0),
                Task::Amount(values, _) => self.mark_column(at, values, |amount| *amount != MISSING),
                Task::Date(values, _) => self.mark_column(at, values, |days| *days != NO_DATE),
                Task::Rows { table, parent, .. } => {
                    let below = batch.tables.get(usize::from(table));
                    for row in below.and_then(|below| below.parents.get(usize::from(parent))).into_iter().flatten() {
                        if let Some(word) = self.bits.get_mut(*row as usize * self.wide + at / 64) {
                            *word |= 1 << (at % 64);
                        }
                    }
                }
                Task::Open(_) => open.push(at),
                Task::Close => self.mark_object(open.pop().unwrap_or_default(), at),
            }
        }
    }

    fn mark_column<T>(&mut self, at: usize, values: &[T], is_there: impl Fn(&T) -> bool) {
        // most columns have values in few rows
        for (rows, values) in self.bits.chunks_mut(self.wide * AT_ONCE).zip(values.chunks(AT_ONCE)) {
            if values.iter().fold(false, |any, value| any | is_there(value)) {
                for (word, value) in rows.iter_mut().skip(at / 64).step_by(self.wide).zip(values) {
                    *word |= u64::from(is_there(value)) << (at % 64);
                }
            }
        }
    }

    /// An object is there where something in it is.
    fn mark_object(&mut self, open: usize, close: usize) {
        let within = |word: usize| {
            let (from, to) = ((open + 1).max(word * 64), close.min(word * 64 + 64));
            if from < to { (u64::MAX >> (64 - (to - from))) << (from % 64) } else { 0 }
        };
        let masks: Vec<u64> = (0..self.wide).map(within).collect();
        for row in self.bits.chunks_exact_mut(self.wide) {
            if row.iter().zip(&masks).any(|(word, mask)| word & mask != 0) {
                row[open / 64] |= 1 << (open % 64);
                row[close / 64] |= 1 << (close % 64);
            }
        }
    }
}

impl<'a> Task<'a> {
    fn of(column: &'a Column, field: &'a FieldForm) -> Self {
        match column {
            Column::Text(values) => Self::Text(values, field),
            Column::Code(values) => Self::Code(values, field),
            Column::Amount(values) => Self::Amount(values, field),
            Column::Date(values) => Self::Date(values, field),
        }
    }
}
