//! How the walker finds a segment's slot in constant time.

/// Lookup tables of a plan.
#[derive(Debug, Default)]
pub struct Index {}
