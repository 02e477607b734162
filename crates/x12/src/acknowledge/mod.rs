//! Outcomes and findings to TA1, 999 and 277CA.
//!
//! All of them are written as the file goes by: bytes are appended to a buffer that the caller empties. What a
//! piece of a set contributes ([`Notes`], [`Details`]) can be rendered apart and appended in order.

pub mod claim_status;
mod details;
mod envelope;
pub mod implementation;
mod notes;
mod status;
mod subject;
pub mod ta1;
#[cfg(test)]
mod tests;

pub use claim_status::{SetNumber, Source, StatusSet, Submitter};
pub use details::{Details, Standing};
pub use envelope::{Envelope, Gs, Isa, Stamp};
pub use implementation::{GroupEnd, Implementation, SetStatus};
pub use notes::{ElementFault, Fault, FaultKind, LoopIds, Notes, Tally, Trigger, Unit, UnitKind};
pub use status::{Reason, Totals};
pub use subject::{ClaimStatus, LineStatus, Party, PatientRef, ProviderRef};
pub use ta1::Receipt;
