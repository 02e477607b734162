//! What stands in a field as a value of Python.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;
use x12::claim::{Cell, civil, unpack, write_amount};

/// How many days, amounts and codes are remembered.
const REMEMBERED: usize = 4096;

/// Makes values, and remembers days, amounts and codes: many come again.
#[derive(Default)]
pub(crate) struct Values {
    days: Memory<i32>,
    amounts: Memory<(i64, usize)>,
    codes: Memory<u64>,
}

impl Values {
    /// The value of a cell.
    pub(crate) fn of<'py>(&mut self, py: Python<'py>, cell: &Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
        let mut amount = |value, unit: i64, places| {
            self.amounts.get(py, value / unit, (value, places), || amount(py, value, places))
        };
        match *cell {
            Cell::Text(ref bytes) => Ok(text(py, bytes).into_any()),
            Cell::Code(packed) => self.codes.get(py, spread(packed), packed, || {
                let (bytes, length) = unpack(packed);
                Ok(text(py, bytes.get(..length).unwrap_or_default()).into_any())
            }),
            Cell::Money(cents) => amount(cents, 1, 2),
            Cell::Number(thousandths) => amount(thousandths, 1000, 3),
            Cell::Date(days) => self.days.get(py, days.into(), days, || day(py, days)),
        }
    }
}

/// The last values that were made, each in a place that its key has.
struct Memory<K>(Vec<Option<(K, Py<PyAny>)>>);

impl<K> Default for Memory<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq> Memory<K> {
    /// The value that was made for `key` before, or a new one.
    fn get<'py>(
        &mut self,
        py: Python<'py>,
        place: i64,
        key: K,
        make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if self.0.is_empty() {
            self.0.resize_with(REMEMBERED, || None);
        }
        let Some(slot) = self.0.get_mut(place.unsigned_abs() as usize % REMEMBERED) else { return make() };
        if let Some((_, value)) = slot.as_ref().filter(|(known, _)| *known == key) {
            return Ok(value.bind(py).clone());
        }
        let value = make()?;
        *slot = Some((key, value.clone().unbind()));
        Ok(value)
    }
}

/// A place for a code: its letters stand high in the number, and all of them count.
fn spread(packed: u64) -> i64 {
    (packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).cast_signed()
}

fn amount(py: Python<'_>, value: i64, places: usize) -> PyResult<Bound<'_, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let mut digits = Vec::new();
    write_amount(&mut digits, value, places);
    DECIMAL.import(py, "decimal", "Decimal")?.call1((String::from_utf8_lossy(&digits),))
}

fn day(py: Python<'_>, days: i32) -> PyResult<Bound<'_, PyAny>> {
    static DATE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    DATE.import(py, "datetime", "date")?.call1(civil(days))
}

/// Text, and where a file holds bytes that are none, the same bytes as Latin-1.
pub(crate) fn text<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    match std::str::from_utf8(bytes) {
        Ok(text) => PyString::new(py, text),
        Err(_) => PyString::new(py, &bytes.iter().map(|&byte| char::from(byte)).collect::<String>()),
    }
}
