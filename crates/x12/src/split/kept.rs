//! Parts of the file that may have to be written later, or twice: headers and open levels.

use crate::position::Span;

/// Most bytes of a header or level that pieces after the first add to.
const LONGEST: usize = 1024 * 1024;

/// A part of the file: in the piece at hand, or in a copy of its own once that piece has gone by.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    span: Span,
    copy: Vec<u8>,
    copied: bool,
}

impl Kept {
    /// Takes the part at `span` of the piece at hand.
    pub(super) fn set(&mut self, span: Span) {
        self.span = span;
        self.copied = false;
    }

    /// Keeps the part beyond the end of `piece`.
    pub(super) fn keep(&mut self, piece: &[u8]) {
        if !self.copied {
            self.copy.clear();
            self.copy.extend_from_slice(self.span.of(piece));
            self.copied = true;
        }
    }

    /// Adds `more` of `piece` to a part that an earlier piece began, unless it gets too long. Returns whether it did.
    pub(super) fn extend(&mut self, piece: &[u8], more: Span) -> bool {
        let fits = self.copied && self.copy.len() + more.len as usize <= LONGEST;
        if fits {
            self.copy.extend_from_slice(more.of(piece));
        }
        fits
    }

    /// Where the part lies in the piece at hand, unless that has gone by.
    pub(super) fn span(&self) -> Option<Span> {
        (!self.copied).then_some(self.span)
    }

    /// The bytes.
    pub(super) fn bytes<'a>(&'a self, piece: &'a [u8]) -> &'a [u8] {
        if self.copied { &self.copy } else { self.span.of(piece) }
    }

    /// `field` of the piece, counted from the start of this part; empty when it lies outside.
    pub(super) fn inside(&self, field: Span) -> Span {
        let whole =
            u64::from(field.start) + u64::from(field.len) <= u64::from(self.span.start) + u64::from(self.span.len);
        if field.is_empty() || field.start < self.span.start || !whole {
            return Span::default();
        }
        Span { start: field.start - self.span.start, len: field.len }
    }
}

/// The number that `digits` write; `None` when they do not write one.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0u64, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}
