//! The rows of a batch as JSON.

use super::form::{Form, Said, SsnKeys};
use super::pen::{Pen, Phrase};
use super::sheet::{Sheet, Task};
use super::{Seal, Ssn, value};
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
        Self { batch, bytes, nesting: Nesting::new(batch, taps), seal, form, sheets }
    }

    /// Appends what `row` of `table` says, as the inside of an object: with a comma behind each value. `told` gives what
    /// it knows, and takes what was met.
    pub fn write(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        let columns = self.batch.tables.get(table).map_or(&[][..], |table| &table.columns);
        for column in self.form.tables.get(table).into_iter().flat_map(|form| &form.ssns) {
            let span = columns.get(usize::from(*column)).map_or(Span::default(), |column| column.text(row));
            told.secrets.extend(Ssn::read(self.batch.text(span, self.bytes)));
        }
        self.inside(table, row, told, out);
    }

    fn inside(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        let (mut opened, mut depth) = ([(0, 0); DEPTH], 0);
        self.tasks(table, row, |task| match task {
            Task::Open(key) => {
                let start = out.len();
                out.phrase(key);
                opened[depth % DEPTH] = (start, out.len());
                depth += 1;
            }
            Task::Close => {
                depth = depth.saturating_sub(1);
                let (start, inside) = opened[depth % DEPTH];
                out.close(start, inside, b'}');
            }
            Task::Rows { key, table, parent } => {
                let start = out.len();
                out.phrase(key);
                let inside = out.len();
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

    fn rows(&self, table: usize, rows: &[u32], told: &mut Told, out: &mut Pen) {
        let manner = self.form.tables.get(table).map_or(RowManner::Object, |form| form.manner);
        for row in rows {
            match manner {
                RowManner::Object => self.object(table, *row, told, out),
                RowManner::Plain => self.plain(table, *row, told, out),
                RowManner::Spread => self.spread(table, *row, told, out),
            }
        }
    }

    fn object(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        let start = out.len();
        out.byte(b'{');
        self.inside(table, row, told, out);
        out.close(start, start + 1, b'}');
    }

    /// The one value of a row; it has no key.
    fn plain(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        self.tasks(table, row, |task| self.value((table, row), task, told, out));
    }

    /// An object for each row below `row`, with what `row` itself says in each of them; one without, where there is none.
    fn spread(&self, table: usize, row: u32, told: &mut Told, out: &mut Pen) {
        let start = out.len();
        out.byte(b'{');
        self.tasks(table, row, |task| self.value((table, row), task, told, out));
        let inside = out.len();
        let mut any = false;
        self.tasks(table, row, |task| {
            let Task::Rows { table: child, parent, .. } = task else { return };
            for row in self.nesting.rows(*child, *parent, row) {
                let here = if any { out.len() } else { start };
                if any {
                    out.again(start, inside);
                }
                self.inside(usize::from(*child), *row, told, out);
                out.close(here, here + 1, b'}');
                any = true;
            }
        });
        if !any {
            out.close(start, start + 1, b'}');
        }
    }

    /// Appends a value with its key; of a task that is none, nothing.
    #[inline]
    fn value(&self, (table, row): (usize, u32), task: &Task<'_>, told: &mut Told, out: &mut Pen) {
        let row = row as usize;
        match task {
            Task::Text(values, key, said) => {
                if let Some(span) = values.get(row) {
                    self.text(*span, (key, said), told, out);
                }
            }
            Task::Code(values, key, said) => {
                if let Some(code) = values.get(row) {
                    self.code(table, *code, (key, said), out);
                }
            }
            Task::Amount(values, key, said) => {
                if let Some(amount) = values.get(row) {
                    amount_said(*amount, (key, said), out);
                }
            }
            Task::Date(values, key) => {
                if let Some(days) = values.get(row) {
                    out.phrase(key);
                    out.date(*days);
                }
            }
            Task::Open(_) | Task::Close | Task::Rows { .. } => {}
        }
    }

    #[inline]
    fn text(&self, span: Span, (key, said): (&Phrase, &Said), told: &mut Told, out: &mut Pen) {
        match said {
            Said::Ssn(keys) => self.ssn(self.batch.text(span, self.bytes), keys, out),
            Said::Listed => listed(self.batch.text(span, self.bytes), key, told.delimiters, out),
            Said::Link(_) => self.doubtful(span, (key, said), told, out),
            // as long as a number that may be secret
            _ if matches!(span.len, 9..=11) => self.doubtful(span, (key, said), told, out),
            _ => {
                out.phrase(key);
                self.quoted(span, out);
            }
        }
    }

    fn doubtful(&self, span: Span, (key, said): (&Phrase, &Said), told: &mut Told, out: &mut Pen) {
        let text = self.batch.text(span, self.bytes);
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
                    out.phrase(key);
                    self.quoted(span, out);
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
        out.phrase(key);
        self.quoted(span, out);
    }

    /// The text at `span`, of the piece or of what was inherited.
    #[inline]
    fn quoted(&self, span: Span, out: &mut Pen) {
        match span.start.checked_sub(self.bytes.len() as u32) {
            Some(start) => out.quoted(&self.batch.inherited, Span { start, ..span }),
            None => out.quoted(self.bytes, span),
        }
    }

    fn ssn(&self, text: &[u8], keys: &SsnKeys, out: &mut Pen) {
        out.append(|out| keys.tell(text, self.seal, out));
    }

    #[inline]
    fn code(&self, table: usize, code: u64, (key, said): (&Phrase, &Said), out: &mut Pen) {
        match said {
            Said::Word(words) => {
                if let Some(both) = words.get(code) {
                    return out.phrase(both);
                }
            }
            Said::Flag(codes) => return flag(code, codes, key, out),
            _ => {}
        }
        out.phrase(key);
        if code < LONG {
            return out.code(code);
        }
        let span = self.batch.tables.get(table).map_or(Span::default(), |table| table.long_code(code));
        self.quoted(span, out);
    }
}

fn flag(code: u64, codes: &[u64], key: &Phrase, out: &mut Pen) {
    let flag: &[u8] = match code {
        code if codes.contains(&code) => b"true,",
        NO => b"false,",
        _ => return,
    };
    out.phrase(key);
    out.append(|out| out.extend_from_slice(flag));
}

fn amount_said(amount: i64, (key, said): (&Phrase, &Said), out: &mut Pen) {
    // what is counted is whole
    if matches!(said, Said::Count) && amount % 1000 != 0 {
        return;
    }
    out.phrase(key);
    match said {
        Said::Money => out.money(amount),
        Said::Count => out.count(amount),
        _ => out.number(amount),
    }
}

/// `N`, packed.
const NO: u64 = (b'N' as u64) << 56;

/// Appends a list of the repetitions of `text`: of each its first component, else its last.
fn listed(text: &[u8], key: &Phrase, delimiters: Delimiters, out: &mut Pen) {
    out.phrase(key);
    out.append(|out| list(text, delimiters, out));
}

fn list(text: &[u8], delimiters: Delimiters, out: &mut Vec<u8>) {
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
