//! Columns in the making.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, UInt64Builder};
use arrow_array::{Array, ArrayRef, StringArray, new_null_array};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use engine::Error;

use x12::claim::unpack;

use crate::table::ColumnKind;

/// Values of a column that are not yet an array. A column that has none so far is a number of rows: most of hundreds of
/// columns never have any.
pub(crate) struct Values {
    kind: ColumnKind,
    /// Rows without a value, before the first one that has any.
    missing: usize,
    made: Option<Made>,
    /// Rows and bytes of text that there will be about.
    room: (usize, usize),
}

enum Made {
    Text(Texts),
    Index(UInt64Builder),
    Flag(BooleanBuilder),
    Decimal(Decimal128Builder),
    Date(Date32Builder),
}

impl Made {
    fn new(kind: ColumnKind, (rows, bytes): (usize, usize)) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(Texts::new(rows, bytes)),
            ColumnKind::Index => Self::Index(UInt64Builder::with_capacity(rows)),
            ColumnKind::Flag => Self::Flag(BooleanBuilder::with_capacity(rows)),
            ColumnKind::Money | ColumnKind::Number => {
                let values = Decimal128Builder::with_capacity(rows);
                // 18 digits hold whatever was read: amounts are i64
                Self::Decimal(values.with_data_type(kind.arrow()))
            }
            ColumnKind::Date => Self::Date(Date32Builder::with_capacity(rows)),
        }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Text(values) => values.offsets.len() - 1,
            Self::Index(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Date(values) => values.len(),
        }
    }

    fn missing(&mut self, rows: usize) {
        match self {
            Self::Text(values) => values.missing(rows),
            Self::Index(values) => values.append_nulls(rows),
            Self::Flag(values) => values.append_nulls(rows),
            Self::Decimal(values) => values.append_nulls(rows),
            Self::Date(values) => values.append_nulls(rows),
        }
    }
}

impl Values {
    /// With room for `rows`, whose text has `bytes`.
    pub(crate) fn new(kind: ColumnKind, rows: usize, bytes: usize) -> Self {
        Self { kind, missing: 0, made: None, room: (rows, bytes) }
    }

    /// Bytes of text so far.
    pub(crate) fn bytes_so_far(&self) -> usize {
        if let Some(Made::Text(values)) = &self.made { values.bytes.len() } else { 0 }
    }

    /// So many rows without a value.
    pub(crate) fn missing(&mut self, rows: usize) {
        match &mut self.made {
            Some(made) => made.missing(rows),
            None => self.missing += rows,
        }
    }

    /// What is missing before the row of that number, is missing.
    #[inline]
    pub(crate) fn up_to(&mut self, row: usize) {
        let rows = self.made.as_ref().map_or(self.missing, Made::rows);
        if rows < row {
            self.missing(row - rows);
        }
    }

    #[inline]
    fn made(&mut self) -> &mut Made {
        self.made.get_or_insert_with(|| {
            let mut made = Made::new(self.kind, self.room);
            made.missing(self.missing);
            made
        })
    }

    /// The value, or none, of one row.
    pub(crate) fn text(&mut self, value: Option<&str>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Text(values) = self.made() {
            values.append(value.as_bytes());
        }
    }

    /// Text of one row that is known to be ASCII.
    #[inline]
    pub(crate) fn ascii(&mut self, value: &[u8]) {
        if let Made::Text(values) = self.made() {
            values.append(value);
        }
    }

    /// Bytes that are no UTF-8 are taken for Latin-1.
    pub(crate) fn bytes(&mut self, value: &[u8]) {
        if !value.is_ascii() && std::str::from_utf8(value).is_err() {
            return self.text(Some(&value.iter().map(|&byte| char::from(byte)).collect::<String>()));
        }
        if let Made::Text(values) = self.made() {
            values.append(value);
        }
    }

    /// The codes of rows as they are packed, all of them of ASCII; none where it is 0.
    pub(crate) fn codes(&mut self, each: impl Iterator<Item = u64>) {
        let Made::Text(values) = self.made() else { return };
        for code in each {
            if code == 0 {
                values.missing(1);
            } else {
                values.word(code);
            }
        }
    }

    /// The code of one row, of ASCII, as it is packed.
    #[inline]
    pub(crate) fn code(&mut self, code: u64) {
        if let Made::Text(values) = self.made() {
            values.word(code);
        }
    }

