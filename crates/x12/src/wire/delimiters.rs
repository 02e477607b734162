//! The four delimiters of an interchange.

/// The characters that separate the parts of an interchange, as its `ISA` declares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements (the byte after `ISA`).
    pub element: u8,
    /// Between components (ISA16).
    pub component: u8,
    /// Between repetitions (ISA11 from version 00402 on); `None` before.
    pub repetition: Option<u8>,
    /// At the end of a segment.
    pub terminator: u8,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self { element: b'*', component: b':', repetition: Some(b'^'), terminator: b'~' }
    }
}
