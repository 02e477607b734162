//! What the desk says of a piece to whoever takes its claims as columns.

/// Gathered while a piece is on the desk, and taken away with it.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// For each claim in the order of the file: nothing that was read so far speaks against it.
    pub(crate) accepted: Vec<bool>,
    /// Lines of findings.jsonl.
    pub(crate) findings: Vec<u8>,
}
