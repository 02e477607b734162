//! The thin Python face of the engine: no decisions.

mod claims;
mod writing;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<writing::ClaimWriter>()?;
    module.add_function(wrap_pyfunction!(writing::write_claims, module)?)?;
    module.add_function(wrap_pyfunction!(writing::claim_fields, module)?)?;
    module.add("VERSION", env!("CARGO_PKG_VERSION"))
}
