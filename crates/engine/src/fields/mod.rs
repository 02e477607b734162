//! The fields that the desk itself reads, found by their names in the claim map.

mod claim;

use std::ops::Range;
use std::sync::Arc;

use x12::claim::{Batch, Column, MISSING, NO_DATE, NONE, Schema, unpack};

pub(crate) use claim::ClaimFields;

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
    claim: usize,
    pub(crate) line: usize,
    /// Which parent of a line its claim is.
    line_claim: usize,
    /// The ways up from a claim to each table, those through its first parent first.
    ways: Vec<Vec<Way>>,
    schema: Arc<Schema>,
}

/// A way up: the tables passed, each with the parent that is taken there.
type Way = Vec<(usize, usize)>;

/// A table above the claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    table: usize,
    /// Which parent of a claim it is; out of range when it is none.
    parent: usize,
    /// There is no other way to it.
    alone: bool,
}

impl Fields {
    /// Finds them in `schema`.
    pub(crate) fn new(schema: &Arc<Schema>) -> Self {
        let find = |name: &str| schema.tables.iter().position(|table| table.name == name).unwrap_or(usize::MAX);
        let (claim, line) = (find("claim"), find("line"));
        let parents = schema.tables.get(line).map(|table| table.parents.as_slice()).unwrap_or_default();
        let line_claim = parents.iter().position(|&parent| parent == claim).unwrap_or(usize::MAX);
        let mut ways = vec![Vec::new(); schema.tables.len()];
        find_ways(schema, claim, &mut Vec::new(), &mut ways);
        Self { claim, line, line_claim, ways, schema: Arc::clone(schema) }
    }

    /// The schema.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
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

/// Notes the way to `table` that `passed` is, and the ways on from there.
fn find_ways(schema: &Schema, table: usize, passed: &mut Way, ways: &mut [Vec<Way>]) {
    let Some(def) = schema.tables.get(table) else { return };
    ways[table].push(passed.clone());
    for (at, &parent) in def.parents.iter().enumerate() {
        passed.push((table, at));
        find_ways(schema, parent, passed, ways);
        passed.pop();
    }
}

/// Values of the claims of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) batch: &'a Batch,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Values<'a> {
    /// The row of `table` that claim `claim` belongs to, directly or through others; `claim` itself for its own table.
    pub(crate) fn row(&self, claim: u32, table: usize) -> u32 {
        let ways = self.fields.ways.get(table).map(Vec::as_slice).unwrap_or_default();
        for way in ways {
            let mut row = claim;
            for &(table, parent) in way {
                let rows = self.batch.tables.get(table).and_then(|table| table.parents.get(parent));
                row = rows.and_then(|rows| rows.get(row as usize)).copied().unwrap_or(NONE);
            }
            if row != NONE {
                return row;
            }
        }
        NONE
    }

    /// As [`Values::row`], with its parents looked at first.
    pub(crate) fn row_above(&self, claim: u32, above: Above) -> u32 {
        let claims = self.batch.tables.get(self.fields.claim);
        let rows = claims.and_then(|claims| claims.parents.get(above.parent));
        match rows.and_then(|rows| rows.get(claim as usize)) {
            Some(&row) if row != NONE || above.alone => row,
            _ => self.row(claim, above.table),
        }
    }

    /// The lines of a claim, as a range of rows: they stand together. `from` is where those of the claim before it end,
    /// if that is known.
    pub(crate) fn lines(&self, claim: u32, from: u32) -> Range<u32> {
        let table = self.batch.tables.get(self.fields.line);
        let Some(owners) = table.and_then(|table| table.parents.get(self.fields.line_claim)) else { return 0..0 };
        if claim == NONE {
            return from..from;
        }
        let mut start = from as usize;
        let passed = start.checked_sub(1).is_some_and(|last| owners.get(last).is_none_or(|&owner| owner >= claim));
        if passed || owners.get(start).is_some_and(|&owner| owner < claim) {
            start = owners.partition_point(|&owner| owner < claim);
        }
        let rest = owners.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|&&owner| owner == claim).count();
        start as u32..(start + count) as u32
    }

    /// The first and the last of the days in `rows` of the columns `all`; `NO_DATE` where there is none.
    pub(crate) fn days(&self, all: &[At], rows: &Range<u32>) -> (i32, i32) {
        let (mut first, mut last) = (i32::MAX, NO_DATE);
        for at in all {
            let Some(Column::Date(days)) = self.column(*at) else { continue };
            let rows = rows.start as usize..(rows.end as usize).min(days.len());
            for &day in days.get(rows).unwrap_or_default().iter().filter(|&&day| day != NO_DATE) {
                (first, last) = (first.min(day), last.max(day));
            }
        }
        (if last == NO_DATE { NO_DATE } else { first }, last)
    }

    fn column(&self, at: At) -> Option<&'a Column> {
        self.batch.tables.get(at.table)?.columns.get(at.column)
    }

    /// The text of a field in `row` of its own table.
    pub(crate) fn text_of(&self, at: At, row: u32) -> &'a [u8] {
        match self.column(at) {
            Some(column @ Column::Text(_)) => self.batch.text(column.text(row), self.bytes),
            _ => &[],
        }
    }

    /// The texts of fields of one table, as [`Values::text_of`].
    pub(crate) fn texts<const N: usize>(&self, all: &[At; N], row: u32) -> [&'a [u8]; N] {
        let table = all.first().and_then(|at| self.batch.tables.get(at.table));
        let columns = table.map(|table| table.columns.as_slice()).unwrap_or_default();
        all.map(|at| match columns.get(at.column) {
            Some(Column::Text(texts)) => {
                self.batch.text(texts.get(row as usize).copied().unwrap_or_default(), self.bytes)
            }
            _ => &[],
        })
    }

    /// True when the code in `row` of its own table is `code`, packed.
    pub(crate) fn is_code(&self, at: At, row: u32, code: Option<u64>) -> bool {
        code.is_some() && self.column(at).map(|column| column.code(row)) == code
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
    /// The table named `name`, above the claim.
    pub(crate) fn above(&self, name: &str) -> Above {
        let table = self.at_table(name);
        let parents = self.schema().tables.get(self.claim).map(|claims| claims.parents.as_slice()).unwrap_or_default();
        let parent = parents.iter().position(|&parent| parent == table).unwrap_or(usize::MAX);
        Above { table, parent, alone: self.ways.get(table).is_some_and(|ways| ways.len() == 1) }
    }

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
