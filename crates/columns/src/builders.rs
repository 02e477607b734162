//! Columns in the making.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{BooleanBuilder, Date32Builder, Decimal128Builder, StringBuilder, UInt64Builder};

use crate::tables::ColumnKind;

/// Values of a column that are not yet an array.
pub(crate) enum Values {
    Text(StringBuilder),
    Index(UInt64Builder),
    Flag(BooleanBuilder),
    Decimal(Decimal128Builder, i8),
    Date(Date32Builder),
}

impl Values {
    /// With room for `rows`, whose text has `bytes`.
    pub(crate) fn new(kind: ColumnKind, rows: usize, bytes: usize) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(StringBuilder::with_capacity(rows, bytes)),
            ColumnKind::Index => Self::Index(UInt64Builder::with_capacity(rows)),
            ColumnKind::Flag => Self::Flag(BooleanBuilder::with_capacity(rows)),
            ColumnKind::Money => Self::Decimal(Decimal128Builder::with_capacity(rows), 2),
            ColumnKind::Number => Self::Decimal(Decimal128Builder::with_capacity(rows), 3),
            ColumnKind::Date => Self::Date(Date32Builder::with_capacity(rows)),
        }
    }

    /// Bytes of text so far.
    pub(crate) fn bytes_so_far(&self) -> usize {
        if let Self::Text(values) = self { values.values_slice().len() } else { 0 }
    }

    /// So many rows without a value.
    pub(crate) fn missing(&mut self, rows: usize) {
        match self {
            Self::Text(values) => values.append_nulls(rows),
            Self::Index(values) => values.append_nulls(rows),
            Self::Flag(values) => values.append_nulls(rows),
            Self::Decimal(values, _) => values.append_nulls(rows),
            Self::Date(values) => values.append_nulls(rows),
        }
    }

    pub(crate) fn text(&mut self, value: Option<&str>) {
        if let Self::Text(values) = self {
            values.append_option(value);
        }
    }

    /// Bytes that are no UTF-8 are taken for Latin-1.
    pub(crate) fn bytes(&mut self, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(text) => self.text(Some(text)),
            Err(_) => self.text(Some(&value.iter().map(|&byte| char::from(byte)).collect::<String>())),
        }
    }

    pub(crate) fn index(&mut self, value: Option<u64>) {
        if let Self::Index(values) = self {
            values.append_option(value);
        }
    }

    pub(crate) fn flag(&mut self, value: bool) {
        if let Self::Flag(values) = self {
            values.append_value(value);
        }
    }

    pub(crate) fn amount(&mut self, value: Option<i64>) {
        if let Self::Decimal(values, _) = self {
            values.append_option(value.map(i128::from));
        }
    }

    pub(crate) fn date(&mut self, value: Option<i32>) {
        if let Self::Date(values) = self {
            values.append_option(value);
        }
    }

    /// What there is, as an array.
    pub(crate) fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut values) => Arc::new(values.finish()),
            Self::Index(mut values) => Arc::new(values.finish()),
            Self::Flag(mut values) => Arc::new(values.finish()),
            Self::Decimal(mut values, scale) => {
                let array = values.finish();
                // 18 digits hold whatever was read: amounts are i64
                Arc::new(array.clone().with_precision_and_scale(18, scale).unwrap_or(array))
            }
            Self::Date(mut values) => Arc::new(values.finish()),
        }
    }
}
