//! Claims written as an 837: `write_claims` and `ClaimWriter`.

use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use x12::claim::{Envelope, Record, Writer};

use crate::claims::{Kind, Seen};

/// What claims are taken for that do not say what they are.
const DEFAULT: &str = "837P";

/// Claims, as nested dicts, written as one interchange, a batch at a time.
#[pyclass(module = "scrubjay._native")]
pub(crate) struct ClaimWriter {
    writer: Option<Writer>,
    /// Claims that were given to it, so that a wrong one can be named by its number.
    given: usize,
}

#[pymethods]
impl ClaimWriter {
    #[new]
    fn new(envelope: &str) -> PyResult<Self> {
        let fault = |error: x12::claim::MapError| PyValueError::new_err(format!("envelope: {error}"));
        let (plan, taps) = Kind::named(DEFAULT)?.guide()?;
        let envelope = Envelope::parse(envelope).map_err(fault)?;
        let writer = Writer::new(Arc::clone(plan), Arc::clone(taps), envelope).map_err(fault)?;
        Ok(Self { writer: Some(writer), given: 0 })
    }

    /// Writes claims of one kind; gives the bytes that are final.
    #[pyo3(signature = (claims, kind=DEFAULT))]
    fn add<'py>(
        &mut self,
        py: Python<'py>,
        claims: Vec<Bound<'py, PyDict>>,
        kind: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let writer = self.writer.as_mut().ok_or_else(|| PyValueError::new_err("the writer is finished"))?;
        let kind = Kind::named(kind)?;
        let ((plan, taps), names) = (kind.guide()?, kind.names(py)?);
        writer.turn(plan, taps).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let mut seen = Seen::new();
        let first = self.given + 1;
        self.given += claims.len();
        let mut records: Vec<Record<'static>> = Vec::with_capacity(claims.len());
        for (number, claim) in (first..).zip(claims) {
            let record = names.record(taps, &claim, &mut seen);
            records.push(record.map_err(|error| of_claim(py, number, error))?);
        }
        let written = py.detach(|| writer.add(&records));
        match written {
            Ok(bytes) => Ok(PyBytes::new(py, &bytes)),
            Err(error) => {
                self.writer = None;
                Err(PyValueError::new_err(format!("claim {}: {error}", first + error.claim)))
            }
        }
    }

    /// Ends the interchange; gives the rest of the bytes.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let writer = self.writer.take().ok_or_else(|| PyValueError::new_err("the writer is finished"))?;
        Ok(PyBytes::new(py, &writer.finish()))
    }
}

/// What is wrong with the values of a claim, with its number; everything else is no matter of that claim.
fn of_claim(py: Python<'_>, number: usize, error: PyErr) -> PyErr {
    let ours = error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py);
    if ours { PyValueError::new_err(format!("claim {number}: {}", error.value(py))) } else { error }
}

/// Claims of one kind, as nested dicts, as one interchange.
#[pyfunction]
#[pyo3(signature = (claims, envelope, kind=DEFAULT))]
pub(crate) fn write_claims<'py>(
    py: Python<'py>,
    claims: Vec<Bound<'py, PyDict>>,
    envelope: &str,
    kind: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = ClaimWriter::new(envelope)?;
    let mut bytes = writer.add(py, claims, kind)?.as_bytes().to_vec();
    bytes.extend_from_slice(writer.finish(py)?.as_bytes());
    Ok(PyBytes::new(py, &bytes))
}

/// The tables and fields of a kind of claim, for a test that holds them and the models together:
/// `[(table, name in the claim, is a list, [parent, ...], [(field, kind), ...]), ...]`.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "a plain value for one test; a class would say no more")]
#[pyo3(signature = (kind=DEFAULT))]
pub(crate) fn claim_fields(
    kind: &str,
) -> PyResult<Vec<(String, String, bool, Vec<String>, Vec<(String, &'static str)>)>> {
    let (_, taps) = Kind::named(kind)?.guide()?;
    let tables = &taps.map.tables;
    let kind = |kind| match kind {
        x12::claim::FieldKind::Text => "text",
        x12::claim::FieldKind::Code => "code",
        x12::claim::FieldKind::Money => "money",
        x12::claim::FieldKind::Number => "number",
        x12::claim::FieldKind::Date => "date",
    };
    let described = tables.iter().map(|table| {
        let parents = table.parents.iter().map(|parent| tables[*parent].name.clone()).collect();
        let fields = table.fields.iter().map(|field| (field.name.clone(), kind(field.kind))).collect();
        (table.name.clone(), table.list.clone(), table.many, parents, fields)
    });
    Ok(described.collect())
}
