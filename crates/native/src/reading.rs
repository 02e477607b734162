//! Claims one after the other.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::Error;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::errors::{broken, detached, raise};
use crate::forms::{Kept, Maker};
use crate::running::parsed;

/// A file, or the bytes of one, as claims with their findings.
#[pyclass(frozen)]
pub(crate) struct Reader {
    inner: Mutex<engine::Reader>,
    kept: Mutex<Kept>,
}

#[pymethods]
impl Reader {
    #[new]
    fn new(py: Python<'_>, source: &Bound<'_, PyAny>, job: &str) -> PyResult<Self> {
        let job = parsed(py, job)?;
        let reader = if let Ok(path) = source.cast::<PyString>() {
            engine::Reader::open(Path::new(path.to_str()?), &job)
        } else {
            engine::Reader::of_bytes(source.cast::<PyBytes>()?.as_bytes().to_vec(), &job)
        };
        Ok(Self { inner: Mutex::new(reader.map_err(|error| raise(py, error))?), kept: Mutex::default() })
    }

    /// At most `limit` claims, each with its findings; None at the end. Claims of a kind that `forms` has are models, others
    /// dicts.
    #[pyo3(signature = (limit, forms = None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        limit: usize,
        forms: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        py.check_signals()?;
        let claims = detached(py, || {
            let mut reader = self.inner.lock().map_err(|_| Error::Internal("the reader failed before".to_owned()))?;
            reader.next(limit.max(1))
        })?;
        if claims.is_empty() {
            return Ok(None);
        }
        // what another thread has in hand is not waited for
        let (mut own, mut kept) = (Kept::default(), self.kept.try_lock());
        let mut maker = Maker::new(py, kept.as_deref_mut().unwrap_or(&mut own));
        let mut lines = Lines::new(py)?;
        let rows = PyList::empty(py);
        for claim in &claims {
            let findings = PyList::empty(py);
            for line in &claim.findings {
                findings.append(lines.read(line)?)?;
            }
            let made = maker.made(forms, claim)?;
            rows.append(PyTuple::new(py, [made, findings.into_any()])?)?;
        }
        Ok(Some(rows))
    }

    /// What was found since the last call above claims that had been given before, or above none: the finding, the first of
    /// those claims by its number in the file, and the one behind the last.
    fn late<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let late = detached(py, || {
            let mut reader = self.inner.lock().map_err(|_| Error::Internal("the reader failed before".to_owned()))?;
            Ok(reader.late())
        })?;
        let (mut lines, rows) = (Lines::new(py)?, PyList::empty(py));
        for found in &late {
            rows.append((lines.read(&found.line)?, found.claims.start, found.claims.end))?;
        }
        Ok(rows)
    }
}

/// Lines of findings as dicts. Those that several claims share are read once, and one dict.
struct Lines<'py> {
    loads: Bound<'py, PyAny>,
    shared: HashMap<*const u8, Bound<'py, PyAny>>,
}

impl<'py> Lines<'py> {
    fn new(py: Python<'py>) -> PyResult<Self> {
        Ok(Self { loads: py.import("json")?.getattr("loads")?, shared: HashMap::new() })
    }

    fn read(&mut self, line: &Arc<[u8]>) -> PyResult<Bound<'py, PyAny>> {
        let at = line.as_ptr();
        if let Some(known) = self.shared.get(&at) {
            return Ok(known.clone());
        }
        let text = std::str::from_utf8(line).map_err(|_| broken("a finding is not text"))?;
        let row = self.loads.call1((text,))?;
        if Arc::strong_count(line) > 1 {
            self.shared.insert(at, row.clone());
        }
        Ok(row)
    }
}
