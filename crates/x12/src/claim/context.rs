//! What is handed from piece to piece: the rows above the claim that are in force.

use std::sync::Arc;

use super::{Batch, Column, LONG, NONE, Taps};
use crate::position::Span;

/// The rows in force at the end of a piece, owned. Rows that did not change are shared, not copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    rows: Vec<Option<Arc<Row>>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    cells: Vec<(u16, Cell)>,
    text: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
enum Cell {
    /// A span of the row's own text.
    Text(Span),
    /// A long code, likewise.
    Long(Span),
    Code(u64),
    Amount(i64),
    Date(i32),
}

impl Batch {
    /// The rows in force at the end of the piece `bytes`, which began with `before` in force.
    #[must_use]
    pub fn context(&self, taps: &Taps, bytes: &[u8], before: &Context) -> Context {
        let rows = self.tables.iter().zip(&taps.tables).enumerate().map(|(index, (table, rules))| {
            match (rules.context, table.current) {
                (false, _) | (_, NONE) => None,
                (true, 0) => before.rows.get(index).cloned().flatten(),
                (true, row) => Some(Arc::new(self.snapshot(index, row, bytes))),
            }
        });
        Context { rows: rows.collect() }
    }

    fn snapshot(&self, table: usize, number: u32, bytes: &[u8]) -> Row {
        let mut row = Row::default();
        let Some(table) = self.tables.get(table) else { return row };
        for (index, column) in table.columns.iter().enumerate().filter(|(_, column)| column.has(number)) {
            let cell = match column {
                Column::Text(_) => Cell::Text(row.keep(self.text(column.text(number), bytes))),
                Column::Amount(_) => Cell::Amount(column.amount(number)),
                Column::Date(_) => Cell::Date(column.date(number)),
                Column::Code(_) => match column.code(number) {
                    code if code >= LONG => Cell::Long(row.keep(self.text(table.long_code(code), bytes))),
                    code => Cell::Code(code),
                },
            };
            row.cells.push((index as u16, cell));
        }
        row
    }

    /// The bytes of a text value: of the piece, or of what was inherited.
    #[must_use]
    pub fn text<'a>(&'a self, span: Span, bytes: &'a [u8]) -> &'a [u8] {
        match span.start.checked_sub(bytes.len() as u32) {
            Some(start) if !span.is_empty() => Span { start, len: span.len }.of(&self.inherited),
            _ => span.of(bytes),
        }
    }

    /// Fills row 0 of the context tables with what was in force when the piece, `length` bytes long, began.
    pub fn inherit(&mut self, context: &Context, length: u32) {
        let inherited = &mut self.inherited;
        for (table, row) in self.tables.iter_mut().zip(&context.rows) {
            let Some(row) = row else { continue };
            let base = length + inherited.len() as u32;
            inherited.extend_from_slice(&row.text);
            let rows = table.rows as usize;
            for (index, cell) in &row.cells {
                let Some(column) = table.columns.get_mut(usize::from(*index)) else { continue };
                column.fill(rows);
                match (column, cell) {
                    (Column::Text(values), Cell::Text(span)) => put(values, Span { start: base + span.start, ..*span }),
                    (Column::Code(values), Cell::Code(code)) => put(values, *code),
                    (Column::Code(values), Cell::Long(span)) => {
                        table.long_codes.push(Span { start: base + span.start, ..*span });
                        put(values, LONG | (table.long_codes.len() as u64 - 1));
                    }
                    (Column::Amount(values), Cell::Amount(value)) => put(values, *value),
                    (Column::Date(values), Cell::Date(value)) => put(values, *value),
                    _ => {}
                }
            }
        }
    }
}

impl super::Table {
    /// Where the text of a long code lies; see [`super::pack`].
    #[must_use]
    pub fn long_code(&self, code: u64) -> Span {
        self.long_codes.get((code & 0xFFFF_FFFF) as usize).copied().unwrap_or_default()
    }
}

impl Row {
    fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text);
        Span { start, len: text.len() as u32 }
    }
}

fn put<T>(values: &mut [T], value: T) {
    if let Some(first) = values.first_mut() {
        *first = value;
    }
}
