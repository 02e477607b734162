//! A claim as nested values, by the tables and fields of its map; names are the map's business.

use std::borrow::Cow;

use super::{Batch, Column, FieldKind, LONG, NONE, Table, Taps, unpack};

/// A row of a table with the rows that belong to it. A claim's record also holds the rows above it: its set, provider,
/// subscriber, payer and patient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The table, by index in the schema.
    pub table: u16,
    /// The values that are there, by column, ascending.
    pub cells: Vec<(u16, Cell<'a>)>,
    /// The rows above (of a claim) and below.
    pub records: Vec<Record<'a>>,
}

/// A value. A code is equal to the text that it stands for.
#[derive(Clone, Debug, Eq)]
pub enum Cell<'a> {
    /// Text or a code; in any field, a value as it stands in the file.
    Text(Cow<'a, [u8]>),
    /// A code, packed, as a batch holds it.
    Code(u64),
    /// Cents.
    Money(i64),
    /// Thousandths.
    Number(i64),
    /// Days since 1970-01-01.
    Date(i32),
}

impl PartialEq for Cell<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Code(one), Self::Code(other)) => one == other,
            (Self::Text(text), Self::Code(code)) | (Self::Code(code), Self::Text(text)) => {
                let (bytes, length) = unpack(*code);
                bytes.get(..length) == Some(text.as_ref())
            }
            (Self::Money(one), Self::Money(other)) | (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Date(one), Self::Date(other)) => one == other,
            _ => false,
        }
    }
}

impl Cell<'_> {
    /// The cell with its text its own.
    #[must_use]
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Code(code) => Cell::Code(code),
            Self::Money(cents) => Cell::Money(cents),
            Self::Number(thousandths) => Cell::Number(thousandths),
            Self::Date(days) => Cell::Date(days),
        }
    }
}

impl<'a> Record<'a> {
    /// A record of `table` with nothing in it.
    #[must_use]
    pub fn new(table: u16) -> Self {
        Self { table, cells: Vec::new(), records: Vec::new() }
    }

    /// The value in `column`.
    #[must_use]
    pub fn get(&self, column: u16) -> Option<&Cell<'a>> {
        self.cells
            .binary_search_by_key(&column, |(at, _)| *at)
            .ok()
            .and_then(|at| self.cells.get(at))
            .map(|(_, cell)| cell)
    }

    /// Puts a value in `column`.
    pub fn set(&mut self, column: u16, cell: Cell<'a>) {
        match self.cells.binary_search_by_key(&column, |(at, _)| *at) {
            Ok(at) => self.cells[at].1 = cell,
            Err(at) => self.cells.insert(at, (column, cell)),
        }
    }

    /// The records of `table` directly within.
    pub fn within(&self, table: u16) -> impl Iterator<Item = &Record<'a>> {
        self.records.iter().filter(move |record| record.table == table)
    }
}

/// Which rows of each table belong to which row of a parent: made once a batch.
#[derive(Debug)]
pub struct Nesting {
    /// By table, by parent: rows in order, and where those of each parent row begin.
    links: Vec<Vec<Links>>,
    /// By table: the tables below it that a claim nests, and which of their parents it is.
    children: Vec<Vec<(u16, u16)>>,
    /// The tables above the claim.
    above: Vec<u16>,
    /// By table, the columns that some row has a value in: most have none.
    told: Vec<Vec<u16>>,
}

#[derive(Debug, Default)]
struct Links {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Nesting {
    /// Sorts out the rows of `batch`.
    #[must_use]
    pub fn new(batch: &Batch, taps: &Taps) -> Self {
        let defs = &taps.schema.tables;
        let mut children = vec![Vec::new(); defs.len()];
        let mut links = Vec::new();
        for (index, (def, table)) in defs.iter().zip(&batch.tables).enumerate() {
            let nested = index > taps.claim;
            let mut lists = Vec::new();
            for (at, parent) in def.parents.iter().enumerate().filter(|_| nested) {
                children[*parent].push((index as u16, at as u16));
                let rows = batch.tables.get(*parent).map_or(0, |table| table.rows);
                lists.push(Links::new(table.parents.get(at).map_or(&[][..], Vec::as_slice), rows));
            }
            links.push(lists);
        }
        let above = (0..taps.claim as u16).collect();
        let told = batch.tables.iter().map(|table| {
            let columns = (0u16..).zip(&table.columns).filter(|(_, column)| !column.is_empty());
            columns.map(|(at, _)| at).collect()
        });
        Self { links, children, above, told: told.collect() }
    }

