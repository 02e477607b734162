//! Pieces of a file to the rows of a table.

use arrow_array::{RecordBatch, RecordBatchOptions};
use engine::{Crop, Error, Harvest, Tokens};
use x12::claim::{Column as Cells, LONG, MISSING, NO_DATE, NONE, civil, days, unpack};

use crate::builders::{Empty, Values};
use crate::findings;
use crate::phi::{self, Manner, Phi, is_public};
use crate::tables::{Column, ColumnKind, Table, Value};

/// Most rows that are kept before they are given away.
const ROWS: usize = 8_192;

/// A table in the making.
pub(crate) struct Gathering {
    pub(crate) table: &'static Table,
    pub(crate) manner: Manner,
    pub(crate) tokens: Tokens,
    pub(crate) values: Vec<Values>,
    empty: Empty,
    rows: usize,
    /// All rows so far.
    pub(crate) total: u64,
}

impl Gathering {
    pub(crate) fn new(table: &'static Table, manner: Manner, tokens: Tokens) -> Self {
        let values = table.columns.iter().map(|column| Values::new(column.kind, 0, 0)).collect();
        Self { table, manner, tokens, values, empty: Empty::default(), rows: 0, total: 0 }
    }

    /// Takes the rows of a piece, and hands on what there is when it is enough.
    pub(crate) fn take(
        &mut self,
        harvest: &Harvest<'_>,
        give: &mut impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.table.numbers.is_empty() {
            let rows = findings::read(harvest.findings, &self.table.columns, &mut self.values)?;
            self.more(rows, give)?;
        }
        for crop in &harvest.crops {
            let Some(number) = self.table.numbers.get(crop.map).copied().flatten() else { continue };
            let rows = Rows::of(crop, number);
            for (column, values) in self.table.columns.iter().zip(&mut self.values) {
                let filling = Filling { column, manner: self.manner, tokens: &self.tokens, crop, rows: &rows };
                filling.fill(harvest.file, values);
            }
            self.more(rows.len(), give)?;
        }
        Ok(())
    }

    /// So many rows more were taken: handed on when they are enough.
    pub(crate) fn more(
        &mut self,
        rows: usize,
        give: &mut impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.rows += rows;
        if self.rows < ROWS {
            return Ok(());
        }
        self.end(give)
    }

    /// Hands on what is left.
    pub(crate) fn end(&mut self, give: &mut impl FnMut(RecordBatch) -> Result<(), Error>) -> Result<(), Error> {
        if self.rows == 0 {
            return Ok(());
        }
        let (rows, columns) = (self.rows, self.table.columns.iter());
        // the next batch will need about as much room
        let fresh =
            columns.zip(&self.values).map(|(column, values)| Values::new(column.kind, rows, values.bytes_so_far()));
        let fresh = fresh.collect();
        let made = std::mem::replace(&mut self.values, fresh).into_iter();
        let arrays = made.map(|values| values.finish(&mut self.empty)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let batch = RecordBatch::try_new_with_options(self.table.schema.clone(), arrays, &options)
            .map_err(|error| Error::Internal(format!("{}: {error}", self.table.name)))?;
        self.total += self.rows as u64;
        self.rows = 0;
        give(batch)
    }
}

/// The rows of a batch's table, each with its claim and its number there.
struct Rows {
    number: usize,
    /// The claim's row, for each.
    claims: Vec<u32>,
    ordinals: Vec<u64>,
    /// By table above the claim: the row of it that each is under.
    above: Vec<Vec<u32>>,
}

impl Rows {
    fn of(crop: &Crop<'_>, number: usize) -> Self {
        let count = crop.batch.tables.get(number).map_or(0, |table| table.rows);
        let under = |goal| (0..count).map(|row| climb(crop, number, row, goal)).collect();
        let claims: Vec<u32> = under(crop.taps.claim);
        let ordinals = ordinals(&claims, crop.facts.len());
        // only a claim's own row also tells what stands above it
        let above = if number == crop.taps.claim { (0..number).map(under).collect() } else { Vec::new() };
        Self { number, claims, ordinals, above }
    }

