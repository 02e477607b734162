//! Tables as CSV: a line with the names, then a line a row, CR and LF behind each. What is missing is empty; text that needs it is
//! quoted, and so is text that is empty but there. Text that a spreadsheet could take for a formula has `'` in front of it, as in
//! a worklist.

use std::io::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use x12::claim::{civil, write_amount};

/// Bytes of lines that are kept before they are written.
const KEPT: usize = 64 * 1024;

/// A CSV file in the making.
pub(crate) struct Csv<W: Write> {
    to: W,
    kept: Vec<u8>,
}

impl<W: Write> Csv<W> {
    /// Begins with the line of names.
    pub(crate) fn new<'n>(to: W, names: impl Iterator<Item = &'n str>) -> Self {
        let mut kept = names.collect::<Vec<_>>().join(",").into_bytes();
        kept.extend_from_slice(b"\r\n");
        Self { to, kept }
    }

    /// Appends the rows of a batch.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        for row in 0..batch.num_rows() {
            for (at, column) in batch.columns().iter().enumerate() {
                if at > 0 {
                    self.kept.push(b',');
                }
                if column.is_valid(row) {
                    cell(column.as_ref(), row, &mut self.kept);
                }
            }
            self.kept.extend_from_slice(b"\r\n");
            if self.kept.len() >= KEPT {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.kept)?;
        self.kept.clear();
        Ok(())
    }

    /// All of it is written; gives the file back.
    pub(crate) fn end(mut self) -> io::Result<W> {
        self.flush()?;
        self.to.flush()?;
        Ok(self.to)
    }
}

fn cell(column: &dyn Array, row: usize, out: &mut Vec<u8>) {
    match column.data_type() {
        DataType::Utf8 => text(column.as_string::<i32>().value(row).as_bytes(), out),
        DataType::UInt64 => {
            out.extend_from_slice(column.as_primitive::<UInt64Type>().value(row).to_string().as_bytes());
        }
        DataType::Boolean => out.extend_from_slice(if column.as_boolean().value(row) { b"true" } else { b"false" }),
        DataType::Date32 => {
            let (year, month, day) = civil(column.as_primitive::<Date32Type>().value(row));
            out.extend_from_slice(format!("{year:04}-{month:02}-{day:02}").as_bytes());
        }
        DataType::Decimal128(_, places) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            if *places == 2 {
                let cents = value.unsigned_abs();
                let sign = if value < 0 { "-" } else { "" };
                out.extend_from_slice(format!("{sign}{}.{:02}", cents / 100, cents % 100).as_bytes());
            } else {
                write_amount(out, i64::try_from(value).unwrap_or_default(), usize::from(places.unsigned_abs()));
            }
        }
        _ => {}
    }
}

fn text(value: &[u8], out: &mut Vec<u8>) {
    let formula = matches!(value.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n'));
    let plain = !value.is_empty() && !value.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    if plain && !formula {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    out.extend_from_slice(if formula { b"'" } else { b"" });
    for byte in value {
        out.extend_from_slice(if *byte == b'"' { b"\"\"" } else { std::slice::from_ref(byte) });
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Date32Array, Decimal128Array, StringArray};
    use arrow_schema::{Field, Schema};

    use super::*;

    #[test]
    fn text_is_no_formula() {
        let mut out = Vec::new();
        for value in ["=1+1", "@sum", "-5", "O'NEIL", "a=b"] {
            text(value.as_bytes(), &mut out);
            out.push(b' ');
        }
        assert_eq!(out, b"\"'=1+1\" \"'@sum\" \"'-5\" O'NEIL a=b ");
    }

    #[test]
    fn what_needs_quotes_has_them() {
        let names = ["text", "money", "day"];
        let money = Decimal128Array::from(vec![Some(-1205), None]).with_precision_and_scale(18, 2).unwrap();
        let types = [DataType::Utf8, DataType::Decimal128(18, 2), DataType::Date32];
        let schema =
            Schema::new(names.iter().zip(types).map(|(name, kind)| Field::new(*name, kind, true)).collect::<Vec<_>>());
        let text = StringArray::from(vec![Some("say \"a, b\""), Some("")]);
        let days = Date32Array::from(vec![None, Some(20_726)]);
        let batch =
            RecordBatch::try_new(Arc::new(schema), vec![Arc::new(text), Arc::new(money), Arc::new(days)]).unwrap();
        let mut csv = Csv::new(Vec::new(), names.into_iter());
        csv.write(&batch).unwrap();
        let made = String::from_utf8(csv.end().unwrap()).unwrap();
        assert_eq!(made, "text,money,day\r\n\"say \"\"a, b\"\"\",-12.05,\r\n\"\",,2026-09-30\r\n");
    }
}
