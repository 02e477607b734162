//! The rows of a batch as JSON.

use super::form::{Form, Said, SsnKeys, Step};
use super::{Seal, Ssn, value};
use crate::claim::{Batch, Column, LONG, MISSING, NO_DATE, Nesting, RowManner, Taps, unpack};
use crate::position::Span;
use crate::wire::Delimiters;

/// How deep objects stand within each other.
const DEPTH: usize = 8;

/// A batch that is written: steps that no row has a value for are left out from the start.
pub struct Page<'a> {
    batch: &'a Batch,
    bytes: &'a [u8],
    nesting: Nesting,
    seal: &'a dyn Seal,
    form: &'a Form,
    /// By table.
    steps: Vec<Vec<&'a Step>>,
}

/// What was met while a row was written.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What separates repetitions and components here.
    pub delimiters: Delimiters,
    /// Numbers that are secret wherever they stand in the row, and in the rows below it.
    pub secrets: Vec<Ssn>,
    /// The identifier of its family.
    pub link: Option<Link>,
    /// The identifier of the family is secret whatever it is.
    pub hides_link: bool,
    /// Something behind that identifier, which is no secret so far, is equal to it.
    pub repeats_link: bool,
}

/// The identifier of a family, as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Where it begins, with its key, in what was written.
    pub start: usize,
    /// Where it ends, before the comma.
    pub end: usize,
    /// The value.
    pub span: Span,
    /// It is a social security number, and was written as one.
    pub secret: bool,
}

impl<'a> Page<'a> {
    /// A page of `batch`, whose text is of the piece `bytes`.
    #[must_use]
    pub fn new(form: &'a Form, taps: &Taps, batch: &'a Batch, bytes: &'a [u8], seal: &'a dyn Seal) -> Self {
        let steps = form.tables.iter().zip(&batch.tables).map(|(table, rows)| live(&table.steps, &rows.columns, batch));
        Self { batch, bytes, nesting: Nesting::new(batch, taps), seal, form, steps: steps.collect() }
    }

    /// Appends what `row` of `table` says, as the inside of an object: with a comma behind each value. `told` gives what
    /// it knows, and takes what was met.
    pub fn write(&self, table: usize, row: u32, told: &mut Told, out: &mut Vec<u8>) {
        let columns = self.batch.tables.get(table).map_or(&[][..], |table| &table.columns);
        for column in self.form.tables.get(table).into_iter().flat_map(|form| &form.ssns) {
            let span = columns.get(usize::from(*column)).map_or(Span::default(), |column| column.text(row));
            told.secrets.extend(Ssn::read(self.batch.text(span, self.bytes)));
        }
        self.inside(table, row, told, out);
    }

    fn inside(&self, table: usize, row: u32, told: &mut Told, out: &mut Vec<u8>) {
        let columns = self.batch.tables.get(table).map_or(&[][..], |table| &table.columns);
        let (mut opened, mut depth) = ([(0, 0); DEPTH], 0);
        for step in self.steps.get(table).map_or(&[][..], Vec::as_slice) {
            match step {
                Step::Value { column, key, said } => {
                    if let Some(column) = columns.get(usize::from(*column)) {
                        self.value((table, column), row, (key, said), told, out);
                    }
                }
                Step::Open(key) => {
                    let start = out.len();
                    out.extend_from_slice(key);
                    opened[depth % DEPTH] = (start, out.len());
                    depth += 1;
                }
                Step::Close => {
                    depth = depth.saturating_sub(1);
                    let (start, inside) = opened[depth % DEPTH];
                    close(out, start, inside, b'}');
                }
                Step::Rows { key, table, parent } => {
                    let start = out.len();
                    out.extend_from_slice(key);
                    let inside = out.len();
                    self.rows(usize::from(*table), self.nesting.rows(*table, *parent, row), told, out);
                    close(out, start, inside, b']');
                }
            }
        }
    }