    /// So many rows of one text.
    pub(crate) fn same(&mut self, value: &str, rows: usize) {
        if let Made::Text(values) = self.made() {
            (0..rows).for_each(|_| values.append(value.as_bytes()));
        }
    }

    /// The numbers, or none, of rows.
    pub(crate) fn indexes(&mut self, each: impl Iterator<Item = Option<u64>>) {
        if let Made::Index(values) = self.made() {
            each.for_each(|value| values.append_option(value));
        }
    }

    /// The amounts, or none, of rows.
    pub(crate) fn amounts(&mut self, each: impl Iterator<Item = Option<i64>>) {
        if let Made::Decimal(values) = self.made() {
            each.for_each(|value| values.append_option(value.map(i128::from)));
        }
    }

    /// The days, or none, of rows.
    pub(crate) fn dates(&mut self, each: impl Iterator<Item = Option<i32>>) {
        if let Made::Date(values) = self.made() {
            each.for_each(|value| values.append_option(value));
        }
    }

    pub(crate) fn index(&mut self, value: Option<u64>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Index(values) = self.made() {
            values.append_value(value);
        }
    }

    pub(crate) fn flag(&mut self, value: bool) {
        if let Made::Flag(values) = self.made() {
            values.append_value(value);
        }
    }

    pub(crate) fn amount(&mut self, value: Option<i64>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Decimal(values) = self.made() {
            values.append_value(i128::from(value));
        }
    }

    pub(crate) fn date(&mut self, value: Option<i32>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Date(values) = self.made() {
            values.append_value(value);
        }
    }

    /// What there is, as an array; `empty` has arrays without a value.
    ///
    /// # Errors
    /// When text is no UTF-8, or more than an array holds.
    pub(crate) fn finish(self, empty: &mut Empty) -> Result<ArrayRef, Error> {
        Ok(match self.made {
            None => empty.rows(self.kind, self.missing),
            Some(Made::Text(values)) => values.finish()?,
            Some(Made::Index(mut values)) => Arc::new(values.finish()),
            Some(Made::Flag(mut values)) => Arc::new(values.finish()),
            Some(Made::Decimal(mut values)) => Arc::new(values.finish()),
            Some(Made::Date(mut values)) => Arc::new(values.finish()),
        })
    }
}

/// Texts one after the other. That they are UTF-8 is looked at once for all of them.
struct Texts {
    bytes: Vec<u8>,
    /// Where each begins, and where the last one ends.
    offsets: Vec<i32>,
    there: NullBufferBuilder,
}

impl Texts {
    fn new(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { bytes: Vec::with_capacity(bytes + 8), offsets, there: NullBufferBuilder::new(rows) }
    }

    /// More than an array holds is told in the end.
    fn end(&mut self) {
        self.offsets.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    fn append(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.there.append_non_null();
        self.end();
    }

    /// A code as it is packed.
    fn word(&mut self, code: u64) {
        let (text, length) = unpack(code);
        let end = self.bytes.len() + length;
        self.bytes.extend_from_slice(&text);
        self.bytes.truncate(end);
        self.there.append_non_null();
        self.end();
    }

    fn missing(&mut self, rows: usize) {
        let end = self.offsets.last().copied().unwrap_or_default();
        self.offsets.resize(self.offsets.len() + rows, end);
        self.there.append_n_nulls(rows);
    }

    fn finish(mut self) -> Result<ArrayRef, Error> {
        let failed = |text: &str| Error::Internal(format!("a column of text: {text}"));
        if i32::try_from(self.bytes.len()).is_err() {
            return Err(failed("more than 2 GB"));
        }
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        let made = StringArray::try_new(offsets, Buffer::from_vec(self.bytes), self.there.finish());
        Ok(Arc::new(made.map_err(|error| failed(&error.to_string()))?))
    }
}

/// Arrays without a value, one of each kind, of which columns have a part.
#[derive(Default)]
pub(crate) struct Empty(HashMap<ColumnKind, ArrayRef>);

impl Empty {
    fn rows(&mut self, kind: ColumnKind, rows: usize) -> ArrayRef {
        let known = self.0.get(&kind).filter(|array| array.len() >= rows);
        let array = known.map_or_else(|| new_null_array(&kind.arrow(), rows), Arc::clone);
        let part = array.slice(0, rows);
        self.0.insert(kind, array);
        part
    }
}
