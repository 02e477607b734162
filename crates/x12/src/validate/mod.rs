//! Segments against a plan: placed loops and findings.

mod visitor;

pub use visitor::Visitor;
