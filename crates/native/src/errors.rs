//! The engine's failures as the exceptions of `scrubjay.errors`.

use engine::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The exception for `error`, by its import name.
pub(crate) fn raise(py: Python<'_>, error: Error) -> PyErr {
    let (name, text) = match error {
        Error::Usage(text) => ("UsageError", text),
        Error::Input(text) => ("InputError", text),
        Error::Output(text) => ("OutputError", text),
        Error::Internal(text) => ("InternalError", text),
        Error::Interrupted => ("Interrupted", "interrupted; nothing half-written is left behind".to_owned()),
    };
    let made =
        py.import("scrubjay.errors").and_then(|errors| errors.getattr(name)).and_then(|class| class.call1((text,)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// Runs `work` without the interpreter; a panic becomes an error.
pub(crate) fn detached<R: Send>(py: Python<'_>, work: impl FnOnce() -> Result<R, Error> + Send) -> PyResult<R> {
    let done = py.detach(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
    match done {
        Ok(result) => result.map_err(|error| raise(py, error)),
        Err(_) => Err(raise(
            py,
            Error::Internal(
                "the engine stopped at a fault of its own; please report it with the version, never the claims"
                    .to_owned(),
            ),
        )),
    }
}

/// What a callback raised, kept until the engine has let go: it is raised again then, as it was.
#[derive(Default)]
pub(crate) struct Raised(std::sync::Mutex<Option<PyErr>>);

impl Raised {
    /// Keeps `error` and tells the engine to stop.
    pub(crate) fn keep(&self, error: PyErr) -> Error {
        if let Ok(mut slot) = self.0.lock() {
            slot.get_or_insert(error);
        }
        Error::Interrupted
    }

    /// The kept error, or else `error`.
    pub(crate) fn or(self, error: PyErr) -> PyErr {
        self.0.into_inner().ok().flatten().unwrap_or(error)
    }
}

/// A value that cannot be made.
pub(crate) fn broken(text: &str) -> PyErr {
    PyRuntimeError::new_err(text.to_owned())
}
