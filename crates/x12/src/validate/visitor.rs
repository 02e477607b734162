//! What the walker tells those who listen: loops that open and close, segments in their places.

use crate::wire::Segment;

/// Listens to the walk. All methods do nothing unless written.
///
/// For the segment that opens a loop the order is: `close` of each loop that it ends (innermost first),
/// `open`, then `segment`.
pub trait Visitor {
    /// Loop `index` of the plan opens with `segment`.
    fn open(&mut self, index: u16, segment: &Segment<'_>) {
        let _ = (index, segment);
    }

    /// `segment` stands in slot `slot` of the plan (index into `Plan::slots`); `loop_index` is the loop it belongs to.
    /// For a segment that opens a loop the slot is the first of that loop.
    fn segment(&mut self, loop_index: u16, slot: u32, segment: &Segment<'_>) {
        let _ = (loop_index, slot, segment);
    }

    /// `segment` has no place in the guide.
    fn unplaced(&mut self, segment: &Segment<'_>) {
        let _ = segment;
    }

    /// Loop `index` closes.
    fn close(&mut self, index: u16) {
        let _ = index;
    }
}

/// The visitor that does not listen.
impl Visitor for () {}
