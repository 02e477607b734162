//! What a table is: its columns, their types, and where their values come from.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use engine::Wish;
use x12::claim::FieldKind;

use crate::phi::{Manner, Phi};

/// Rises when a column changes its meaning or goes; new columns come at the end of their group without it.
pub const SCHEMA_VERSION: u32 = 1;

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name: `claims`, `lines`, `diagnoses` ... `findings`.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// As Arrow has it.
    pub schema: Arc<Schema>,
    /// By claim map: the number of its table there, for all but findings.
    pub(crate) numbers: Vec<Option<usize>>,
    /// Where its rows are, of a table of records.
    pub(crate) lines: Option<Lines>,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// What it may tell of a patient.
    pub phi: Phi,
    pub(crate) value: Value,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// UTF-8.
    Text,
    /// Unsigned, 64 bits.
    Index,
    /// True or false.
    Flag,
    /// Dollars: a decimal of 18 digits, two of them behind the point.
    Money,
    /// A decimal of 18 digits, three of them behind the point.
    Number,
    /// A day.
    Date,
}

/// Where the values of a column come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The file's name.
    File,
    /// The kind of the claim.
    Kind,
    /// The number of the claim in the file.
    Claim,
    /// Nothing that was read so far speaks against the claim.
    Accepted,
    /// The number of the row among those of its claim.
    Row,
    /// The same of the row of another table that it belongs to; by claim map, which of its parents that is.
    Parent(Vec<Option<usize>>),
    /// By claim map: a table, and a column of it.
    Cells(Vec<Option<(usize, usize)>>),
    /// A field of findings.jsonl.
    Finding(&'static str),
    /// A key of a record as a whole.
    Record(String),
    /// The number of the row, among those of its record, that the row is in.
    RowAbove,
    /// What stands in a row's object under these keys, one within the other; none: the row itself.
    Said(Vec<String>),
}

impl ColumnKind {
    pub(crate) fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Index => DataType::UInt64,
            Self::Flag => DataType::Boolean,
            Self::Money => DataType::Decimal128(18, 2),
            Self::Number => DataType::Decimal128(18, 3),
            Self::Date => DataType::Date32,
        }
    }

    pub(crate) fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text | FieldKind::Code => Self::Text,
            FieldKind::Money => Self::Money,
            FieldKind::Number => Self::Number,
            FieldKind::Date => Self::Date,
        }
    }
}

impl Table {
    /// What it wants of claims, whose columns may tell what `manner` lets them.
    pub(crate) fn wish(&self, manner: Manner) -> Wish {
        let mut wish = Wish { findings: self.numbers.is_empty(), ..Wish::default() };
        for column in self.columns.iter().filter(|column| manner.shows(column.phi)) {
            match &column.value {
                Value::Accepted => wish.verdicts = true,
                Value::Cells(cells) => {
                    let place =
                        |(map, cell): (usize, &Option<(usize, usize)>)| cell.map(|(table, at)| (map, table, at));
                    wish.fields.extend(cells.iter().enumerate().filter_map(place));
                }
                _ => {}
            }
        }
        wish
    }

    pub(crate) fn new(name: &str, columns: Vec<Column>, numbers: Vec<Option<usize>>) -> Self {
        let nullable =
            |column: &Column| !matches!(column.value, Value::File | Value::Kind | Value::Accepted | Value::Row);
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, column.kind.arrow(), nullable(column))).collect();
        let version: HashMap<String, String> =
            [("scrubjay.schema".to_owned(), SCHEMA_VERSION.to_string())].into_iter().collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, version));
        Self { name: name.to_owned(), columns, schema, numbers, lines: None }
    }

    /// A table of records.
    pub(crate) fn of_records(name: &str, columns: Vec<Column>, lines: Lines) -> Self {
        Self { lines: Some(lines), ..Self::new(name, columns, Vec::new()) }
    }

    /// The file, without its ending, whose lines it has the rows of; none of a table of claims or findings.
    #[must_use]
    pub fn record_file(&self) -> Option<&str> {
        self.lines.as_ref().map(|lines| lines.file.as_str())
    }
}

/// Where the rows of a table of records are.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The file of the records, without its ending.
    pub(crate) file: String,
    /// The table of the record map that has them.
    pub(crate) table: Option<usize>,
    /// Lists within lists, each by its keys from the object that it is in; none where a row is a line.
    pub(crate) chains: Vec<Vec<Vec<String>>>,
}
