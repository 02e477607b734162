//! Where a byte stands: interchange, group, set, segment, element, component, repetition.

/// The place of a fault, taken where the byte was seen.
///
/// Ordinals of interchange, group and set are 0-based in their parent; `segment` counts from `ST` = 1 and is
/// 0 outside a set; `element`, `component` and `repetition` count from 1 and are 0 where they do not apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Ordinal of the interchange in the file.
    pub interchange: u32,
    /// Ordinal of the functional group in the interchange.
    pub group: u32,
    /// Ordinal of the transaction set in the group.
    pub set: u32,
    /// Ordinal of the segment in the set, `ST` = 1; 0 outside a set.
    pub segment: u32,
    /// Byte offset in the file: of the faulty element, else of the segment.
    pub offset: u64,
    /// Element, from 1; 0 for the segment itself.
    pub element: u8,
    /// Component, from 1; 0 for the whole element.
    pub component: u8,
    /// Repetition, from 1; 0 where the element does not repeat.
    pub repetition: u16,
}

/// A run of bytes: an offset and a length in a buffer known from the context. Length 0 is "absent".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

impl Span {
    /// The span of `start..end`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, len: end.saturating_sub(start) }
    }

    /// The bytes of the span; empty when it does not lie in `buffer`.
    #[must_use]
    pub fn of<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        let start = self.start as usize;
        buffer.get(start..start + self.len as usize).unwrap_or_default()
    }

    /// True when nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
