//! The rows of a batch as JSON, or as cells.

use super::form::{FieldForm, Form, Said};
use super::out::{Says, Source};
use super::pen::Pen;
use super::sheet::{Sheet, Task};
use super::tape::Tape;
use super::{Seal, Ssn};
use crate::claim::{Batch, LONG, Nesting, RowManner, Taps};
use crate::position::Span;
use crate::wire::Delimiters;

/// How deep objects stand within each other.
const DEPTH: usize = 8;

/// A batch that is written.
pub struct Page<'a> {
    batch: &'a Batch,
    bytes: &'a [u8],
    nesting: Nesting,
    seal: &'a dyn Seal,
    form: &'a Form,
    /// By table.
    sheets: Vec<Sheet<'a>>,
    /// By table: whether rows of it are laid as cells; none where all are.
    wanted: Option<&'a [bool]>,
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

impl Told {
    /// Another row is written.
    pub fn begin(&mut self, delimiters: Delimiters, hides_link: bool) {
        self.secrets.clear();
        (self.delimiters, self.hides_link) = (delimiters, hides_link);
        (self.link, self.repeats_link) = (None, false);
    }
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
        let sheets =
            form.tables.iter().enumerate().map(|(table, form)| Sheet::new(&form.steps, table, batch)).collect();
        Self { batch, bytes, nesting: Nesting::new(batch, taps), seal, form, sheets, wanted: None }
    }

    /// A page that lays rows of `wanted` tables as cells, and others where nothing else says that what they are in is there.
    #[must_use]
    pub fn of_tables(self, wanted: Option<&'a [bool]>) -> Self {
        Self { wanted, ..self }
    }

    /// Appends what `row` of `table` says, as the inside of an object: with a comma behind each value. `told` gives what
    /// it knows, and takes what was met.
    pub fn write(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        self.say(table, row, told, out);
    }

    /// As [`Page::write`], the values as cells.
    pub fn lay(&self, table: usize, row: u32, told: &mut Told, out: &mut Tape) {
        self.say(table, row, told, out);
    }

    fn say(&self, table: usize, row: u32, told: &mut Told, out: &mut impl Says) {
        let columns = self.batch.tables.get(table).map_or(&[][..], |table| &table.columns);
        for column in self.form.tables.get(table).into_iter().flat_map(|form| &form.ssns) {
            let span = columns.get(usize::from(*column)).map_or(Span::default(), |column| column.text(row));
            told.secrets.extend(Ssn::read(self.batch.text(span, self.bytes)));
        }
        self.inside(table, row, told, out);
    }

    fn inside(&self, table: usize, row: u32, told: &mut Told, out: &mut impl Says) {
        let (mut opened, mut depth) = ([(0, 0); DEPTH], 0);
        let begun = out.length();
        self.tasks(table, row, |task| match task {
            Task::Open(key) => {
                let start = out.length();
                out.open(key);
                opened[depth % DEPTH] = (start, out.length());
                depth += 1;
            }
            Task::Close => {
                depth = depth.saturating_sub(1);
                let (start, inside) = opened[depth % DEPTH];
                out.close(start, inside, b'}');
            }
            Task::Rows { table, .. } if out.length() > begun && self.leaves_out(*table, out) => {}
            Task::Rows { key, table, parent } => {
                let start = out.length();
                out.open(key);
                let inside = out.length();
                self.rows(usize::from(*table), self.nesting.rows(*table, *parent, row), told, out);
                out.close(start, inside, b']');
            }
            task => self.value((table, row), task, told, out),
        });
    }

    /// What there is to do for `row` of `table`, in order.
    #[inline]
    fn tasks(&self, table: usize, row: u32, mut each: impl FnMut(&Task<'a>)) {
        let Some(sheet) = self.sheets.get(table) else { return };
        for (tasks, word) in sheet.tasks.chunks(64).zip(sheet.row(row)) {
            let mut rest = *word;
            while let Some(task) = tasks.get(rest.trailing_zeros() as usize) {
                rest &= rest - 1;
                each(task);
            }
        }
    }

    /// Whether nobody wants rows of `table` of what is said to `out`.
    #[inline]
    fn leaves_out<O: Says>(&self, table: u16, _out: &O) -> bool {
        O::BY_TABLE && self.wanted.is_some_and(|wanted| wanted.get(usize::from(table)) == Some(&false))
    }

    fn rows(&self, table: usize, rows: &[u32], told: &mut Told, out: &mut impl Says) {
        let manner = self.form.tables.get(table).map_or(RowManner::Object, |form| form.manner);
        for row in rows {
            match manner {
                RowManner::Object => self.object(table, *row, told, out),
                RowManner::Plain => self.plain(table, *row, told, out),
                RowManner::Spread => self.spread(table, *row, told, out),
            }
        }
    }

    fn object(&self, table: usize, row: u32, told: &mut Told, out: &mut impl Says) {
        let start = out.length();
        out.row(table);
        self.inside(table, row, told, out);
        out.close_row(start);
    }

    /// The one value of a row; it has no key.
    fn plain(&self, table: usize, row: u32, told: &mut Told, out: &mut impl Says) {
        let start = out.length();
        out.plain(table);
        self.tasks(table, row, |task| self.value((table, row), task, told, out));
        out.close_plain(start);
    }

    /// An object for each row below `row`, with what `row` itself says in each of them; one without, where there is none.
    fn spread(&self, table: usize, row: u32, told: &mut Told, out: &mut impl Says) {
        let start = out.length();
        out.row(table);
        self.tasks(table, row, |task| self.value((table, row), task, told, out));
        let inside = out.length();
        let mut any = false;
        self.tasks(table, row, |task| {
            let Task::Rows { table: child, parent, .. } = task else { return };
            for row in self.nesting.rows(*child, *parent, row) {
                let here = if any { out.length() } else { start };
                if any {
                    out.again(start, inside);
                }
                self.inside(usize::from(*child), *row, told, out);
                out.close_row(here);
                any = true;
            }
        });
        if !any {
            out.close_row(start);
        }
    }

    /// Appends a value with its key; of a task that is none, nothing.
    #[inline]
    fn value(&self, (table, row): (usize, u32), task: &Task<'_>, told: &mut Told, out: &mut impl Says) {
        let row = row as usize;
        match task {
            Task::Text(values, field) => {
                if let Some(span) = values.get(row) {
                    self.text(*span, field, told, out);
                }
            }
            Task::Code(values, field) => {
                if let Some(code) = values.get(row) {
                    self.code(table, *code, field, out);
                }
            }
            Task::Amount(values, field) => {
                if let Some(amount) = values.get(row) {
                    amount_said(*amount, field, out);
                }
            }
            Task::Date(values, field) => {
                if let Some(days) = values.get(row) {
                    out.date(field, *days);
                }
            }
            Task::Open(_) | Task::Close | Task::Rows { .. } => {}
        }
    }

    #[inline]
    fn text(&self, span: Span, field: &FieldForm, told: &mut Told, out: &mut impl Says) {
        match &field.said {
            Said::Ssn(keys) => out.ssn(field, keys, self.source(span), self.seal),
            Said::Listed => out.list(field, listed(self.batch.text(span, self.bytes), told.delimiters)),
            Said::Link(_) => self.doubtful(span, field, told, out),
            // as long as a number that may be secret
            _ if matches!(span.len, 9..=11) => self.doubtful(span, field, told, out),
            _ => out.text(field, self.source(span)),
        }
    }

    fn doubtful(&self, span: Span, field: &FieldForm, told: &mut Told, out: &mut impl Says) {
        let text = self.batch.text(span, self.bytes);
        let ssn = Ssn::read(text);
        let secret = ssn.is_some_and(|ssn| told.secrets.contains(&ssn));
        if let (Some(ssn), Some(link)) = (ssn, told.link.filter(|link| !link.secret)) {
            told.repeats_link |= Ssn::read(self.batch.text(link.span, self.bytes)) == Some(ssn);
        }
        match &field.said {
            Said::Link(keys) => {
                let start = out.length();
                let secret = secret || told.hides_link;
                if secret {
                    out.ssn(field, keys, self.source(span), self.seal);
                } else {
                    out.link(field, self.source(span));
                }
                told.link = Some(Link { start, end: out.length() - 1, span, secret });
            }
            Said::Id(keys) | Said::TaxId(keys) if secret => out.ssn(field, keys, self.source(span), self.seal),
            Said::TaxId(keys) if ssn.is_some_and(|ssn| ssn.is_taxpayer()) => {
                out.ssn(field, keys, self.source(span), self.seal);
            }
            // it has another name, and is in the record under its own
            _ if secret => {}
            _ => out.text(field, self.source(span)),
        }
    }

    /// The text at `span`, of the piece or of what was inherited.
    #[inline]
    fn source(&self, span: Span) -> Source<'_> {
        match span.start.checked_sub(self.bytes.len() as u32) {
            Some(start) => Source { buffer: &self.batch.inherited, within: Span { start, ..span }, span },
            None => Source { buffer: self.bytes, within: span, span },
        }
    }

    #[inline]
    fn code(&self, table: usize, code: u64, field: &FieldForm, out: &mut impl Says) {
        match &field.said {
            Said::Word(words) => {
                if let Some(worded) = words.get(code) {
                    return out.word(field, worded);
                }
            }
            Said::Flag(codes) if codes.contains(&code) => return out.flag(field, true),
            Said::Flag(_) if code == NO => return out.flag(field, false),
            Said::Flag(_) => return,
            _ => {}
        }
        if code < LONG {
            return out.code(field, code);
        }
        let span = self.batch.tables.get(table).map_or(Span::default(), |table| table.long_code(code));
        out.text(field, self.source(span));
    }
}

fn amount_said(amount: i64, field: &FieldForm, out: &mut impl Says) {
    match &field.said {
        Said::Money => out.money(field, amount),
        // what is counted is whole
        Said::Count if amount % 1000 != 0 => {}
        Said::Count => out.count(field, amount),
        _ => out.number(field, amount),
    }
}

/// `N`, packed.
const NO: u64 = (b'N' as u64) << 56;

/// The repetitions of `text`: of each its first component, else its last.
fn listed(text: &[u8], delimiters: Delimiters) -> impl Iterator<Item = &[u8]> {
    let items = text.split(move |byte| Some(*byte) == delimiters.repetition).filter(|each| !each.is_empty());
    items.map(move |each| {
        let mut parts = each.split(|byte| *byte == delimiters.component).filter(|part| !part.is_empty());
        let first = if each.first() == Some(&delimiters.component) { parts.next_back() } else { parts.next() };
        first.unwrap_or_default()
    })
}
