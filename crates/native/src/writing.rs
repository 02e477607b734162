//! Claims written as an 837: `write_claims` and `ClaimWriter`.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use x12::claim::{Envelope, Record, Writer};

use crate::claims::{Names, Seen, guide};

/// Claims, as nested dicts, written as one interchange, a batch at a time.
#[pyclass(module = "scrubjay._native")]
pub(crate) struct ClaimWriter {
    writer: Option<Writer>,
}

#[pymethods]
impl ClaimWriter {
    #[new]
    fn new(envelope: &str) -> PyResult<Self> {
        let fault = |error: x12::claim::MapError| PyValueError::new_err(format!("envelope: {error}"));
        let (plan, taps) = guide()?;
        let envelope = Envelope::parse(envelope).map_err(fault)?;
        let writer = Writer::new(Arc::clone(plan), Arc::clone(taps), envelope).map_err(fault)?;
        Ok(Self { writer: Some(writer) })
    }

    /// Writes claims; gives the bytes that are final.
    fn add<'py>(&mut self, py: Python<'py>, claims: Vec<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyBytes>> {
        let writer = self.writer.as_mut().ok_or_else(|| PyValueError::new_err("the writer is finished"))?;
        let (_, taps) = guide()?;
        let names = Names::get(py)?;
        let mut seen = Seen::new();
        let records: Vec<Record<'static>> =
            claims.into_iter().map(|claim| names.record(taps, &claim, &mut seen)).collect::<PyResult<_>>()?;
        let written = py.detach(|| writer.add(&records));
        match written {
            Ok(bytes) => Ok(PyBytes::new(py, &bytes)),
            Err(error) => {
                self.writer = None;
                Err(PyValueError::new_err(error.to_string()))
            }
        }
    }

    /// Ends the interchange; gives the rest of the bytes.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let writer = self.writer.take().ok_or_else(|| PyValueError::new_err("the writer is finished"))?;
        Ok(PyBytes::new(py, &writer.finish()))
    }
}

/// Claims, as nested dicts, as one interchange.
#[pyfunction]
pub(crate) fn write_claims<'py>(
    py: Python<'py>,
    claims: Vec<Bound<'py, PyDict>>,
    envelope: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = ClaimWriter::new(envelope)?;
    let mut bytes = writer.add(py, claims)?.as_bytes().to_vec();
    bytes.extend_from_slice(writer.finish(py)?.as_bytes());
    Ok(PyBytes::new(py, &bytes))
}

/// The tables and fields of a claim, for a test that holds them and the models together:
/// `[(table, name in the claim, is a list, [parent, ...], [(field, kind), ...]), ...]`.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "a plain value for one test; a class would say no more")]
pub(crate) fn claim_fields() -> PyResult<Vec<(String, String, bool, Vec<String>, Vec<(String, &'static str)>)>> {
    let (_, taps) = guide()?;
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