    fn len(&self) -> usize {
        self.claims.len()
    }
}

/// The row of the table `goal` that `row` of the table `number` is of, through as many parents as it takes.
fn climb(crop: &Crop<'_>, number: usize, row: u32, goal: usize) -> u32 {
    if number == goal {
        return row;
    }
    let (Some(def), Some(table)) = (crop.taps.schema.tables.get(number), crop.batch.tables.get(number)) else {
        return NONE;
    };
    let above =
        def.parents.iter().zip(&table.parents).filter_map(|(parent, rows)| Some((*parent, *rows.get(row as usize)?)));
    above
        .filter(|(parent, row)| *row != NONE && *parent >= goal)
        .map(|(parent, row)| climb(crop, parent, row, goal))
        .find(|row| *row != NONE)
        .unwrap_or(NONE)
}

/// For each row its number among those of its claim.
fn ordinals(claims: &[u32], count: usize) -> Vec<u64> {
    let mut next = vec![0; count];
    let number = |claim: &u32| {
        let Some(place) = next.get_mut(*claim as usize) else { return 0 };
        *place += 1;
        *place - 1
    };
    claims.iter().map(number).collect()
}

/// One column of one crop.
struct Filling<'a> {
    column: &'a Column,
    manner: Manner,
    tokens: &'a Tokens,
    crop: &'a Crop<'a>,
    rows: &'a Rows,
}

impl Filling<'_> {
    fn fill(&self, file: &str, values: &mut Values) {
        let facts = |claim: &u32| self.crop.facts.get(*claim as usize);
        match &self.column.value {
            Value::File => self.rows.claims.iter().for_each(|_| values.text(Some(file))),
            Value::Kind => self.rows.claims.iter().for_each(|_| values.text(Some(&self.crop.taps.map.kind))),
            Value::Claim => {
                self.rows.claims.iter().for_each(|claim| values.index(facts(claim).map(|known| known.index)));
            }
            Value::Accepted => {
                self.rows.claims.iter().for_each(|claim| values.flag(facts(claim).is_some_and(|known| known.accepted)));
            }
            Value::Row => self.rows.ordinals.iter().for_each(|ordinal| values.index(Some(*ordinal))),
            Value::Parent(places) => self.parents(places.get(self.crop.map).copied().flatten(), values),
            Value::Cells(cells) => self.cells(cells.get(self.crop.map).copied().flatten(), values),
            Value::Finding(_) | Value::Record(_) | Value::RowAbove | Value::Said(_) => values.missing(self.rows.len()),
        }
    }

    /// The numbers of the rows that these belong to.
    fn parents(&self, place: Option<usize>, values: &mut Values) {
        let (def, table) =
            (self.crop.taps.schema.tables.get(self.rows.number), self.crop.batch.tables.get(self.rows.number));
        let found = place.and_then(|place| Some((*def?.parents.get(place)?, table?.parents.get(place)?)));
        let Some((parent, above)) = found else { return values.missing(self.rows.len()) };
        let of = Rows::of(self.crop, parent);
        for row in 0..self.rows.len() {
            let row = above.get(row).copied().filter(|row| *row != NONE);
            values.index(row.and_then(|row| of.ordinals.get(row as usize).copied()));
        }
    }

    fn cells(&self, place: Option<(usize, usize)>, values: &mut Values) {
        let found = place.filter(|_| self.manner.shows(self.column.phi)).and_then(|(number, field)| {
            let table = self.crop.batch.tables.get(number)?;
            let cells = table.columns.get(field).filter(|cells| !cells.is_empty())?;
            Some((number, Told { cells, doubts: self.doubts(number, field) }))
        });
        let Some((number, told)) = found else { return values.missing(self.rows.len()) };
        match self.rows.above.get(number) {
            Some(above) => above.iter().for_each(|row| self.cell(number, &told, *row, values)),
            None => (0..self.rows.len() as u32).for_each(|row| self.cell(number, &told, row, values)),
        }
    }

    /// What speaks against a field, where anything does in any row.
    fn doubts(&self, number: usize, field: usize) -> Vec<&Cells> {
        let columns = self.crop.batch.tables.get(number).map(|table| &table.columns[..]).unwrap_or_default();
        let fields = self.crop.taps.map.tables.get(number).map(|table| &table.fields[..]).unwrap_or_default();
        let doubts = fields.get(field).map(|field| &field.doubts[..]).unwrap_or_default();
        doubts.iter().filter_map(|doubt| columns.get(*doubt)).filter(|doubt| !doubt.is_empty()).collect()
    }

    fn cell(&self, number: usize, told: &Told<'_>, row: u32, values: &mut Values) {
        let cells = told.cells;
        if !cells.has(row) {
            return values.missing(1);
        }
        match (cells, self.column.kind) {
            (Cells::Date(_), _) => {
                let day = cells.date(row);
                values.date((day != NO_DATE).then(|| self.treating().day(day)));
            }
            (Cells::Amount(_), _) => {
                let amount = cells.amount(row);
                values.amount((amount != MISSING).then_some(amount));
            }
            (Cells::Text(_), _) => {
                let text = self.crop.batch.text(cells.text(row), self.crop.bytes);
                if told.doubts.iter().any(|doubt| doubt.has(row)) {
                    self.treating().doubted(text, values);
                } else {
                    self.treating().text(text, values);
                }
            }
            (Cells::Code(_), ColumnKind::Text) => self.code(number, cells.code(row), values),
            (Cells::Code(_), _) => values.missing(1),
        }
    }

    /// What is too long for a code is none, and may be anything.
    fn code(&self, number: usize, code: u64, values: &mut Values) {
        if code < LONG {
            let (text, length) = unpack(code);
            return values.bytes(text.get(..length).unwrap_or_default());
        }
        let span = self.crop.batch.tables.get(number).map(|table| table.long_code(code)).unwrap_or_default();
        self.treating().doubted(self.crop.batch.text(span, self.crop.bytes), values);
    }

    fn treating(&self) -> Treating<'_> {
        Treating { column: self.column, manner: self.manner, tokens: self.tokens }
    }
}

