//! Segments against a plan: placed loops and findings.

mod envelope;
mod visitor;

pub use envelope::{Envelope, Place, Routed, plain};
pub use visitor::Visitor;
