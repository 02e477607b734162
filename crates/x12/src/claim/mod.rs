//! Placed loops to claim columns, in batches.
//!
//! What a claim is made of is data: the [`ClaimMap`] of its guide. Bound to the compiled guide it is [`Taps`]; a [`Builder`]
//! listens to the walk and fills a [`Batch`], a table a level, a column a field.

mod batch;
mod build;
mod context;
mod convert;
mod map;
mod parse;
mod taps;

pub use batch::{
    Batch, Column, Extent, FieldDef, FieldKind, FieldPlace, LONG, MISSING, NONE, NO_DATE, RowPlace, Schema, Table,
    TableDef, pack, unpack,
};
pub use build::Builder;
pub use context::Context;
pub use convert::{amount, civil, days, write_amount, write_days};
pub use map::{ClaimMap, Condition, ElementPlace, MapError, MapField, MapTable, Opener, Part, SegmentPlace};
pub use taps::Taps;

/// The text of the claim map of the professional claim, 837P 005010X222A1.
#[must_use]
pub fn professional() -> &'static str {
    include_str!("../../guides/837P-005010X222A1.claim")
}
