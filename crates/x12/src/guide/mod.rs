//! Guide text to [`Plan`]: parsed, compiled once, shared.

mod balance;
mod base;
mod codes;
mod compile;
mod embedded;
mod grammar;
mod index;
mod link;
mod notes;
mod overlaid;
mod overlay;
#[cfg(test)]
mod overlay_tests;
mod partner;
mod plan;
mod quick;
mod registry;
mod roles;
mod segment;
mod statuses;
mod sums;
mod text;

pub use compile::compile;
pub use embedded::partners;
pub use overlaid::Overlaid;
pub use partner::{OverlayInfo, Parties};
pub use plan::{ElementRule, Hierarchy, Key, Loop, Plan, Role, Slot, Type, Usage};
pub use registry::{GuideInfo, Guides, Route, SetKey};
pub use text::GuideError;

pub(crate) use codes::{NO_CODES, pack, pack_at};
pub(crate) use embedded::{base_codes, base_members, base_segments, is_group, known_codes};
pub(crate) use index::{
    Action, Candidate, Index, KeyPlace, Known, LoopFacts, Part, Rule, SegmentFacts, SlotFacts, Term,
};
pub(crate) use link::{first_key, packed_key};
pub(crate) use notes::{Note, NoteKind};
pub(crate) use quick::{How, Quick, Shape};
