//! Bytes to segments and back: delimiters, reader, writer.

mod delimiters;
mod segment;

pub use delimiters::Delimiters;
pub use segment::{Components, Element, Elements, Repetitions, Segment, SegmentId};
