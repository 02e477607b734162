//! Claims as columns: a table a level, a column a field, rows in the order of the file.

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
/// Text lies in `bytes` (the piece itself) or, for what was inherited from an earlier piece, in `inherited`:
/// spans at or beyond `bytes.len()` are of `inherited`.
#[derive(Debug, Default)]
pub struct Batch {
    /// The tables, in the order of the schema.
    pub tables: Vec<Table>,
    /// Text of rows inherited from earlier pieces.
    pub inherited: Vec<u8>,
}

/// The rows of a table.
#[derive(Debug, Default, Clone)]
pub struct Table {
    /// Number of rows.
    pub rows: u32,
    /// Row numbers in the parent tables, one list a parent; `NONE` where there is no such parent.
    pub parents: Vec<Vec<u32>>,
    /// One column a field.
    pub columns: Vec<Column>,
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

/// A missing amount.
pub const MISSING: i64 = i64::MIN;
/// A missing date.
pub const NO_DATE: i32 = i32::MIN;
/// "No such row".
pub const NONE: u32 = u32::MAX;
