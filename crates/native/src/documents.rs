//! Segments of any file, a window's worth at a time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use engine::{Documents, Error, Placed};
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use x12::wire::Delimiters;

use crate::errors::{detached, raise};
use crate::running::parsed;
use crate::values::text;

/// A file, or the bytes of one, as placed segments.
#[pyclass(frozen)]
pub(crate) struct DocumentReader {
    inner: Mutex<Documents>,
    names: Mutex<Names>,
}

/// What many segments share, as Python has it.
#[derive(Default)]
struct Names {
    /// Paths by number.
    paths: Vec<Py<PyTuple>>,
    ids: HashMap<Box<[u8]>, Py<PyString>>,
}

/// Beyond so many segment identifiers they are not remembered: no standard has as many.
const MOST_IDS: usize = 4096;

impl Names {
    /// Takes in the paths from number `start` on; others may have been faster with the first of them.
    fn learn(&mut self, py: Python<'_>, start: usize, paths: &[Vec<String>]) -> PyResult<()> {
        for path in paths.get(self.paths.len() - start..).unwrap_or_default() {
            let names = path.iter().map(|id| PyString::intern(py, id));
            self.paths.push(PyTuple::new(py, names.collect::<Vec<_>>())?.unbind());
        }
        Ok(())
    }

    fn id(&mut self, py: Python<'_>, name: &[u8]) -> Py<PyString> {
        if let Some(id) = self.ids.get(name) {
            return id.clone_ref(py);
        }
        let id = text(py, name).unbind();
        if self.ids.len() < MOST_IDS {
            self.ids.insert(name.into(), id.clone_ref(py));
        }
        id
    }
}

#[pymethods]
impl DocumentReader {
    #[new]
    #[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
    fn new(py: Python<'_>, source: &Bound<'_, PyAny>, job: &str, wanted: Vec<String>) -> PyResult<Self> {
        let job = parsed(py, job)?;
        let reader = if let Ok(path) = source.cast::<PyString>() {
            Documents::open(Path::new(path.to_str()?), &job, &wanted)
        } else {
            Documents::of_bytes(source.cast::<PyBytes>()?.as_bytes().to_vec(), &job, &wanted)
        };
        let inner = Mutex::new(reader.map_err(|error| raise(py, error))?);
        Ok(Self { inner, names: Mutex::default() })
    }

    /// Whether line breaks are taken out of what is read: the file is broken into lines of one length.
    #[getter]
    fn wrapped(&self, py: Python<'_>) -> PyResult<bool> {
        let failed = |_| raise(py, Error::Internal("the reader failed before".to_owned()));
        Ok(self.inner.lock().map_err(failed)?.is_wrapped())
    }

    /// The next segments; None at the end.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        py.check_signals()?;
        let failed = || Error::Internal("the reader failed before".to_owned());
        let (placed, start, fresh) = detached(py, || {
            let mut reader = self.inner.lock().map_err(|_| failed())?;
            let placed = reader.read()?;
            let start = self.names.lock().map_err(|_| failed())?.paths.len();
            Ok((placed, start, reader.paths().get(start..).unwrap_or_default().to_vec()))
        })?;
        if placed.is_empty() {
            return Ok(None);
        }
        let mut names = self.names.lock().map_err(|_| raise(py, failed()))?;
        names.learn(py, start, &fresh)?;
        let list = PyList::empty(py);
        for each in placed {
            list.append(Segment::new(py, each, &mut names)?)?;
        }
        Ok(Some(list))
    }
}

/// One segment: its parts are cut when they are asked for, and never shown unasked.
#[pyclass(frozen, module = "scrubjay.documents")]
pub(crate) struct Segment {
    bytes: Box<[u8]>,
    delimiters: Delimiters,
    #[pyo3(get)]
    id: Py<PyString>,
    #[pyo3(get)]
    path: Py<PyTuple>,
    #[pyo3(get)]
    opens: bool,
    #[pyo3(get)]
    offset: u64,
    number: u32,
    #[pyo3(get)]
    fault: Option<&'static str>,
}

/// Which part of a segment is asked for: an element, a component of it, and of which repetition, each from 1.
#[derive(FromPyObject)]
enum Part {
    Element(usize),
    Component((usize, usize)),
    Repetition((usize, usize, usize)),
}