    /// The rows of `table` that belong to `row` of the table that is its parent number `parent`.
    pub(crate) fn rows(&self, table: u16, parent: u16, row: u32) -> &[u32] {
        let links = self.links.get(usize::from(table)).and_then(|lists| lists.get(usize::from(parent)));
        links.map(|links| links.of(row)).unwrap_or_default()
    }
}

impl Links {
    fn new(parents: &[u32], rows: u32) -> Self {
        let mut starts = vec![0u32; rows as usize + 1];
        for parent in parents.iter().filter(|parent| **parent < rows) {
            starts[*parent as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
        for (row, parent) in parents.iter().enumerate().filter(|(_, parent)| **parent < rows) {
            let place = &mut next[*parent as usize];
            sorted[*place as usize] = row as u32;
            *place += 1;
        }
        Self { starts, rows: sorted }
    }

    fn of(&self, row: u32) -> &[u32] {
        let at = row as usize;
        let (Some(start), Some(end)) = (self.starts.get(at), self.starts.get(at + 1)) else { return &[] };
        self.rows.get(*start as usize..*end as usize).unwrap_or_default()
    }
}

impl Batch {
    /// The claim in `row` of the claim table, whole. `bytes` is the piece.
    #[must_use]
    pub fn claim<'a>(&'a self, taps: &Taps, nesting: &Nesting, row: u32, bytes: &'a [u8]) -> Record<'a> {
        let mut claim = self.nest(nesting, taps, taps.claim as u16, row, bytes);
        let mut above = Vec::new();
        for table in &nesting.above {
            if let Some(row) = self.row_above(taps, taps.claim, row, usize::from(*table)) {
                above.push(self.read(nesting, *table, row, taps, bytes));
            }
        }
        claim.records.splice(0..0, above);
        claim
    }

    /// The row of `above` that `row` of `table` stands under, through as many parents as it takes.
    fn row_above(&self, taps: &Taps, table: usize, row: u32, above: usize) -> Option<u32> {
        let def = taps.schema.tables.get(table)?;
        let rows = &self.tables.get(table)?.parents;
        for (parent, numbers) in def.parents.iter().zip(rows) {
            let number = numbers.get(row as usize).copied().filter(|number| *number != NONE);
            let Some(number) = number else { continue };
            if *parent == above {
                return Some(number);
            }
            if let Some(found) = self.row_above(taps, *parent, number, above) {
                return Some(found);
            }
        }
        None
    }

    fn nest<'a>(&'a self, nesting: &Nesting, taps: &Taps, table: u16, row: u32, bytes: &'a [u8]) -> Record<'a> {
        let mut record = self.read(nesting, table, row, taps, bytes);
        for (child, parent) in nesting.children.get(usize::from(table)).into_iter().flatten() {
            for row in nesting.rows(*child, *parent, row) {
                record.records.push(self.nest(nesting, taps, *child, *row, bytes));
            }
        }
        record
    }

    fn read<'a>(&'a self, nesting: &Nesting, index: u16, row: u32, taps: &Taps, bytes: &'a [u8]) -> Record<'a> {
        let mut record = Record::new(index);
        let at = usize::from(index);
        let (Some(table), Some(def)) = (self.tables.get(at), taps.schema.tables.get(at)) else { return record };
        let told = nesting.told.get(at).map(Vec::as_slice).unwrap_or_default();
        let there = |column: &&u16| table.columns.get(usize::from(**column)).is_some_and(|values| values.has(row));
        record.cells.reserve_exact(told.iter().filter(there).count());
        for column in told.iter().filter(there) {
            let column_at = usize::from(*column);
            let (Some(values), Some(field)) = (table.columns.get(column_at), def.fields.get(column_at)) else {
                continue;
            };
            record.cells.push((*column, self.cell(table, values, field.kind, row, bytes)));
        }
        record
    }

    fn cell<'a>(&'a self, table: &Table, column: &Column, kind: FieldKind, row: u32, bytes: &'a [u8]) -> Cell<'a> {
        match (column, kind) {
            (Column::Text(_), _) => Cell::Text(Cow::Borrowed(self.text(column.text(row), bytes))),
            (Column::Date(_), _) => Cell::Date(column.date(row)),
            (Column::Amount(_), FieldKind::Money) => Cell::Money(column.amount(row)),
            (Column::Amount(_), _) => Cell::Number(column.amount(row)),
            (Column::Code(_), _) => match column.code(row) {
                code if code >= LONG => Cell::Text(Cow::Borrowed(self.text(table.long_code(code), bytes))),
                code => Cell::Code(code),
            },
        }
    }
}
