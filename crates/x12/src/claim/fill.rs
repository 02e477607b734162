//! The columns of a batch while they are filled: those of all tables, side by side.

use super::convert::{Dates, amount_at};
use super::map::Part;
use super::packed::{pack, pack_word};
use super::work::{Draw, Guard};
use super::{Column, LONG, MISSING, NO_DATE, Table};
use crate::position::Span;
use crate::wire::Segment;

/// The columns of all tables, and the tables' long codes.
///
/// A column is longer than its table while it is filled: rows that are not there yet are missing.
#[derive(Debug, Default)]
pub(super) struct Columns<'b> {
    all: Vec<&'b mut Column>,
    /// By table: how many of the columns are its own or of tables before, and its long codes.
    tables: Vec<(usize, &'b mut Vec<Span>)>,
    dates: Dates,
}

impl<'b> Columns<'b> {
    /// Takes the columns of the next table.
    pub(super) fn add(&mut self, columns: &'b mut [Column], long_codes: &'b mut Vec<Span>) {
        self.all.extend(columns);
        self.tables.push((self.all.len(), long_codes));
    }

    /// Puts the value at `span` of `bytes` into `row`, where there is none yet, if it is one. False when the draw's column
    /// is not known.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for every value; a call costs as much as the work")]
    pub(super) fn put(&mut self, draw: &Draw, row: u32, span: Span, bytes: &[u8]) -> bool {
        let row = row as usize;
        match self.all.get_mut(usize::from(draw.column)) {
            Some(Column::Text(values)) => store(values, row, Span::default(), span),
            Some(Column::Code(values)) => match pack_word(bytes, span) {
                Some(code) => store(values, row, 0, code),
                None => self.put_doubtful(draw.column, row, span, bytes),
            },
            Some(Column::Amount(values)) => {
                store(values, row, MISSING, amount_at(bytes, span, draw.places, draw.scale));
            }
            Some(Column::Date(values)) => {
                if let Some(span) = part_of(span, draw.part, bytes) {
                    store(values, row, NO_DATE, self.dates.days_at(bytes, span));
                }
            }
            None => return false,
        }
        true
    }

    /// Puts the text at `span` into a column of a table.
    #[cold]
    pub(super) fn put_text(&mut self, (table, column): (u16, u16), row: u32, span: Span) {
        let before = usize::from(table).checked_sub(1).and_then(|before| self.tables.get(before));
        let first = before.map_or(0, |(end, _)| *end);
        if let Some(Column::Text(values)) = self.all.get_mut(first + usize::from(column)) {
            store(values, row as usize, Span::default(), span);
        }
    }

    /// As [`Columns::put`], of a value of `segment` that a guard must let pass.
    #[inline(never)]
    pub(super) fn put_guarded(&mut self, guards: &[Guard], draw: &Draw, row: u32, span: Span, segment: &Segment<'_>) {
        let Some(guard) = draw.guard(guards) else { return };
        let span = guard.pass(span, segment);
        if !span.is_empty() {
            self.put(&Draw { column: guard.column, ..*draw }, row, span, segment.buffer());
        }
    }

    /// As [`Columns::put`], of any value.
    #[inline(never)]
    pub(super) fn put_any(&mut self, guards: &[Guard], draw: &Draw, row: u32, span: Span, segment: &Segment<'_>) {
        if !span.is_empty() && !self.put(draw, row, span, segment.buffer()) {
            self.put_guarded(guards, draw, row, span, segment);
        }
    }

    /// Puts a code that may be too long to pack.
    #[cold]
    fn put_doubtful(&mut self, column: u16, row: usize, span: Span, bytes: &[u8]) {
        let column = usize::from(column);
        let table = self.tables.partition_point(|(end, _)| *end <= column);
        let (Some(Column::Code(values)), Some((_, texts))) = (self.all.get_mut(column), self.tables.get_mut(table))
        else {
            return;
        };
        let code = pack(span.of(bytes)).unwrap_or(LONG | texts.len() as u64);
        if code >= LONG && values.get(row).is_none_or(|held| *held == 0) {
            texts.push(span);
        }
        store(values, row, 0, code);
    }