impl Segment {
    fn new(py: Python<'_>, placed: Placed, names: &mut Names) -> PyResult<Self> {
        let Placed { bytes, delimiters, path, opens, number, offset, fault } = placed;
        let end = bytes.iter().position(|&byte| byte == delimiters.element).unwrap_or(bytes.len());
        let name = if fault.is_some() { &[][..] } else { bytes.get(..end).unwrap_or_default() };
        let id = names.id(py, name);
        let path = names.paths.get(path as usize).map(|path| path.clone_ref(py));
        let path = path.map_or_else(|| Ok::<_, PyErr>(PyTuple::empty(py).unbind()), Ok)?;
        Ok(Self { bytes, delimiters, id, path, opens, offset, number, fault })
    }

    /// Element `number`, with what separates its parts inside it.
    fn whole(&self, number: usize) -> Option<&[u8]> {
        if self.fault.is_some() {
            return None;
        }
        self.bytes.split(|&byte| byte == self.delimiters.element).nth(number)
    }

    fn repeated<'s>(&self, value: &'s [u8]) -> impl Iterator<Item = &'s [u8]> + use<'s> {
        let separator = self.delimiters.repetition;
        value.split(move |&byte| Some(byte) == separator)
    }

    fn composed<'s>(&self, value: &'s [u8]) -> impl Iterator<Item = &'s [u8]> + use<'s> {
        let separator = self.delimiters.component;
        value.split(move |&byte| byte == separator)
    }

    fn count(&self) -> usize {
        if self.fault.is_some() {
            return 0;
        }
        self.bytes.split(|&byte| byte == self.delimiters.element).count() - 1
    }
}

#[pymethods]
impl Segment {
    /// The ordinal in the set, ST being 1; None outside of one.
    #[getter]
    fn number(&self) -> Option<u32> {
        (self.number > 0).then_some(self.number)
    }

    /// The loop that it stands in; None where it has no place, or its guide is not known.
    #[getter(r#loop)]
    fn in_loop<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let path = self.path.bind(py);
        path.get_item(path.len().checked_sub(1)?).ok()
    }

    /// Its bytes without the terminator.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.bytes)
    }

    /// Its elements in order, each as it stands in the file.
    #[getter]
    fn elements<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let count = self.count();
        let values = self.bytes.split(|&byte| byte == self.delimiters.element).skip(1).take(count);
        PyTuple::new(py, values.map(|value| text(py, value)).collect::<Vec<_>>())
    }

    /// The repetitions of element `number`, each as the tuple of its components.
    fn repetitions<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyTuple>> {
        let value = self.whole(number).filter(|value| number > 0 && !value.is_empty());
        let Some(value) = value else { return Ok(PyTuple::empty(py)) };
        let each = self.repeated(value).map(|repetition| {
            let components = self.composed(repetition).map(|component| text(py, component));
            PyTuple::new(py, components.collect::<Vec<_>>())
        });
        PyTuple::new(py, each.collect::<PyResult<Vec<_>>>()?)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, part: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
        let part: Part = part.extract().map_err(|_| {
            PyTypeError::new_err("ask for [element], [element, component] or [element, component, repetition], from 1")
        })?;
        let (element, inner) = match part {
            Part::Element(element) => (element, None),
            Part::Component((element, component)) => (element, Some((component, 1))),
            Part::Repetition((element, component, repetition)) => (element, Some((component, repetition))),
        };
        if element == 0 || inner.is_some_and(|(component, repetition)| component == 0 || repetition == 0) {
            return Err(PyIndexError::new_err("elements, components and repetitions are counted from 1"));
        }
        let whole = self.whole(element).unwrap_or_default();
        let value = match inner {
            None => Some(whole),
            Some((component, repetition)) => self
                .repeated(whole)
                .nth(repetition - 1)
                .and_then(|repetition| self.composed(repetition).nth(component - 1)),
        };
        Ok(text(py, value.unwrap_or_default()))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.elements(py)?.into_any().try_iter().map(Bound::into_any)
    }

    fn __len__(&self) -> usize {
        self.count()
    }

    #[allow(clippy::unused_self, reason = "a segment without elements is there too, however long it is")]
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        if let Some(fault) = self.fault {
            return format!("Segment({fault}, {} bytes, masked)", self.bytes.len());
        }
        // no standard has longer names: what stands there else may be anything
        let id = self
            .id
            .to_str(py)
            .ok()
            .filter(|id| id.len() <= 3 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .unwrap_or("?");
        let place = self.in_loop(py).map_or_else(String::new, |id| format!(" in {id}"));
        format!("Segment({id}{place}, {} elements, masked)", self.count())
    }
}
