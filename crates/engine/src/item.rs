//! What a piece of a file is made of, in runs of segments that are handled as one.

use std::sync::Arc;

use x12::guide::{Plan, Role};
use x12::validate::Routed;
use x12::wire::{Delimiters, Fault};

use crate::standing::Inside;

/// A run of segments that is handled as one: it reaches to the start of the next item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    /// Offset in the piece of its first byte.
    pub(crate) start: u32,
    /// Offset behind its first segment's last byte (its terminator).
    pub(crate) head_end: u32,
    /// How many segments it has.
    pub(crate) segments: u32,
    /// The claim map of the set that it is in, or of the last one before it.
    pub(crate) map: u8,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `ISA`.
    Interchange(Delimiters),
    /// `GS`.
    Group,
    /// `ST` and what stands before the first level or claim; of a walked set.
    Set(Arc<Plan>),
    /// A set that is not walked, up to its trailer.
    Opaque(Routed),
    /// A hierarchical level and what stands before the next level or claim.
    Level(Role),
    /// A claim: its row in the batch of its map; [`NONE`] for one of a set that has no map.
    Claim(u32),
    /// A record of a set that holds no claims.
    Record,
    /// More of the item before the piece.
    More(Inside),
    /// `SE`, or the place where it is missing.
    SetEnd,
    /// `GE`, likewise.
    GroupEnd,
    /// `IEA`, likewise.
    InterchangeEnd,
    /// A trailer without a header.
    Alone,
    /// What a guide has between an interchange's header and its first group.
    Notice(Arc<Plan>),
    /// Segments of the envelope that belong nowhere.
    Misplaced,
    /// Bytes outside any interchange, with what is wrong; `true` where the run begins.
    Stray(Fault, bool),
}