    /// Makes every column that has a value as long as its table.
    pub(super) fn finish(self, rows: &[u32]) {
        let mut columns = self.all.into_iter();
        let mut before = 0;
        for ((end, _), rows) in self.tables.into_iter().zip(rows) {
            for column in columns.by_ref().take(end - before).filter(|column| !column.is_empty()) {
                column.fill(*rows as usize);
            }
            before = end;
        }
    }
}

/// How long a column is made at least when its first value comes.
const FIRST_ROWS: usize = 128;

/// Sets a value where there is none.
#[inline]
fn store<T: Copy + PartialEq>(values: &mut Vec<T>, row: usize, missing: T, value: T) {
    match values.get_mut(row) {
        Some(held) => {
            if *held == missing {
                *held = value;
            }
        }
        None => lengthen(values, row, missing, value),
    }
}

/// As [`store`], beyond the end: the column grows by more than the row.
#[cold]
#[inline(never)]
fn lengthen<T: Copy + PartialEq>(values: &mut Vec<T>, row: usize, missing: T, value: T) {
    if value == missing {
        return;
    }
    values.resize((2 * row).max(FIRST_ROWS), missing);
    if let Some(held) = values.get_mut(row) {
        *held = value;
    }
}

/// One date of a range CCYYMMDD-CCYYMMDD; a single date is its first.
#[inline]
fn part_of(span: Span, part: Part, bytes: &[u8]) -> Option<Span> {
    match part {
        Part::Whole => Some(span),
        // what is no longer than a date has no part that is one
        Part::From if span.len <= 8 => Some(span),
        Part::To if span.len <= 8 => None,
        Part::From | Part::To | Part::Date | Part::Time => Some(part.of(span, bytes)),
    }
}

impl Part {
    /// Where this part of A-B, or of a date with a time, lies; a single value is its beginning.
    #[inline(never)]
    pub(super) fn of(self, span: Span, bytes: &[u8]) -> Span {
        match self {
            Self::Whole => return span,
            Self::Date => return Span { len: span.len.min(8), ..span },
            Self::Time if span.len <= 8 => return Span::default(),
            Self::Time => return Span { start: span.start + 8, len: span.len - 8 },
            Self::From | Self::To => {}
        }
        match (span.of(bytes).iter().position(|&byte| byte == b'-'), self) {
            (None, Self::From) => span,
            (Some(dash), Self::From) => Span { len: dash as u32, ..span },
            (Some(dash), _) => Span::new(span.start + dash as u32 + 1, span.start + span.len),
            (None, _) => Span::default(),
        }
    }
}

impl Table {
    pub(super) fn new(def: &super::TableDef) -> Self {
        Self {
            parents: vec![Vec::new(); def.parents.len()],
            columns: def.fields.iter().map(|field| Column::new(field.kind)).collect(),
            ..Self::default()
        }
    }

    pub(super) fn clear(&mut self) {
        self.rows = 0;
        self.places.clear();
        self.long_codes.clear();
        for parents in &mut self.parents {
            parents.clear();
        }
        for column in &mut self.columns {
            match column {
                Column::Text(values) => values.clear(),
                Column::Code(values) => values.clear(),
                Column::Amount(values) => values.clear(),
                Column::Date(values) => values.clear(),
            }
        }
    }
}

impl Column {
    /// Makes the column `rows` long; new rows are missing.
    pub(crate) fn fill(&mut self, rows: usize) {
        match self {
            Self::Text(values) => values.resize(rows, Span::default()),
            Self::Code(values) => values.resize(rows, 0),
            Self::Amount(values) => values.resize(rows, MISSING),
            Self::Date(values) => values.resize(rows, NO_DATE),
        }
    }
}
