//! Columns in the making.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, BooleanBuilder};
use arrow_array::types::{Date32Type, Decimal128Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, StringArray, new_null_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
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
    Index(Numbers<UInt64Type>),
    Flag(BooleanBuilder),
    Decimal(Numbers<Decimal128Type>),
    Date(Numbers<Date32Type>),
}

impl Made {
    fn new(kind: ColumnKind, (rows, bytes): (usize, usize)) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(Texts::new(rows, bytes)),
            ColumnKind::Index => Self::Index(Numbers::new(rows)),
            ColumnKind::Flag => Self::Flag(BooleanBuilder::with_capacity(rows)),
            ColumnKind::Money | ColumnKind::Number => Self::Decimal(Numbers::new(rows)),
            ColumnKind::Date => Self::Date(Numbers::new(rows)),
        }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Text(values) => values.offsets.len() - 1,
            Self::Index(values) => values.values.len(),
            Self::Flag(values) => values.len(),
            Self::Decimal(values) => values.values.len(),
            Self::Date(values) => values.values.len(),
        }
    }

    fn missing(&mut self, rows: usize) {
        match self {
            Self::Text(values) => values.missing(rows),
            Self::Index(values) => values.missing(rows),
            Self::Flag(values) => values.append_nulls(rows),
            Self::Decimal(values) => values.missing(rows),
            Self::Date(values) => values.missing(rows),
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

    /// The codes of so many rows as they are packed, all of them of ASCII; none where it is 0.
    pub(crate) fn codes(&mut self, rows: usize, code: impl Fn(usize) -> u64) {
        self.several(
            rows,
            |row| code(row) != 0,
            |made| {
                if let Made::Text(values) = made {
                    values.words(rows, &code);
                }
            },
        );
    }

    /// The texts of so many rows, told as they are: each begins what is given and has so many bytes; none where that is 0.
    pub(crate) fn texts<'t>(&mut self, rows: usize, text: impl Fn(usize) -> (&'t [u8], usize)) {
        let is_there = |row: usize| text(row).1 > 0;
        let mut is_ascii = true;
        self.several(rows, is_there, |made| {
            if let Made::Text(values) = made {
                is_ascii = values.blocks(rows, &text);
            }
        });
        if !is_ascii {
            for (text, len) in (0..rows).map(text) {
                match text.get(..len) {
                    Some(text) if len > 0 => self.bytes(text),
                    _ => self.missing(1),
                }
            }
        }
    }

    /// Several rows, whose values `put` appends where any is there.
    fn several(&mut self, rows: usize, is_there: impl Fn(usize) -> bool, put: impl FnOnce(&mut Made)) {
        if (0..rows).any(is_there) {
            put(self.made());
        } else {
            self.missing(rows);
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

    /// The numbers, or none, of so many rows.
    pub(crate) fn indexes(&mut self, rows: usize, index: impl Fn(usize) -> Option<u64>) {
        self.several(
            rows,
            |row| index(row).is_some(),
            |made| {
                if let Made::Index(values) = made {
                    values.extend(rows, &index);
                }
            },
        );
    }

    /// The amounts, or none, of so many rows.
    pub(crate) fn amounts(&mut self, rows: usize, amount: impl Fn(usize) -> Option<i64>) {
        self.several(
            rows,
            |row| amount(row).is_some(),
            |made| {
                if let Made::Decimal(values) = made {
                    values.extend(rows, |row| amount(row).map(i128::from));
                }
            },
        );
    }

    /// The days, or none, of so many rows.
    pub(crate) fn dates(&mut self, rows: usize, day: impl Fn(usize) -> Option<i32>) {
        self.several(
            rows,
            |row| day(row).is_some(),
            |made| {
                if let Made::Date(values) = made {
                    values.extend(rows, &day);
                }
            },
        );
    }

    pub(crate) fn index(&mut self, value: Option<u64>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Index(values) = self.made() {
            values.append(value);
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
            values.append(value.into());
        }
    }

    pub(crate) fn date(&mut self, value: Option<i32>) {
        let Some(value) = value else { return self.missing(1) };
        if let Made::Date(values) = self.made() {
            values.append(value);
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
            Some(Made::Index(values)) => Arc::new(values.finish()),
            Some(Made::Flag(mut values)) => Arc::new(values.finish()),
            // 18 digits hold whatever was read: amounts are i64
            Some(Made::Decimal(values)) => Arc::new(values.finish().with_data_type(self.kind.arrow())),
            Some(Made::Date(values)) => Arc::new(values.finish()),
        })
    }
}

/// Numbers one after the other.
struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    there: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    fn new(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), there: NullBufferBuilder::new(rows) }
    }

    #[inline]
    fn append(&mut self, value: T::Native) {
        self.values.push(value);
        self.there.append_non_null();
    }

    fn missing(&mut self, rows: usize) {
        self.values.resize(self.values.len() + rows, T::Native::default());
        self.there.append_n_nulls(rows);
    }

    fn extend(&mut self, rows: usize, value: impl Fn(usize) -> Option<T::Native>) {
        self.values.extend((0..rows).map(|row| value(row).unwrap_or_default()));
        note(&mut self.there, rows, |row| value(row).is_some());
    }

    fn finish(mut self) -> PrimitiveArray<T> {
        PrimitiveArray::new(self.values.into(), self.there.finish())
    }
}