/// The values of a field, and those that speak against them.
struct Told<'a> {
    cells: &'a Cells,
    doubts: Vec<&'a Cells>,
}

/// What is made of the values of a column.
pub(crate) struct Treating<'a> {
    pub(crate) column: &'a Column,
    pub(crate) manner: Manner,
    pub(crate) tokens: &'a Tokens,
}

impl Treating<'_> {
    /// Of birth and death only the year is told, unless all is.
    pub(crate) fn day(&self, day: i32) -> i32 {
        if self.column.phi != Phi::Born || self.manner == Manner::Keep {
            return day;
        }
        let (year, _, _) = civil(day);
        days(format!("{year:04}0101").as_bytes())
    }

    /// A text, as it may be told.
    pub(crate) fn text(&self, text: &[u8], values: &mut Values) {
        match self.column.phi {
            Phi::Provider if is_public(text) => values.bytes(text),
            phi => self.told(phi, text, values),
        }
    }

    /// A text that may be a patient's, whatever it is called.
    fn doubted(&self, text: &[u8], values: &mut Values) {
        let phi = match self.column.phi {
            Phi::Open | Phi::Provider => phi::in_doubt(&self.column.name),
            known => known,
        };
        self.told(phi, text, values);
    }

    fn told(&self, phi: Phi, text: &[u8], values: &mut Values) {
        match (phi, self.manner) {
            (Phi::Open | Phi::Sealed, _) | (_, Manner::Keep) => values.bytes(text),
            (Phi::Id | Phi::Provider, Manner::Token) => {
                values.text(Some(&self.tokens.token(domain(&self.column.name), text)));
            }
            (_, Manner::Mask) => values.text(Some(&engine::masked(text))),
            _ => values.missing(1),
        }
    }
}

/// What an identifier is of: the same number in two columns of one domain has one token, here and in findings.
fn domain(column: &str) -> &str {
    match column {
        "id" => "claim",
        "clearinghouse_reference" => "clearinghouse",
        "subscriber_member_id" | "patient_id" | "insured_id" => "member_id",
        "subscriber_id" => "subscriber",
        name if ["tax_id", "npi", "payee_id", "provider_id", "sponsor_id"].iter().any(|end| name.ends_with(end)) => {
            "tax_id"
        }
        name if name.ends_with("ssn") => "ssn",
        name => name,
    }
}
