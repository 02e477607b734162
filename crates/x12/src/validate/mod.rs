//! Segments against a plan: placed loops and findings.

mod boundary;
mod element;
mod envelope;
mod frame;
mod glance;
mod leads;
mod ledger;
mod money;
mod number;
mod outline;
mod partner;
mod place;
mod recover;
mod report;
#[cfg(test)]
mod sample;
mod state;
mod sums;
mod syntax;
#[cfg(test)]
mod tests;
mod trail;
mod turn;
mod value;
mod visitor;
mod walker;
mod words;

pub use boundary::Boundary;
pub use envelope::{Envelope, Place, Routed, plain};
pub use report::{At, Options};
pub use sums::Owed;
pub use trail::Trail;
pub use turn::Turn;
pub use visitor::Visitor;
pub use walker::{Walker, Way};
