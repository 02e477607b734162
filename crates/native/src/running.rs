//! `run`, `inspect` and `guides`: whole files, once through.

use std::path::Path;

use engine::{Callbacks, Error, Job, Judge, Judged};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use x12::claim::{Batch, Nesting, Taps};
use x12::finding::{Answer, BUILT_IN, Home, Severity};

use crate::claims::Kind;
use crate::errors::{Raised, detached, raise};
use crate::values::Values;

/// One scrub or validate, whole.
#[pyfunction]
#[pyo3(signature = (job, progress=None, judge=None, report=None))]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn run(
    py: Python<'_>,
    job: &str,
    progress: Option<Py<PyAny>>,
    judge: Option<Py<PyAny>>,
    report: Option<Py<PyAny>>,
) -> PyResult<String> {
    let job = parsed(py, job)?;
    let raised = Raised::default();
    let result = detached(py, || {
        let callbacks = Callbacks {
            progress: Some(Box::new(|done, total| tell(progress.as_ref(), done, total, &raised))),
            judge: judge.map(|judge| Box::new(PythonJudge { judge, raised: &raised }) as Box<dyn Judge + '_>),
            report: report.map(|report| {
                let raised = &raised;
                Box::new(move |result: &str| {
                    Python::attach(|py| report.call1(py, (result,))?.extract(py)).map_err(|error| raised.keep(error))
                }) as engine::Report<'_>
            }),
        };
        engine::run(&job, callbacks)
    });
    result.map_err(|error| raised.or(error))
}

/// A job that looks at signals where it waits for its input: Ctrl-C is answered there too.
pub(crate) fn parsed(py: Python<'_>, job: &str) -> PyResult<Job> {
    let job = Job::parse(job).map_err(|error| raise(py, error))?;
    Ok(Job { signals: Some(|| Python::attach(|py| py.check_signals().map_err(|_| Error::Interrupted))), ..job })
}

/// Tells how far the run is, and looks at signals.
pub(crate) fn tell(progress: Option<&Py<PyAny>>, done: u64, total: Option<u64>, raised: &Raised) -> Result<(), Error> {
    Python::attach(|py| {
        py.check_signals()?;
        progress.map_or(Ok(()), |progress| progress.call1(py, (done, total)).map(drop))
    })
    .map_err(|error| raised.keep(error))
}

/// The user's functions, asked for all claims of a piece at once.
struct PythonJudge<'r> {
    judge: Py<PyAny>,
    raised: &'r Raised,
}

impl Judge for PythonJudge<'_> {
    fn judge(&mut self, batch: &Batch, bytes: &[u8], taps: &Taps) -> Result<Vec<Judged>, Error> {
        Python::attach(|py| self.ask(py, batch, bytes, taps)).map_err(|error| self.raised.keep(error))
    }
}

impl PythonJudge<'_> {
    fn ask(&self, py: Python<'_>, batch: &Batch, bytes: &[u8], taps: &Taps) -> PyResult<Vec<Judged>> {
        let kind = &taps.map.kind;
        let names = Kind::named(kind)?.names(py)?;
        let nesting = Nesting::new(batch, taps);
        let rows = batch.tables.get(taps.claim).map_or(0, |table| table.rows);
        let (claims, mut values) = (PyList::empty(py), Values::default());
        for row in 0..rows {
            let dict = names.dict(py, &batch.claim(taps, &nesting, row, bytes), &mut values)?;
            dict.set_item(intern!(py, "kind"), kind)?;
            claims.append(dict)?;
        }
        let answer = self.judge.call1(py, (claims,))?;
        let mut judged = Vec::new();
        for (claim, found) in (0..).zip(answer.bind(py).try_iter()?) {
            for each in found?.try_iter()? {
                let each = each?.cast_into::<PyDict>()?;
                let text = |name: &str| -> PyResult<Option<String>> {
                    each.get_item(name)?.map_or(Ok(None), |value| value.extract::<Option<String>>())
                };
                let line = each.get_item("line")?.map_or(Ok(None), |value| value.extract::<Option<u32>>())?;
                let code = text("code")?.unwrap_or_default();
                let (message, field) = (text("message")?, text("field")?);
                judged.push(Judged { claim, code, severity: None, message, line, field });
            }
        }
        Ok(judged)
    }
}

/// The envelope and loop tree of one file.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn inspect(py: Python<'_>, path: &str, job: &str, emit: Py<PyAny>) -> PyResult<String> {
    let job = parsed(py, job)?;
    let raised = Raised::default();
    let result = detached(py, || {
        engine::inspect(Path::new(path), &job, &mut |lines| {
            Python::attach(|py| {
                py.check_signals()?;
                emit.call1(py, (lines,)).map(drop)
            })
            .map_err(|error| raised.keep(error))
        })
    });
    result.map_err(|error| raised.or(error))
}

/// The guides compiled in, as a JSON list.
#[pyfunction]
pub(crate) fn guides() -> String {
    engine::guides()
}

/// All that a guide says, as JSON.
#[pyfunction]
pub(crate) fn guide(py: Python<'_>, name: &str) -> PyResult<String> {
    engine::guide(name).map_err(|error| raise(py, error))
}

/// All that a guide says under an overlay, as JSON.
#[pyfunction]
pub(crate) fn overlaid(py: Python<'_>, name: &str, text: &str) -> PyResult<String> {
    engine::overlaid(name, text).map_err(|error| raise(py, error))
}

/// The overlays that come as examples, as a JSON list.
#[pyfunction]
pub(crate) fn partners() -> String {
    engine::partners()
}

/// What is wrong with some overlays, as a JSON list.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "what Python calls takes what Python gives")]
pub(crate) fn check_overlays(overlays: Vec<(String, String)>) -> String {
    engine::check_overlays(&overlays)
}

/// SHA-256 of `text`, as lower-case hexadecimals.
#[pyfunction]
pub(crate) fn digest(text: &str) -> String {
    engine::digest(text.as_bytes())
}

/// A finding that is built in: code, severity, SNIP type, title, fix, and of the acknowledgment that tells it the kind, the
/// segment and the code there.
type BuiltIn = (&'static str, &'static str, u8, &'static str, &'static str, (&'static str, &'static str, String));

/// The findings that are built in, whose codes no rule may have for its id.
#[pyfunction]
pub(crate) fn built_in() -> Vec<BuiltIn> {
    let of = |&(name, home, severity, snip, title, fix): &(_, Home, Severity, _, _, _)| {
        let Answer { kind, segment, code } = home.into();
        (name, severity.name(), snip, title, fix, (kind, segment, code))
    };
    BUILT_IN.iter().map(of).collect()
}

/// What is wrong with a pattern of the rule language; None when it can be used.
#[pyfunction]
pub(crate) fn pattern_fault(text: &str) -> Option<String> {
    x12::scrub::pattern_fault(text)
}
