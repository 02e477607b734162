//! Rows as cells, for whoever makes columns of them: what JSON would say, without its text.

use super::Seal;
use super::form::{FieldForm, SsnKeys, Worded};
use super::out::{Out, Says, Source};
use super::pen::Phrase;
use crate::position::Span;

/// What a row says of a field, or that a row of a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The place of its field among those of all tables of the map, in their order; of a row its table.
    pub place: u16,
    /// The value.
    pub said: Said,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A row of a list begins, of so many cells behind this one.
    Row(u32),
    /// Text of the batch.
    Text(Span),
    /// A packed code of at most eight bytes.
    Code(u64),
    /// A code and its word, by the number of that ([`super::Form::word`]).
    Word(u16),
    /// Cents.
    Money(i64),
    /// Thousandths.
    Number(i64),
    /// A number of things.
    Count(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Yes or no.
    Flag(bool),
    /// A list, its items with a blank between them: text of the tape.
    List(Span),
    /// Text of the batch of which only that may be told which is left of a social security number.
    Ssn(Span),
    /// The identifier of a family: text of the batch that may turn out to be a social security number.
    Link(Span),
}

/// Cells, row after row.
#[derive(Debug, Default)]
pub struct Tape {
    cells: Vec<Cell>,
    texts: Vec<u8>,
}

impl Tape {
    /// The cells at `span`.
    #[must_use]
    pub fn cells(&self, span: Span) -> &[Cell] {
        self.cells.get(span.start as usize..(span.start + span.len) as usize).unwrap_or_default()
    }

    /// The text at `span` that is of the tape itself.
    #[must_use]
    pub fn text(&self, span: Span) -> &[u8] {
        span.of(&self.texts)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
    }

    #[inline]
    fn push(&mut self, place: u16, said: Said) {
        self.cells.push(Cell { place, said });
    }
}

impl Out for Tape {
    fn length(&self) -> usize {
        self.cells.len()
    }

    fn back_to(&mut self, length: usize) {
        self.cells.truncate(length);
    }

    fn ended(&mut self, start: usize) -> Span {
        Span::new(start as u32, self.cells.len() as u32)
    }
}

impl Says for Tape {
    const BY_TABLE: bool = true;

    #[inline]
    fn open(&mut self, _key: &Phrase) {}

    #[inline]
    fn close(&mut self, _start: usize, _inside: usize, _end: u8) {}

    fn row(&mut self, table: usize) {
        self.push(table as u16, Said::Row(0));
    }

    fn close_row(&mut self, start: usize) {
        let inside = self.cells.len() - start - 1;
        if inside == 0 {
            self.cells.truncate(start);
        } else if let Some(row) = self.cells.get_mut(start) {
            row.said = Said::Row(inside as u32);
        }
    }

    fn plain(&mut self, table: usize) {
        self.row(table);
    }

    fn close_plain(&mut self, start: usize) {
        self.close_row(start);
    }

    fn again(&mut self, start: usize, end: usize) {
        self.cells.extend_from_within(start..end);
    }

    #[inline]
    fn text(&mut self, field: &FieldForm, source: Source<'_>) {
        self.push(field.place, Said::Text(source.span));
    }

    #[inline]
    fn code(&mut self, field: &FieldForm, code: u64) {
        self.push(field.place, Said::Code(code));
    }

    #[inline]
    fn word(&mut self, field: &FieldForm, worded: &Worded) {
        self.push(field.place, Said::Word(worded.number));
    }

    fn flag(&mut self, field: &FieldForm, flag: bool) {
        self.push(field.place, Said::Flag(flag));
    }

    #[inline]
    fn money(&mut self, field: &FieldForm, cents: i64) {
        self.push(field.place, Said::Money(cents));
    }

    fn number(&mut self, field: &FieldForm, thousandths: i64) {
        self.push(field.place, Said::Number(thousandths));
    }

    fn count(&mut self, field: &FieldForm, thousandths: i64) {
        self.push(field.place, Said::Count(thousandths / 1000));
    }

    #[inline]
    fn date(&mut self, field: &FieldForm, days: i32) {
        self.push(field.place, Said::Date(days));
    }

    fn list<'t>(&mut self, field: &FieldForm, items: impl Iterator<Item = &'t [u8]>) {
        let start = self.texts.len();
        for (number, item) in items.enumerate() {
            if number > 0 {
                self.texts.push(b' ');
            }
            self.texts.extend_from_slice(item);
        }
        self.push(field.place, Said::List(Span::new(start as u32, self.texts.len() as u32)));
    }

    fn ssn(&mut self, field: &FieldForm, _keys: &SsnKeys, source: Source<'_>, _seal: &dyn Seal) {
        self.push(field.place, Said::Ssn(source.span));
    }

    fn link(&mut self, field: &FieldForm, source: Source<'_>) {
        self.push(field.place, Said::Link(source.span));
    }
}
