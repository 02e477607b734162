//! Files with other identities in them, piece by piece.

use engine::{Error, Job};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use x12::disguise::{Days, Disguise};

use crate::errors::{detached, raise};

/// What the key is for, so that it is no key of tokens.
const PURPOSE: &str = "deidentify";

/// A file that is rewritten: it is given piece by piece, and given back likewise.
#[pyclass(module = "scrubjay._native")]
pub(crate) struct Disguiser {
    disguise: Disguise,
    /// What was given and is not used up.
    kept: Vec<u8>,
}

#[pymethods]
impl Disguiser {
    /// Of `job` the token key; `dates` is shift, year or keep.
    #[new]
    fn new(py: Python<'_>, job: &str, dates: &str) -> PyResult<Self> {
        let days = Days::named(dates)
            .ok_or_else(|| PyValueError::new_err(format!("{dates} is nothing that becomes of dates")))?;
        let key = Job::parse(job).and_then(|job| job.tokens()).map(|tokens| tokens.secret(PURPOSE));
        let disguise = Disguise::new(&key.map_err(|error| raise(py, error))?, days);
        let disguise = disguise.map_err(|error| raise(py, Error::Internal(error.to_string())))?;
        Ok(Self { disguise, kept: Vec::new() })
    }

    /// Takes the next bytes of the file, the last ones with `last`; gives those that are written so far.
    fn feed<'py>(&mut self, py: Python<'py>, bytes: &[u8], last: bool) -> PyResult<Bound<'py, PyBytes>> {
        let Self { disguise, kept } = self;
        let out = detached(py, || {
            let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
            kept.extend_from_slice(bytes);
            let used = disguise.feed(kept, last, &mut out);
            kept.drain(..used);
            Ok(out)
        })?;
        Ok(PyBytes::new(py, &out))
    }

    /// How many values were replaced so far.
    #[getter]
    fn changed(&self) -> u64 {
        self.disguise.changed()
    }

    /// How many interchanges began so far.
    #[getter]
    fn interchanges(&self) -> u64 {
        self.disguise.interchanges()
    }
}
