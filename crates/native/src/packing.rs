//! What the pipeline does per byte: outlines, batches of claims, sets for a partner.

use std::path::PathBuf;

use pack::{Delimiters, Step, Takers, Wanted};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{Raised, detached};

/// Name, first byte, terminator (-1 where there is none) and the claims before it.
type Mark = (&'static str, usize, i64, u64);

/// The segments of the envelope in a piece, and the claims behind the last of them.
#[pyfunction]
pub(crate) fn envelope_marks(piece: &[u8], start: usize, element: u8, terminator: u8) -> (Vec<Mark>, u64) {
    let found = pack::marks(piece, start, element, terminator);
    let told = |mark: &pack::Mark| {
        let stop = mark.stop.and_then(|stop| i64::try_from(stop).ok()).unwrap_or(-1);
        (std::str::from_utf8(mark.name).unwrap_or_default(), mark.start, stop, mark.claims)
    };
    (found.marks.iter().map(told).collect(), found.claims)
}

/// A set with the delimiters and line ends that a partner wants; None where one stands in the data.
#[pyfunction]
pub(crate) fn rewritten<'py>(
    py: Python<'py>,
    body: &[u8],
    source: [u8; 4],
    target: [u8; 4],
    line_breaks: bool,
) -> Option<Bound<'py, PyBytes>> {
    let (source, target) = (Delimiters::from(source), Delimiters::from(target));
    let written = py.detach(|| pack::rewritten(body, source, target, line_breaks));
    written.map(|text| PyBytes::new(py, &text))
}

/// What the engine wrote for a history, sorted into files; how many rows each has.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn gathered_rows(py: Python<'_>, digests: PathBuf, lists: usize, out: PathBuf) -> PyResult<Vec<u64>> {
    Ok(py.detach(|| pack::gathered(&digests, lists, &out))?)
}

/// Sorted rows of several files (path, place of the first, how many) as one; how many there are then.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn merged_rows(py: Python<'_>, runs: Vec<(PathBuf, u64, u64)>, out: PathBuf) -> PyResult<u64> {
    let runs: Vec<pack::Run> = runs.into_iter().map(|(path, at, rows)| pack::Run { path, at, rows }).collect();
    Ok(py.detach(|| pack::merged(&runs, &out))?)
}

/// The interchanges that the engine told of, and by whom their claims are taken.
#[pyclass(module = "scrubjay._native", frozen)]
pub(crate) struct Verdicts {
    path: PathBuf,
    takers: Takers,
    sections: Vec<pack::Section>,
}

#[pymethods]
impl Verdicts {
    #[new]
    #[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
    fn new(py: Python<'_>, path: PathBuf, route: Py<PyAny>) -> PyResult<Self> {
        let raised = Raised::default();
        let found = detached(py, || {
            let mut asked = |payer: Option<&str>| {
                Python::attach(|py| route.call1(py, (payer,))?.extract::<Option<String>>(py)).map_err(|error| {
                    raised.keep(error);
                    pack::Error::Stopped
                })
            };
            pack::sections(&path, &mut asked).map_err(ours)
        });
        let (sections, takers) = found.map_err(|error| raised.or(error))?;
        Ok(Self { path, takers, sections })
    }

    /// Engine's ordinal, ISA13, accepted claims, and their ranges by partner, of each interchange.
    #[allow(clippy::type_complexity, reason = "a tuple of Python's")]
    fn sections(&self) -> Vec<(u64, &str, u64, Vec<(String, Vec<(u64, u64)>)>)> {
        self.sections
            .iter()
            .map(|each| {
                let targets = each.targets.iter().map(|(name, ranges)| (name.clone(), ranges.clone())).collect();
                (each.engine_index, each.control.as_str(), each.accepted, targets)
            })
            .collect()
    }

    /// The lines of the plan of one interchange for one partner.
    #[pyo3(signature = (number, at, partner, accepted, *, beside, removed, base))]
    #[allow(clippy::too_many_arguments, reason = "named in Python")]
    #[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
    fn plan(
        &self,
        py: Python<'_>,
        number: usize,
        at: u64,
        partner: Option<String>,
        accepted: Option<PathBuf>,
        beside: bool,
        removed: Vec<u64>,
        base: Option<u64>,
    ) -> PyResult<PlanLines> {
        let section = self.sections.get(number).ok_or_else(|| PyValueError::new_err("no such interchange"))?;
        let span = (section.start, section.end);
        let wanted = Wanted { at, partner, beside, removed, base };
        let plan = detached(py, || {
            pack::Plan::open(&self.path, span, wanted, self.takers.clone(), accepted.as_deref()).map_err(ours)
        })?;
        Ok(PlanLines { plan })
    }
}

/// An iterator over the lines of a plan.
#[pyclass(module = "scrubjay._native")]
pub(crate) struct PlanLines {
    plan: pack::Plan,
}

#[pymethods]
impl PlanLines {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// Set, rows, and of a batch its bytes, claims, cents and those that correct others; of what goes nowhere whether it
    /// was accepted.
    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(step) = detached(py, || self.plan.step().map_err(ours))? else { return Ok(None) };
        let told = match step {
            Step::Batch { set, text, rows, claims, charges, corrects } => {
                let corrects: Vec<_> = corrects.into_iter().map(|each| (each.place, each.original, each.own)).collect();
                (set, rows, PyBytes::new(py, &text), claims, charges, corrects).into_pyobject(py)?
            }
            Step::Beside { set, accepted, rows } => {
                return Ok(Some((set, rows, accepted).into_pyobject(py)?.into_any()));
            }
        };
        Ok(Some(told.into_any()))
    }
}

fn ours(error: pack::Error) -> engine::Error {
    match error {
        pack::Error::Stopped => engine::Error::Interrupted,
        other => engine::Error::Internal(other.to_string()),
    }
}
