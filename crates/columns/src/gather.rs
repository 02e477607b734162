//! Pieces of a file to the rows of a table.

use arrow_array::{RecordBatch, RecordBatchOptions};
use engine::{Crop, Error, Harvest, Tokens};
use x12::claim::{Column as Cells, LONG, MISSING, NO_DATE, NONE, civil, days, unpack};
use x12::position::Span;

use crate::builders::{Empty, Values};
use crate::findings;
use crate::phi::{self, Manner, Phi, is_public};
use crate::table::{Column, ColumnKind, Table, Value};

/// The bits of a packed code that no byte of ASCII has; what marks a long one is among them.
pub(crate) const NO_ASCII: u64 = 0x8080_8080_8080_8080;

/// Most rows that are kept before they are given away.
const ROWS: usize = 8_192;

/// A table in the making.
pub(crate) struct Gathering {
    pub(crate) table: &'static Table,
    pub(crate) manner: Manner,
    pub(crate) tokens: Tokens,
    pub(crate) values: Vec<Values>,
    empty: Empty,
    /// Rows that were not handed on yet.
    pub(crate) rows: usize,
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
        self.values.iter_mut().for_each(|values| values.up_to(rows));
        // the next batch will need about as much room; what is a little too small is copied into twice as much
        let more = |size: usize| size + size / 8;
        let fresh = columns
            .zip(&self.values)
            .map(|(column, values)| Values::new(column.kind, more(rows), more(values.bytes_so_far())));
        let fresh = fresh.collect();
        let made = std::mem::replace(&mut self.values, fresh).into_iter();
        let arrays = made.map(|values| values.finish(&mut self.empty)).collect::<Result<_, _>>()?;
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
        let claims = under(crop, number, crop.taps.claim);
        let ordinals = ordinals(&claims, crop.facts.len());
        // only a claim's own row also tells what stands above it
        let above = if number == crop.taps.claim { 0..number } else { 0..0 };
        let above = above.map(|goal| under(crop, number, goal)).collect();
        Self { number, claims, ordinals, above }
    }

    fn len(&self) -> usize {
        self.claims.len()
    }
}

