//! Bytes to segments and back: delimiters, scanner, writer.

mod delimiters;
mod isa;
mod scanner;
mod segment;

pub use delimiters::Delimiters;
pub use isa::{Header, header};
pub use scanner::{Fault, Limits, Mode, Scanner, Tokens};
pub use segment::{Components, Element, Elements, Repetitions, Segment, SegmentId, marks};
