//! The thin Python face of the engine: no decisions.

mod claims;
mod columns;
mod disguising;
mod documents;
mod errors;
mod forms;
mod packing;
mod reading;
mod running;
mod values;
mod writing;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(running::run, module)?)?;
    module.add_function(wrap_pyfunction!(running::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(running::guides, module)?)?;
    module.add_function(wrap_pyfunction!(running::guide, module)?)?;
    module.add_function(wrap_pyfunction!(running::overlaid, module)?)?;
    module.add_function(wrap_pyfunction!(running::partners, module)?)?;
    module.add_function(wrap_pyfunction!(running::check_overlays, module)?)?;
    module.add_function(wrap_pyfunction!(running::digest, module)?)?;
    module.add_function(wrap_pyfunction!(running::built_in, module)?)?;
    module.add_function(wrap_pyfunction!(running::pattern_fault, module)?)?;
    module.add_function(wrap_pyfunction!(columns::export, module)?)?;
    module.add_function(wrap_pyfunction!(columns::export_recorded, module)?)?;
    module.add_function(wrap_pyfunction!(columns::export_records, module)?)?;
    module.add_function(wrap_pyfunction!(columns::table_columns, module)?)?;
    module.add_class::<columns::TableStream>()?;
    module.add_class::<forms::Forms>()?;
    module.add_function(wrap_pyfunction!(packing::envelope_marks, module)?)?;
    module.add_function(wrap_pyfunction!(packing::rewritten, module)?)?;
    module.add_class::<packing::Verdicts>()?;
    module.add_function(wrap_pyfunction!(packing::gathered_rows, module)?)?;
    module.add_function(wrap_pyfunction!(packing::merged_rows, module)?)?;
    module.add_class::<disguising::Disguiser>()?;
    module.add_class::<reading::Reader>()?;
    module.add_class::<documents::DocumentReader>()?;
    module.add_class::<documents::Segment>()?;
    module.add_class::<writing::ClaimWriter>()?;
    module.add_function(wrap_pyfunction!(writing::write_claims, module)?)?;
    module.add_function(wrap_pyfunction!(writing::claim_fields, module)?)?;
    module.add("VERSION", env!("CARGO_PKG_VERSION"))
}
