//! Claims as columns: a table a level, a column a field, rows in the order of the file.

use super::schema::FieldKind;
use super::shape::Shapes;
use crate::position::Span;

/// Claims of a piece of a file.
///
/// Row 0 of every context table (those above the claim: set, provider, subscriber, payer, patient) is what was in force
/// when the piece began; it is there from the start and is filled in by [`Batch::inherit`]. All other tables begin empty.
///
/// Text lies in `bytes` (the piece itself) or, for what was inherited from an earlier piece, in `inherited`:
/// spans at or beyond `bytes.len()` are of `inherited`.
#[derive(Debug, Default)]
pub struct Batch {
    /// The tables, in the order of the schema.
    pub tables: Vec<Table>,
    /// Text of rows inherited from earlier pieces.
    pub inherited: Vec<u8>,
    /// Where each claim lies in the piece, by its row.
    pub extents: Vec<Extent>,
    /// Where in segments the values stood so far that its tables ask for.
    pub(crate) shapes: Shapes,
}

/// The bytes of a claim, from its first segment up to the next thing that is not of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Offset in the piece of the claim's first byte.
    pub start: u32,
    /// Offset behind the terminator of its last segment.
    pub end: u32,
    /// Number of its segments, those without a place in the guide included.
    pub segments: u32,
}

/// The rows of a table.
#[derive(Debug, Default, Clone)]
pub struct Table {
    /// Number of rows.
    pub rows: u32,
    /// Row numbers in the parent tables, one list a parent; `NONE` where there is no such parent.
    pub parents: Vec<Vec<u32>>,
    /// One column a field. A column is as long as the table, or empty where no row has a value.
    pub columns: Vec<Column>,
    /// Text of codes too long to pack; see [`pack`].
    pub long_codes: Vec<Span>,
    /// The row in force at the end of the piece; `NONE` where there is none.
    pub current: u32,
    /// Where each row's first segment stands in the piece, and its segment number.
    pub places: Vec<RowPlace>,
}

/// Where a row was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowPlace {
    /// Offset in the piece.
    pub offset: u32,
    /// Segment number as the walker counted it.
    pub segment: u32,
}

/// The values of a field.
#[derive(Debug, Clone)]
pub enum Column {
    /// Spans; length 0 is missing.
    Text(Vec<Span>),
    /// Up to eight characters, packed big-endian; 0 is missing.
    Code(Vec<u64>),
    /// Cents or thousandths; `MISSING` is missing.
    Amount(Vec<i64>),
    /// Days; `NO_DATE` is missing.
    Date(Vec<i32>),
}

impl Column {
    /// An empty column for values of `kind`.
    #[must_use]
    pub fn new(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text => Self::Text(Vec::new()),
            FieldKind::Code => Self::Code(Vec::new()),
            FieldKind::Money | FieldKind::Number => Self::Amount(Vec::new()),
            FieldKind::Date => Self::Date(Vec::new()),
        }
    }

    /// True when no row has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(values) => values.is_empty(),
            Self::Code(values) => values.is_empty(),
            Self::Amount(values) => values.is_empty(),
            Self::Date(values) => values.is_empty(),
        }
    }

    /// The text at `row`; empty when missing.
    #[inline]
    #[must_use]
    pub fn text(&self, row: u32) -> Span {
        match self {
            Self::Text(values) => values.get(row as usize).copied().unwrap_or_default(),
            _ => Span::default(),
        }
    }

    /// The packed code at `row`; 0 when missing.
    #[inline]
    #[must_use]
    pub fn code(&self, row: u32) -> u64 {
        match self {
            Self::Code(values) => values.get(row as usize).copied().unwrap_or_default(),
            _ => 0,
        }
    }

    /// The cents or thousandths at `row`; `MISSING` when missing.
    #[inline]
    #[must_use]
    pub fn amount(&self, row: u32) -> i64 {
        match self {
            Self::Amount(values) => values.get(row as usize).copied().unwrap_or(MISSING),
            _ => MISSING,
        }
    }

    /// The days at `row`; `NO_DATE` when missing.
    #[inline]
    #[must_use]
    pub fn date(&self, row: u32) -> i32 {
        match self {
            Self::Date(values) => values.get(row as usize).copied().unwrap_or(NO_DATE),
            _ => NO_DATE,
        }
    }

    /// True when `row` has a value.
    #[must_use]
    pub fn has(&self, row: u32) -> bool {
        match self {
            Self::Text(_) => !self.text(row).is_empty(),
            Self::Code(_) => self.code(row) != 0,
            Self::Amount(_) => self.amount(row) != MISSING,
            Self::Date(_) => self.date(row) != NO_DATE,
        }
    }
}

/// A missing amount.
pub const MISSING: i64 = i64::MIN;
/// A missing date.
pub const NO_DATE: i32 = i32::MIN;
/// "No such row".
pub const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_column_is_missing_everywhere() {
        for kind in [FieldKind::Text, FieldKind::Code, FieldKind::Money, FieldKind::Number, FieldKind::Date] {
            let column = Column::new(kind);
            assert!(column.is_empty() && !column.has(0) && !column.has(7));
        }
    }
}