    fn rows(&self, table: usize, rows: &[u32], told: &mut Told, out: &mut Vec<u8>) {
        let manner = self.form.tables.get(table).map_or(RowManner::Object, |form| form.manner);
        for row in rows {
            match manner {
                RowManner::Object => self.object(table, *row, told, out),
                RowManner::Plain => self.plain(table, *row, told, out),
                RowManner::Spread => self.spread(table, *row, told, out),
            }
        }
    }

    fn object(&self, table: usize, row: u32, told: &mut Told, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(b'{');
        self.inside(table, row, told, out);
        close(out, start, start + 1, b'}');
    }

    /// The one value of a row, without its key.
    fn plain(&self, table: usize, row: u32, told: &mut Told, out: &mut Vec<u8>) {
        let columns = self.batch.tables.get(table).map_or(&[][..], |table| &table.columns);
        for step in self.steps.get(table).into_iter().flatten() {
            if let Step::Value { column, said, .. } = step
                && let Some(column) = columns.get(usize::from(*column))
            {
                self.value((table, column), row, (&[], said), told, out);
            }
        }
    }

    /// An object for each row below `row`, with what `row` itself says in each of them; one without, where there is none.
    fn spread(&self, table: usize, row: u32, told: &mut Told, out: &mut Vec<u8>) {
        let mut own = Vec::new();
        let mut below = Vec::new();
        for step in self.steps.get(table).into_iter().flatten() {
            match step {
                Step::Value { column, key, said } => {
                    if let Some(column) = self.batch.tables.get(table).and_then(|t| t.columns.get(usize::from(*column)))
                    {
                        self.value((table, column), row, (key, said), told, &mut own);
                    }
                }
                Step::Rows { table, parent, .. } => below.push((*table, *parent)),
                Step::Open(_) | Step::Close => {}
            }
        }
        let mut any = false;
        for (child, parent) in below {
            for row in self.nesting.rows(child, parent, row) {
                let start = out.len();
                out.push(b'{');
                out.extend_from_slice(&own);
                self.inside(usize::from(child), *row, told, out);
                close(out, start, start + 1, b'}');
                any = true;
            }
        }
        if !any {
            let start = out.len();
            out.push(b'{');
            out.extend_from_slice(&own);
            close(out, start, start + 1, b'}');
        }
    }

    /// Appends a value with its key, if it is there.
    fn value(
        &self,
        (table, column): (usize, &Column),
        row: u32,
        (key, said): (&[u8], &Said),
        told: &mut Told,
        out: &mut Vec<u8>,
    ) {
        match column {
            Column::Text(_) => {
                let span = column.text(row);
                if !span.is_empty() {
                    self.text(span, (key, said), told, out);
                }
            }
            Column::Code(_) => match column.code(row) {
                0 => {}
                code => self.code(table, code, (key, said), out),
            },
            Column::Amount(_) => match column.amount(row) {
                MISSING => {}
                amount => {
                    let start = out.len();
                    out.extend_from_slice(key);
                    match said {
                        Said::Money => value::money(out, amount),
                        Said::Count => {
                            if !value::count(out, amount) {
                                return out.truncate(start);
                            }
                        }
                        _ => value::number(out, amount),
                    }
                    out.push(b',');
                }
            },
            Column::Date(_) => match column.date(row) {
                NO_DATE => {}
                days => {
                    out.extend_from_slice(key);
                    value::date(out, days);
                    out.push(b',');
                }
            },
        }
    }

