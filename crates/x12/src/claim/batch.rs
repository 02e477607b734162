//! Claims as columns: a table a level, a column a field, rows in the order of the file.

use super::shape::Shapes;
use crate::position::Span;

/// The names and types of the tables: what the claim map of a guide declares.
#[derive(Debug, Default)]
pub struct Schema {
    /// The tables: `provider`, `subscriber`, `patient`, `claim`, `line`, `diagnosis`, `payer` ...
    pub tables: Vec<TableDef>,
}

/// A table.
#[derive(Debug)]
pub struct TableDef {
    /// Its name.
    pub name: String,
    /// The tables that its rows point to, by index: `claim` points to provider, subscriber and patient; `line` to claim.
    pub parents: Vec<usize>,
    /// Its fields.
    pub fields: Vec<FieldDef>,
}

/// A field.
#[derive(Debug)]
pub struct FieldDef {
    /// Its name: `npi`, `charge`.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
    /// Where the guide has it, for people and findings: loop, segment, element, component.
    pub place: FieldPlace,
}

/// Where a field stands in the guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPlace {
    /// The loop: `2010AA`.
    pub loop_id: String,
    /// The segment: `NM1`.
    pub segment: String,
    /// Element, from 1.
    pub element: u8,
    /// Component, from 1; 0 for the element itself.
    pub component: u8,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text: ids, names. Held as spans, never interned.
    Text,
    /// A code of a bounded list. Held as a packed integer.
    Code,
    /// Money in cents.
    Money,
    /// A number in thousandths.
    Number,
    /// Days since 1970-01-01.
    Date,
}

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

/// Packs a code of up to eight bytes, first byte highest, zeros behind: packed codes sort as their texts do, and a prefix
/// is a mask. `None` where it does not fit (too long, or beginning with a byte no code begins with): such a value
/// is held as [`LONG`] and an index into [`Table::long_codes`], so it is neither missing nor equal to any code.
#[inline]
#[must_use]
pub fn pack(code: &[u8]) -> Option<u64> {
    if code.len() > 8 || matches!(code.first(), Some(0 | 0xFF)) {
        return None;
    }
    Some(code.iter().enumerate().fold(0, |packed, (at, &byte)| packed | u64::from(byte) << (56 - 8 * at)))
}

/// As [`pack`], of the value at `span` of `buffer`: eight bytes at once where the buffer goes on.
#[inline]
pub(super) fn pack_at(buffer: &[u8], span: Span) -> Option<u64> {
    pack_word(buffer, span).or_else(|| pack(span.of(buffer)))
}

/// As [`pack_at`]; `None` also where the buffer does not go on.
#[inline]
pub(super) fn pack_word(buffer: &[u8], span: Span) -> Option<u64> {
    let start = span.start as usize;
    let word = u64::from_le_bytes(buffer.get(start..start + 8)?.try_into().ok()?);
    let mask = MASKS.get(span.len as usize)?;
    (1..0xFF).contains(&(word as u8)).then_some(word.swap_bytes() & mask)
}

/// The first bytes of eight, by their number.
const MASKS: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut len = 0;
    while len < 8 {
        masks[len] = !(u64::MAX >> (8 * len));
        len += 1;
    }
    masks
};

/// The bytes of a packed code, and how many of them count.
#[must_use]
pub fn unpack(code: u64) -> ([u8; 8], usize) {
    (code.to_be_bytes(), 8 - (code.trailing_zeros() / 8).min(8) as usize)
}

/// Marks a code that is not packed: the highest byte set, the low half an index into [`Table::long_codes`].
pub const LONG: u64 = 0xFF << 56;
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
    fn packed_codes_keep_order_and_come_back() {
        for text in ["", "1", "11", "E119", "99213", "ABCDEFGH"] {
            let packed = pack(text.as_bytes()).unwrap();
            let (bytes, len) = unpack(packed);
            assert_eq!(&bytes[..len], text.as_bytes());
        }
        assert!(pack(b"E11") < pack(b"E110") && pack(b"E119") < pack(b"F"));
        assert_eq!(pack(b"ABCDEFGHI"), None);
        let text = b"\xFFAB\0CDEFGHIJK";
        for (start, len) in (0..10).flat_map(|start| (0..10).map(move |len| (start, len))) {
            let span = Span { start, len };
            assert_eq!(pack_at(text, span), pack(span.of(text)), "{span:?}");
        }
        assert_eq!(pack(b"\xFFA"), None);
    }

    #[test]
    fn an_empty_column_is_missing_everywhere() {
        for kind in [FieldKind::Text, FieldKind::Code, FieldKind::Money, FieldKind::Number, FieldKind::Date] {
            let column = Column::new(kind);
            assert!(column.is_empty() && !column.has(0) && !column.has(7));
        }
    }
}
