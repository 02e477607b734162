//! The fields that the desk itself reads, found by their names in the claim map.

use std::sync::Arc;

use x12::claim::{Batch, Column, MISSING, NO_DATE, NONE, Schema, Taps, unpack};

/// A field: its table and column; both out of range when the map does not have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    table: usize,
    column: usize,
}

impl At {
    /// Its table and column, when the claim map has it.
    pub(crate) fn found(self) -> Option<(usize, usize)> {
        (self.table != usize::MAX && self.column != usize::MAX).then_some((self.table, self.column))
    }

    /// True when the claim map has it.
    #[cfg(test)]
    pub(crate) fn is_found(self) -> bool {
        self.table != usize::MAX && self.column != usize::MAX
    }
}

/// The tables and fields of a claim, as far as acknowledgments, the worklist and the counts need them.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(crate) claim: usize,
    pub(crate) line: usize,
    line_parents: Vec<usize>,
    taps: Arc<Taps>,
}

impl Fields {
    /// Finds them in the schema of `taps`.
    pub(crate) fn new(taps: Arc<Taps>) -> Self {
        let schema = &taps.schema;
        let find = |name: &str| schema.tables.iter().position(|table| table.name == name).unwrap_or(usize::MAX);
        let (claim, line) = (find("claim"), find("line"));
        let parents_of = |table: usize| schema.tables.get(table).map(|table| table.parents.clone()).unwrap_or_default();
        let line_parents = parents_of(line);
        Self { claim, line, line_parents, taps }
    }

    /// The schema.
    pub(crate) fn schema(&self) -> &Schema {
        &self.taps.schema
    }

    /// The field named `table.field`.
    pub(crate) fn at(&self, path: &str) -> At {
        let (table, field) = path.split_once('.').unwrap_or((path, ""));
        let table = self.schema().tables.iter().position(|candidate| candidate.name == table);
        let column =
            table.and_then(|at| self.schema().tables[at].fields.iter().position(|candidate| candidate.name == field));
        At { table: table.unwrap_or(usize::MAX), column: column.unwrap_or(usize::MAX) }
    }
}

/// Values of one claim of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) batch: &'a Batch,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Values<'a> {
    /// The row of `table` that claim `claim` belongs to; `claim` itself for the claim table.
    pub(crate) fn row(&self, claim: u32, table: usize) -> u32 {
        if table == self.fields.claim {
            return claim;
        }
        self.parent(self.fields.claim, claim, table)
    }

    /// The row of `wanted` that `row` of `table` belongs to, directly or through a parent.
    fn parent(&self, table: usize, row: u32, wanted: usize) -> u32 {
        let Some(def) = self.fields.schema().tables.get(table) else { return NONE };
        let up =
            |at: usize| self.batch.tables.get(table).and_then(|rows| rows.parents.get(at)?.get(row as usize).copied());
        for (at, &parent) in def.parents.iter().enumerate() {
            let above = up(at).unwrap_or(NONE);
            let found = match above {
                NONE => NONE,
                _ if parent == wanted => above,
                _ => self.parent(parent, above, wanted),
            };
            if found != NONE {
                return found;
            }
        }
        NONE
    }

    /// The lines of a claim, as a range of rows: they stand together.
    pub(crate) fn lines(&self, claim: u32) -> std::ops::Range<u32> {
        let owner = self.fields.line_parents.iter().position(|&parent| parent == self.fields.claim);
        let table = self.batch.tables.get(self.fields.line);
        let Some(owners) = owner.and_then(|at| table?.parents.get(at)) else { return 0..0 };
        let start = owners.partition_point(|&row| row < claim);
        let end = owners.partition_point(|&row| row <= claim);
        start as u32..end as u32
    }

    fn column(&self, at: At) -> Option<&'a Column> {
        self.batch.tables.get(at.table)?.columns.get(at.column)
    }

    /// The text of a field of claim `claim` or of the level above it that has the field; empty when missing.
    pub(crate) fn text(&self, at: At, claim: u32) -> &'a [u8] {
        self.text_of(at, self.row(claim, at.table))
    }

    /// The text of a field in `row` of its own table.
    pub(crate) fn text_of(&self, at: At, row: u32) -> &'a [u8] {
        match self.column(at) {
            Some(column @ Column::Text(_)) => self.batch.text(column.text(row), self.bytes),
            _ => &[],
        }
    }

    /// A code of claim `claim` or of a level above; empty when missing.
    pub(crate) fn code(&self, at: At, claim: u32) -> Vec<u8> {
        self.code_of(at, self.row(claim, at.table))
    }

    /// A code in `row` of its own table; empty when missing.
    pub(crate) fn code_of(&self, at: At, row: u32) -> Vec<u8> {
        let Some(column) = self.column(at) else { return Vec::new() };
        let code = column.code(row);
        if code >= x12::claim::LONG {
            let span = self.batch.tables.get(at.table).map(|table| table.long_code(code)).unwrap_or_default();
            return self.batch.text(span, self.bytes).to_vec();
        }
        let (bytes, len) = unpack(code);
        bytes[..len].to_vec()
    }

    /// Cents or thousandths of claim `claim` or of a level above; 0 when missing.
    pub(crate) fn amount(&self, at: At, claim: u32) -> i64 {
        self.amount_of(at, self.row(claim, at.table))
    }

    /// Cents or thousandths in `row` of its own table; 0 when missing.
    pub(crate) fn amount_of(&self, at: At, row: u32) -> i64 {
        match self.column(at).map_or(MISSING, |column| column.amount(row)) {
            MISSING => 0,
            amount => amount,
        }
    }

    /// Days in `row` of its own table; `NO_DATE` when missing.
    pub(crate) fn date_of(&self, at: At, row: u32) -> i32 {
        self.column(at).map_or(NO_DATE, |column| column.date(row))
    }
}

impl Fields {
    /// The table named `name`; out of range when the map does not have it.
    pub(crate) fn at_table(&self, name: &str) -> usize {
        self.schema().tables.iter().position(|table| table.name == name).unwrap_or(usize::MAX)
    }
}

impl Values<'_> {
    /// A text or a code in `row` of its own table; empty when missing.
    pub(crate) fn any_of(&self, at: At, row: u32) -> Vec<u8> {
        match self.column(at) {
            Some(Column::Text(_)) => self.text_of(at, row).to_vec(),
            _ => self.code_of(at, row),
        }
    }

    /// Any value as X12 writes it; empty when missing.
    pub(crate) fn shown(&self, table: usize, column: usize, row: u32) -> Vec<u8> {
        let at = At { table, column };
        let kind =
            self.fields.schema().tables.get(table).and_then(|table| table.fields.get(column)).map(|field| field.kind);
        let mut out = Vec::new();
        match (self.column(at), kind) {
            (Some(Column::Date(_)), _) => {
                let days = self.date_of(at, row);
                if days != NO_DATE {
                    x12::claim::write_days(&mut out, days);
                }
            }
            (Some(values @ Column::Amount(_)), kind) => {
                let amount = values.amount(row);
                if amount != MISSING {
                    let places = if kind == Some(x12::claim::FieldKind::Money) { 2 } else { 3 };
                    x12::claim::write_amount(&mut out, amount, places);
                }
            }
            _ => out = self.any_of(at, row),
        }
        out
    }
}
