//! Bytes to segments and back: delimiters, scanner, writer.

mod blocks;
mod delimiters;
mod isa;
mod output;
mod scanner;
mod segment;
mod tape;
mod writer;

pub use delimiters::Delimiters;
pub(crate) use isa::{FIXED_LEN, is_fixed};
pub use isa::{Header, header};
pub use output::{MemoryOutput, Output, move_replaced, move_tail};
pub use scanner::{Fault, Limits, Mode, Scanner, Tokens};
pub use segment::{Components, Element, Elements, Repetitions, Segment, SegmentId, marks};
pub(crate) use tape::MEASURED;
pub(crate) use writer::eight_digits;
pub use writer::{Phrase, Writer, decimal, written_len};