    fn text(&self, span: Span, (key, said): (&[u8], &Said), told: &mut Told, out: &mut Vec<u8>) {
        let text = self.batch.text(span, self.bytes);
        match said {
            Said::Ssn(keys) => return self.ssn(text, keys, out),
            Said::Listed => return listed(text, key, told.delimiters, out),
            _ => {}
        }
        let ssn = Ssn::read(text);
        let secret = ssn.is_some_and(|ssn| told.secrets.contains(&ssn));
        if let (Some(ssn), Some(link)) = (ssn, told.link.filter(|link| !link.secret)) {
            told.repeats_link |= Ssn::read(self.batch.text(link.span, self.bytes)) == Some(ssn);
        }
        match said {
            Said::Link(keys) => {
                let start = out.len();
                let secret = secret || told.hides_link;
                if secret {
                    self.ssn(text, keys, out);
                } else {
                    out.extend_from_slice(key);
                    value::string(out, text);
                    out.push(b',');
                }
                told.link = Some(Link { start, end: out.len() - 1, span, secret });
                return;
            }
            Said::Id(keys) | Said::TaxId(keys) if secret => return self.ssn(text, keys, out),
            Said::TaxId(keys) if ssn.is_some_and(|ssn| ssn.is_taxpayer()) => return self.ssn(text, keys, out),
            // it has another name, and is in the record under its own
            _ if secret => return,
            _ => {}
        }
        out.extend_from_slice(key);
        value::string(out, text);
        out.push(b',');
    }

    fn ssn(&self, text: &[u8], keys: &SsnKeys, out: &mut Vec<u8>) {
        keys.tell(text, self.seal, out);
    }

    fn code(&self, table: usize, code: u64, (key, said): (&[u8], &Said), out: &mut Vec<u8>) {
        if let Said::Flag(codes) = said {
            let flag: &[u8] = match code {
                code if codes.contains(&code) => b"true,",
                NO => b"false,",
                _ => return,
            };
            out.extend_from_slice(key);
            return out.extend_from_slice(flag);
        }
        if let Said::Word(words) = said
            && let Ok(at) = words.binary_search_by_key(&code, |(code, _)| *code)
        {
            return out.extend_from_slice(&words[at].1);
        }
        out.extend_from_slice(key);
        if code >= LONG {
            let span = self.batch.tables.get(table).map_or(Span::default(), |table| table.long_code(code));
            value::string(out, self.batch.text(span, self.bytes));
        } else {
            let (text, length) = unpack(code);
            value::string(out, &text[..length]);
        }
        out.push(b',');
    }
}

/// `N`, packed.
const NO: u64 = (b'N' as u64) << 56;

/// Ends an object or a list that began at `start` and whose inside began at `inside`; without anything in it, it is none.
fn close(out: &mut Vec<u8>, start: usize, inside: usize, end: u8) {
    if out.len() == inside {
        return out.truncate(start);
    }
    if let Some(comma) = out.last_mut() {
        *comma = end;
    }
    out.push(b',');
}

/// Appends a list of the repetitions of `text`: of each its first component, else its last.
fn listed(text: &[u8], key: &[u8], delimiters: Delimiters, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.push(b'[');
    for each in text.split(|byte| Some(*byte) == delimiters.repetition).filter(|each| !each.is_empty()) {
        let mut parts = each.split(|byte| *byte == delimiters.component).filter(|part| !part.is_empty());
        let first = if each.first() == Some(&delimiters.component) { parts.next_back() } else { parts.next() };
        value::string(out, first.unwrap_or_default());
        out.push(b',');
    }
    match out.last_mut() {
        Some(comma @ b',') => *comma = b']',
        _ => out.push(b']'),
    }
    out.push(b',');
}

/// The steps that some row of the batch has something for.
fn live<'f>(steps: &'f [Step], columns: &[Column], batch: &Batch) -> Vec<&'f Step> {
    let mut kept: Vec<&Step> = Vec::new();
    for step in steps {
        match step {
            Step::Value { column, .. } if columns.get(usize::from(*column)).is_none_or(Column::is_empty) => {}
            Step::Rows { table, .. } if batch.tables.get(usize::from(*table)).is_none_or(|table| table.rows == 0) => {}
            Step::Close if matches!(kept.last(), Some(Step::Open(_))) => drop(kept.pop()),
            step => kept.push(step),
        }
    }
    kept
}