/// By row of the table `number`: the row of the table `goal` that it is of, through as many parents as it takes.
fn under(crop: &Crop<'_>, number: usize, goal: usize) -> Vec<u32> {
    let (Some(def), Some(table)) = (crop.taps.schema.tables.get(number), crop.batch.tables.get(number)) else {
        return Vec::new();
    };
    if number == goal {
        return (0..table.rows).collect();
    }
    let mut found = vec![NONE; table.rows as usize];
    for (parent, rows) in def.parents.iter().zip(&table.parents).filter(|(parent, _)| **parent >= goal) {
        let above = under(crop, *parent, goal);
        for (place, row) in found.iter_mut().zip(rows).filter(|(place, _)| **place == NONE) {
            *place = above.get(*row as usize).copied().unwrap_or(NONE);
        }
    }
    found
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
        let rows = self.rows.len();
        match &self.column.value {
            Value::File => values.same(file, rows),
            Value::Kind => values.same(&self.crop.taps.map.kind, rows),
            Value::Claim => {
                values.indexes(rows, |row| self.rows.claims.get(row).and_then(facts).map(|known| known.index));
            }
            Value::Accepted => {
                let claims = self.rows.claims.iter();
                claims.for_each(|claim| values.flag(facts(claim).is_some_and(|known| known.accepted)));
            }
            Value::Row => values.indexes(rows, |row| self.rows.ordinals.get(row).copied()),
            Value::Parent(places) => self.parents(places.get(self.crop.map).copied().flatten(), values),
            Value::Cells(cells) => self.cells(cells.get(self.crop.map).copied().flatten(), values),
            Value::Finding(_) | Value::Record(_) | Value::RowAbove | Value::Said(_) => values.missing(rows),
        }
    }

    /// The numbers of the rows that these belong to.
    fn parents(&self, place: Option<usize>, values: &mut Values) {
        let (def, table) =
            (self.crop.taps.schema.tables.get(self.rows.number), self.crop.batch.tables.get(self.rows.number));
        let found = place.and_then(|place| Some((*def?.parents.get(place)?, table?.parents.get(place)?)));
        let Some((parent, above)) = found else { return values.missing(self.rows.len()) };
        let of = Rows::of(self.crop, parent);
        let ordinal = |row: &u32| of.ordinals.get(*row as usize).copied().filter(|_| *row != NONE);
        values.indexes(self.rows.len(), |row| above.get(row).and_then(ordinal));
    }

    fn cells(&self, place: Option<(usize, usize)>, values: &mut Values) {
        let found = place.filter(|_| self.manner.shows(self.column.phi)).and_then(|(number, field)| {
            let table = self.crop.batch.tables.get(number)?;
            let cells = table.columns.get(field).filter(|cells| !cells.is_empty())?;
            Some((number, Told { cells, doubts: self.doubts(number, field) }))
        });
        let Some((number, told)) = found else { return values.missing(self.rows.len()) };
        match self.rows.above.get(number) {
            Some(above) => self.told(number, &told, |row| above.get(row).copied().unwrap_or(NONE), values),
            None => self.told(number, &told, |row| row as u32, values),
        }
    }

    /// What speaks against a field, where anything does in any row and makes a difference.
    fn doubts(&self, number: usize, field: usize) -> Vec<&Cells> {
        if !matches!(self.column.phi, Phi::Open | Phi::Provider) || self.manner == Manner::Keep {
            return Vec::new();
        }
        let columns = self.crop.batch.tables.get(number).map(|table| &table.columns[..]).unwrap_or_default();
        let fields = self.crop.taps.map.tables.get(number).map(|table| &table.fields[..]).unwrap_or_default();
        let doubts = fields.get(field).map(|field| &field.doubts[..]).unwrap_or_default();
        doubts.iter().filter_map(|doubt| columns.get(*doubt)).filter(|doubt| !doubt.is_empty()).collect()
    }

    /// The values of the rows of the table `number` that `of` gives for each row.
    fn told(&self, number: usize, told: &Told<'_>, of: impl Fn(usize) -> u32, values: &mut Values) {
        let rows = self.rows.len();
        match (told.cells, self.column.kind) {
            (Cells::Date(days), _) => {
                let treating = self.treating();
                values.dates(rows, |row| {
                    let day = days.get(of(row) as usize).copied().filter(|day| *day != NO_DATE);
                    day.map(|day| treating.day(day))
                });
            }
            (Cells::Amount(amounts), _) => {
                values.amounts(rows, |row| amounts.get(of(row) as usize).copied().filter(|amount| *amount != MISSING));
            }
            (Cells::Text(spans), _) => self.texts(spans, &told.doubts, of, values),
            (Cells::Code(codes), ColumnKind::Text) => {
                let code = |row| codes.get(of(row) as usize).copied().unwrap_or_default();
                if codes.iter().all(|code| code & NO_ASCII == 0) {
                    values.codes(rows, code);
                } else {
                    (0..rows).for_each(|row| self.code(number, code(row), values));
                }
            }
            (Cells::Code(_), _) => values.missing(rows),
        }
    }

    fn texts(&self, spans: &[Span], doubts: &[&Cells], of: impl Fn(usize) -> u32, values: &mut Values) {
        let (rows, bytes, inherited) = (self.rows.len(), self.crop.bytes, &self.crop.batch.inherited[..]);
        let span = |row| spans.get(of(row) as usize).copied().unwrap_or_default();
        let mut treating = self.treating();
        if doubts.is_empty() && treating.is_plain() {
            return values.texts(rows, |row| {
                let Span { start, len } = span(row);
                // what was inherited stands behind the piece
                let text = match (start as usize).checked_sub(bytes.len()) {
                    None => bytes.get(start as usize..),
                    Some(start) => inherited.get(start..),
                };
                text.filter(|text| text.len() >= len as usize).map_or((&[][..], 0), |text| (text, len as usize))
            });
        }
        for row in 0..rows {
            let span = span(row);
            if span.is_empty() {
                values.missing(1);
                continue;
            }
            let text = self.crop.batch.text(span, bytes);
            if doubts.iter().any(|doubt| doubt.has(of(row))) {
                treating.doubted(text, values);
            } else {
                treating.text(text, values);
            }
        }
    }

    /// What is too long for a code is none, and may be anything.
    fn code(&self, number: usize, code: u64, values: &mut Values) {
        if code == 0 {
            return values.missing(1);
        }
        if code < LONG {
            let (text, length) = unpack(code);
            return values.bytes(text.get(..length).unwrap_or_default());
        }
        let span = self.crop.batch.tables.get(number).map(|table| table.long_code(code)).unwrap_or_default();
        self.treating().doubted(self.crop.batch.text(span, self.crop.bytes), values);
    }

    fn treating(&self) -> Treating<'_> {
        Treating::new(self.column, self.manner, self.tokens)
    }
}