/// Which of so many rows have a value.
fn note(there: &mut NullBufferBuilder, rows: usize, is_there: impl Fn(usize) -> bool) {
    if (0..rows).all(&is_there) {
        there.append_n_non_nulls(rows);
    } else {
        there.append_buffer(&NullBuffer::new(BooleanBuffer::collect_bool(rows, is_there)));
    }
}

/// Texts one after the other. That they are UTF-8 is looked at once for all of them.
struct Texts {
    bytes: Vec<u8>,
    /// Where each begins, and where the last one ends.
    offsets: Vec<i32>,
    there: NullBufferBuilder,
}

/// A text is copied as a block of so many bytes, if it has no more; what stands behind its end is written over.
const TEXT_BLOCK: usize = 32;

impl Texts {
    fn new(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { bytes: Vec::with_capacity(bytes), offsets, there: NullBufferBuilder::new(rows) }
    }

    fn end(&mut self) {
        self.offsets.push(offset(self.bytes.len()));
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

    /// The codes of so many rows as they are packed; none where it is 0.
    fn words(&mut self, rows: usize, code: impl Fn(usize) -> u64) {
        let mut at = self.bytes.len();
        self.bytes.resize(at + 8 * rows, 0);
        self.offsets.extend((0..rows).map(|row| {
            let (text, length) = unpack(code(row));
            if let Some(room) = self.bytes.get_mut(at..at + 8) {
                room.copy_from_slice(&text);
            }
            at += length;
            offset(at)
        }));
        self.bytes.truncate(at);
        note(&mut self.there, rows, |row| code(row) != 0);
    }

    /// Texts that begin what is given for each of so many rows and have so many bytes, if all of them are ASCII; else nothing.
    fn blocks<'t>(&mut self, rows: usize, text: impl Fn(usize) -> (&'t [u8], usize)) -> bool {
        let (start, known) = (self.bytes.len(), self.offsets.len());
        let mut at = start;
        self.bytes.resize(start + (0..rows).map(|row| text(row).1).sum::<usize>() + TEXT_BLOCK, 0);
        self.offsets.extend((0..rows).map(|row| {
            let (text, length) = text(row);
            match text.first_chunk::<TEXT_BLOCK>() {
                Some(block) if length <= TEXT_BLOCK => {
                    if let Some(room) = self.bytes.get_mut(at..at + TEXT_BLOCK) {
                        room.copy_from_slice(block);
                    }
                }
                _ => {
                    if let (Some(room), Some(text)) = (self.bytes.get_mut(at..at + length), text.get(..length)) {
                        room.copy_from_slice(text);
                    }
                }
            }
            at += length;
            offset(at)
        }));
        self.bytes.truncate(at);
        let is_ascii = self.bytes.get(start..).is_some_and(<[u8]>::is_ascii);
        if is_ascii {
            note(&mut self.there, rows, |row| text(row).1 > 0);
        } else {
            self.bytes.truncate(start);
            self.offsets.truncate(known);
        }
        is_ascii
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

/// That there is more than an array holds is told in the end.
fn offset(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
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

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    fn told(values: Values) -> Vec<Option<String>> {
        let array = values.finish(&mut Empty::default()).unwrap();
        array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn texts_are_the_same_one_by_one_and_together() {
        let long = "x".repeat(TEXT_BLOCK + 1);
        for odd in ["", "plain", &long, "é", "Ŝ"] {
            let texts = ["a", "", odd, "behind", &long[1..], "", "~"];
            let piece = texts.join("*").into_bytes();
            let mut start = 0;
            let begins = texts.map(|text| {
                start += text.len() + 1;
                (&piece[start - text.len() - 1..], text.len())
            });
            let (mut together, mut single) = (Values::new(ColumnKind::Text, 0, 0), Values::new(ColumnKind::Text, 0, 0));
            for values in [&mut together, &mut single] {
                values.missing(2);
                values.ascii(b"before");
            }
            together.texts(texts.len(), |row| begins[row]);
            for text in texts {
                single.text(Some(text).filter(|text| !text.is_empty()));
            }
            assert_eq!(told(together), told(single), "{odd}");
        }
    }

    #[test]
    fn what_is_no_utf_8_is_latin_1() {
        let mut values = Values::new(ColumnKind::Text, 0, 0);
        values.texts(2, |row| ([&b"caf\xe9*"[..], b"tea*"][row], [4, 3][row]));
        assert_eq!(told(values), [Some("café".to_owned()), Some("tea".to_owned())]);
    }

    #[test]
    fn rows_without_a_value_stay_so() {
        let code = |text: &str| x12::claim::pack(text.as_bytes()).unwrap();
        let mut values = Values::new(ColumnKind::Text, 0, 0);
        values.codes(3, |_| 0);
        values.codes(4, |row| [code("HC"), 0, code("12345678"), code("A")][row]);
        let codes = ["HC", "", "12345678", "A"].map(|text| (!text.is_empty()).then(|| text.to_owned()));
        assert_eq!(told(values), [&[None, None, None][..], &codes].concat());

        let mut values = Values::new(ColumnKind::Index, 0, 0);
        values.indexes(2, |_| None);
        values.indexes(3, |row| (row != 1).then_some(row as u64));
        values.index(Some(7));
        values.indexes(2, |row| Some(row as u64));
        let array = values.finish(&mut Empty::default()).unwrap();
        let numbers: Vec<_> = array.as_primitive::<UInt64Type>().iter().collect();
        assert_eq!(numbers, [None, None, Some(0), None, Some(2), Some(7), Some(0), Some(1)]);
    }
}
