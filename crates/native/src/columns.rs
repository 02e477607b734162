//! Tables: as Parquet files, and to whoever takes Arrow.

use std::path::PathBuf;

use ::columns::{Form, Manner, Phi, Table, stream, stream_records, tables};
use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_schema::ffi::FFI_ArrowSchema;
use engine::{Error, Job};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::{Raised, detached, raise};
use crate::running::{parsed, tell};

/// Tables of files, written as Parquet or CSV.
#[pyfunction]
#[pyo3(signature = (job, names, phi, form="parquet", progress=None))]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn export(
    py: Python<'_>,
    job: &str,
    names: Vec<String>,
    phi: &str,
    form: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let job = parsed(py, job)?;
    let (tables, manner) = (named(&names)?, (written_as(form)?, manner(phi)?));
    heard(py, progress.as_ref(), |progress| ::columns::export(&job, &tables, manner, Some(progress)))
}

/// Tables of the records that a run left in a folder, written into another; rows by table.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn export_records(
    py: Python<'_>,
    job: &str,
    places: (PathBuf, PathBuf),
    names: Vec<String>,
    phi: &str,
    form: &str,
) -> PyResult<Vec<(String, u64)>> {
    let job = parsed(py, job)?;
    let (tables, manner) = (named(&names)?, (written_as(form)?, manner(phi)?));
    let (from, to) = places;
    detached(py, || ::columns::export_records(&from, &to, &tables, manner, &job.tokens()?))
}

/// Does `work`, which tells `progress` how far it is; what that raises ends it.
fn heard<T: Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(engine::Progress<'_>) -> Result<T, Error> + Send,
) -> PyResult<T> {
    let raised = Raised::default();
    let result = detached(py, || work(Box::new(|done, total| tell(progress, done, total, &raised))));
    result.map_err(|error| raised.or(error))
}

fn named(names: &[String]) -> PyResult<Vec<&'static Table>> {
    names.iter().map(|name| table(name)).collect()
}

fn written_as(form: &str) -> PyResult<Form> {
    Form::named(form).ok_or_else(|| PyValueError::new_err(format!("{form} is no form of tables")))
}

/// Tables of the records of files, which the job reads, written into a folder; rows by table.
#[pyfunction]
#[pyo3(signature = (job, to, names, phi, form, progress=None))]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn export_recorded(
    py: Python<'_>,
    job: &str,
    to: PathBuf,
    names: Vec<String>,
    phi: &str,
    form: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<(String, u64)>> {
    let job = parsed(py, job)?;
    let (tables, manner) = (named(&names)?, (written_as(form)?, manner(phi)?));
    heard(py, progress.as_ref(), |progress| ::columns::export_recorded(&job, &to, &tables, manner, Some(progress)))
}

/// A column: name, type, and what it may tell of a patient.
type Told = (String, String, &'static str);

/// All tables with their columns, each with the file whose records it has, if it has any.
#[pyfunction]
pub(crate) fn table_columns() -> Vec<(String, Option<&'static str>, Vec<Told>)> {
    let columns = |table: &Table| {
        let typed = table.columns.iter().zip(table.schema.fields());
        typed.map(|(column, field)| (column.name.clone(), field.data_type().to_string(), told(column.phi))).collect()
    };
    tables().iter().map(|table| (table.name.clone(), table.record_file(), columns(table))).collect()
}

fn told(phi: Phi) -> &'static str {
    match phi {
        Phi::Open => "open",
        Phi::Id => "id",
        Phi::Provider => "provider",
        Phi::Person => "person",
        Phi::Text => "text",
        Phi::Born => "born",
        Phi::Sealed => "token",
    }
}

fn table(name: &str) -> PyResult<&'static Table> {
    ::columns::table(name).ok_or_else(|| PyValueError::new_err(format!("there is no table {name}")))
}

fn manner(phi: &str) -> PyResult<Manner> {
    Manner::named(phi).ok_or_else(|| PyValueError::new_err(format!("{phi} is no way to treat patient data")))
}

/// A table of a file, read anew each time that somebody takes it.
#[pyclass(frozen)]
pub(crate) struct TableStream {
    job: Job,
    table: &'static Table,
    manner: Manner,
    /// The folder of the records, of a table of records.
    folder: Option<PathBuf>,
}

#[pymethods]
impl TableStream {
    #[new]
    #[pyo3(signature = (job, name, phi, folder=None))]
    fn new(py: Python<'_>, job: &str, name: &str, phi: &str, folder: Option<PathBuf>) -> PyResult<Self> {
        Ok(Self { job: parsed(py, job)?, table: table(name)?, manner: manner(phi)?, folder })
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // a consumer casts by itself what it does not get as it asked
        drop(requested_schema);
        let made = match &self.folder {
            None => stream(self.job.clone(), self.table, self.manner),
            Some(folder) => {
                self.job.tokens().and_then(|tokens| stream_records(folder, self.table, self.manner, tokens))
            }
        };
        let stream = made.map_err(|error| raise(py, error))?;
        let boxed: Box<dyn RecordBatchReader + Send> = Box::new(stream);
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(boxed), c"arrow_array_stream")
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.table.schema.as_ref())
            .map_err(|error| raise(py, Error::Internal(error.to_string())))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}
