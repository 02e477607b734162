//! What the splitter is told of an interchange, in the order of the file.

use crate::position::Span;
use crate::wire::Delimiters;

/// A part of the file. Spans are of the piece that is handed in with it; raw bytes include everything up to the
/// next item: terminators, line ends, and segments that belong nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// `ISA`.
    InterchangeOpen {
        /// Its bytes.
        raw: Span,
        /// ISA12, where that has to become 00501; else empty.
        version: Span,
        /// ISA13.
        control: Span,
        /// The delimiters in force.
        delimiters: Delimiters,
        /// ISA13 is no number, or was used before: the interchange needs another, wherever it goes.
        repeated: bool,
    },
    /// `GS`.
    GroupOpen {
        /// Its bytes.
        raw: Span,
        /// GS06.
        control: Span,
        /// GS06 is no number, or was used before in this interchange: the group needs another number, wherever it goes.
        repeated: bool,
    },
    /// `ST` and all before the first level.
    SetOpen {
        /// Their bytes.
        raw: Span,
        /// ST02.
        control: Span,
        /// BHT03; empty where there is none.
        batch: Span,
        /// Number of segments.
        segments: u32,
        /// ST02 has not its length, or was used before in this group: the set needs another number, wherever it goes.
        repeated: bool,
    },
    /// A level (`HL`) and all before its first claim or the next level.
    Level {
        /// Depth, from 1.
        depth: u8,
        /// Their bytes.
        raw: Span,
        /// HL01.
        id: Span,
        /// HL02; an empty span (where it would stand) at the top.
        parent: Span,
        /// HL04; an empty span where there is none.
        child: Span,
        /// Number of segments.
        segments: u32,
    },
    /// A claim with its lines.
    Claim {
        /// Its bytes.
        raw: Span,
        /// Number of segments.
        segments: u32,
        /// The verdict.
        accepted: bool,
    },
    /// More of the claim, level or header before it, which an earlier piece began.
    More {
        /// Its bytes.
        raw: Span,
        /// Number of segments.
        segments: u32,
    },
    /// `SE`, or the place where it is missing.
    SetClose {
        /// Its bytes; empty when it is missing.
        raw: Span,
        /// SE01.
        count: Span,
        /// SE02.
        control: Span,
        /// False when the set is rejected as a whole, whatever became of its claims before.
        accepted: bool,
    },
    /// `GE`, or the place where it is missing.
    GroupClose {
        /// Its bytes; empty when it is missing.
        raw: Span,
        /// GE01.
        count: Span,
        /// GE02.
        control: Span,
        /// False when the group is rejected as a whole.
        accepted: bool,
    },
    /// `IEA`, or the place where it is missing.
    InterchangeClose {
        /// Its bytes; empty when it is missing.
        raw: Span,
        /// IEA01.
        count: Span,
        /// IEA02.
        control: Span,
        /// False when the interchange is rejected as a whole.
        accepted: bool,
    },
}
