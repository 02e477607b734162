//! Files, windows, threads and staged outputs around the X12 core. No Python.
//!
//! The way of a file: [`source`](self) → cut into pieces → analysed in parallel → settled in order → judged by rules in
//! parallel → the desk, in order, which says what becomes of claims and writes everything down, staged until the run is
//! whole.

mod analyse;
mod batches;
mod codes;
mod crew;
mod cut;
mod day;
mod desk;
mod documents;
mod error;
mod extent;
mod fields;
mod group;
mod guides;
mod harvest;
mod inspect;
mod item;
mod job;
mod listener;
mod peek;
mod read;
mod records;
mod reel;
mod rows;
mod rules;
mod run;
mod scrub;
mod setting;
mod source;
mod stage;
mod standing;
mod stretch;
mod taken;
mod token;
mod trail;
mod version;
mod wish;

pub use desk::{HandedClaim, Judge, Judged, LateFinding, masked};
pub use documents::{Documents, PathId, Placed};
pub use error::Error;
pub use guides::{check_overlays, guide, guides, overlaid, partners};
pub use harvest::{Crop, Facts, Harvest, Take, harvest};
pub use inspect::inspect;
pub use job::{Command, Job, Profile, Reason, RejectUnit, Signals};
pub use read::Reader;
pub use reel::{Reel, TakeRows, unwind};
pub use rows::Row;
pub use scrub::{Callbacks, Progress, Report, run};
pub use stage::StagedFile;
pub use token::Tokens;
pub use wish::Wish;

/// SHA-256 of `bytes`, as lower-case hexadecimals.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    token::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
}
