//! Outcomes and findings to TA1, 999 and 277CA.
//!
//! All of them are written as the file goes by: bytes are appended to a buffer that the caller empties. What a
//! piece of a set contributes ([`Notes`]) can be rendered apart and appended in order.

mod envelope;
pub mod implementation;
mod notes;
pub mod ta1;

pub use envelope::{Envelope, Gs, Isa, Stamp};
pub use implementation::{GroupEnd, Implementation, SetStatus};
pub use notes::{ElementFault, Fault, FaultKind, LoopIds, Notes, Tally, Trigger, Unit, UnitKind};
pub use ta1::Receipt;
