//! What a row says, as it is met: who writes it down.

use super::Seal;
use super::form::{FieldForm, SsnKeys, Worded};
use super::pen::{Pen, Phrase};
use super::value;
use crate::position::Span;

/// Text of a batch: a place in one of its buffers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// The piece, or what was inherited.
    pub(super) buffer: &'a [u8],
    /// The place there.
    pub(super) within: Span,
    /// The place as the batch tells it.
    pub(super) span: Span,
}

impl<'a> Source<'a> {
    pub(super) fn text(&self) -> &'a [u8] {
        self.within.of(self.buffer)
    }
}

/// Takes what rows say, in order. What turned out to have nothing in it was never there.
pub trait Out {
    /// How much was said so far.
    fn length(&self) -> usize;
    /// Takes everything from `length` on back.
    fn back_to(&mut self, length: usize);
    /// What was said from `start` on is complete; gives its place.
    fn ended(&mut self, start: usize) -> Span;
}

/// What a page says to an [`Out`].
pub(super) trait Says: Out {
    /// Only some tables may be wanted.
    const BY_TABLE: bool;

    /// An object or a list of a row begins.
    fn open(&mut self, key: &Phrase);
    /// It ends; it began at `start`, and its inside at `inside`.
    fn close(&mut self, start: usize, inside: usize, end: u8);
    /// A row of `table` begins in a list.
    fn row(&mut self, table: usize);
    /// It ends; it began at `start`.
    fn close_row(&mut self, start: usize);
    /// A row begins that is a value without a key.
    fn plain(&mut self, table: usize);
    /// It ends; it began at `start`.
    fn close_plain(&mut self, start: usize);
    /// Once more what was said from `start` to `end`, which is how a row begins.
    fn again(&mut self, start: usize, end: usize);
    fn text(&mut self, field: &FieldForm, source: Source<'_>);
    /// A code of at most eight bytes.
    fn code(&mut self, field: &FieldForm, code: u64);
    fn word(&mut self, field: &FieldForm, worded: &Worded);
    fn flag(&mut self, field: &FieldForm, flag: bool);
    /// Cents.
    fn money(&mut self, field: &FieldForm, cents: i64);
    fn number(&mut self, field: &FieldForm, thousandths: i64);
    /// Whole thousands.
    fn count(&mut self, field: &FieldForm, thousandths: i64);
    fn date(&mut self, field: &FieldForm, days: i32);
    fn list<'t>(&mut self, field: &FieldForm, items: impl Iterator<Item = &'t [u8]>);
    /// What is left of a social security number.
    fn ssn(&mut self, field: &FieldForm, keys: &SsnKeys, source: Source<'_>, seal: &dyn Seal);
    /// The identifier of a family, which is none so far.
    fn link(&mut self, field: &FieldForm, source: Source<'_>) {
        self.text(field, source);
    }
}

impl Out for Pen {
    fn length(&self) -> usize {
        self.len()
    }

    fn back_to(&mut self, length: usize) {
        self.truncate(length);
    }

    /// Without the last comma.
    fn ended(&mut self, start: usize) -> Span {
        self.truncate(self.len().saturating_sub(1).max(start));
        Span::new(start as u32, self.len() as u32)
    }
}

impl Says for Pen {
    const BY_TABLE: bool = false;

    #[inline]
    fn open(&mut self, key: &Phrase) {
        self.phrase(key);
    }

    #[inline]
    fn close(&mut self, start: usize, inside: usize, end: u8) {
        Self::close(self, start, inside, end);
    }

    #[inline]
    fn row(&mut self, _table: usize) {
        self.byte(b'{');
    }

    #[inline]
    fn close_row(&mut self, start: usize) {
        Self::close(self, start, start + 1, b'}');
    }

    #[inline]
    fn plain(&mut self, _table: usize) {}

    #[inline]
    fn close_plain(&mut self, _start: usize) {}

    fn again(&mut self, start: usize, end: usize) {
        Self::again(self, start, end);
    }

    #[inline]
    fn text(&mut self, field: &FieldForm, source: Source<'_>) {
        self.phrase(&field.key);
        self.quoted(source.buffer, source.within);
    }

    #[inline]
    fn code(&mut self, field: &FieldForm, code: u64) {
        self.phrase(&field.key);
        Self::code(self, code);
    }

    #[inline]
    fn word(&mut self, _field: &FieldForm, worded: &Worded) {
        self.phrase(&worded.both);
    }

    fn flag(&mut self, field: &FieldForm, flag: bool) {
        self.phrase(&field.key);
        let flag: &[u8] = if flag { b"true," } else { b"false," };
        self.append(|out| out.extend_from_slice(flag));
    }

    #[inline]
    fn money(&mut self, field: &FieldForm, cents: i64) {
        self.phrase(&field.key);
        Self::money(self, cents);
    }

    fn number(&mut self, field: &FieldForm, thousandths: i64) {
        self.phrase(&field.key);
        Self::number(self, thousandths);
    }

    fn count(&mut self, field: &FieldForm, thousandths: i64) {
        self.phrase(&field.key);
        Self::count(self, thousandths);
    }

    #[inline]
    fn date(&mut self, field: &FieldForm, days: i32) {
        self.phrase(&field.key);
        Self::date(self, days);
    }

    fn list<'t>(&mut self, field: &FieldForm, items: impl Iterator<Item = &'t [u8]>) {
        self.phrase(&field.key);
        self.append(|out| {
            out.push(b'[');
            for item in items {
                value::string(out, item);
                out.push(b',');
            }
            match out.last_mut() {
                Some(comma @ b',') => *comma = b']',
                _ => out.push(b']'),
            }
            out.push(b',');
        });
    }

    fn ssn(&mut self, _field: &FieldForm, keys: &SsnKeys, source: Source<'_>, seal: &dyn Seal) {
        self.append(|out| keys.tell(source.text(), seal, out));
    }
}
