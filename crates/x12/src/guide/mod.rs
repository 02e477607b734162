//! Guide text to [`Plan`]: parsed, compiled once, shared.

mod balance;
mod base;
mod codes;
mod compile;
mod embedded;
mod grammar;
mod index;
mod inherit;
mod link;
mod notes;
mod overlaid;
mod overlay;
#[cfg(test)]
mod overlay_tests;
mod partner;
mod place;
mod plan;
mod quick;
mod registry;
mod roles;
mod segment;
mod standard;
mod statuses;
mod sums;
mod text;
mod words;

pub use compile::compile;
pub use embedded::partners;
pub use partner::{OverlayInfo, Parties};
pub use plan::{ElementRule, Hierarchy, Key, Loop, Overlaid, Plan, Slot};
pub use registry::{GuideInfo, Guides, Route, SetKey};
pub use text::GuideError;
pub use words::{Role, Type, Usage};

pub(crate) use codes::{NO_CODES, pack, pack_at};
pub(crate) use index::{Action, Candidate, Index, KeyPlace, Known, LoopFacts, Part, SegmentFacts, SlotFacts, Term};
pub(crate) use link::{first_key, packed_key};
pub(crate) use notes::{Note, NoteKind};
pub(crate) use quick::{How, Quick, Rule, Shape};
pub(crate) use standard::{base_codes, base_members, base_segments, is_group, known_codes};
