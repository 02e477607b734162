//! Writes parts of a piece to one output; parts that follow one another go out as one slice.

use super::kept::Kept;
use crate::position::Span;
use crate::wire::Output;

/// The pen of one side, for the time of one piece.
pub(super) struct Pen<'a, O: Output> {
    pub(super) piece: &'a [u8],
    out: &'a mut O,
    run: Span,
}

impl<'a, O: Output> Pen<'a, O> {
    pub(super) fn new(piece: &'a [u8], out: &'a mut O) -> Self {
        Self { piece, out, run: Span::default() }
    }

    /// Where the next byte will stand.
    pub(super) fn position(&self) -> u64 {
        self.out.len() + u64::from(self.run.len)
    }

    /// Writes the bytes at `span` of the piece.
    pub(super) fn copy(&mut self, span: Span) {
        if self.run.start + self.run.len == span.start {
            self.run.len += span.len;
        } else {
            self.flush();
            self.run = span;
        }
    }

    /// Writes other bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.flush();
        self.out.append(bytes);
    }

    /// Writes `kept`, with each field that has a new value replaced. Returns where the fields stand now.
    pub(super) fn write<const N: usize>(&mut self, kept: &Kept, fields: [(Span, Option<&[u8]>); N]) -> [Place; N] {
        let mut places = [Place::default(); N];
        let (mut from, mut passed) = (0, 0);
        for (place, (field, new)) in places.iter_mut().zip(fields) {
            if field.is_empty() || field.start < passed {
                continue;
            }
            passed = field.start + field.len;
            if let Some(new) = new {
                self.part(kept, from, field.start);
                *place = Place { at: self.position(), len: new.len() as u64 };
                self.append(new);
                from = passed;
            } else {
                *place = Place { at: self.position() + u64::from(field.start - from), len: u64::from(field.len) };
            }
        }
        let end = kept.bytes(self.piece).len() as u32;
        self.part(kept, from, end);
        places
    }

    /// Replaces what stands at `place`; returns by how much the rest has moved.
    pub(super) fn replace(&mut self, place: Place, new: &[u8]) -> i64 {
        self.flush();
        if place.len == new.len() as u64 {
            self.out.patch(place.at, new);
        } else {
            self.out.splice(place.at, place.len, new);
        }
        (new.len() as u64).cast_signed() - place.len.cast_signed()
    }

    /// Ends the segment that was written last, if the file ended in the middle of it.
    pub(super) fn end_segment(&mut self, terminator: u8) {
        self.flush();
        let mut last = [terminator];
        for at in (0..self.out.len()).rev() {
            if self.out.read(at, &mut last) == 0 || last[0] == terminator {
                return;
            }
            if !matches!(last[0], b'\r' | b'\n' | b' ' | b'\t' | 0) {
                self.out.append(&[terminator]);
                return;
            }
        }
    }

    /// Drops everything from `at` on.
    pub(super) fn truncate(&mut self, at: u64) {
        self.flush();
        self.out.truncate(at);
    }

    /// Moves everything from `at` on to the end of `other`.
    pub(super) fn move_tail(&mut self, at: u64, other: &mut Self) {
        self.flush();
        other.flush();
        crate::wire::move_tail(self.out, at, other.out);
    }

    /// Puts out what was collected.
    pub(super) fn flush(&mut self) {
        if self.run.len > 0 {
            self.out.append(self.run.of(self.piece));
        }
        self.run = Span::default();
    }

    fn part(&mut self, kept: &Kept, from: u32, to: u32) {
        if to <= from {
            return;
        }
        if let Some(span) = kept.span() {
            self.copy(Span::new(span.start + from, span.start + to));
        } else {
            self.append(kept.bytes(self.piece).get(from as usize..to as usize).unwrap_or_default());
        }
    }
}

/// Where a value stands in an output; length 0 is nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) len: u64,
}

impl Place {
    /// Follows a change of `by` bytes at `at`.
    pub(super) fn shift(&mut self, at: u64, by: i64) {
        if self.at > at {
            self.at = self.at.saturating_add_signed(by);
        }
    }
}