/// The values of a field, and those that speak against them.
struct Told<'a> {
    cells: &'a Cells,
    doubts: Vec<&'a Cells>,
}

/// What is made of the values of a column.
pub(crate) struct Treating<'a> {
    column: &'a Column,
    manner: Manner,
    tokens: &'a Tokens,
    last: Last,
}

/// The last token of a column, and what it stands for: what is above claims says the same of many.
pub(crate) type Last = (Vec<u8>, Vec<u8>);

impl<'a> Treating<'a> {
    pub(crate) fn new(column: &'a Column, manner: Manner, tokens: &'a Tokens) -> Self {
        Self { column, manner, tokens, last: Last::default() }
    }

    /// As [`Treating::new`], of a column whose last token is known; it is handed back by [`Treating::last`].
    pub(crate) fn after(last: Last, column: &'a Column, manner: Manner, tokens: &'a Tokens) -> Self {
        Self { column, manner, tokens, last }
    }

    pub(crate) fn last(self) -> Last {
        self.last
    }

    /// Of birth and death only the year is told, unless all is.
    pub(crate) fn day(&self, day: i32) -> i32 {
        if self.column.phi != Phi::Born || self.manner == Manner::Keep {
            return day;
        }
        let mut year = civil(day).0.clamp(0, 9_999).unsigned_abs();
        let mut first = *b"00000101";
        for digit in first[..4].iter_mut().rev() {
            *digit = b'0' + (year % 10) as u8;
            year /= 10;
        }
        days(&first)
    }

    /// True where every text is told as it is.
    fn is_plain(&self) -> bool {
        matches!((self.column.phi, self.manner), (Phi::Open | Phi::Sealed, _) | (_, Manner::Keep))
    }

    /// A text, as it may be told.
    pub(crate) fn text(&mut self, text: &[u8], values: &mut Values) {
        match self.column.phi {
            Phi::Provider if is_public(text) => values.bytes(text),
            phi => self.told(phi, text, values),
        }
    }

    /// A text that may be a patient's, whatever it is called.
    fn doubted(&mut self, text: &[u8], values: &mut Values) {
        let phi = match self.column.phi {
            Phi::Open | Phi::Provider => phi::in_doubt(&self.column.name),
            known => known,
        };
        self.told(phi, text, values);
    }

    fn told(&mut self, phi: Phi, text: &[u8], values: &mut Values) {
        match (phi, self.manner) {
            (Phi::Open | Phi::Sealed, _) | (_, Manner::Keep) => values.bytes(text),
            (Phi::Id | Phi::Provider, Manner::Token) => {
                let (of, token) = &mut self.last;
                if of != text || token.is_empty() {
                    text.clone_into(of);
                    token.clear();
                    self.tokens.append(domain(&self.column.name), text, token);
                }
                values.bytes(token);
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
